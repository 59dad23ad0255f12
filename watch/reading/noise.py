"""What a page says differently at each visit: counters, dates of the day, tokens."""

import re
from collections.abc import Iterable, Iterator

from core.text import normalise
from watch.reading.titles import clean_text

_UNITS = r"secondes?|minutes?|min|heures?|h|jours?|semaines?|mois|ans?|seconds?|hours?|days?|weeks?"
_COUNTED = (
    r"vues?|visites?|visiteurs?|lectures?|consultations?|t[ée]l[ée]chargements?|partages?|"
    r"commentaires?|j['’]aime|views?|likes?|comments?|connect[ée]s?|en ligne"
)
_PASSING = re.compile(
    rf"\(?\bil y a (?:environ |moins d['’]|plus d['’])?(?:\d+|une?|quelques) ?(?:{_UNITS})\b\)?|"
    rf"\b\d+ (?:{_UNITS}) ago\b|"
    rf"\(?\b\d[\d\s.]{{0,15}}(?:{_COUNTED})\b\)?|"
    r"\b[0-9a-f]{24,}\b|"
    r"(?<![\w-])(?-i:(?=[\w-]*\d)(?=[\w-]*[A-Z])(?=[\w-]*[a-z]))[\w-]{24,}\b",
    re.IGNORECASE,
)
_DATES_AND_UPDATES = frozenset(
    (
        *("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche"),
        *("lun", "mar", "mer", "jeu", "ven", "sam", "dim"),
        *("janvier", "fevrier", "mars", "avril", "mai", "juin", "juillet", "aout", "septembre"),
        *("octobre", "novembre", "decembre", "janv", "fevr", "avr", "juil", "sept", "oct"),
        *("nov", "dec", "1er", "h", "min", "le", "la", "les", "a", "au", "du", "de", "des"),
        *(
            "et",
            "en",
            "ce",
            "est",
            "il",
            "y",
            "nous",
            "sommes",
            "aujourd",
            "hui",
            "heure",
            "hier",
            "avant",
            "demain",
        ),
        *("date", "jour", "jours", "mis", "mise", "page", "derniere", "dernier", "modification"),
        *("modifie", "modifiee", "modifies", "actualise", "actualisee", "actualisation"),
        *("publie", "publiee", "publication", "consulte", "consultee", "version", "tout"),
        *("visite", "visites", "visiteur", "visiteurs", "vue", "vues", "lecture", "lectures"),
        *("consultation", "consultations", "telechargement", "telechargements", "compteur"),
        *("partage", "partages", "commentaire", "commentaires", "total", "ligne", "connecte"),
        *("connectes", "nombre", "utc", "gmt", "cet", "cest", "last", "updated", "on", "at"),
    )
)
_NUMBER = re.compile(r"\d+(?:h\d*|e|eme|er|re)?")
_LABEL = re.compile(
    r":$|limite|cl[oô]tur|[ée]ch[ée]ance|jusqu|avant|d[ée]p[oô]t|candidatur|inscription|relève|"
    r"ouverture|entr[ée]e en vigueur|d[ée]but|fin\b|r[ée]union|session|rendez",
    re.IGNORECASE,
)
_MOST_LABEL = 80


def without_noise(lines: Iterable[str]) -> Iterator[str]:
    """Give the lines that mean something, each on one line.

    A line of dates and numbers alone is noise, unless the line before says what they are: « Date
    limite », « Clôture : ». They are then one line.
    """
    label = ""
    for line in lines:
        said = clean_text(_PASSING.sub(" ", clean_text(line)))
        if not _has_word_or_digit(said):
            continue
        if label and is_noise(said):
            said, label = f"{label} {said}", ""
        elif label:
            yield label
            label = ""
        if _announces(said):
            label = said
        elif not is_noise(said):
            yield said
    if label and not is_noise(label):
        yield label


def _has_word_or_digit(line: str) -> bool:
    return any(character.isalnum() for character in line)


def _announces(line: str) -> bool:
    return (
        len(line) <= _MOST_LABEL
        and not is_noise(line)
        and bool(_LABEL.search(line))
        and not (any(character.isdigit() for character in line))
    )


def is_noise(line: str) -> bool:
    """Tell whether a line holds nothing but numbers, dates, and words about them."""
    words = normalise(line).split()
    return all(word in _DATES_AND_UPDATES or _NUMBER.fullmatch(word) for word in words)
