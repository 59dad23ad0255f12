"""Numbers in sentences, in the language of who reads them."""

import pytest

from core.render import Renderer


@pytest.mark.parametrize(
    ("number", "french", "english"),
    [
        (3.5, "3,5", "3.5"),
        (3.0, "3", "3"),
        (4, "4", "4"),
        (3.3333, "3,333", "3.333"),
        (12500.25, "12\u00a0500,25", "12,500.25"),
    ],
)
def test_a_number_is_written_as_its_language_writes_it(
    number: float, french: str, english: str
) -> None:
    renderer = Renderer({})
    for language, expected in (("fr", french), ("en", english)):
        environment = renderer.environment(language, escape=False)
        written = environment.from_string("{{ number|decimal }}").render(number=number)
        assert written == expected
