"""The tour, as a newcomer starts it: every step is seen, on the samples and on one's own feed."""

import random
import socket
import subprocess
import sys
from pathlib import Path

import pytest

RELAIS = [sys.executable, "-c", "from relais.cli import main; main()"]

FEED = """<?xml version="1.0" encoding="UTF-8"?>
<rss version="2.0"><channel><title>Le bulletin du canton</title>
<link>https://bulletin.example/</link><description>d</description>
{items}</channel></rss>
"""


def three_free_ports() -> int:
    """Return the first of three ports in a row that nobody uses: drawn, as others look too."""
    for first in random.SystemRandom().sample(range(20_000, 30_000, 3), 100):
        sockets = [socket.socket() for _ in range(3)]
        try:
            for offset, held in enumerate(sockets):
                held.bind(("127.0.0.1", first + offset))
        except OSError:
            continue
        else:
            return first
        finally:
            for held in sockets:
                held.close()
    pytest.fail("no three free ports in a row")


def played(tmp_path: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [*RELAIS, "demo", "--tour", "--port", str(three_free_ports())]
    return subprocess.run(
        [*command, "--folder", str(tmp_path / "sandbox"), *arguments],
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


def test_the_story_is_played_and_each_step_is_seen(tmp_path: Path) -> None:
    result = played(tmp_path)
    assert result.returncode == 0, result.stdout + result.stderr
    assert "22 départements, 41 territories, 100 people, 12 answers" in result.stdout
    assert "a reply is held before it leaves" in result.stdout
    assert "validated by another animator" in result.stdout
    assert "found: « Nos communes sont sorties des ZRR" in result.stdout
    assert "« R&D rural »" in result.stdout
    assert "announced by 3 sources, is one piece of news" in result.stdout
    assert "it is on the page /veille and in its Atom feed" in result.stdout
    assert "once, seven days before: Appel à projets « Accueillir" in result.stdout
    assert "ticking again sends nothing" in result.stdout
    assert "after the hold, once each, with a calendar part" in result.stdout
    assert "the waiting list promotes by itself" in result.stdout
    assert "REQUEST, a higher SEQUENCE, same UID" in result.stdout
    assert "« Attestation de présence" in result.stdout
    assert "the evidence pack holds" in result.stdout
    assert "FAILED" not in result.stdout


def test_the_story_is_played_on_a_feed_of_ones_own(tmp_path: Path) -> None:
    items = "".join(
        f"<item><title>Nouvelle {n}</title><link>https://bulletin.example/{n}</link></item>"
        for n in range(5)
    )
    feed = tmp_path / "feed.xml"
    feed.write_text(FEED.format(items=items), encoding="utf-8")
    result = played(tmp_path, "--feed", str(feed))
    assert result.returncode == 0, result.stdout + result.stderr
    assert "from « Votre flux »: Nouvelle" in result.stdout


def test_a_feed_with_nothing_to_decide_on_fails_and_names_the_step(tmp_path: Path) -> None:
    feed = tmp_path / "feed.xml"
    feed.write_text(
        FEED.format(items="<item><title>Seule</title><link>https://b.example/1</link></item>"),
        encoding="utf-8",
    )
    result = played(tmp_path, "--feed", str(feed))
    assert result.returncode == 1
    assert "step 3 failed: only 1 news to decide on" in result.stdout


def test_a_feed_that_is_not_there_is_a_clear_line(tmp_path: Path) -> None:
    result = played(tmp_path, "--feed", str(tmp_path / "nowhere.xml"))
    assert result.returncode == 1
    assert "cannot be read" in result.stderr
    assert "Traceback" not in result.stderr


def test_a_port_in_use_is_a_clear_line(tmp_path: Path) -> None:
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        held.listen()
        port = str(held.getsockname()[1] - 2)  # the feeds' port is the third
        result = subprocess.run(
            [*RELAIS, "demo", "--tour", "--port", port, "--folder", str(tmp_path / "sandbox")],
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
    assert result.returncode == 1
    assert "cannot listen on 127.0.0.1" in result.stderr
    assert "Traceback" not in result.stderr


def test_starting_over_refuses_a_folder_that_is_not_a_sandbox(tmp_path: Path) -> None:
    folder = tmp_path / "photographs"
    folder.mkdir()
    (folder / "summer.jpg").write_bytes(b"precious")
    result = subprocess.run(
        [*RELAIS, "demo", "--fresh", "--folder", str(folder)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert result.returncode == 1
    assert "is not a sandbox" in result.stderr
    assert (folder / "summer.jpg").read_bytes() == b"precious"
