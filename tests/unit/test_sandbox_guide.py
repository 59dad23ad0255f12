"""The visit's marks come from what anybody can see, and from nothing else."""

from collections.abc import Mapping, Sequence
from typing import Any

from relais.sandbox.page.guide import STEPS, Seen, SeenMail, Signs, done

SIGNS = Signs(
    kept="Gardée par",
    validated="Toujours exacte",
    satisfied="est close, grâce à une réponse validée",
    confirming="/confirmer/",
    reminding="Rappel :",
)
INVITATION = "sesame"
BOT = {"id": 7, "is_bot": True}
PERSON = {"id": 5, "is_bot": False}


def said(text: str, by: Mapping[str, Any] = BOT, **more: Any) -> dict[str, Any]:
    usual: dict[str, Any] = {"reply_to": None, "service": None, "files": [], "buttons": []}
    return {"from": by, "text": text, **usual, **more}


def opened(by: Mapping[str, Any] = BOT) -> dict[str, Any]:
    return said("", by, service="forum_topic_created")


def chat(*topics: Sequence[Mapping[str, Any]]) -> Mapping[str, Any]:
    return {"topics": [{"messages": list(messages)} for messages in topics]}


def mail(text: str = "", *, subject: str = "", to: str = "a@b.example") -> SeenMail:
    return SeenMail((to,), subject, text, unsubscribable=False)


def edition(number: int, to: str) -> SeenMail:
    return SeenMail((to,), f"Lettre {number}", "", unsubscribable=True)


def marks(
    agent: Mapping[str, Any] | None = None,
    group: Mapping[str, Any] | None = None,
    mails: Sequence[SeenMail] = (),
    left: frozenset[str] = frozenset(),
    others: Sequence[Mapping[str, Any]] = (),
) -> set[str]:
    seen = Seen(agent or chat([]), group or chat([]), mails, left, others)
    found = done(seen, INVITATION, SIGNS)
    assert tuple(found) == STEPS
    return {name for name, is_done in found.items() if is_done}


def test_nothing_is_done_at_first() -> None:
    assert marks() == set()


def test_an_invitation_is_opened_once_it_is_answered() -> None:
    assert marks(chat([said(f"/start {INVITATION}", PERSON)])) == set()
    answered = chat([said(f"/start {INVITATION}", PERSON), said("Bienvenue")])
    assert marks(answered) == {"invited"}


def test_another_code_or_plain_words_are_not_the_invitation() -> None:
    assert marks(chat([said("/start autre", PERSON), said("Lien refusé")])) == set()
    assert marks(chat([said("Bonjour", PERSON), said("Qui êtes-vous ?")])) == set()


def test_two_stories_must_be_kept_and_the_bot_must_say_so() -> None:
    kept = said("Titre\n\nGardée par Sylvie.")
    assert marks(group=chat([kept])) == set()
    assert marks(group=chat([kept, said("Gardée par moi", PERSON)])) == set()
    assert marks(group=chat([kept], [kept])) == {"sorted"}


def test_a_question_is_a_topic_that_the_bot_opened() -> None:
    assert marks(group=chat([opened(PERSON), said("La veille", PERSON)])) == set()
    assert marks(group=chat([], [opened()])) == {"asked"}


def test_a_reply_counts_once_it_has_reached_the_agent() -> None:
    question = [opened(), said("Question n° 1")]
    reply = said("Oui, sous conditions.", PERSON, reply_to=2)
    group = chat([*question, reply])
    assert marks(group=group) == {"asked"}
    assert marks(chat([said("Oui, sous conditions.", PERSON)]), group) == {"asked"}
    received = chat([said("Réponse de Sylvie\nOui, sous conditions.")])
    assert marks(received, group) == {"asked", "answered"}


def test_a_note_counts_once_it_is_sent_by_its_button() -> None:
    group = chat([opened(), said("Oui", PERSON)])
    assert marks(chat([said("Bonjour")]), group) == {"asked"}
    assert marks(chat([said("Réponse de Sylvie\nOui")]), group) == {"asked", "answered"}


def test_an_answer_is_validated_when_its_question_shows_it_so() -> None:
    def shown(label: str) -> Mapping[str, Any]:
        return said("Oui, jusqu’en 2027.", buttons=[[{"text": "Historique"}, {"text": label}]])

    draft, validated = shown("Soumettre à validation"), shown("Toujours exacte")
    assert marks(group=chat([opened(), draft])) == {"asked"}
    assert marks(group=chat([said("La veille", PERSON), validated])) == set()
    assert marks(group=chat([opened(), validated])) == {"asked", "validated"}


def test_an_answer_is_used_again_when_it_closes_a_question_of_anybody() -> None:
    closed = chat([said("Votre question n° 2 est close, grâce à une réponse validée.")])
    assert marks(closed) == {"reused"}
    assert marks(others=[closed]) == {"reused"}
    assert marks(others=[chat([said("est close, grâce à une réponse validée", PERSON)])]) == set()


def test_a_reply_may_be_a_file_without_words() -> None:
    reply = said("", PERSON, reply_to=2, files=[{"file_unique_id": "x"}])
    group = chat([opened(), reply])
    other = chat([said("", files=[{"file_unique_id": "y"}])])
    same = chat([said("", files=[{"file_unique_id": "x"}])])
    assert marks(other, group) == {"asked"}
    assert marks(same, group) == {"asked", "answered"}


def test_a_confirmation_is_a_mail_with_its_link() -> None:
    assert marks(mails=[mail("Bonjour")]) == set()
    assert marks(mails=[mail("https://x.example/confirmer/abc")]) == {"subscribed"}


def test_an_edition_is_a_mail_with_one_click_unsubscription() -> None:
    assert marks(mails=[edition(1, "a@b.example")]) == {"published"}


def test_a_reminder_is_known_by_its_subject() -> None:
    assert marks(mails=[mail(subject="Votre rappel : demain")]) == set()
    assert marks(mails=[mail(subject="Rappel : séminaire")]) == {"reminded"}


def test_who_left_is_not_sent_the_next_edition() -> None:
    first = [edition(1, "a@b.example"), edition(1, "c@d.example")]
    assert marks(mails=[*first, edition(2, "a@b.example"), edition(2, "c@d.example")]) == {
        "published"
    }
    assert marks(mails=[*first, edition(2, "c@d.example")]) == {"published", "unsubscribed"}


def test_a_newcomer_to_the_next_edition_does_not_mean_that_somebody_left() -> None:
    mails = [edition(1, "a@b.example"), edition(2, "a@b.example"), edition(2, "c@d.example")]
    assert marks(mails=mails) == {"published"}


def test_an_unsubscription_answered_counts_before_any_next_edition() -> None:
    assert marks(left=frozenset({"a@b.example"})) == {"unsubscribed"}
