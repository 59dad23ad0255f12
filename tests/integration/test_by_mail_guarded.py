"""What a mail claims is no identity: whom it is shown to, who may go on with it, what is let go."""

import hashlib

import pytest
from sqlalchemy import func, select

from bot.answers.naming import Naming
from bot.by_mail import rules
from bot.by_mail.rules import MOST_A_DAY
from bot.hotline.models import Question
from bot.network.hiding import Hiding
from core import files
from core.clock import FixedClock
from core.db import Database
from core.files import Blob
from core.ledger.models import Delivery
from core.people.store import person_by_email
from core.questions import MailFile
from tests.by_mail import LUCIE, ByMail, open_by_mail, said
from tests.whole import CLAIRE, GROUP, JEANNE

CLAIRES = "claire@orsanne.example"


@pytest.fixture
async def mail(database: Database, clock: FixedClock) -> ByMail:
    return await open_by_mail(database, clock)


async def count(mail: ByMail) -> int:
    async with mail.whole.database.read() as session:
        return await session.scalar(select(func.count()).select_from(Question)) or 0


async def kept_file(mail: ByMail, data: bytes, name: str) -> MailFile:
    async with mail.whole.database.write() as session:
        key = await files.keep(session, data, "application/pdf", mail.whole.clock.now())
    return MailFile(name, "application/pdf", len(data), key)


async def test_an_address_of_the_directory_proves_nothing(mail: ByMail) -> None:
    await mail.whole.say(CLAIRE, "Comment rédiger un bail commercial ?")
    await mail.writes(email="Claire@Orsanne.EXAMPLE", name="Claire", subject="Autre chose")
    question = await mail.question()
    whole = mail.whole.chat(GROUP)
    card = next(text for text in whole.split("<b>Question n°") if f" {question.id}<" in text[:9])
    assert "D’après l’adresse, Claire Vidalenche (non vérifiée)" in card
    assert "auparavant" not in card, "nothing of what Claire asked before"
    assert "bail commercial" not in card
    await mail.whole.say(CLAIRE, "/mesquestions")
    assert f"n° {question.id}" not in mail.whole.chat(CLAIRE)
    assert "bail" not in "".join(said(each) for each in mail.mails(CLAIRES))


async def test_another_address_in_the_same_thread_is_another_question(mail: ByMail) -> None:
    await mail.writes("Un dossier confidentiel sur Orsanne.", subject="Confidentiel")
    first = (await mail.question()).id
    await mail.answers(JEANNE, "Le secret est gardé.", "dossier confidentiel")
    done = await mail.writes(
        "Et pour moi ?",
        email="intrus@mal.example",
        name="Intrus",
        subject="Re: Autre sujet",
        answers=mail.mails()[-1],
    )
    second = await mail.question()
    assert done == f"opened question {second.id}"
    assert second.id != first
    await mail.answers(JEANNE, "Voici pour vous.", "Et pour moi ?")
    sent = mail.mails("intrus@mal.example")
    assert [each["Subject"] for each in sent] == ["Re: Autre sujet"] * 2
    assert not any("secret" in said(each) for each in sent)
    assert not any("confidentiel" in said(each) for each in sent)
    assert len(mail.mails()) == 2, "nothing more to the first"


async def test_a_mail_is_taken_once(mail: ByMail) -> None:
    await mail.writes(message_id="<same@ailleurs.example>")
    assert await mail.writes(message_id="<same@ailleurs.example>") == "taken already"
    assert await count(mail) == 1


async def test_an_address_is_acknowledged_once_a_day(mail: ByMail) -> None:
    for _ in range(4):
        await mail.writes()
    assert len(mail.mails()) == 1
    assert await count(mail) == 4


async def test_a_robot_does_not_flood_the_team(mail: ByMail) -> None:
    for _ in range(MOST_A_DAY):
        await mail.writes()
    assert await mail.writes() == "too many"
    assert await count(mail) == MOST_A_DAY


async def test_a_campaign_of_forged_senders_does_not_flood_the_team_nor_strangers(
    mail: ByMail, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rules, "MOST_OPENED", 3)
    done = [await mail.writes(email=f"victim{number}@mal.example") for number in range(5)]
    assert done[3:] == ["too many"] * 2
    assert (await count(mail), len(mail.whole.mails)) == (3, 3)
    assert (
        await mail.writes(
            "Autre précision.",
            email="victim0@mal.example",
            answers=mail.mails("victim0@mal.example")[0],
        )
    ).startswith("added")


async def test_who_is_barred_from_the_hotline_does_not_ask_by_mail_either(mail: ByMail) -> None:
    async with mail.whole.database.write() as session:
        person = await person_by_email(session, CLAIRES)
        assert person is not None
        person.blocked_at = mail.whole.clock.now()
    assert await mail.writes(email=CLAIRES) == "barred"
    assert (await count(mail), mail.whole.mails) == (0, [])


@pytest.mark.parametrize("email", ["relais@example.org", "pas une adresse", "", "a@b\n.example"])
async def test_nobody_is_answered_who_cannot_be(mail: ByMail, email: str) -> None:
    assert await mail.writes(email=email) == "nobody to answer"
    assert (await count(mail), mail.whole.mails) == (0, [])


async def test_a_hostile_subject_and_name_add_no_header(mail: ByMail) -> None:
    await mail.writes(
        subject="RE: TR : Urgent\r\nBcc: tous@mal.example\u2028X: y\u202e",
        name='Zoé\nBcc: a@b.example "x" <c@d.example>',
        references=["<a@b>\r\nX-Evil: 1", "pas un identifiant", "<ok@ailleurs.example>"],
    )
    await mail.answers(JEANNE, "Voici.", "qui a déjà fait")
    for each in mail.mails():
        assert each["Bcc"] is None
        assert each["X-Evil"] is None
        assert each["Subject"] == "Re: Urgent Bcc: tous@mal.example X: y"
        assert [address.addr_spec for address in each["To"].addresses] == [LUCIE]
        assert each["References"] == "<ok@ailleurs.example> <mail1@ailleurs.example>"


async def test_a_mail_without_subject_gets_one_that_says_its_number(mail: ByMail) -> None:
    await mail.writes(subject="")
    await mail.answers(JEANNE, "Voici.", "qui a déjà fait")
    number = (await mail.question()).id
    subjects = [str(each["Subject"]).replace("\u00a0", " ") for each in mail.mails()]
    assert subjects == [
        f"Votre question n° {number} est enregistrée",
        f"Réponse à votre question n° {number}",
    ]


async def test_a_huge_list_of_references_is_cut(mail: ByMail) -> None:
    await mail.writes(references=[f"<{number}@ailleurs.example>" for number in range(500)])
    [told] = mail.mails()
    kept = str(told["References"]).split()
    assert len(kept) == 20
    assert kept[0] == "<0@ailleurs.example>"
    assert kept[-2:] == ["<499@ailleurs.example>", "<mail1@ailleurs.example>"]
    assert max(len(line) for line in mail.whole.mails[0].split(b"\r\n")) <= 998


async def test_words_that_look_like_markup_are_words(mail: ByMail) -> None:
    await mail.writes("<b>gras</b> & {{ 7 * 7 }}", name="<i>Zoé</i>", subject="<script>")
    assert "&lt;script&gt;" in mail.whole.chat(GROUP)
    assert "<i>Zoé" not in mail.whole.shown[mail.whole.place("Par courriel, de", GROUP)]
    await mail.answers(JEANNE, "<img src=x> & voilà", "gras")
    assert "&lt;img src=x&gt; &amp; voilà" in said(mail.mails()[-1], "html")


async def test_its_files_come_with_it_to_the_topic(mail: ByMail) -> None:
    data = b"%PDF bail"
    await mail.writes("Voici le bail.", files=[await kept_file(mail, data, "Bail\n.pdf")])
    async with mail.whole.database.read() as session:
        row = await session.scalar(
            select(Delivery).where(Delivery.kind == "hotline.relay").order_by(Delivery.id)
        )
        assert row is not None
    assert f"kept:{hashlib.sha256(data).hexdigest()}" in await mail.whole.everything()


def document(name: str, *, size: int = 9) -> dict[str, object]:
    file = {"file_id": f"F-{name}", "file_unique_id": f"U-{name}", "file_name": name}
    return {"document": {**file, "mime_type": "application/pdf", "file_size": size}}


async def test_an_answer_carries_the_files_of_chat(mail: ByMail) -> None:
    await mail.writes()
    mail.files.data["F-Note.pdf"] = b"%PDF note"
    await mail.answers(JEANNE, "", "qui a déjà", **document("Note.pdf"), caption="Voici.")
    answer = mail.mails()[-1]
    [file] = answer.iter_attachments()
    assert (file.get_filename(), file.get_content_type()) == ("Note.pdf", "application/pdf")
    assert file.get_payload(decode=True) == b"%PDF note"
    assert "Voici." in said(answer)


async def test_a_file_that_is_late_is_waited_for(mail: ByMail) -> None:
    await mail.writes()
    mail.files.late.add("F-Note.pdf")
    await mail.answers(JEANNE, "", "qui a déjà", **document("Note.pdf"), caption="Voici.")
    assert len(mail.mails()) == 1
    mail.files.late.clear()
    mail.files.data["F-Note.pdf"] = b"%PDF note"
    await mail.whole.tick("by_mail.answers")
    assert [part.get_filename() for part in mail.mails()[-1].iter_attachments()] == ["Note.pdf"]


async def test_a_file_that_cannot_be_had_is_told_and_the_words_leave(mail: ByMail) -> None:
    await mail.writes()
    await mail.answers(JEANNE, "", "qui a déjà", **document("Note.pdf"), caption="Voici.")
    assert "Voici." in said(mail.mails()[-1])
    whole = mail.whole.chat(GROUP)
    assert "Le fichier « Note.pdf » n’a pas pu être joint à votre réponse par courriel." in whole
    assert "Passez par un espace de partage" in whole
    assert (await mail.question()).state == "answered"


async def test_when_nothing_is_left_of_an_answer_it_is_owed_still(mail: ByMail) -> None:
    await mail.writes()
    await mail.answers(JEANNE, "", "qui a déjà", **document("Film.pdf", size=30_000_000))
    assert len(mail.mails()) == 1
    assert "Rien n’est parti : la question reste sans réponse." in mail.whole.chat(GROUP)
    assert (await mail.question()).state == "open"


async def test_an_answer_that_comes_back_is_told_in_its_topic_once(mail: ByMail) -> None:
    await mail.writes()
    await mail.answers(JEANNE, "Voici.", "qui a déjà fait")
    answer = mail.mails()[-1]
    assert await mail.came_back(answer)
    assert await mail.came_back(answer)
    whole = mail.whole.chat(GROUP)
    assert whole.count("n’a pas pu être remise par courriel.") == 1
    question = await mail.question()
    assert (question.state, question.awaiting_since is None) == ("open", False)
    answer.replace_header("Message-ID", "<inconnu@example.org>")
    assert not await mail.came_back(answer)


async def test_whose_address_it_is_gets_it_with_their_data(mail: ByMail) -> None:
    await mail.writes("Ma question par courriel", email=CLAIRES, subject="Sujet")
    await mail.writes("La question de Lucie")
    data = await mail.whole.exported(CLAIRE)
    assert "Ma question par courriel" in data
    assert "La question de Lucie" not in data


async def test_erasing_somebody_empties_what_came_from_their_address(mail: ByMail) -> None:
    bail = await kept_file(mail, b"%PDF bail", "Bail.pdf")
    await mail.writes(
        "Zorglub est mon voisin", email=CLAIRES, name="Clairette", subject="Xylophone", files=[bail]
    )
    await mail.answers(JEANNE, "Saluez Zorglub.", "Zorglub est")
    number = (await mail.question()).id
    await mail.whole.erase(41)
    await mail.whole.forget_updates()
    await mail.whole.tick("desk.shown")
    everything = await mail.whole.everything()
    for word in ("Zorglub", "Clairette", "Xylophone", CLAIRES, "mail1@ailleurs"):
        assert word not in everything, word
    assert "Zorglub" not in mail.whole.chat(GROUP)
    question = await mail.question()
    assert (question.id, question.text) == (number, "")
    async with mail.whole.database.read() as session:
        assert await session.scalar(select(func.count()).select_from(Blob)) == 0


async def test_an_answer_to_who_was_erased_leaves_nowhere(mail: ByMail) -> None:
    await mail.writes(email=CLAIRES, name="Claire")
    place = mail.whole.place("qui a déjà fait", GROUP)
    thread = mail.whole.threads[place]
    await mail.whole.erase(41)
    before = len(mail.mails(CLAIRES))
    await mail.whole.say(JEANNE, "Trop tard", chat=GROUP, thread=thread, to=place)
    await mail.whole.tick("by_mail.answers")
    assert len(mail.mails(CLAIRES)) == before


async def test_no_log_names_who_wrote(mail: ByMail, capsys: pytest.CaptureFixture[str]) -> None:
    await mail.writes()
    await mail.answers(JEANNE, "Voici.", "qui a déjà fait")
    await mail.came_back(mail.mails()[-1])
    logged = capsys.readouterr().out
    assert "by_mail" in logged
    assert "lucie" not in logged.lower()


@pytest.mark.parametrize(
    ("name", "email"),
    [("Lucie Ferrand", LUCIE), ("FERRAND Lucie", LUCIE), ("", LUCIE), ("Mairie", LUCIE)],
)
async def test_who_signs_a_mail_is_hidden_from_the_network(
    mail: ByMail, name: str, email: str
) -> None:
    signed = f"Qui a déjà fait une session d’accueil ?\nMerci,\nLucie\nLucie Ferrand, {LUCIE}"
    await mail.writes(signed, name=name, email=email)
    whole = mail.whole
    hiding = Hiding(whole.parts.renderer, "fr")
    async with whole.database.read() as session:
        shown = await hiding.hidden(session, await mail.question())
        naming = Naming(whole.parts.renderer, "fr")
        names = await naming.names(session, (await mail.question()).id)
    for words in (shown, naming.replaced(signed, names)):
        assert "session d’accueil" in words
        assert not any(each in words for each in ("Lucie", "Ferrand", LUCIE)), words
