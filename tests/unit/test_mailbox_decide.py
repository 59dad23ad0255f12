"""What a mail is, and what a notification may do: the rules, one by one."""

from dataclasses import replace

import pytest

from digest.mailbox.decide import (
    Failure,
    Kind,
    Severity,
    Us,
    Verdict,
    asks_to_leave,
    enhanced,
    failures,
    kind_of,
    leaving,
    moves_subscription,
    severity_of,
    verdict,
)
from digest.mailbox.mail import Attached, Mail, Report
from digest.mailbox.phrases import plain

US = Us(frozenset({"lettre@us.example"}), "lettre.us.example", "stop@us.example")
PLAIN = Mail("<1@x>", "paul@x.example", "Paul", "Bonjour", text="Une question ?")
HARD, SOFT = Severity.HARD, Severity.SOFT


def kind(**changes: object) -> Kind:
    return kind_of(replace(PLAIN, **changes), US)  # type: ignore[arg-type]


def headers(**given: str) -> tuple[tuple[str, str], ...]:
    return tuple((name.replace("_", "-"), value) for name, value in given.items())


def test_what_a_person_writes_is_a_question() -> None:
    assert kind() is Kind.HUMAN


@pytest.mark.parametrize(
    ("status", "words", "severity"),
    [
        ("5.1.1", "", HARD),
        ("5.1.10", "", HARD),
        ("5.2.1", "mailbox disabled", HARD),
        ("5.4.1", "Recipient address rejected: Access denied", HARD),
        ("5.4.4", "", HARD),
        ("5.4.310", "DNS domain does not exist", HARD),
        ("5.0.0", "550 utilisateur inconnu", HARD),
        ("", "550 No such user", HARD),
        ("", "L'adresse n'existe pas", HARD),
        ("5.2.2", "", SOFT),
        ("5.1.1", "mailbox full", SOFT),
        ("5.1.1", "boîte pleine", SOFT),
        ("5.1.8", "", SOFT),
        ("5.3.4", "", SOFT),
        ("5.4.6", "", SOFT),
        ("5.6.1", "", SOFT),
        ("5.7.1", "blocked as spam", SOFT),
        ("5.7.1", "", SOFT),
        ("4.4.1", "no such user", SOFT),
        ("5.0.0", "something went wrong", SOFT),
        ("", "", SOFT),
    ],
)
def test_only_an_address_in_error_is_hard(status: str, words: str, severity: Severity) -> None:
    assert severity_of(status, words) is severity


@pytest.mark.parametrize(
    ("status", "words", "wanted"),
    [
        ("5.1.1", "550 5.7.1 no", "5.1.1"),
        ("5.1.1 (bad destination)", "", "5.1.1"),
        ("5.0.0", "550 5.1.1 no", "5.1.1"),
        ("5.0.0", "550 no", "5.0.0"),
        ("", "smtp; 550-5.1.1 no", "5.1.1"),
        ("", "no", ""),
    ],
)
def test_the_more_precise_code_counts(status: str, words: str, wanted: str) -> None:
    assert enhanced(Report("failed", status, (), words)) == wanted


def failure(*recipients: str, severity: Severity = HARD) -> Failure:
    return Failure(recipients, severity, "5.1.1")


def test_a_bounce_counts_for_the_address_that_we_wrote_to() -> None:
    ours = failure("a@x", "b@x")
    assert verdict([ours], "b@x") == Verdict(proven=True, severity=HARD, status="5.1.1")
    assert verdict([failure("c@x"), ours], "b@x") == Verdict(
        proven=True, severity=HARD, status="5.1.1"
    )


def test_a_bounce_for_another_address_is_soft_and_proves_nothing() -> None:
    assert verdict([failure("c@x")], "b@x") == Verdict(proven=False, severity=SOFT, status="5.1.1")
    assert verdict([failure("c@x")], None) == Verdict(proven=False, severity=SOFT, status="5.1.1")
    assert verdict([], "b@x") == Verdict(proven=False, severity=SOFT, status="")
    assert verdict([failure("c@x"), failure("d@x")], "b@x") is None


@pytest.mark.parametrize(
    ("actions", "wanted"),
    [
        (("failed", "delivered"), Kind.BOUNCE),
        (("delayed",), Kind.DELAYED),
        (("relayed",), Kind.DELIVERED),
    ],
)
def test_a_notification_says_what_became_of_a_mail(actions: list[str], wanted: Kind) -> None:
    reports = tuple(Report(action, "", ()) for action in actions)
    assert kind(reports=reports) is wanted


def test_what_failed_is_read_in_fields_before_words() -> None:
    mail = replace(
        PLAIN,
        reports=(Report("failed", "5.1.1", ("a@x",)), Report("delivered", "2.0.0", ("b@x",))),
        guessed=(Report("failed", "", ("c@x",)),),
    )
    assert failures(mail) == (Failure(("a@x",), HARD, "5.1.1"),)
    assert failures(replace(mail, reports=()))[0].recipients == ("c@x",)


def test_a_notification_in_words_comes_from_a_daemon_or_from_nobody() -> None:
    daemon = "mailer-daemon@x.example"
    assert kind(sender=daemon, subject="Undelivered Mail", text="") is Kind.BOUNCE
    assert kind(sender=daemon, subject="x", text="sera retenté") is Kind.DELAYED
    assert kind(sender=daemon, subject="Delayed Mail", text="") is Kind.DELAYED
    assert kind(sender=daemon, subject="x", text="could not be delivered") is Kind.BOUNCE
    guessed = (Report("failed", "", ("a@x",)),)
    assert kind(sender=daemon, subject="x", text="y", guessed=guessed) is Kind.BOUNCE
    assert kind(sender=daemon, subject="x", text="y") is Kind.AUTOMATIC
    nobody = headers(return_path="<>")
    assert kind(headers=nobody, subject="Non remis : lettre") is Kind.BOUNCE
    assert kind(headers=nobody, subject="Bonjour") is Kind.HUMAN
    answered = (*nobody, ("in-reply-to", "<1@x>"))
    assert kind(headers=answered, subject="Non remis : lettre") is Kind.HUMAN


def test_complaints_receipts_and_what_cannot_be_read() -> None:
    assert kind(feedback="abuse") is Kind.COMPLAINT
    assert kind(feedback="not-spam") is Kind.AUTOMATIC
    assert kind(report_type="disposition-notification") is Kind.AUTOMATIC
    assert kind(broken=True) is Kind.BROKEN


@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        (headers(auto_submitted="auto-replied"), Kind.AUTOMATIC),
        (headers(auto_submitted="no"), Kind.HUMAN),
        (headers(precedence="bulk"), Kind.AUTOMATIC),
        (headers(x_autoreply="yes"), Kind.AUTOMATIC),
        (headers(list_id="<autre.example>"), Kind.LIST),
        (headers(precedence="list"), Kind.LIST),
        (headers(list_id="<lettre.us.example>"), Kind.OWN),
        (headers(x_spam_flag="YES"), Kind.SPAM),
        (headers(x_spam_status="Yes, score=9"), Kind.SPAM),
        (headers(x_spam_status="No, score=0"), Kind.HUMAN),
    ],
)
def test_headers_tell_machines_from_people(
    given: tuple[tuple[str, str], ...], wanted: Kind
) -> None:
    assert kind(headers=given) is wanted


def test_senders_subjects_and_parts_tell_machines_from_people() -> None:
    assert kind(sender="lettre@us.example") is Kind.OWN
    assert kind(sender="") is Kind.SPAM
    assert kind(sender="no-reply@x.example") is Kind.AUTOMATIC
    assert kind(calendar="reply") is Kind.AUTOMATIC
    assert kind(subject="Lu : la lettre") is Kind.AUTOMATIC
    assert kind(subject="Réponse automatique : la lettre", text="Bonjour") is Kind.ABSENCE
    assert kind(headers=headers(auto_submitted="x"), text="en congés") is Kind.ABSENCE
    assert kind(sender="x@app.mailinblack.example") is Kind.CHALLENGE
    assert kind(text="Click here to prove you are a real person") is Kind.CHALLENGE


def test_nothing_said_is_nothing_asked() -> None:
    assert kind(text="", subject="Re: la lettre du mois") is Kind.EMPTY
    assert kind(text="", subject="Bonjour") is Kind.EMPTY
    assert kind(text="", subject="Où est la convention ?") is Kind.HUMAN
    assert kind(text="", subject="", files=(Attached("a.pdf", "application/pdf", b"x"),)) is (
        Kind.HUMAN
    )


def test_the_address_for_unsubscribing_unsubscribes_unless_somebody_asks() -> None:
    to = ("stop@us.example",)
    assert kind(to=to, text="Au revoir") is Kind.UNSUBSCRIBE
    assert kind(to=to, text="Comment changer de thèmes ?") is Kind.HUMAN
    assert kind(to=to, text="Bonjour. " * 300) is Kind.HUMAN


@pytest.mark.parametrize(
    "words",
    [
        "Désabonnez-moi",
        "Je souhaite me désabonner de votre lettre.",
        "Merci de nous désinscrire",
        "je ne veux plus recevoir vos courriels",
        "Supprimez mon adresse de vos listes",
        "Please unsubscribe me",
        "I would like to unsubscribe",
        "take me off your list",
    ],
)
def test_who_wants_to_leave_is_understood(words: str) -> None:
    assert asks_to_leave(plain(words))


@pytest.mark.parametrize(
    "words",
    [
        "Je ne souhaite surtout pas me désabonner !",
        "J'ai été désabonné par erreur, pouvez-vous me réabonner ?",
        "Comment les agents se désabonnent-ils ?",
        "Don't unsubscribe me",
        "Merci pour la lettre. " * 60 + "désabonnez-moi",
    ],
)
def test_who_does_not_want_to_leave_stays(words: str) -> None:
    assert not asks_to_leave(plain(words))


def test_a_story_about_somebody_who_left_is_a_question() -> None:
    said = "Notre DGS a quitté ses fonctions et je cherche un modèle de fiche de poste."
    assert kind(text=said) is Kind.HUMAN
    automatic = headers(auto_submitted="auto-replied")
    assert kind(text=said, headers=automatic) is Kind.LEFT
    assert kind(text="J'ai quitté mes fonctions.") is Kind.LEFT
    assert kind(text="J'ai quitté mes fonctions, que faire de mon accès ?") is Kind.HUMAN
    assert kind(text="J'ai quitté mes fonctions. " * 60) is Kind.HUMAN


def test_the_new_address_is_neither_the_old_one_nor_ours() -> None:
    text = "paul@x.example lettre@us.example stop@us.example NEW@y.example"
    assert leaving(replace(PLAIN, text=text), US).new == "new@y.example"


def test_only_a_subscription_by_mission_follows_its_post() -> None:
    assert moves_subscription("public_interest", free=True)
    assert not moves_subscription("public_interest", free=False)
    assert not moves_subscription("consent", free=True)
