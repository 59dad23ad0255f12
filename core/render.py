"""Templates to words: chat HTML, plain notices, web pages, mail bodies."""

import gettext
import io
import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

import mrml
from babel.dates import format_datetime
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import format_decimal
from jinja2 import (
    BaseLoader,
    BytecodeCache,
    ChoiceLoader,
    Environment,
    FileSystemLoader,
    PackageLoader,
    StrictUndefined,
)
from jinja2.bccache import Bucket
from jinja2.runtime import Context
from markupsafe import Markup

from core import typography
from core.chat import Text
from core.clock import PARIS, aware
from core.funding.emblem import emblem_svg
from core.funding.notice import Notice, NoticeAt, Picture
from core.funding.rules import EMBLEM_HEIGHT

SUFFIXES = (".html", ".mjml", ".txt", ".css", ".svg")
"""What a template's name ends with; the package also holds catalogues and Python's own files."""

LOCALES = Path(__file__).resolve().parent.parent / "templates" / "locales"


@dataclass(frozen=True)
class MailText:
    """A rendered mail: subject on one line, HTML from MJML, the text part, and the pictures.

    The pictures are those that the HTML shows (`cid:`): they travel inside the mail.
    """

    subject: str
    html: str
    text: str
    pictures: tuple[Picture, ...] = ()


class CompiledTemplates(BytecodeCache):
    """Compiled templates, shared by the environments of a process: compiling costs most.

    Whether they escape is compiled into them, so that each way needs a cache of its own. An
    operator's file is another than ours, and a file that changed is compiled anew.
    """

    def __init__(self) -> None:
        self._code: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        """Give what was compiled, if it was."""
        if code := self._code.get(bucket.key):
            bucket.bytecode_from_string(code)

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep what was compiled."""
        self._code[bucket.key] = bucket.bytecode_to_string()


_COMPILED = {True: CompiledTemplates(), False: CompiledTemplates()}


class Renderer:
    """Renders templates, an operator's folder first, in French unless told otherwise.

    `common` is available to every template (`network`, `public_url`…), and so is `funding`, the
    notice that `funding` tells at each rendering; without it, the sentence `funding_notice` stands
    alone. A missing value is an error, never a blank.
    """

    def __init__(
        self,
        common: Mapping[str, Any],
        overrides: Path | None = None,
        funding: NoticeAt | None = None,
    ) -> None:
        folders: list[BaseLoader] = [FileSystemLoader(overrides)] if overrides else []
        self._loader = ChoiceLoader([*folders, PackageLoader("templates", "")])
        self._common = dict(common)
        sentence = str(common.get("funding_notice", ""))
        alone = Notice(others=(sentence,) if sentence else ())
        self._funding = funding or (lambda _instant: alone)
        self._environments: dict[tuple[str, bool], Environment] = {}

    def chat(self, text: Text, language: str = "fr") -> str:
        """Return chat HTML: values are escaped, runs of blank lines are one."""
        return self._block(text, language, escape=True)

    def plain(self, text: Text, language: str = "fr") -> str:
        """Return plain text on which nothing is escaped: labels, toasts, titles of topics."""
        return self._block(text, language, escape=False)

    def page(self, template: str, values: Mapping[str, Any], language: str = "fr") -> str:
        """Return a whole HTML document from `web/…` or `print/…`."""
        environment = self.environment(language, escape=True)
        return environment.get_template(template).render(self._values(values, language))

    def mail(
        self,
        name: str,
        values: Mapping[str, Any],
        language: str = "fr",
        pictures: Sequence[Picture] = (),
    ) -> MailText:
        """Return a mail from `mail/NAME.mjml` and `mail/NAME.txt` (whose block is `subject`).

        `pictures` are those that the template may show, beside the emblem and the logos.
        """
        values = self._values(values, language)
        text_template = f"mail/{name}.txt"
        subject = self._block(Text(text_template, "subject", values), language, escape=False)
        body = self._block(Text(text_template, "body", values), language, escape=False)
        mjml = self.environment(language, escape=True).get_template(f"mail/{name}.mjml")
        html = mrml.to_html(_spelled_out(mjml.render(values))).content
        shown = (*pictures, *values["funding"].pictures)
        inside = tuple(picture for picture in shown if f'"cid:{picture.content_id}"' in html)
        return MailText(re.sub(r"[ \t\r\n]+", " ", subject), html, body + "\n", inside)

    def source(self, name: str) -> str:
        """Return a template as it is written, for what is not ours to render."""
        environment = self.environment("fr", escape=False)
        return self._loader.get_source(environment, name)[0]

    def notice(self, at: datetime | None = None) -> Notice:
        """Return the notice of the fundings in force at an instant; now, when none is given."""
        return self._funding(at)

    def names(self) -> Sequence[str]:
        """Return the name of every template."""
        return [name for name in self._loader.list_templates() if name.endswith(SUFFIXES)]

    def _block(self, text: Text, language: str, *, escape: bool) -> str:
        template = self.environment(language, escape=escape).get_template(text.template)
        context: Context = template.new_context(self._values(text.values, language))
        rendered = "".join(template.blocks[text.block](context))
        return re.sub(r"\n{3,}", "\n\n", rendered).strip()

    def _values(self, values: Mapping[str, Any], language: str) -> dict[str, Any]:
        return {"funding": self.notice(), **values, "language": language}

    def environment(self, language: str, *, escape: bool) -> Environment:
        """Return the Jinja environment of a language; `escape` is off for plain text only."""
        key = (language, escape)
        if key not in self._environments:
            self._environments[key] = self._build(language, escape=escape)
        return self._environments[key]

    def _build(self, language: str, *, escape: bool) -> Environment:
        environment = Environment(
            loader=self._loader,
            autoescape=escape,  # noqa: S701  # off only for labels and text parts
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            extensions=["jinja2.ext.i18n"],
            bytecode_cache=_COMPILED[escape],
        )
        translations = load_translations(language)
        environment.install_gettext_translations(translations, newstyle=True)  # type: ignore[attr-defined]
        environment.policies["ext.i18n.trimmed"] = True
        environment.globals.update(self._common)
        environment.globals["emblem"] = Markup(emblem_svg(EMBLEM_HEIGHT))  # noqa: S704  # our own drawing
        environment.filters.update(_filters(language))
        return environment


def _spelled_out(mjml: str) -> str:
    """Write as references what mrml would spoil in attributes, such as a no-break space.

    It prints what is not plainly visible as Rust's sources do, but leaves references alone.
    """
    return re.sub(r"[^\x00-\x7f]|\\", _reference, mjml)


def _reference(match: re.Match[str]) -> str:
    character = match[0]
    mark = unicodedata.category(character).startswith("M")
    plain = character.isprintable() and not mark and character != "\\"
    return character if plain else f"&#{ord(character)};"


class French(gettext.NullTranslations):
    """The templates' own words; in French, none is singular: « 0 abonné »."""

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        """Choose the form for a number as French grammar does."""
        return msgid1 if abs(n) < 2 else msgid2  # noqa: PLR2004  # plural begins at two


@lru_cache(maxsize=4)
def load_translations(language: str) -> gettext.NullTranslations:
    """Return the catalogue of a language; French is the templates' own, and the default."""
    source = LOCALES / f"{language}.po"
    if not source.exists():
        return French()
    compiled = io.BytesIO()
    with source.open("rb") as handle:
        write_mo(compiled, read_po(handle, locale=language))
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)


def _filters(language: str) -> dict[str, Any]:
    """Dates and numbers as people read them: Paris time, in the language of the text; typography.

    `beginning` is a date with its hour; a day whose hour nobody gave begins at midnight. `typeset`
    is for words from outside (titles, what people write): ours are set already. `decimal` writes a
    number with the comma or the point of the language, three decimals at most.
    """
    french = language == "fr"
    clock = "H\u00a0'h'\u00a0mm" if french else "HH:mm"
    between = " 'à' " if french else ", "

    def written(pattern: str) -> Callable[[datetime], str]:
        @lru_cache(maxsize=256)  # a page says the same instants again and again
        def words(instant: datetime) -> str:
            local = aware(instant).astimezone(PARIS)
            text = format_datetime(local, pattern, locale=language)
            return re.sub(r"\b1 (?=[^\W\d])", "1er ", text) if french else text

        return words

    def beginning(instant: datetime) -> str:
        local = aware(instant).astimezone(PARIS)
        return filters["datetime" if (local.hour, local.minute) != (0, 0) else "long_date"](instant)

    def decimal(number: float) -> str:
        return format_decimal(number, locale=language).replace("\u202f", "\u00a0")

    filters: dict[str, Callable[[Any], str]] = {
        "date": written("d MMMM y"),
        "long_date": written("EEEE d MMMM y"),
        "day": written("EEEE d MMMM"),
        "month": written("MMMM y"),
        "time": written(clock),
        "hour": lambda instant: filters["time"](instant).removesuffix("\u00a000"),
        "datetime": written(f"EEEE d MMMM y{between}{clock}"),
        "typeset": typography.french if french else str,
        "capital_first": lambda words: words[:1].upper() + words[1:],
        "beginning": beginning,
        "decimal": decimal,
    }
    return filters
