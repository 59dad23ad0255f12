"""A message that changed, fitted to the pieces that carried it."""

from hypothesis import given
from hypothesis import strategies as st

from bot.hotline.pieces import CAPTION_LIMIT, Lead, Piece, Refit, cut, headed, refit
from core.chat import File

LEAD = Lead("Question n° 1 · Claire (message modifié)", "Question n° 1 (suite)")
PHOTO = File("photo", "F1", "U1")
PDF = File("document", "F2", "U2", "note.pdf")


def bodies(pieces: "tuple[Piece, ...]") -> list[str]:
    return [piece.text for piece in pieces]


def test_a_text_takes_its_new_words() -> None:
    assert refit(LEAD, "Deux", [], [], [None]) == Refit(
        {0: headed(LEAD.first, "Deux", None)}, (), ()
    )


def test_what_has_grown_goes_on_in_a_new_piece() -> None:
    found = refit(LEAD, "mot " * 1500, [], [], [None])
    assert list(found.changed) == [0]
    assert found.emptied == ()
    assert [text.split("\n")[0] for text in bodies(found.added)] == [LEAD.again]


def test_what_has_shrunk_leaves_a_place_empty() -> None:
    found = refit(LEAD, "mot", [], [], [None, None, None])
    assert (list(found.changed), found.emptied, found.added) == ([0], (1, 2), ())


def test_a_caption_changes_and_the_other_files_stay() -> None:
    found = refit(LEAD, "Voici", [], [PHOTO, PDF], [PHOTO, PDF])
    assert found == Refit({0: headed(LEAD.first, "Voici", PHOTO)}, (), ())


def test_a_caption_that_has_grown_too_long_comes_after_the_files() -> None:
    words = "x" * CAPTION_LIMIT
    found = refit(LEAD, words, [], [PHOTO, PDF], [PHOTO, PDF])
    assert found.changed == {0: headed(LEAD.first, "", PHOTO)}
    assert found.added == (headed(LEAD.first, words, None),)


def test_a_long_caption_that_has_shrunk_stays_before_its_file() -> None:
    found = refit(LEAD, "Voici", [], [PHOTO], [None, PHOTO])
    assert found == Refit({0: headed(LEAD.first, "Voici", None)}, (), ())


def test_another_file_is_sent_and_the_former_one_is_marked() -> None:
    found = refit(LEAD, "Voici", [], [PDF], [PHOTO])
    assert found == Refit({}, (0,), (headed(LEAD.first, "Voici", PDF),))


def test_a_file_added_to_a_text_comes_after_it() -> None:
    found = refit(LEAD, "Voici", [], [PDF], [None])
    assert list(found.changed) == [0]
    assert [piece.file for piece in found.added] == [PDF]


@given(
    st.integers(0, 3000),
    st.integers(0, 3000),
    st.sampled_from([[], [PHOTO], [PHOTO, PDF]]),
)
def test_every_word_and_file_is_somewhere(before: int, after: int, files: list[File]) -> None:
    places = [piece.file for piece in cut(LEAD, "a " * before, [], files)]
    found = refit(LEAD, "mot " * after, [], files, places)
    shown = [*found.changed.values(), *found.added]
    assert sum(piece.text.count("mot ") for piece in shown) == after
    assert set(found.changed).isdisjoint(found.emptied)
    kept = [file for place, file in enumerate(places) if place not in found.emptied]
    assert {file.unique_id for file in files} <= {
        file.unique_id for file in [*kept, *(piece.file for piece in found.added)] if file
    }


def test_a_piece_is_sent_or_put_in_the_place_of_another() -> None:
    piece = headed("Question n° 1", "Voici", PHOTO)
    assert (piece.post().kind, piece.edit().kind) == ("file", "edit")
    assert (piece.edit().text, piece.edit().file) == ("Question n° 1\nVoici", PHOTO)
    assert headed("Question n° 1", "Voici", None).post().kind == "text"
