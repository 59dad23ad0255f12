"""Asking for an access: the address, the code, the animators; and those who attack the door."""

import asyncio
from datetime import timedelta
from email import message_from_bytes
from email.policy import default

import pytest
from sqlalchemy import func, select, update

from bot.entrance.decide import TRIES
from bot.entrance.models import AccessRequest
from bot.telegram.answers import Answer
from core.clock import FixedClock
from core.db import Database
from core.ledger.draft import ChatAddress, MailAddress, Ready, Skip
from core.ledger.models import Delivery, Message
from core.people.invitations import invite
from core.people.models import Membership, Person
from core.people.store import person_by_account, territories_of
from tests.entrance import (
    CLAIRE,
    GROUP,
    JEANNE,
    LEA,
    OTHER,
    SINCE,
    SOLENE,
    STRANGER,
    Doorway,
    key,
    labels,
    open_doorway,
    words,
)

ODILE = "odile.vernhet@orsanne.example"
UNKNOWN = "nina.bort@ailleurs.example"
OVER = (
    "Ce code n’est plus valable\u00a0: il a expiré, il a été remplacé ou trop d’essais ont été "
    "faits. Vous pouvez en recevoir un autre."
)


@pytest.fixture
async def door(database: Database, clock: FixedClock) -> Doorway:
    return await open_doorway(database, clock)


def wrong(code: str) -> str:
    """Return another code."""
    return f"{(int(code) + 1) % 1_000_000:06d}"


async def test_a_stranger_presses_reads_the_notice_then_gives_an_address(door: Doorway) -> None:
    greeted = await door.say(STRANGER, "/start")
    assert words(greeted).startswith(
        "Bonjour. Vous êtes à la permanence du réseau (Réseau de test), réservée aux agents"
    )
    _, notice, question = await door.press(STRANGER, key(greeted, "Demander un accès"))
    for heading in ("Qui", "Quoi", "Pourquoi", "Combien de temps", "Vos droits"):
        assert f"\n{heading}\u00a0" in notice.text
    assert "CNIL" in notice.text
    assert "contact@relais.test" in notice.text
    assert question.text == (
        "Quelle est votre adresse professionnelle\u00a0? Nous y envoyons un code, à recopier ici."
    )


async def test_the_code_goes_by_mail_and_is_kept_nowhere(door: Doorway) -> None:
    said = await door.ask(STRANGER, ODILE, name="Odile V.")
    assert words(said).startswith(
        "Un code à six chiffres part à l’adresse odile.vernhet@orsanne.example. Il est valable "
        "30 minutes."
    )
    [mail] = await door.sent()
    assert isinstance(mail.prepared, Ready)
    assert mail.prepared.address == MailAddress(ODILE)
    code = await door.code()
    read = message_from_bytes(door.mail(mail), policy=default)
    assert read["Subject"] == "Votre code d’accès à la permanence du réseau"
    for part in read.iter_parts():
        text = part.get_content().replace("&#160;", "\u00a0")
        assert code in text
        assert "depuis le compte Telegram «\u00a0Odile V\u00a0», un accès à la permanence" in text
        assert "Ce n’est pas vous\u00a0? Ne faites rien" in text
        assert "30 minutes" in text
    async with door.database.read() as session:
        rows = await session.execute(
            select(Delivery.values, Delivery.slot, Message.body).join(
                Message, Message.hash == Delivery.message_hash
            )
        )
        [(values, slot, body)] = rows.all()
        request = (await session.scalars(select(AccessRequest))).one()
    assert code not in f"{values}{slot}{body!r}{vars(request)}"
    assert ODILE not in f"{values}{slot}{body!r}"


async def test_an_animator_lets_in_who_is_of_the_directory(door: Doorway) -> None:
    await door.ask(STRANGER, ODILE, name="Odile V.")
    assert await door.sent("entrance.request") == []
    said = await door.say(STRANGER, await door.code())
    assert words(said) == (
        "Merci, votre adresse est confirmée. L’équipe d’animation doit encore accepter votre "
        "accès\u00a0: vous aurez sa réponse ici."
    )
    [request] = await door.sent("entrance.request")
    assert request.prepared == Ready(ChatAddress(GROUP, 12))
    assert request.post.text == (
        "<b>Un accès à la permanence est demandé</b>\n\n"
        "Adresse confirmée par un code\u00a0: odile.vernhet@orsanne.example\n\n"
        "Nom donné par Telegram\u00a0: «\u00a0Odile V\u00a0»\n"
        "Fiche de l’annuaire\u00a0: Odile Vernhet (agent de développement) – Pays d’Orsanne"
    )
    accept = door.button(request.post.keyboard, "Accepter")
    shown = await door.press(JEANNE, accept, GROUP)
    assert words(shown).endswith("Accès accepté par Jeanne Roche.")
    assert labels(shown) == []
    assert await door.linked(STRANGER) == "Odile Vernhet"
    assert await door.acts() == [
        "person:2 account.link people:person:7",
        "person:2 access.accept people:person:7",
    ]
    welcome = await door.sent("entrance.welcome")
    assert [each.prepared for each in welcome] == [Ready(ChatAddress(STRANGER))] * 2
    assert welcome[0].post.text.startswith("Bonjour Odile, et bienvenue à la permanence")
    assert "<b>Vos données personnelles</b>" in welcome[0].post.text
    assert isinstance((await door.sent("entrance.request"))[0].prepared, Skip)


async def test_a_refusal_is_told_and_one_may_ask_again(door: Doorway) -> None:
    await door.confirm(STRANGER, UNKNOWN)
    [request] = await door.sent("entrance.request")
    assert request.post.text.endswith("Aucune fiche de l’annuaire ne porte cette adresse.")
    shown = await door.press(JEANNE, door.button(request.post.keyboard, "Refuser"), GROUP)
    assert words(shown).endswith("Accès refusé par Jeanne Roche.")
    [outcome] = await door.sent("entrance.outcome")
    assert outcome.prepared == Ready(ChatAddress(STRANGER))
    assert outcome.post.text == (
        "L’équipe d’animation n’a pas ouvert d’accès à la permanence pour ce compte. Si vous "
        "pensez que c’est une erreur, écrivez à contact@relais.test depuis votre adresse "
        "professionnelle."
    )
    assert "Quelle est votre adresse" in words(await door.say(STRANGER, "/acces"))


async def test_who_is_barred_is_heard_no_more(door: Doorway, clock: FixedClock) -> None:
    await door.confirm(STRANGER, UNKNOWN)
    [request] = await door.sent("entrance.request")
    bar = door.button(request.post.keyboard, "Bloquer ce compte")
    assert words(await door.press(JEANNE, bar, GROUP)).endswith("Compte bloqué par Jeanne Roche.")
    [outcome] = await door.sent("entrance.outcome")
    await purge(door, clock, days=60)
    assert words(await door.say(STRANGER, "/acces")) == outcome.post.text
    [kept] = await door.requests()
    assert (kept.account, kept.email, kept.name) == (str(STRANGER), "", "")


async def test_somebody_new_is_written_down_on_the_way_in(door: Doorway) -> None:
    accept = await door.confirm(STRANGER, UNKNOWN)
    asked = await door.press(JEANNE, accept, GROUP)
    assert words(asked) == (
        "Aucune fiche ne porte l’adresse nina.bort@ailleurs.example. Qui est-ce\u00a0?"
    )
    places = await door.press(JEANNE, key(asked, "Créer sa fiche"), GROUP)
    assert labels(places) == [
        "Hauts de Lestoire",
        "Pays d’Orsanne",
        "Vallées de la Brune-Claire",
        "Aucun territoire en particulier",
    ]
    said = await door.press(JEANNE, key(places, "Pays d’Orsanne"), GROUP)
    assert words(said) == "Quel est son prénom\u00a0?"
    await door.say(JEANNE, "Nina", GROUP)
    shown = await door.say(JEANNE, "Bort", GROUP)
    assert "Fiche de l’annuaire\u00a0: Nina Bort (agent de développement) – Pays d’Orsanne" in (
        words(shown)
    )
    assert await door.linked(STRANGER) == "Nina Bort"
    async with door.database.read() as session:
        person = await person_by_account(session, "telegram", str(STRANGER))
        assert person is not None
        assert person.email == UNKNOWN
        served = await territories_of(session, person.id, door.clock.now())
        assert [each.name for each in served] == ["Pays d’Orsanne"]


async def test_somebody_whose_address_has_changed_gets_their_own_fiche(door: Doorway) -> None:
    accept = await door.confirm(STRANGER, UNKNOWN)
    asked = await door.press(JEANNE, accept, GROUP)
    said = await door.press(JEANNE, key(asked, "Rattacher à une fiche"), GROUP)
    assert words(said).startswith("Qui cherchez-vous\u00a0?")
    found = await door.say(JEANNE, "vernhet", GROUP)
    await door.press(JEANNE, key(found, "Odile Vernhet – Pays d’Orsanne"), GROUP)
    assert await door.linked(STRANGER) == "Odile Vernhet"
    assert (await door.person(7)).email == ODILE


async def test_a_stranger_is_never_attached_to_the_team(door: Doorway) -> None:
    accept = await door.confirm(STRANGER, UNKNOWN)
    asked = await door.press(JEANNE, accept, GROUP)
    await door.press(JEANNE, key(asked, "Rattacher à une fiche"), GROUP)
    found = await door.say(JEANNE, "Solène", GROUP)
    refused = await door.press(JEANNE, key(found, "Solène Aubrac"), GROUP)
    assert words(refused).startswith("Cette fiche ne peut pas recevoir un compte de cette façon")
    assert await door.linked(STRANGER) is None


async def test_who_came_back_after_leaving_is_given_a_territory_first(door: Doorway) -> None:
    accept = await door.confirm(STRANGER, "lea@brune.example")
    asked = await door.press(JEANNE, accept, GROUP)
    assert words(asked).startswith("Léa Fontanges n’a plus de fonction dans le réseau.")
    await door.press(JEANNE, key(asked, "Vallées de la Brune-Claire"), GROUP)
    assert await door.linked(STRANGER) == "Léa Fontanges"


# --- attacks ----------------------------------------------------------------------------------


async def test_nothing_tells_whether_an_address_is_in_the_directory(door: Doorway) -> None:
    known = words(await door.ask(STRANGER, ODILE))
    unknown = words(await door.ask(OTHER, UNKNOWN))
    assert known.replace(ODILE, "X") == unknown.replace(UNKNOWN, "X")
    first, second = await door.sent("entrance.code")
    assert first.body == second.body


async def test_five_wrong_codes_and_the_right_one_is_worth_nothing(door: Doorway) -> None:
    await door.ask(STRANGER, ODILE)
    code = await door.code()
    for left in range(TRIES - 1, 1, -1):
        said = await door.say(STRANGER, wrong(code))
        assert words(said).startswith(
            f"Ce n’est pas le code que nous avons envoyé. Il vous reste {left} essais."
        )
    assert "Il vous reste 1 essai." in words(await door.say(STRANGER, wrong(code)))
    assert words(await door.say(STRANGER, wrong(code))) == OVER
    forged = "entrance.code:entrance:request:1:0"
    await door.press(STRANGER, forged)
    assert words(await door.say(STRANGER, code)) == OVER
    assert await door.sent("entrance.request") == []


async def test_a_code_expires(door: Doorway, clock: FixedClock) -> None:
    await door.ask(STRANGER, ODILE)
    code = await door.code()
    clock.set(clock.now() + timedelta(minutes=30))
    [mail] = await door.sent("entrance.code")
    assert mail.prepared == Skip("expired")
    assert words(await door.say(STRANGER, code)) == OVER
    assert await door.sent("entrance.request") == []


async def test_a_code_is_good_for_the_account_that_asked(door: Doorway) -> None:
    await door.ask(STRANGER, ODILE)
    code = await door.code()
    await door.ask(OTHER, ODILE)
    assert "Il vous reste 4 essais." in words(await door.say(OTHER, code))
    await door.press(OTHER, "entrance.code:entrance:request:1:0")
    assert words(await door.say(OTHER, code)) == OVER
    assert [request.state for request in await door.requests()] == ["sent", "sent"]


async def test_a_code_is_replaced_by_the_next(door: Doorway) -> None:
    await door.ask(STRANGER, ODILE)
    first = await door.code()
    waiting = await door.say(STRANGER, "/annuler")
    waiting = await door.say(STRANGER, "Demander un accès")
    assert words(waiting).startswith("Un code a été envoyé à l’adresse")
    await door.press(STRANGER, key(waiting, "Recommencer avec une adresse"))
    await door.say(STRANGER, ODILE)
    assert await door.code() != first
    assert "Il vous reste 4 essais." in words(await door.say(STRANGER, first))
    assert "adresse est confirmée" in words(await door.say(STRANGER, await door.code()))
    states = [request.state for request in await door.requests()]
    assert states == ["dropped", "confirmed"]


async def test_a_code_serves_once(door: Doorway) -> None:
    await door.ask(STRANGER, ODILE)
    code = await door.code()
    await door.say(STRANGER, code)
    said = await door.press(STRANGER, "entrance.code:entrance:request:1:0")
    assert words(said).startswith("Votre adresse est confirmée.")
    assert code not in words(await door.say(STRANGER, code))
    assert len(await door.sent("entrance.request")) == 1


async def test_codes_are_counted_by_account_by_address_and_in_all(
    database: Database, clock: FixedClock
) -> None:
    door = await open_doorway(database, clock, access_codes_per_hour=5)
    too_many = "Trop de codes ont été demandés. Réessayez demain, ou écrivez à contact@relais.test."
    for number in range(3):
        assert "six chiffres" in words(await again(door, STRANGER, f"a{number}@ailleurs.example"))
    assert words(await again(door, STRANGER, "a3@ailleurs.example")) == too_many
    clock.set(clock.now() + timedelta(hours=2))
    for account in (71, 72, 73):
        assert "six chiffres" in words(await door.ask(account, ODILE))
    assert words(await door.ask(74, ODILE)) == too_many
    for account in (75, 76):
        assert "six chiffres" in words(await door.ask(account, f"b{account}@ailleurs.example"))
    assert words(await door.ask(77, "c@ailleurs.example")) == too_many
    assert len(await door.sent("entrance.code")) == 8
    clock.set(clock.now() + timedelta(days=1))
    assert "six chiffres" in words(await again(door, STRANGER, ODILE))


async def test_simultaneous_strangers_do_not_pass_the_limit_together(
    database: Database, clock: FixedClock
) -> None:
    door = await open_doorway(database, clock)
    for account in range(80, 86):
        await door.say(account, "/acces")
    await asyncio.gather(*(door.say(account, ODILE) for account in range(80, 86)))
    assert len(await door.sent("entrance.code")) == 3


async def test_only_animators_decide(door: Doorway) -> None:
    accept = await door.confirm(STRANGER, ODILE)
    for account in (STRANGER, CLAIRE, LEA):
        for name in ("accept", "refuse", "bar", "create", "attach"):
            said = await door.press(account, accept.data.replace("accept", name), GROUP)
            assert words(said).startswith("Désolé,")
        said = await door.press(account, "entrance.attachto:entrance:person:1-7:0", GROUP)
        assert words(said).startswith("Désolé,")
    assert [request.state for request in await door.requests()] == ["confirmed"]
    assert await door.acts() == []


async def test_who_is_an_animator_no_more_decides_nothing(door: Doorway, clock: FixedClock) -> None:
    accept = await door.confirm(STRANGER, ODILE)
    async with door.database.write() as session:
        await session.execute(
            update(Membership).where(Membership.person_id == 2).values(until=clock.now())
        )
    assert words(await door.press(JEANNE, accept, GROUP)).startswith("Désolé,")
    assert await door.linked(STRANGER) is None


async def test_a_request_whose_code_is_not_confirmed_cannot_be_accepted(door: Doorway) -> None:
    await door.ask(STRANGER, ODILE)
    for name in ("accept", "refuse", "bar", "create", "attach"):
        said = await door.press(JEANNE, f"entrance.{name}:entrance:request:1:0", GROUP)
        assert words(said).startswith("Quelqu’un de l’équipe a déjà répondu.")
    assert await door.linked(STRANGER) is None


@pytest.mark.parametrize(
    "data",
    [
        "entrance.accept:entrance:request:x:0",
        "entrance.accept:entrance:request:99999999999999:0",
        "entrance.place:entrance:place:1:0",
        "entrance.place:entrance:place:1-x:0",
        "entrance.attachto:entrance:person:1-:0",
    ],
)
async def test_a_forged_reference_is_a_stale_button(door: Doorway, data: str) -> None:
    await door.confirm(STRANGER, ODILE)
    assert words(await door.press(JEANNE, data, GROUP)).startswith("Ce bouton n’est plus valable")


async def test_of_two_animators_who_press_at_once_one_decides(door: Doorway) -> None:
    for attempt in range(3):
        account = 600 + attempt
        accept = await door.confirm(account, f"new{attempt}@ailleurs.example")
        async with door.database.write() as session:
            session.add(
                Person(
                    id=50 + attempt,
                    given_name="Nina",
                    family_name=f"Bort {attempt}",
                    email=f"new{attempt}@ailleurs.example",
                )
            )
            await session.flush()
            session.add(Membership(person_id=50 + attempt, role="agent", since=SINCE))
        refuse = accept.data.replace("accept", "refuse")
        said = await asyncio.gather(
            door.press(JEANNE, accept, GROUP),
            door.press(SOLENE, accept, GROUP),
            door.press(SOLENE, refuse, GROUP),
        )
        late = [each for each in said if "a déjà répondu" in words(each)]
        assert len(late) == 2
        state = (await door.requests())[-1].state
        assert (await door.linked(account) is not None) == (state == "accepted")
    async with door.database.read() as session:
        slots = select(Delivery.slot, func.count()).group_by(Delivery.slot)
        assert all(count == 1 for _, count in await session.execute(slots))


async def test_an_account_that_is_linked_does_not_ask(door: Doorway) -> None:
    linked = "Votre compte est déjà relié à la permanence\u00a0: il n’y a rien d’autre à faire."
    assert words(await door.say(CLAIRE, "/acces")) == linked
    assert await door.requests() == []


async def test_an_account_linked_meanwhile_is_not_taken(door: Doorway) -> None:
    accept = await door.confirm(STRANGER, ODILE)
    async with door.database.write() as session:
        await invite(session, 5, door.clock.now(), timedelta(days=7), lambda: "une-invitation")
    await door.say(STRANGER, "/start une-invitation")
    said = await door.press(JEANNE, accept, GROUP)
    assert words(said).startswith("Ce compte est déjà relié à quelqu’un d’autre.")
    assert await door.linked(STRANGER) == "Marc Besse"
    assert [request.state for request in await door.requests()] == ["dropped"]


async def test_who_is_blocked_does_not_come_back_by_another_account(door: Doorway) -> None:
    async with door.database.write() as session:
        person = await session.get_one(Person, 7)
        person.blocked_at = door.clock.now()
    accept = await door.confirm(STRANGER, ODILE)
    [request] = await door.sent("entrance.request")
    assert request.post.text.endswith("Cette personne est bloquée.")
    said = await door.press(JEANNE, accept, GROUP)
    assert words(said) == (
        "Cette personne est bloquée dans l’annuaire\u00a0: débloquez-la d’abord."
    )
    assert await door.linked(STRANGER) is None


async def test_nobody_asks_from_a_group(door: Doorway) -> None:
    assert "conversation privée" in words(await door.say(STRANGER, "/acces", GROUP))
    assert await door.requests() == []


async def test_what_is_typed_wrong_is_explained_and_asked_again(door: Doorway) -> None:
    await door.say(STRANGER, "/acces")
    assert words(await door.say(STRANGER, "odile.vernhet")).startswith(
        "Cette adresse ne semble pas complète."
    )
    assert words(await door.say(STRANGER, "a@b.example\nc@d.example")).startswith(
        "Écrivez une seule adresse"
    )
    await door.say(STRANGER, ODILE)
    assert words(await door.say(STRANGER, "12")).startswith("Le code se compose de six chiffres.")
    assert (await door.requests())[0].tries == 0


# --- forgetting -------------------------------------------------------------------------------


async def test_old_requests_are_forgotten_but_those_that_wait(
    door: Doorway, clock: FixedClock
) -> None:
    await door.ask(90, "jamais@ailleurs.example")
    refused = await door.confirm(91, "refus@ailleurs.example")
    await door.press(JEANNE, refused.data.replace("accept", "refuse"), GROUP)
    await door.confirm(92, "attente@ailleurs.example")
    await purge(door, clock, days=29)
    assert len(await door.requests()) == 3
    await purge(door, clock, days=2)
    [kept] = await door.requests()
    assert (kept.account, kept.state) == ("92", "confirmed")


async def purge(door: Doorway, clock: FixedClock, days: int) -> None:
    clock.set(clock.now() + timedelta(days=days))
    [tick] = [each for each in door.room.ticks if each.name == "entrance.purge"]
    await tick.run(clock.now())
    await tick.run(clock.now())


async def again(door: Doorway, account: int, email: str) -> list[Answer]:
    """Ask for another code, the first one being awaited or not."""
    said = await door.say(account, "/acces")
    if "Recommencer avec une adresse" in labels(said):
        await door.press(account, key(said, "Recommencer avec une adresse"))
    return await door.say(account, email)
