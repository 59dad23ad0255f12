"""The archive as the house sees it: search, public pages and feeds, retention."""

from core.parts import Parts
from core.room import Room
from watch.archive.pages import WatchPages


def build(parts: Parts) -> Room:
    """Return the room."""
    return Room(name="archive", pages=WatchPages(parts).routes())
