"""How pages are addressed."""

from starlette.convertors import Convertor, register_url_convertor

ROW = "row"
"""How a route writes the number of a row: `/lettres/{number:row}`.

Starlette's own `int` takes any number of digits, more than Python reads or a database holds.
"""


class RowNumber(Convertor[int]):
    """A number of nine digits at most; a longer one is no page."""

    regex = "[0-9]{1,9}"

    def convert(self, value: str) -> int:
        """Return the number."""
        return int(value)

    def to_string(self, value: int) -> str:
        """Return the digits."""
        return str(value)


register_url_convertor(ROW, RowNumber())
