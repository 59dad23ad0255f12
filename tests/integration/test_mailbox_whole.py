"""The mailbox in the whole house, and from the command line."""

import json
from pathlib import Path

import pytest
from sqlalchemy import select
from typer.testing import CliRunner

from bot.hotline.models import Question
from core.clock import FixedClock
from core.db import Database
from core.people.models import Person
from core.reference import Party
from digest.mailbox import store
from digest.mailbox.models import ReceivedMail
from digest.mailbox.parsing import head_of
from relais.cli import app
from tests.mailbox import corpus
from tests.whole import Whole, open_whole


async def receive(whole: Whole, data: bytes) -> None:
    async with whole.database.write() as session:
        await store.keep(session, data, head_of(data), whole.clock.now())
    (tick,) = [t for room in whole.rooms for t in room.ticks if t.name == "mailbox.handle"]
    await tick.run(whole.clock.now())


async def test_what_a_human_writes_by_mail_becomes_a_question_of_the_hotline(
    database: Database, clock: FixedClock
) -> None:
    whole = await open_whole(database, clock)
    await receive(whole, corpus("human/new_thread"))
    await receive(whole, corpus("absence/outlook_fr"))
    async with database.read() as session:
        (question,) = (await session.scalars(select(Question))).all()
        kinds = list(await session.scalars(select(ReceivedMail.kind).order_by(ReceivedMail.id)))
    assert question.channel == "mail"
    assert kinds == ["human", "absence"]


async def test_somebody_who_is_erased_leaves_no_mail_behind(
    database: Database, clock: FixedClock
) -> None:
    whole = await open_whole(database, clock)
    async with database.read() as session:
        found = select(Person).where(Person.email.is_not(None)).order_by(Person.id)
        person = (await session.scalars(found)).first()
    assert person is not None
    assert person.email is not None
    await receive(whole, _from(person.email))
    async with database.write() as session:
        for room in sorted(whole.rooms, key=lambda room: room.name == "entrance"):
            if room.personal_data is not None:
                await room.personal_data.erase(session, Party("person", str(person.id)))
    async with database.read() as session:
        row = (await session.scalars(select(ReceivedMail))).one()
    assert (row.sender, row.subject, row.data) == ("", "", b"")


def _from(email: str) -> bytes:
    return corpus("human/thanks").replace(b"paul.esteve@agglo-lestoire.example", email.encode())


@pytest.fixture
def config(tmp_path: Path) -> Path:
    for name in ("new", "cur", "tmp"):
        (tmp_path / "Maildir" / name).mkdir(parents=True)
    lines = [
        "[service]",
        f"data_folder = {json.dumps(str(tmp_path / 'data'))}",
        'secret = "0123456789012345678901234567890123"',
        "[mailbox]",
        'kind = "maildir"',
        f"maildir = {json.dumps(str(tmp_path / 'Maildir'))}",
    ]
    file = tmp_path / "config.toml"
    file.write_text("\n".join(lines), encoding="utf-8")
    return file


def test_an_operator_reads_the_mailbox_once_and_counts(config: Path, tmp_path: Path) -> None:
    run = CliRunner()
    for number, name in enumerate(("human/thanks", "absence/outlook_fr", "list/mailman")):
        (tmp_path / "Maildir" / "new" / f"{number}.a").write_bytes(corpus(name))
    migrated = run.invoke(app, ["migrate", "--config", str(config)])
    assert migrated.exit_code == 0, migrated.output
    read = run.invoke(app, ["mailbox", "read", "--config", str(config)])
    assert "3 new, 0 known already, 0 too big to be read." in read.output
    status = run.invoke(app, ["mailbox", "status", "--config", str(config)])
    lines = [line.split() for line in status.output.splitlines()]
    counted = {line[0]: line[1] for line in lines if len(line) > 1}
    assert counted.items() >= {"human": "1", "absence": "1", "list": "1"}.items()
    assert "@" not in status.output
