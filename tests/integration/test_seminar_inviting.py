"""Inviting in chat: groups by buttons, the preview, the hold; each person once, always."""

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import select

from core.chat import DocumentToMake, Toast
from core.clock import FixedClock
from core.db import Database
from core.ledger.draft import Channel, MailAddress, Ready, Skip
from core.people.models import Person
from core.reference import NotARowError
from digest.seminars import names, registrations
from digest.seminars.decide import Kind
from digest.seminars.half_days import Half, Hours
from digest.seminars.inviting import store
from digest.seminars.inviting.models import InvitationRound
from digest.seminars.models import Guest, InvitedGroup, Registration, Seminar
from digest.subscribers.models import Subscriber
from digest.subscribers.rules import Reason
from digest.subscribers.suppression import suppress
from tests.inviting import HOLD, STARTS_AT, InvitingHouse
from tests.seminars import INES_MAIL, readable

LEAVE = "invitations.leave"


@pytest.fixture
async def house(database: Database, clock: FixedClock) -> InvitingHouse:
    house = InvitingHouse(database, clock)
    await house.settle_in()
    return house


async def invited(house: InvitingHouse) -> list[str]:
    """Return to whom invitations were posted, in order."""
    return [recipient for _, recipient in await house.slots(names.INVITATION)]


async def leave(house: InvitingHouse) -> None:
    """Let the hold pass, and everything be posted."""
    await house.tick_at(house.clock.now() + HOLD, LEAVE)
    await house.tick()


async def test_groups_are_chosen_by_buttons_and_everybody_counts_once(house: InvitingHouse) -> None:
    seminar = await house.draft()
    shown = await house.invites(seminar)
    assert "Personne n’est encore invité." in house.text(shown)
    assert "Séminaire – Accueillir, et après ?" in house.text(shown)
    shown = await house.choose(shown, "Rôles")
    assert house.buttons(shown)[:2] == ["Agent de développement", "Équipe d’animation"]
    shown = await house.choose(shown, "Agent de développement")
    assert house.buttons(shown)[0] == "✓ Agent de développement"
    shown = await house.through(shown, "Retour aux invités", "Territoires", "Pays d’Orsanne")
    shown = await house.choose(shown, "Retour aux invités")
    said = house.text(shown)
    assert "– Rôle : agent de développement (1 personne)" in said
    assert "– Territoire : Pays d’Orsanne (2 personnes)" in said
    assert "En tout, 2 personnes, chacune comptée une fois." in said
    shown = await house.through(shown, "Rôles", "✓ Agent de développement", "Retour aux invités")
    assert "agent de développement" not in house.text(shown)


async def unwritten(house: InvitingHouse) -> None:
    """Inès left the letter; Paul complained of our mails."""
    now = house.clock.now()
    async with house.database.write() as session:
        (await session.get_one(Person, 4)).email = "paul@relais.test"
        session.add(Subscriber(email=INES_MAIL, state="unsubscribed", person_id=2, created_at=now))
        await suppress(session, INES_MAIL, Reason.OBJECTED, "", now)
        await suppress(session, "paul@relais.test", Reason.COMPLAINED, "spam", now)


async def test_the_preview_says_who_how_what_and_when_before_anything_leaves(
    house: InvitingHouse,
) -> None:
    seminar = await house.draft()
    shown = await house.choose(await house.invites(seminar), "Tout le réseau")
    await unwritten(house)
    said = house.text(await house.choose(shown, "Aperçu avant envoi"))
    assert "4 personnes à inviter, chacune comptée une fois :" in said
    assert "– Tout le réseau (4)" in said
    assert "Par courriel : 2 personnes." in said
    assert "Par messagerie instantanée : 1 personne." in said
    assert (
        "Non joignable, car on n’écrit plus à son adresse (en erreur, ou à sa volonté) : "
        "Paul Sans-Adresse." in said
    )
    assert "– Invitation : 10 minutes après votre accord. D’ici là, vous pouvez la retenir." in said
    # J-30 is a Saturday, and leaves on the Friday; J-7 a Monday; J-1 a Sunday: on the Friday too.
    assert (
        "– Relance aux personnes qui n’auront pas répondu : vendredi 12 février 2027 à 9 h 00."
        in said
    )
    assert "– Rappel aux personnes inscrites : lundi 8 mars 2027 à 9 h 00." in said
    assert "– Rappel aux personnes inscrites : vendredi 12 mars 2027 à 9 h 00." in said
    assert "Rien n’est encore parti, et la rencontre n’est pas encore publiée." in said
    assert await house.registrations() == {}


async def test_the_list_of_names_is_a_spreadsheet_without_any_address(house: InvitingHouse) -> None:
    seminar = await house.draft()
    shown = await house.through(
        await house.invites(seminar), "Tout le réseau", "Aperçu avant envoi"
    )
    given = await house.choose(shown, "Liste des noms")
    lines = house.spreadsheet(given).splitlines()
    assert lines[0] == (
        "Nom;Fonction;Structure ou territoire;Invité(e) au titre de;Joint(e) par;Réponse"
    )
    assert lines[1] == (
        "Inès Roche;agent de développement;Pays d’Orsanne;tout le réseau;courriel;à inviter"
    )
    assert lines[2].startswith("Marc Vidal;élu(e);Pays d’Orsanne;tout le réseau;messagerie")
    assert lines[4].split(";")[4] == "non joignable (pas d’adresse)"
    assert "@" not in "".join(lines)


async def test_invitations_leave_once_the_hold_is_over_by_mail_and_in_chat(
    house: InvitingHouse,
) -> None:
    seminar = await house.draft()
    shown = await house.through(
        await house.invites(seminar), "Territoires", "Pays d’Orsanne", "Retour aux invités",
        "Aperçu avant envoi", "Publier et inviter 2 personnes",
    )  # fmt: skip
    assert "2 invitations partent à" in house.text(shown)
    assert house.buttons(shown) == ["Retenir", "Retour aux invités"]
    assert await house.next_due(LEAVE) == house.clock.now() + HOLD
    await house.tick_at(house.clock.now() + HOLD - timedelta(seconds=1), LEAVE)
    assert await house.registrations() == {}
    await house.tick_at(house.clock.now() + timedelta(seconds=1), LEAVE)
    await house.tick()
    await house.tick(LEAVE)
    await house.tick()
    assert await house.registrations() == {"person:2": "invited", "person:3": "invited"}
    assert await house.slots(names.INVITATION) == [
        (f"seminar:{seminar}/invitation", "person:2"),
        (f"seminar:{seminar}/invitation", "person:3"),
    ]
    by_mail, in_chat = await house.rows(names.INVITATION)
    assert (by_mail.channel, in_chat.channel) == (Channel.MAIL, Channel.CHAT)
    body = await house.body(by_mail)
    mail = readable(body)
    assert "Subject: Invitation : séminaire « Accueillir, et après ? », lundi 15 mars 2027" in mail
    assert "Vous êtes invité(e) au séminaire « Accueillir, et après ? »" in mail
    assert "Lundi 15 mars 2027, de 9 h 30 à 16 h 30" in mail
    assert b"METHOD:REQUEST" in body
    url = by_mail.values[names.ANSWER_URL]
    assert url.startswith("https://relais.test/rencontres/reponse/")
    post = await house.chat_post(in_chat)
    assert "Vous êtes invité(e) à un séminaire." in post.text
    assert next(button.label for row in post.keyboard for button in row) == "Je viens"
    said = house.text(await house.invites(seminar))
    assert "Toutes ces personnes sont invitées, ou ont déjà répondu." in said


async def test_who_left_the_letter_is_invited_and_who_wants_no_mail_is_not_written_to(
    house: InvitingHouse,
) -> None:
    seminar = await house.draft()
    await unwritten(house)
    await house.through(
        await house.invites(seminar), "Tout le réseau", "Aperçu avant envoi", "Publier et inviter",
    )  # fmt: skip
    await leave(house)
    rows = {row.recipient: await house.prepared(row) for row in await house.rows(names.INVITATION)}
    assert rows["person:2"] == Ready(MailAddress(INES_MAIL), {names.ATTENDEE: INES_MAIL})
    assert rows["person:4"] == Skip("complained")


async def test_a_date_that_waits_for_a_yes_is_not_published(house: InvitingHouse) -> None:
    seminar = await house.draft()
    hours = Hours(STARTS_AT.date(), Half.MORNING, STARTS_AT, STARTS_AT + timedelta(hours=3))
    await house.change(seminar, proposal={"half_days": [hours.to_json()]})
    shown = await house.through(await house.invites(seminar), "Tout le réseau", "Aperçu")
    given = await house.choose(shown, "Publier et inviter")
    assert house.said(given[0]).startswith("La date de cette rencontre n’est pas encore confirmée")
    async with house.database.read() as session:
        assert (await session.get_one(Seminar, seminar)).state == "draft"


async def test_held_back_nothing_has_left_and_the_preview_is_there_again(
    house: InvitingHouse,
) -> None:
    seminar = await house.draft()
    shown = await house.through(
        await house.invites(seminar), "Tout le réseau", "Aperçu avant envoi", "Publier et inviter",
    )  # fmt: skip
    back = await house.choose(shown, "Retenir")
    assert house.said(back[0]).startswith("Les invitations sont retenues : rien n’est parti.")
    assert "Rien n’est encore parti vers ces personnes." in house.text(back)
    await leave(house)
    assert await house.registrations() == {}
    assert await invited(house) == []
    again = await house.choose(shown, "Retenir")
    assert house.said(again[0]).startswith("Trop tard")
    await house.choose(back, "Inviter 4 personnes")
    await leave(house)
    assert len(await invited(house)) == 4


async def test_too_late_to_hold_back_once_they_were_to_leave(house: InvitingHouse) -> None:
    seminar = await house.draft()
    shown = await house.through(
        await house.invites(seminar), "Tout le réseau", "Aperçu avant envoi", "Publier et inviter",
    )  # fmt: skip
    house.clock.set(house.clock.now() + HOLD)
    late = await house.choose(shown, "Retenir")
    assert house.said(late[0]) == ("Trop tard : ces invitations sont parties, ou déjà retenues.")
    await leave(house)
    assert len(await invited(house)) == 4


async def test_two_presses_at_once_are_one_and_two_processes_invite_each_person_once(
    house: InvitingHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store, "CHUNK", 1)
    seminar = await house.draft()
    shown = await house.through(
        await house.invites(seminar), "Tout le réseau", "Aperçu avant envoi"
    )
    both = await asyncio.gather(
        house.choose(shown, "Publier et inviter"), house.choose(shown, "Publier et inviter")
    )
    toasts = [house.said(one) for given in both for one in given if isinstance(one, Toast)]
    assert toasts == ["Des invitations attendent déjà de partir."]
    house.clock.set(house.clock.now() + HOLD)
    await asyncio.gather(house.tick(LEAVE), house.tick(LEAVE))
    await asyncio.gather(house.tick(), house.tick())
    assert sorted(await invited(house)) == ["person:1", "person:2", "person:3", "person:4"]
    async with house.database.read() as session:
        (row,) = (await session.scalars(select(InvitationRound))).all()
    assert (row.state, row.count) == ("left", 4)


async def test_a_round_cut_short_goes_on_where_it_stopped(
    house: InvitingHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    seminar = await house.draft()
    await house.through(
        await house.invites(seminar), "Tout le réseau", "Aperçu avant envoi", "Publier et inviter",
    )  # fmt: skip
    monkeypatch.setattr(store, "CHUNK", 1)

    def killed(_place: str) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as power, pytest.raises(KeyboardInterrupt):
        power.setattr(store, "reach", killed)
        await house.tick_at(house.clock.now() + HOLD, LEAVE)
    assert len(await house.registrations()) == 1
    await house.tick(LEAVE)
    await house.tick()
    assert len(await house.registrations()) == len(await invited(house)) == 4


async def test_many_guests_fit_in_a_message_and_on_pages(house: InvitingHouse) -> None:
    seminar = await house.draft(Kind.STEERING)
    asked = await house.through(
        await house.invites(seminar), "Hors réseau", "Ajouter des personnes"
    )
    lines = (f"{'Prénom Nom-Composé' * 4} {n} ; g{n}@x.example" for n in range(150))
    shown = await house.choose(await house.type(asked, "\n".join(lines)), "Suivants")
    assert "Page 2 sur 19." in house.text(shown)
    shown = await house.choose(shown, "Retour aux invités")
    assert "… et 125 autres groupes ou personnes." in house.text(shown)
    assert len(house.text(shown)) < 4_000
    preview = await house.choose(shown, "Aperçu avant envoi")
    assert len(house.text(preview)) < 4_000
    audience = await house.through(shown, "Composition restreinte ou élargie", "Suivants")
    assert len([label for label in house.buttons(audience) if "hors réseau" in label]) == 8


async def test_a_preview_of_other_people_is_not_what_is_published(house: InvitingHouse) -> None:
    seminar = await house.draft()
    shown = await house.through(
        await house.invites(seminar), "Rôles", "Agent de développement", "Retour aux invités",
        "Aperçu avant envoi",
    )  # fmt: skip
    await house.choose(await house.invites(seminar), "Tout le réseau")
    given = await house.choose(shown, "Publier et inviter 1 personne")
    assert house.said(given[0]).startswith("La liste des invités a changé depuis cet aperçu.")
    assert "4 personnes à inviter" in house.text(given)
    async with house.database.read() as session:
        assert (await session.get_one(Seminar, seminar)).state == "draft"


async def test_a_press_on_an_older_version_shows_what_there_is_now(house: InvitingHouse) -> None:
    seminar = await house.draft()
    shown = await house.choose(await house.invites(seminar), "Tout le réseau")
    await house.change(seminar, version=2)
    given = await house.choose(shown, "Aperçu avant envoi")
    assert house.said(given[0]).startswith("Cette rencontre a changé depuis ce message")
    with pytest.raises(NotARowError):
        await house.act("invitations.add", f"{seminar}-x", 2)


async def test_groups_added_later_get_their_invitation_and_nobody_gets_a_second_one(
    house: InvitingHouse,
) -> None:
    seminar = await house.draft()
    await house.through(
        await house.invites(seminar), "Rôles", "Agent de développement", "Retour aux invités",
        "Aperçu avant envoi", "Publier et inviter 1 personne",
    )  # fmt: skip
    await leave(house)
    assert await invited(house) == ["person:2"]
    async with house.database.write() as session:  # Marc registers by himself: no invitation
        row = await session.get_one(Seminar, seminar)
        await registrations.register(session, row, names.person_party(3), house.clock.now())
    shown = await house.choose(await house.invites(seminar), "Tout le réseau")
    assert "2 personnes n’ont pas encore reçu d’invitation." in house.text(shown)
    shown = await house.choose(shown, "Aperçu avant envoi")
    assert "2 autres sont déjà invitées, ou ont déjà répondu" in house.text(shown)
    await house.choose(shown, "Inviter 2 personnes")
    await leave(house)
    assert await invited(house) == ["person:2", "person:1", "person:4"]


async def test_a_meeting_cancelled_during_the_hold_invites_nobody(house: InvitingHouse) -> None:
    seminar = await house.draft()
    shown = await house.through(
        await house.invites(seminar), "Tout le réseau", "Aperçu avant envoi", "Publier et inviter",
    )  # fmt: skip
    await house.cancel(seminar)
    await leave(house)
    assert await house.registrations() == {}
    assert await invited(house) == []
    given = await house.choose(shown, "Retour aux invités")
    assert house.text(given) == (
        "Cette rencontre est annulée : personne ne peut plus y être invité."
    )


async def test_themes_structures_and_the_people_of_an_earlier_meeting(house: InvitingHouse) -> None:
    earlier = await house.seminar(STARTS_AT - timedelta(days=60), 3, title="La précédente")
    now = house.clock.now()
    async with house.database.write() as session:
        session.add(Guest(id=1, email="elu@mairie.example", language="fr", created_at=now,
                          name="Luc Maire"))  # fmt: skip
        session.add(Registration(seminar_id=earlier, party="guest:1", state="excused", requests=0))
        session.add(Subscriber(
            email=INES_MAIL, state="confirmed", person_id=2, themes=["habitat"], created_at=now,
            confirmed_at=now,
        ))  # fmt: skip
    seminar = await house.draft()
    shown = await house.through(
        await house.invites(seminar), "Thèmes suivis", "Habitat", "Retour aux invités",
        "Structures", "Structure d’appui", "Retour aux invités",
        "Comme à une rencontre passée", "La précédente", "Retour aux invités",
    )  # fmt: skip
    said = house.text(shown)
    assert "– Thème suivi : Habitat et centres-bourgs (1 personne)" in said
    assert "– Structure : Structure d’appui du Massif (1 personne)" in said
    assert "– Séminaire « La précédente », 14 janvier 2027 (2 personnes)" in said
    assert "En tout, 4 personnes" in said


async def test_a_person_is_found_by_typing_and_who_left_is_not_offered(
    house: InvitingHouse,
) -> None:
    seminar = await house.draft()
    asked = await house.through(
        await house.invites(seminar), "Une personne", "Ajouter une personne"
    )
    nobody = await house.type(asked, "Zoé")
    assert "Personne ne porte ce nom dans l’annuaire." in house.text(nobody)
    found = await house.type(asked, "roche")
    assert house.buttons(found)[0] == "Inès Roche (Pays d’Orsanne)"
    shown = await house.choose(found, "Inès Roche")
    assert house.buttons(shown)[0] == "✓ Inès Roche"
    shown = await house.choose(shown, "✓ Inès Roche")
    assert "Personne n’a encore été ajouté ainsi." in house.text(shown)


async def test_outside_guests_are_typed_and_bad_lines_wait_for_a_choice(
    house: InvitingHouse,
) -> None:
    seminar = await house.draft()
    asked = await house.through(
        await house.invites(seminar), "Hors réseau", "Ajouter des personnes"
    )
    given = await house.type(
        asked,
        "Jeanne Martin ; j.martin@prefecture.example ; Préfecture ; chargée de mission\n"
        f"Inès R. ; {INES_MAIL}\nSans Adresse ; Mairie",
    )
    assert house.text(given[:1]) == (
        "1 ligne n’a pas été comprise :\n"
        "– ligne 3 (« Sans Adresse ; Mairie »), l’adresse électronique manque\n\n"
        "2 lignes sont correctes : elles attendent votre choix."
    )
    async with house.database.read() as session:
        assert (await session.scalars(select(InvitedGroup))).all() == []
    kept = await house.type(given, "=")
    said = house.text(kept)
    assert "C’est noté : 2 personnes ajoutées." in said
    assert "1 personne figure déjà dans l’annuaire, d’après son adresse" in said
    assert house.buttons(kept)[0] == "✓ Jeanne Martin"
    shown = await house.choose(kept, "Retour aux invités")
    assert "– Jeanne Martin (hors réseau)" in house.text(shown)
    assert "– Inès Roche" in house.text(shown)
    corrected = await house.type(given, "Sans Adresse ; mairie@x.example")
    assert "C’est noté : 3 personnes ajoutées." in house.text(corrected)
    await house.through(
        await house.choose(corrected, "Retour aux invités"),
        "Aperçu avant envoi",
        "Publier et inviter 3",
    )
    await leave(house)
    async with house.database.read() as session:
        row = await session.scalar(select(Registration).where(Registration.party == "guest:1"))
    assert row is not None
    assert (row.name, row.organisation, row.function) == (
        "Jeanne Martin", "Préfecture", "chargée de mission",
    )  # fmt: skip
    assert len(await invited(house)) == 3


async def test_a_committee_says_which_audience_it_is_and_invites_that_one(
    house: InvitingHouse,
) -> None:
    seminar = await house.draft(Kind.STEERING)
    shown = await house.through(
        await house.invites(seminar), "Rôles", "Agent de développement", "Élu(e)",
        "Retour aux invités", "Composition restreinte ou élargie", "Restreinte – rôle : agent",
        "Retour aux invités",
    )  # fmt: skip
    said = house.text(shown)
    assert "Comité de pilotage – Accueillir, et après ?" in said
    assert "Composition restreinte." in said
    assert "– Rôle : agent de développement (en composition élargie seulement)" in said
    assert "En tout, 1 personne" in said
    shown = await house.through(
        shown, "Composition restreinte ou élargie", "Réunir la composition élargie",
        "Retour aux invités", "Aperçu avant envoi", "Publier et inviter 2 personnes",
    )  # fmt: skip
    assert "Composition élargie." in house.text(shown)
    await leave(house)
    mail = readable(await house.body((await house.rows(names.INVITATION))[0]))
    assert "Vous êtes convié(e) au comité de pilotage « Accueillir, et après ? »" in mail
    assert "Subject: Invitation : comité de pilotage" in mail


async def test_a_trial_goes_to_whoever_asks_and_nobody_else(house: InvitingHouse) -> None:
    seminar = await house.draft()
    shown = await house.through(
        await house.invites(seminar), "Tout le réseau", "Aperçu avant envoi"
    )
    given = await house.choose(shown, "M’envoyer un essai")
    assert house.text(given) == "L’essai part à votre adresse électronique."
    (row,) = await house.rows("invitations.trial")
    assert row.recipient == "person:1"
    mail = await house.body(row)
    assert "Subject: [Essai] Invitation : séminaire" in readable(mail)
    assert b"text/calendar" not in mail
    ready = await house.prepared(row)
    assert ready.address.email == "odile@relais.test"
    assert await house.registrations() == {}


async def test_a_nominative_invitation_is_given_in_chat(house: InvitingHouse) -> None:
    seminar = await house.draft()
    await house.through(
        await house.invites(seminar), "Tout le réseau", "Aperçu avant envoi", "Publier et inviter",
    )  # fmt: skip
    await leave(house)
    asked = await house.choose(await house.invites(seminar), "Invitation nominative (PDF)")
    found = await house.type(asked, "ines")
    (document,) = await house.choose(found, "Inès Roche")
    assert isinstance(document, DocumentToMake)
    assert (document.make() or b"").startswith(b"%PDF")
    assert document.name == "invitation.pdf"


async def test_what_is_held_about_somebody_is_shown_and_forgotten(house: InvitingHouse) -> None:
    seminar = await house.draft()
    asked = await house.through(
        await house.invites(seminar), "Hors réseau", "Ajouter des personnes"
    )
    await house.type(asked, "Jeanne Martin ; jeanne@x.example ; Préfecture ; cheffe de bureau")
    (room,) = [room for room in house.rooms if room.name == "invitations"]
    assert room.personal_data is not None
    party = names.guest_party(1)
    async with house.database.write() as session:
        held = await room.personal_data.export(session, party)
        await room.personal_data.erase(session, party)
    assert held == {
        "invited_by_name": [{"seminar_id": seminar, "at": house.clock.now().isoformat()}],
        "guest": [
            {"name": "Jeanne Martin", "structure": "Préfecture", "function": "cheffe de bureau"}
        ],
    }
    async with house.database.write() as session:
        assert await room.personal_data.export(session, party) == {}
        guest = await session.get_one(Guest, 1)
        assert (guest.name, guest.organisation, guest.function) == ("", "", "")
        session.add(Person(id=8, given_name="A", family_name="B", email="a@b.example"))
    async with house.database.read() as session:
        assert await room.personal_data.export(session, names.person_party(8)) == {}
