"""A person's words cut into messages, formatting kept."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from bot.hotline.pieces import CAPTION_LIMIT, TEXT_LIMIT, Lead, Piece, cut, units
from core.chat import File

LEAD = Lead("Question n° 1 · Claire", "Question n° 1 (suite)")
PHOTO = File("photo", "F1", "U1")
PDF = File("document", "F2", "U2", "note.pdf")


def bold(text: str) -> dict[str, Any]:
    return {"type": "bold", "offset": 0, "length": units(text)}


def covered(piece: Piece, kind: str) -> list[str]:
    raw = piece.text.encode("utf-16-le")
    return [
        raw[2 * e["offset"] : 2 * (e["offset"] + e["length"])].decode("utf-16-le")
        for e in piece.entities
        if e["type"] == kind
    ]


def test_a_short_text_is_one_piece_under_its_lead() -> None:
    entity = {"type": "text_link", "offset": 4, "length": 3, "url": "https://example.org"}
    [piece] = cut(LEAD, "Qui FRR ?", [entity], [])
    assert piece.text == "Question n° 1 · Claire\nQui FRR ?"
    assert piece.file is None
    assert piece.entities == (bold(LEAD.first), {**entity, "offset": 27})
    assert covered(piece, "text_link") == ["FRR"]


def test_offsets_are_counted_as_the_bot_api_does() -> None:
    lead = Lead("🌾 Claire", "…")
    [piece] = cut(lead, "🙂 gras", [{"type": "italic", "offset": 3, "length": 4}], [])
    assert piece.entities[0]["length"] == 9
    assert covered(piece, "italic") == ["gras"]


def test_a_caption_stays_with_the_first_file() -> None:
    pieces = cut(LEAD, "Voici l’arrêté", [], [PHOTO, PDF])
    assert [(piece.text, piece.file) for piece in pieces] == [
        ("Question n° 1 · Claire\nVoici l’arrêté", PHOTO),
        ("Question n° 1 (suite)", PDF),
    ]


def test_a_file_without_words_has_the_lead_alone() -> None:
    assert cut(LEAD, "", [], [PHOTO]) == [Piece(LEAD.first, (bold(LEAD.first),), PHOTO)]


def test_a_long_caption_comes_before_the_files() -> None:
    pieces = cut(LEAD, "x" * CAPTION_LIMIT, [], [PHOTO])
    assert [piece.file for piece in pieces] == [None, PHOTO]
    assert pieces[1].text == "Question n° 1 (suite)"


def test_a_long_text_is_cut_between_lines_then_words() -> None:
    lines = "\n".join(["ligne " * 100] * 10)
    pieces = cut(LEAD, lines, [], [])
    assert len(pieces) == 2
    assert pieces[0].text.endswith("ligne \n")
    assert pieces[1].text.startswith("Question n° 1 (suite)\nligne ")
    words = cut(LEAD, "mot " * 2000, [], [])
    assert all(piece.text.endswith("mot ") for piece in words)


def test_what_is_only_white_space_is_not_a_message() -> None:
    assert len(cut(LEAD, "a" + " " * 9000, [], [])) == 1
    assert cut(LEAD, " ", [], []) == []


@given(
    st.text(alphabet="aé🙂👩‍🌾 \n", min_size=1, max_size=30),
    st.integers(1, 600),
    st.integers(0, 3000),
    st.integers(1, 9000),
)
def test_nothing_is_lost_and_every_piece_fits(
    pattern: str, times: int, offset: int, length: int
) -> None:
    text = "a" + pattern * times + "z"
    entity = {"type": "italic", "offset": offset, "length": length}
    pieces = cut(LEAD, text, [entity], [])
    bodies = [piece.text.split("\n", 1)[1] for piece in pieces]
    assert "".join("".join(bodies).split()) == "".join(text.split())
    for piece in pieces:
        assert units(piece.text) <= TEXT_LIMIT
        for each in piece.entities:
            assert each["offset"] + each["length"] <= units(piece.text)
    if "".join(bodies) == text:
        kept = sum(each["length"] for piece in pieces for each in piece.entities[1:])
        assert kept == max(0, min(offset + length, units(text)) - offset)
