"""What is said in chat about who came."""

from core.chat import Text

WORDS = "chat/seminar_attendance.html"


def words(block: str, **values: object) -> Text:
    """Name a block of this room's chat texts."""
    return Text(WORDS, block, values)
