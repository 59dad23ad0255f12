"""Who acts on meetings, in chat."""

from core.chat import Turn
from core.reference import Party
from digest.seminars import names


def actor_of(turn: Turn) -> Party:
    """Return who acts, as the audit trail names them."""
    if turn.sender.person_id is None:
        return Party("account", turn.sender.account)
    return names.person_party(turn.sender.person_id)
