"""What is sent about personal data: to the animators, to the person, to Telegram's own copies."""

from datetime import datetime

from bot.personal.models import ErasureRequest
from bot.personal.rules import RequestState
from bot.personal.words import text
from core.chat import Button, Keyboard, Text
from core.ledger.draft import Draft
from core.parts import Parts
from core.people.models import Person
from core.posts import render_post
from core.reference import Party, Reference

REQUEST = "personal.request"
TOLD = "personal.told"


def party(identity: int) -> Party:
    """Return for whom the animators are told of a request, so that it can be let go of with it."""
    return Party("request", str(identity))


def reference(request: ErasureRequest) -> Reference:
    """Return how the house names a request."""
    return Reference("personal", "request", str(request.id))


def card(request: ErasureRequest, name: str, block: str = "request") -> tuple[Text, Keyboard]:
    """Return a request as the animators see it, with what they can still decide."""
    words = text(block, request=request, name=name)
    if request.state != RequestState.ASKED:
        return words, ()
    subject = reference(request)
    accept = Button(text("accept_button"), "personal.accept", subject)
    refuse = Button(text("refuse_button"), "personal.refuse", subject)
    return words, ((accept, refuse),)


def to_animators(
    parts: Parts, request: ErasureRequest, name: str, block: str, now: datetime
) -> Draft:
    """Tell the animators of a request, or remind them of it."""
    language = parts.settings.network.language
    post = render_post(parts.renderer, *card(request, name, block), language)
    slot = f"request:{request.id}/{block}:{request.reminders}"
    return Draft(REQUEST, slot, party(request.id), post.content(), reference(request), now)


def to_person(
    parts: Parts, request: ErasureRequest, person: Person, block: str, now: datetime
) -> Draft:
    """Tell the person what was decided."""
    words = text(block, request=request)
    post = render_post(parts.renderer, words, (), person.language)
    whom = Party("person", str(person.id))
    slot = f"request:{request.id}/{block}"
    return Draft(TOLD, slot, whom, post.content(), reference(request), now, stream=str(whom))
