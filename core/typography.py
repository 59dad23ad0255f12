"""French typography of words that come from outside: titles, summaries, what people write.

No-break spaces before : ; ! ? » % € and after « and n°, in thousands; typographic apostrophes
(Lexique des règles typographiques en usage à l’Imprimerie nationale). As our own sentences do,
the no-break space is U+00A0 everywhere: mail clients draw the thin one badly; one that is there
already stays. Links, addresses, code, hours (9:30) and emoticons are left alone.
"""

import re

NO_BREAK = "\u00a0"

_SPACES = "[ \t\u00a0\u2009\u202f]"
_SIGN = r"""(?:[:;](?=[\s«»]|$)|[!?]+(?=[\s»)\]"”’.,…;:]|$))"""

_PLACES = re.compile(
    rf"""
    (?P<kept> https?://\S+ | www\.\S+ | mailto:\S+ | (?<![\w.+'-]) [\w.+'-]+@[\w.-]+
        | `[^`\n]*` | &\#?\w+; | :[a-z0-9_+-]+:(?!\w) | (?<!\w)[:;]-?[()DP](?!\w) )
    | (?P<space> (?<=\S) {_SPACES}+ (?= {_SIGN} | » | [%€](?!\w) ) )
    | (?P<missing> (?<= [\w)\]»"”%€…’°] ) (?= {_SIGN} ) | (?<= [^\s«] ) (?= » ) )
    | (?P<opening> (?<= « ) {_SPACES}* (?= [^\s»] ) )
    | (?P<number> (?<= \b[nN]° ) {_SPACES}* (?= \d )
        | (?<= \d ) (?<! \d{{4}} ) {_SPACES} (?= \d{{3}} (?!\d) ) )
    | (?P<apostrophe> (?<= [^\W\d_] ) ' (?= [\w«] ) | (?<= Rénov ) ' )
    """,
    re.VERBOSE,
)


def french(text: str) -> str:
    """Return `text` as a French typographer sets it. Doing it twice changes nothing more."""
    return _PLACES.sub(_set, text)


def _set(match: re.Match[str]) -> str:
    found = match[0]
    match match.lastgroup:
        case "kept":
            return found
        case "apostrophe":
            return "’"
        case _:
            return found if found in {NO_BREAK, "\u202f"} else NO_BREAK
