"""What is examined of an edition before it is approved."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.chat import Text
from core.sections import Section
from digest.letter.decide import Contents, Item
from digest.letter.examining import Problem, read_examination
from digest.letter.examining.colours import BLACK, WHITE, contrast, read_colour, rounded
from digest.letter.examining.contrasts import visible_text, weak_contrasts
from digest.letter.examining.results import BLOCKING, Examination, judged
from digest.letter.examining.rules import (
    Answered,
    Link,
    Mail,
    closing_soon,
    headings,
    is_example,
    links_of,
    problem_of_link,
    problems_of_contents,
    problems_of_mail,
    with_dates_of,
)
from tests.messages import renderer

NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
LEAVE = "https://relais.test/se-desabonner"
NOTICE = "Cofinancé par l’Union européenne"


def item(title: str = "Une fable", **values: object) -> Item:
    given = {"reference": "watch:story:1", "section": Section.LEGAL, "source": "Journal officiel"}
    return Item(title=title, **{**given, **values})  # type: ignore[arg-type]


def contents(*items: Item, **values: str) -> Contents:
    return Contents("La lettre", "", items, **values)


def mail(body: str = "", **values: object) -> Mail:
    html = f"""<html><head><title>x</title></head><body><h1>La lettre</h1>{body}
        <p>{NOTICE}</p><a href="{LEAVE}">Se désabonner</a></body></html>"""
    given = {"html": html, "text": f"La lettre\n{NOTICE}\n{LEAVE}", "sentences": (NOTICE,)}
    return Mail(**{**given, "unsubscribe_url": LEAVE, **values})  # type: ignore[arg-type]


def codes(mail: Mail) -> list[str]:
    return [problem.code for problem in problems_of_mail(mail)]


# --- what it says ---------------------------------------------------------------------------------


def test_a_picture_needs_its_words() -> None:
    pictured = contents(item(), picture="0" * 64, picture_words=" ")
    assert problems_of_contents(pictured, NOW) == (Problem("picture_words", {}),)
    described = contents(item(), picture="0" * 64, picture_words="Une halle restaurée")
    assert problems_of_contents(described, NOW) == ()


def test_an_item_without_a_source_is_told_unless_the_network_speaks_for_itself() -> None:
    meeting = item(section=Section.AGENDA, source="", starts_at=NOW + timedelta(days=9))
    question = item(section=Section.QUESTION, source="")
    found = problems_of_contents(contents(item(source=" "), meeting, question), NOW)
    assert found == (Problem("source_missing", {"title": "Une fable"}),)


def test_what_closes_before_readers_can_act_is_told() -> None:
    soon = item(deadline=NOW + timedelta(days=1))
    late = item("Une autre", deadline=NOW - timedelta(days=1))
    begun = item("Un atelier", starts_at=NOW + timedelta(hours=30))
    far = item("Plus tard", deadline=NOW + timedelta(days=2))
    found = closing_soon([soon, late, begun, far, item()], NOW)
    assert [(each.values["title"], each.values["past"]) for each in found] == [
        ("Une fable", False),
        ("Une autre", True),
        ("Un atelier", False),
    ]
    assert problems_of_contents(contents(late), NOW) == (found[1],)


def test_dates_that_came_near_since_are_told_once() -> None:
    call = item("Un appel", deadline=NOW + timedelta(days=3))
    other = Problem("source_missing", {"title": "Une fable"})
    found = judged(1, [other])
    assert with_dates_of(found, [call], NOW) == (found, False)
    renewed, since = with_dates_of(found, [call], NOW + timedelta(days=2))
    assert since
    assert [each.code for each in renewed.warnings] == ["closes_soon", "source_missing"]
    assert with_dates_of(renewed, [call], NOW + timedelta(days=2)) == (renewed, False)
    past, since = with_dates_of(renewed, [call], NOW + timedelta(days=4))
    assert (since, past.warnings[0].values["past"]) == (True, True)


# --- links ----------------------------------------------------------------------------------------


def test_each_address_is_tried_once_and_our_own_are_not() -> None:
    edition = contents(
        item(url="https://a.test/1", references=(("Loi", "https://law.test/2"), ("Arrêté", ""))),
        item("Encore", url="https://a.test/1"),
        item("La rencontre", url="https://relais.test/rencontres/4"),
        item("Sans lien"),
    )
    assert links_of(edition, "https://relais.test/") == (
        Link("Une fable", "https://a.test/1"),
        Link("Une fable", "https://law.test/2"),
    )


@pytest.mark.parametrize(
    ("answered", "code", "blocks"),
    [
        (Answered(404), "link_gone", True),
        (Answered(410), "link_gone", True),
        (Answered(failure="unknown"), "link_unknown", True),
        (Answered(401), "link_refused", False),
        (Answered(403), "link_refused", False),
        (Answered(405), "link_refused", False),
        (Answered(429), "link_refused", False),
        (Answered(500), "link_failing", False),
        (Answered(503), "link_failing", False),
        (Answered(failure="silent"), "link_silent", False),
        (Answered(failure="insecure"), "link_insecure", False),
        (Answered(failure="example"), "link_example", False),
    ],
)
def test_only_what_surely_leads_nowhere_blocks(answered: Answered, code: str, blocks: bool) -> None:
    problem = problem_of_link(Link("Une fable", "https://a.test/1"), answered)
    assert problem is not None
    assert (problem.code, problem.values["title"]) == (code, "Une fable")
    found = judged(1, [problem])
    assert bool(found.blocking) is blocks
    assert bool(found.warnings) is not blocks


@pytest.mark.parametrize("status", [200, 204, 206, 301])
def test_an_address_that_answers_is_no_problem(status: int) -> None:
    assert problem_of_link(Link("x", "https://a.test/1"), Answered(status)) is None


def test_addresses_of_samples_lead_nowhere_by_design() -> None:
    assert is_example("https://legifrance-exemple.example/loi/1")
    assert not is_example("https://www.example.org/loi/1")
    assert not is_example("mailto:x")
    assert not is_example("http://[::1")


# --- the mail -------------------------------------------------------------------------------------


def test_a_sound_mail_has_no_problem() -> None:
    assert problems_of_mail(mail("<h2>Veille</h2><h3>Loi</h3><h2>Agenda</h2>")) == ()


def test_a_mail_needs_its_text_part_and_both_parts_their_way_out() -> None:
    assert codes(mail(text=" \n")) == ["text_missing", "funding_missing"]
    assert codes(mail(text=f"La lettre {NOTICE}")) == ["unsubscribe_missing"]
    assert codes(mail(unsubscribe_url="https://x.test")) == ["unsubscribe_missing"] * 2


def test_pictures_need_an_alternative_which_may_be_empty() -> None:
    body = '<img src="https://x.test/a/logo.png"><img src="cid:x" alt=""><img alt="Une halle">'
    assert problems_of_mail(mail(body)) == (Problem("picture_alt", {"name": "logo.png"}),)


def test_the_funding_notice_must_be_seen_in_both_parts_with_its_emblem() -> None:
    other = "Ce projet est cofinancé par l’Union Européenne avec le FEDER"
    assert codes(mail(sentences=(NOTICE, other))) == ["funding_missing"]
    hidden = f'<p style="display: none">{other}</p>'
    assert codes(mail(hidden, text=f"{NOTICE} {other} {LEAVE}", sentences=(other,))) == [
        "funding_missing"
    ]
    shown = "<p>Ce projet est <b>cofinancé</b>\n par l’Union Européenne avec le\u00a0FEDER</p>"
    wrapped = f"{LEAVE}\n{other.replace(' ', chr(10), 3)}"
    assert codes(mail(shown, text=wrapped, sentences=(other,))) == []
    assert codes(mail(emblem="emblem@funding")) == ["emblem_missing"]
    emblem = '<img src="cid:emblem@funding" alt="Emblème">'
    assert codes(mail(emblem, emblem="emblem@funding")) == []


def test_what_gmail_would_cut_is_told() -> None:
    whole = mail("<p>" + "é" * 52_300 + "</p>")
    assert problems_of_mail(whole) == (Problem("too_big", {"size": 102, "most": 102}),)
    assert codes(mail("<p>" + "e" * 100_000 + "</p>")) == []


@pytest.mark.parametrize(
    ("html", "found"),
    [
        ("<h1>a</h1><h2>b</h2><h3>c</h3><h2>d</h2><h1>e</h1>", []),
        ("<h2>a</h2><h3>b</h3>", [("heading_first", "a")]),
        ("<h1>a</h1><h3>b</h3><h4>c</h4>", [("heading_skipped", "b")]),
        ("<p>a</p>", [("heading_first", "")]),
    ],
)
def test_headings_begin_with_a_title_and_skip_no_level(
    html: str, found: list[tuple[str, str]]
) -> None:
    assert [(each.code, each.values["words"]) for each in headings(html)] == found


# --- contrast -------------------------------------------------------------------------------------


def weak(body: str, css: str = "") -> list[tuple[str, bool, float]]:
    page = f"<html><head><style>{css}</style></head><body>{body}</body></html>"
    found = weak_contrasts(page)
    return [(each.values["words"], each.values["dark"], each.values["ratio"]) for each in found]


def both(words: str, ratio: float) -> list[tuple[str, bool, float]]:
    return [(words, False, ratio), (words, True, ratio)]


def test_contrast_is_that_of_the_guidelines() -> None:
    assert contrast(BLACK, WHITE) == pytest.approx(21)
    assert contrast((0x76,) * 3, WHITE) == pytest.approx(4.54, abs=0.01)
    assert contrast((0x77,) * 3, WHITE) == pytest.approx(4.48, abs=0.01)
    assert rounded(4.48) == 4.4


COLOURS = st.tuples(*[st.integers(0, 255)] * 3)


@given(COLOURS, COLOURS)
def test_contrast_has_no_side_and_stays_between_one_and_twenty_one(
    one: tuple[int, int, int], other: tuple[int, int, int]
) -> None:
    assert 1 <= contrast(one, other) <= 21.000001
    assert contrast(one, other) == contrast(other, one)
    written = "#{:02x}{:02X}{:02x}".format(*one)
    assert read_colour(written) == one == read_colour("rgb({}, {}, {})".format(*one))


@pytest.mark.parametrize(
    ("value", "colour"),
    [
        ("#fff", WHITE),
        ("url(x.png) no-repeat #1d5c43", (0x1D, 0x5C, 0x43)),
        ("black", BLACK),
        ("Transparent", None),
        ("inherit", None),
        ("", None),
        ("#12345", None),
        ("rgba(0, 0, 0, 0)", None),
        ("rgba(0, 0, 0, 0.5)", (128, 128, 128)),
        ("rgb(0 0 0 / 50%)", (128, 128, 128)),
    ],
)
def test_colours_are_read_as_style_sheets_write_them(
    value: str, colour: tuple[int, int, int] | None
) -> None:
    assert read_colour(value) == colour


def test_weak_words_are_named_once_for_each_pair_of_colours() -> None:
    body = '<p style="color:#777">Gris</p><p style="color:#777777">Encore</p><p>Noir</p>'
    assert weak(body) == both("Gris", 4.4)


def test_large_words_need_less() -> None:
    assert weak('<p style="color:#888;font-size:24px">Grand</p>') == []
    assert weak('<h1 style="color:#888">Titre</h1>') == []
    assert weak('<p style="color:#888;font-size:14pt;font-weight:bold">Gras</p>') == []
    assert weak('<p style="color:#888;font-size:18px;font-weight:bold">Gras</p>') != []
    assert weak('<h1 style="color:#aaa">Titre</h1>') == both("Titre", 2.3)
    assert weak('<h1 style="color:#888;font-size:1rem;font-weight:normal">Petit</h1>') != []


def test_style_sheets_count_by_weight_and_dark_ones_in_the_dark_only() -> None:
    css = """
    /* { a comment } */ @import url(x.css); @font-face { font-family: x }
    .sheet { background-color: #ffffff; } .words p { color: #222222 }
    a:hover, ::selection { color: #fff }  p:what { color: #fff }
    @media (min-width: 480px) { .words p { color: #fefefe } }
    @media (prefers-color-scheme: dark) { .sheet { background-color: #101010 !important } }
    """
    body = '<div class="sheet" style="background:#ffffff"><div class="words"><p>Oui</p></div></div>'
    assert weak(body, css) == [("Oui", True, 1.1)]
    mended = css + "@media (prefers-color-scheme: dark) { .words p { color: #eeeeee !important } }"
    assert weak(body, mended) == []


def test_an_inline_style_weighs_more_than_a_sheet_and_a_later_rule_more_than_an_earlier() -> None:
    assert weak('<p class="a" style="color:#000">Oui</p>', "p.a { color: #eee }") == []
    assert weak('<p class="a">Oui</p>', ".a { color: #000 } p { color: #eee }") == []
    assert weak("<p>Oui</p>", "p { color: #eee } p { color: #000 }") == []
    assert weak("<p>Oui</p>", "p { color: #eee") == both("Oui", 1.1)


def test_what_is_not_shown_is_not_read() -> None:
    hidden = '<div style="display:none;color:#fff">Préambule</div><!-- <p>x</p> -->'
    assert weak(hidden + '<p style="visibility:hidden;color:#fff">x</p>') == []
    assert weak('<p style="color:#fff">\u00a0\u200c</p>') == []
    assert visible_text(f"{hidden}<p>Un<b>\n mot</b></p> puis") == "Un mot puis"


def test_links_have_the_browsers_colour_unless_told() -> None:
    body = '<div style="background:#14191e"><a href="https://x.test">Lien</a></div>'
    assert weak(body)[0][0] == "Lien"
    assert weak('<a href="https://x.test">Lien</a>') == []


def test_old_attributes_and_what_has_no_known_colour_are_understood() -> None:
    cell = '<table><tr><td bgcolor="#1d5c43" style="color:chartreuse">Vert</td></tr></table>'
    assert weak(cell) == both("Vert", 2.6)
    assert weak('<div style="font-size:0"><p style="color:#888">Petit</p></div>') != []


def test_long_words_are_shortened() -> None:
    [(words, _, _), _] = weak(f'<p style="color:#fff">{"mot " * 40}</p>')
    assert len(words) <= 60
    assert words.endswith("mot…")


# --- what is kept ---------------------------------------------------------------------------------


def test_an_examination_is_of_one_version_and_survives_its_storage() -> None:
    gone = Problem("link_gone", {"title": "x", "url": "https://a.test", "status": 404})
    big = Problem("too_big", {"size": 110, "most": 102})
    found = judged(3, [gone, big, gone])
    assert found == Examination(3, (gone,), (big,))
    kept = SimpleNamespace(version=3, examined=found.to_json())
    assert read_examination(kept) == found
    assert read_examination(SimpleNamespace(version=4, examined=kept.examined)) is None
    assert read_examination(SimpleNamespace(version=3, examined=None)) is None


# --- how it is said -------------------------------------------------------------------------------


def said(code: str, **values: object) -> str:
    given = {
        "title": "Une fable", "url": "https://a.test/1", "status": 404, "host": "a.test",
        "words": "Notre lecture", "dark": False, "ratio": 3.2, "wanted": 4.5, "level": 3,
        "before": 1, "name": "logo.png", "sentence": NOTICE, "part": "html", "size": 110,
        "most": 102, "at": NOW.isoformat(), "past": False,
    }  # fmt: skip
    found = renderer().plain(Text("chat/examination.html", code, {**given, **values}))
    return found.replace("\u00a0", " ")


def test_each_problem_says_where_it_is_and_what_to_do() -> None:
    assert said("link_gone") == (
        "« Une fable » : son lien ne mène plus nulle part (réponse 404). "
        "Remplacez l’adresse ou retirez ce sujet : https://a.test/1"
    )
    assert said("contrast", dark=True).startswith(
        "En mode sombre, « Notre lecture » se lit mal : contraste de 3,2 au lieu de 4,5 au moins."
    )
    assert said("too_big").startswith("La lettre pèse 110 ko : au-delà de 102 ko, Gmail")
    assert "tombe dans les deux jours" in said("closes_soon")
    assert said("closes_soon", past=True).startswith("« Une fable » : sa date est passée.")


WARNINGS = (
    "link_refused", "link_failing", "link_silent", "link_insecure", "link_example",
    "closes_soon", "source_missing", "too_big",
)  # fmt: skip


@pytest.mark.parametrize("code", [*sorted(BLOCKING), *WARNINGS])
def test_every_problem_has_its_sentence_on_one_line(code: str) -> None:
    sentence = said(code)
    assert len(sentence) > 40
    assert "\n" not in sentence
