"""Articles of codes: « article L. 5214-16 du CGCT », « CCP, art. R. 2122-8 », « L. 1511-2 à -8 ».

An article whose code is not beside it is of the only code that the text names; when it names none,
or several, the article is named without a code, and leads nowhere. An article without a letter
(« article 3 du présent décret ») counts only beside the name of a code.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from watch.understanding.folding import Folded
from watch.understanding.law.codes import Code, CodeMention, code_after, code_before, find_codes
from watch.understanding.law.found import Found

_TIMES = r"bis|ter|quater|quinquies|sexies|septies|octies|nonies"
_LATIN = (
    rf"(?:un|duo|ter|quater|quinque|quin|sex|septe?|octo|novo)?(?:decies|vicies|tricies)|{_TIMES}"
)
_SUFFIX = rf"(?:\s{{1,2}}(?:{_LATIN})(?:-0)?(?![a-z])|\s{{1,2}}0?\s?[a-z]{{1,2}}(?![a-z0-9'.]))"
_LETTER = r"(?:l\.?\s?o|[lrda])"
_ITEM = re.compile(
    rf"(?:(?P<letter>{_LETTER})(?P<dot>\.?)\s{{0,2}}\*?\s?)?"
    rf"(?P<number>\d{{1,5}}(?:-\d{{1,4}}){{0,5}})(?!\d)(?P<first>er(?![a-z]))?(?P<suffix>{_SUFFIX}{{0,4}})"
)
_SHORT = re.compile(r"-\s?(?P<last>\d{1,4})(?![\d-])")
_PARAGRAPH = re.compile(
    r"(?:\s{0,2},?\s{0,2}(?:\d{1,2}°(?!\s?[a-z]\s?\d)|\([ivx\d]{1,4}\)|al(?:inea)?\.?\s?\d{1,2}(?!\d)"
    r"|[ivx]{1,4}(?![a-z])))"
)
_BETWEEN = re.compile(
    r"\s{0,2}(?:,|;|(?:,\s?)?(?:et|ou|ainsi\sque|(?P<to>a|au))\s{1,2}(?:(?:de|a)\s)?"
    r"(?:l'|les\s|aux\s)?(?:art(?:icle)?s?\.?)?)\s{0,2}(?=-?\s?\d|l\.?\s?o|[lrda][\s.*\d])"
)
_HEAD = re.compile(
    r"art(?<![a-z0-9]art)(?:icles?|s?\.|s?(?=\s?[lrda\d]))\s{0,2}(?=\d|l\.?\s?o|[lrda])"
)
_BARE = re.compile(
    r"(?<![a-z0-9'])(?:l\.?\s?o|[lrd])(?:\.\s{0,2}\*?\s?\d{1,4}|\s?\d{3,4})-\d{1,3}(?!\d)"
)
_TAX = re.compile(rf"(?<![a-z0-9.,/-])\d{{1,4}}(?:-\d)?\s{{1,2}}(?:{_LATIN}|[a-z]{{1,2}}\s)")
_HYPHENED = re.compile(r"\d-\d")

_BEFORE_CODE = re.compile(
    r"(?:\s{0,2}et\s{1,2}suivants?)?(?:\s{1,2}modifiee?s?)?\s{0,2},?\s{0,2}"
    r"(?:du\s{1,2}(?:nouveau\s)?|\(|dans\sle\s{1,2})?"
)
_AFTER_CODE = re.compile(r"\s{0,2}[,:(]?\s{0,2}(?:(?:en|a)\s(?:ses?|son)\s|l'|les\s)?")
_ELSEWHERE = re.compile(
    r"(?:\s{0,2}et\s{1,2}suivants?)?\s{0,2},?\s{0,2}"
    r"(?:(?P<code>(?:du|dudit|du\s{1,2}meme|de\s{1,2}ce)\s{1,2}code)"
    r"|(?:du|de\s{1,2}la|de\s{1,2}l'|dudit|de\s{1,2}ladite|de\s{1,2}cette|des|de\s{1,2}ce)\s{0,2}"
    r"(?:present|loi|decret|arrete|ordonnance|reglement|convention|constitution|traite|meme|statut"
    r"|cahier|annexe|accord|contrat|directive))"
)
_SAME = re.compile(
    r"(?:\s{0,2}et\s{1,2}suivants?)?\s{0,2},?\s{0,2}(?:du\s{1,2}meme|dudit|de\s{1,2}ce)\s{1,2}code\b"
)
_NO_SUFFIX = frozenset(
    {"ET", "OU", "DU", "AU", "DE", "LE", "LA", "EN", "SA", "UN", "SI", "CE", "IL"}
)
_LONGEST_LINK = 40


@dataclass(frozen=True, slots=True)
class _Article:
    """An article as it is named; `to` is the last of those that it begins."""

    start: int
    end: int
    name: str
    lettered: bool
    sure: bool
    to: str = ""


@dataclass(frozen=True, slots=True)
class _List:
    """Articles named in a row, and where the word « article » before them begins."""

    start: int
    end: int
    articles: tuple[_Article, ...]
    headed: bool


def find_articles(folded: Folded) -> Iterator[Found]:
    """Give the articles of codes that a text names, in their order."""
    lists = list(_lists(folded))
    if not lists:
        return
    codes = find_codes(folded)
    beside = [_code_beside(folded.text, codes, each) for each in lists]
    known = {code.code for code in beside if code} | {code.code for code in codes if code.in_full}
    only = next(iter(known)) if len(known) == 1 else None
    for each, mention in zip(lists, beside, strict=True):
        code = mention.code if mention else _far_code(folded.text, each, only)
        start = min(each.start, mention.start) if mention else each.start
        end = max(each.end, mention.end) if mention else each.end
        if code is not _ELSE:
            yield from _named(each, code, start, end, near=mention is not None)


_ELSE = Code("", "")
"""What articles of a law or a treaty are of."""


_ELSE = Code("", "")
"""What articles of a law or a treaty are of."""


def _far_code(text: str, each: _List, only: Code | None) -> Code | None:
    """Return the code of articles that none is beside; `_ELSE` when they are of no code."""
    elsewhere = _ELSEWHERE.match(text, each.end)
    if elsewhere is None:
        return only
    return None if elsewhere["code"] else _ELSE


def _named(each: _List, code: Code | None, start: int, end: int, *, near: bool) -> Iterator[Found]:
    for index, article in enumerate(each.articles):
        if not (near or (article.lettered and (each.headed or article.sure or code))):
            continue
        first, last = index == 0, index == len(each.articles) - 1
        name = (
            f"articles {article.name} à {article.to}" if article.to else f"article {article.name}"
        )
        named = f"{name} du {code.name}" if code else name
        yield Found(
            start if first else article.start,
            end if last else article.end,
            "article",
            named,
            named,
            code.url if code else "",
        )


def _code_beside(text: str, codes: list[CodeMention], each: _List) -> CodeMention | None:
    """Return the code right after the articles, else « du même code », else the one before."""
    after = code_after(codes, each.end)
    if after and _links(_BEFORE_CODE, text, each.end, after.start):
        enclosed = text[after.start - 1] == "("
        if not enclosed or text[after.end : after.end + 1] == ")":
            return after
    before = code_before(codes, each.start)
    if before and (same := _SAME.match(text, each.end)):
        return CodeMention(each.start, same.end(), before.code, in_full=False)
    if before and _links(_AFTER_CODE, text, before.end, each.start):
        return before
    return None


def _links(pattern: re.Pattern[str], text: str, start: int, end: int) -> bool:
    return end - start <= _LONGEST_LINK and bool(pattern.fullmatch(text, start, end))


# --- lists of numbers ---------------------------------------------------------------------------


def _lists(folded: Folded) -> Iterator[_List]:
    """Give the rows of articles, in their order, without those inside another."""
    text = folded.text
    starts = {each.start(): each.end() for each in _HEAD.finditer(text)} if "art" in text else {}
    if _HYPHENED.search(text):
        starts |= {each.start(): each.start() for each in _BARE.finditer(text)}
    if "cgi" in text or "impots" in text or "lpf" in text:
        starts |= {each.start(): each.start() for each in _TAX.finditer(text)}
    end = 0
    for start in sorted(starts):
        place = starts[start]
        if start >= end and (articles := _articles(folded, place)):
            end = max(articles[-1].end, start + 1)
            paragraph = _after_paragraphs(text, end)
            yield _List(start, paragraph, articles, headed=place > start)


def _articles(folded: Folded, place: int) -> tuple[_Article, ...]:
    text, articles = folded.text, list[_Article]()
    ranged = False
    while True:
        item = _ITEM.match(text, place)
        short = None if item else _SHORT.match(text, place)
        if item and (articles or item["number"]):
            article = _article(folded, item)
        elif short and articles and "-" in articles[-1].name:
            name = f"{articles[-1].name.rpartition('-')[0]}-{short['last']}"
            article = _Article(short.start(), short.end(), name, articles[-1].lettered, sure=True)
        else:
            break
        if ranged:
            first = articles.pop()
            article = _Article(
                first.start, article.end, first.name, first.lettered, first.sure, article.name
            )
        articles.append(article)
        between = _BETWEEN.match(text, _after_paragraphs(text, article.end))
        if between is None or (ranged and between["to"]):
            break
        ranged, place = bool(between["to"]), between.end()
    return tuple(articles)


def _after_paragraphs(text: str, place: int) -> int:
    """Return where « , 3° » or « (II) » after an article ends."""
    for _ in range(2):
        if paragraph := _PARAGRAPH.match(text, place):
            place = paragraph.end()
    return place


def _article(folded: Folded, item: re.Match[str]) -> _Article:
    end, suffix = _suffix(folded, item)
    letter = (item["letter"] or "").replace(".", "").replace(" ", "").upper()
    prefix = f"{'.'.join(letter)}. " if letter else ""
    name = f"{prefix}{item['number']}{'er' if item['first'] else ''}{suffix}"
    sure = bool(letter) and bool(item["dot"]) and "-" in item["number"]
    return _Article(item.start(), end, name, bool(letter), sure)


def _suffix(folded: Folded, item: re.Match[str]) -> tuple[int, str]:
    """Return where « quindecies A » after a number ends, and what it is: letters are capitals."""
    end, kept = item.end("first") if item["first"] else item.end("number"), ""
    for part in re.finditer(r"\S+", item["suffix"]):
        start = item.start("suffix") + part.start()
        written = folded.words(start, start + len(part[0]))
        latin = len(part[0].removesuffix("-0")) > len("zz")
        if not latin and (not written.isupper() or written in _NO_SUFFIX or "À" in written):
            break
        kept += f" {part[0]}" if latin else f" {written}"
        end = start + len(part[0])
    return end, kept
