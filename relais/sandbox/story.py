"""What the steps of the tour share."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from relais.sandbox.observation import Chats, Mailboxes, Pages
from relais.sandbox.playground import Playground


@dataclass
class Story:
    """What the steps have seen so far. `own_feed`: the news are not the samples'."""

    playground: Playground
    chats: Chats
    mail: Mailboxes
    pages: Pages
    say: Callable[[str], None]
    own_feed: bool
    kept: list[str] = field(default_factory=list)


Step = Callable[[Story], Awaitable[None]]


def flat(text: str) -> str:
    """Return words without the way they are set in lines."""
    return " ".join(text.split())
