"""Operators add subscribers from a file or the directory, export them, and stop addresses."""

import io
from datetime import UTC, datetime
from pathlib import Path

import pytest
from rich.console import Console
from sqlalchemy import func, select

from core.clock import SystemClock
from core.db import Database
from core.errors import InputError
from core.ledger.models import Delivery
from core.people.models import Membership, Person, Structure, Theme
from core.settings import DatabaseSettings, ServiceSettings, Settings
from digest.subscribers import adding, names, store
from digest.subscribers.adding import Ground
from digest.subscribers.models import Consent, Subscriber
from digest.subscribers.rules import Basis, Reason
from digest.subscribers.suppression import suppress
from relais import subscriber_commands, subscriber_files
from relais.wiring import make_parts

LONG_AGO = datetime(2024, 1, 1, tzinfo=UTC)
FAIR = Ground(Basis.CONSENT, "Salon des maires 2026")
FILE = """email;themes;alerts;letter;name
zoe@orsanne.example;habitat;oui;;Zoé Lestrade
Zoe@Orsanne.example;;;;
pas une adresse;;;;
'=paul@orsanne.example;Emploi et insertion, habitat;non;themes;
left@orsanne.example;;;;
objected@orsanne.example;;;;
bounced@orsanne.example;;;;
here@orsanne.example;;;;
marc@orsanne.example;sport;;;
rene@orsanne.example;;peut-être;;
"""


@pytest.fixture
async def settings(database: Database, database_url: str, tmp_path: Path) -> Settings:
    async with database.write() as session:
        session.add(Theme(id=1, code="habitat", name="Habitat"))
        session.add(Theme(id=2, code="emploi", name="Emploi et insertion"))
        for state in ("unsubscribed", "confirmed"):
            email = "left@orsanne.example" if state == "unsubscribed" else "here@orsanne.example"
            session.add(
                Subscriber(email=email, state=state, created_at=LONG_AGO, confirmed_at=LONG_AGO)
            )
        for reason in (Reason.OBJECTED, Reason.BOUNCED):
            await suppress(session, f"{reason}@orsanne.example", reason, "", LONG_AGO)
    return Settings(
        database=DatabaseSettings(url=database_url), service=ServiceSettings(data_folder=tmp_path)
    )


@pytest.fixture
def console() -> Console:
    return Console(file=io.StringIO(), width=200)


@pytest.fixture(autouse=True)
def _no_migration(monkeypatch: pytest.MonkeyPatch) -> None:
    """The fixture's database has its tables already, without Alembic's mark."""

    async def nothing(_database: Database) -> None:
        return None

    monkeypatch.setattr("relais.schema.migrate", nothing)


def said(console: Console) -> list[str]:
    assert isinstance(console.file, io.StringIO)
    lines = console.file.getvalue().splitlines()
    console.file.seek(0)
    console.file.truncate()
    return lines


async def emails(database: Database) -> list[str | None]:
    async with database.read() as session:
        found = select(Subscriber.email).where(Subscriber.state == "confirmed")
        return list(await session.scalars(found.order_by(Subscriber.email)))


async def test_a_file_is_added_line_by_line_and_nobody_is_brought_back(
    settings: Settings, console: Console, database: Database, tmp_path: Path
) -> None:
    file = tmp_path / "salon.csv"
    file.write_text(FILE, encoding="utf-8-sig")
    assert await subscriber_files.import_file(settings, file, FAIR, console, dry=True) == 1
    dry = said(console)
    assert await emails(database) == ["here@orsanne.example"]
    assert await subscriber_files.import_file(settings, file, FAIR, console, dry=False) == 1
    lines = said(console)
    assert lines[0] == (
        "salon.csv: 2 added, 1 subscribed already, 1 unsubscribed earlier, 1 objected, "
        "1 on the list of addresses not written to, 4 not usable"
    )
    assert dry[0] == lines[0].replace("2 added", "2 would be added (dry run)")
    assert dry[1:] == lines[1:] == [
        "  line 3: the address is that of line 2 (keep one)",
        "  line 4: the address is not valid (it looks like name@example.org)",
        "  line 6: unsubscribed earlier (an import never brings anybody back)",
        "  line 7: objected (only they can subscribe again, by the form)",
        "  line 8: on the list of addresses not written to (see `suppressions`)",
        "  line 9: subscribed already (what they chose themselves stays)",
        "  line 10: the theme 'sport' is unknown (known: emploi, habitat)",
        "  line 11: 'peut-être' is not understood (write yes or no)",
    ]  # fmt: skip
    async with database.read() as session:
        zoe, paul = [
            (await session.scalars(select(Subscriber).where(Subscriber.email == email))).one()
            for email in ("zoe@orsanne.example", "=paul@orsanne.example")
        ]
        proof = (await session.scalars(select(Consent).order_by(Consent.id))).first()
        assert await session.scalar(select(func.count()).select_from(Delivery)) == 0
    assert (zoe.themes, zoe.alerts, zoe.whole_letter) == (["habitat"], True, True)
    assert (paul.themes, paul.alerts, paul.whole_letter) == (["habitat", "emploi"], False, False)
    assert (zoe.basis, zoe.origin) == ("consent", "Salon des maires 2026")
    assert proof is not None
    assert (proof.event, proof.basis, proof.origin) == ("add", "consent", "Salon des maires 2026")


async def test_an_import_that_stopped_half_way_is_run_again(
    settings: Settings,
    console: Console,
    database: Database,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(adding, "CHUNK", 2)
    file = tmp_path / "five.csv"
    file.write_text("email\n" + "".join(f"n{i}@x.example\n" for i in range(5)), encoding="utf-8")

    def power_cut(_place: str) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as cut, pytest.raises(KeyboardInterrupt):
        cut.setattr(subscriber_files, "reach", power_cut)
        await subscriber_files.import_file(settings, file, FAIR, console, dry=False)
    assert len(await emails(database)) == 3
    async with database.read() as session:
        assert await session.scalar(select(func.count()).select_from(Consent)) == 2
    await subscriber_files.import_file(settings, file, FAIR, console, dry=False)
    assert said(console)[0] == "five.csv: 3 added, 2 subscribed already, 0 not usable"


@pytest.mark.parametrize(
    ("basis", "origin", "what"),
    [
        ("", "Salon", "an import needs its legal basis"),
        ("contract", "Salon", "contract is not a legal basis"),
        ("consent", " ", "an import needs to say where the addresses come from"),
    ],
)
def test_an_import_says_its_ground_and_its_origin(basis: str, origin: str, what: str) -> None:
    with pytest.raises(InputError) as refused:
        subscriber_commands.import_file(Path("x.csv"), basis, origin)
    assert refused.value.what == what
    assert refused.value.hint.startswith("add --")


async def test_members_are_added_once_informed_by_a_mail_and_wait_for_it(
    settings: Settings, console: Console, database: Database
) -> None:
    async with database.write() as session:
        session.add(Structure(id=3, code="orsanne", name="Pays d’Orsanne", mailbox="m@x.example"))
        for number, email in ((1, "Odile@x.example"), (2, "m@x.example"), (3, None), (4, "o@x.fr")):
            session.add(Person(id=number, given_name="P", family_name=f"{number}", email=email))
            await session.flush()
            if number != 4:
                row = Membership(person_id=number, role="agent", since=LONG_AGO)
                session.add(row)
    await subscriber_files.add_members(settings, console, dry=True)
    assert said(console)[0] == "directory: 2 would be added (dry run), 0 not usable"
    await subscriber_files.add_members(settings, console, dry=False)
    assert said(console) == [
        "directory: 2 added, 0 not usable",
        "  person 1: added, and informed by mail",
        "  structure 3: added, and informed by mail",
    ]
    await subscriber_files.add_members(settings, console, dry=False)
    assert said(console)[0] == "directory: 0 added, 2 subscribed already, 0 not usable"
    parts = make_parts(settings, SystemClock())
    now = parts.clock.now()
    async with database.write() as session:
        mails = (await session.scalars(select(Delivery))).all()
        assert [(row.kind, row.bulk) for row in mails] == [(names.INFORMED, True)] * 2
        receiving = select(Subscriber.email).where(store.receives(now))
        assert list(await session.scalars(receiving)) == ["here@orsanne.example"]
        odile = await session.scalar(select(Subscriber).where(Subscriber.person_id == 1))
        assert odile is not None
        odile.informed_at = now
        await session.flush()
        assert "odile@x.example" in list(await session.scalars(receiving))
    await parts.database.close()


async def test_an_export_is_read_by_a_spreadsheet_and_by_an_import(
    settings: Settings, console: Console, tmp_path: Path
) -> None:
    given, taken = tmp_path / "salon.csv", tmp_path / "out.csv"
    given.write_text(FILE, encoding="utf-8")
    await subscriber_files.import_file(settings, given, FAIR, console, dry=False)
    await subscriber_files.export_file(settings, taken, console)
    lines = taken.read_text(encoding="utf-8-sig").splitlines()
    assert lines[0] == "email,state,basis,origin,themes,alerts,letter,shared,since"
    assert any(line.startswith("'=paul@orsanne.example,confirmed,consent") for line in lines)
    said(console)
    await subscriber_files.list_subscribers(settings, "paul", console)
    assert said(console) == [
        "=paul@orsanne.example  confirmed  consent  letter, habitat,emploi",
        "1 confirmed",
    ]


async def test_addresses_are_stopped_lifted_and_listed(
    settings: Settings, console: Console, tmp_path: Path
) -> None:
    email, file = "here@orsanne.example", tmp_path / "stopped.csv"
    await subscriber_files.add_suppression(settings, email, "by phone", console)
    await subscriber_files.list_subscribers(settings, email, console)
    assert said(console)[-1] == "1 suppressed"
    await subscriber_files.export_suppressions(settings, file, console)
    assert f"{email}," in file.read_text(encoding="utf-8-sig")
    await subscriber_files.lift_suppression(settings, email, console)
    with pytest.raises(InputError):
        await subscriber_files.lift_suppression(settings, email, console)
    with pytest.raises(InputError):
        await subscriber_files.lift_suppression(settings, "x", console)
