"""The words of the entrance."""

from core.chat import Reply, Text, command_button

TEMPLATE = "chat/entrance.html"
ACCESS = "acces"
"""The command by which a stranger asks to come in."""


def text(block: str, **values: object) -> Text:
    """Return words of the template of the entrance."""
    return Text(TEMPLATE, block, values)


def door() -> Reply:
    """Say to a stranger where they are, with the button that asks to come in."""
    return Reply(text("stranger"), ((command_button(text("access_button"), ACCESS),),))
