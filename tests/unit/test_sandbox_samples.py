"""The sandbox's ready-made files: what a browser and Telegram would take them for."""

import io
import wave
import zlib

import pytest

from relais.sandbox.page.samples import HEAVY, sample


def test_a_photo_is_a_picture_that_can_be_drawn() -> None:
    photo = sample("photo", "Paysage.png")
    assert photo is not None
    assert (photo.kind, photo.name, photo.mime_type) == ("photo", "Paysage.png", "image/png")
    assert photo.content.startswith(b"\x89PNG\r\n\x1a\n")
    pixels = photo.content.partition(b"IDAT")[2].partition(b"IEND")[0][:-8]
    assert len(zlib.decompress(pixels)) == 200 * (1 + 3 * 320)


def test_a_document_is_a_pdf_whose_parts_are_where_it_says() -> None:
    document = sample("document", "Modèle (2).pdf")
    assert document is not None
    content = document.content
    assert content.startswith(b"%PDF-1.4")
    assert "Modèle \\(2\\).pdf".encode("cp1252") in content
    table = int(content.rpartition(b"startxref\n")[2].split()[0])
    assert content[table:].startswith(b"xref")
    for number, line in enumerate(content[table:].splitlines()[3:8], 1):
        assert content[int(line[:10]) :].startswith(b"%d 0 obj" % number)


def test_a_voice_note_can_be_heard() -> None:
    voice = sample("voice", "")
    assert voice is not None
    assert voice.kind == "voice"
    with wave.open(io.BytesIO(voice.content)) as sound:
        assert 0.9 < sound.getnframes() / sound.getframerate() < 1.1


def test_a_heavy_file_only_claims_to_be() -> None:
    heavy = sample("heavy", "Film.mp4")
    assert heavy is not None
    assert (heavy.kind, heavy.size) == ("video", HEAVY)
    assert len(heavy.content) < 100


@pytest.mark.parametrize("kind", ["", "sticker"])
def test_there_is_no_other_sample(kind: str) -> None:
    assert sample(kind, "x") is None
