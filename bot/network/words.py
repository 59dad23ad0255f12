"""The words of territories helping territories."""

from core.chat import Text

TEMPLATE = "chat/network.html"

STALE = Text("chat/common.html", "stale")
REFUSED = Text("chat/common.html", "refused")


def text(block: str, **values: object) -> Text:
    """Return words of the template of territories helping territories."""
    return Text(TEMPLATE, block, values)
