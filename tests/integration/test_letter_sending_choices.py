"""Who chose themes receives what is about them, in a message shared by all who chose the same."""

from collections.abc import Callable

import pytest
from sqlalchemy import func, select

from core.clock import FixedClock
from core.db import Database
from core.ledger.draft import Ready, Skip
from core.ledger.models import Delivery, Message
from digest.letter import names
from digest.letter.models import Rendition
from digest.letter.sending import choices as choices_module
from digest.letter.sending import rows as rows_module
from digest.subscribers.rules import Reason
from digest.subscribers.suppression import suppress
from tests.letter import LetterHouse, moved
from tests.sendings import about, approve, choose, edition_of, settings_of_sendings, states


@pytest.fixture
def house(database: Database, clock: FixedClock) -> LetterHouse:
    return LetterHouse(database, clock, settings_of_sendings())


async def mails(house: LetterHouse) -> dict[str, str]:
    """Return what each subscriber is sent, as raw text without soft line breaks."""
    rows = await house.rows(names.EDITION)
    bodies = {row.recipient: await house.body(row) for row in rows}
    return {who: body.replace(b"=\r\n", b"").decode() for who, body in bodies.items()}


async def test_each_choice_is_one_message_and_nothing_chosen_is_a_row_that_says_so(
    house: LetterHouse,
) -> None:
    emails = [f"a{number}@orsanne.example" for number in range(6)]
    everything, housing, housing_too, health, nothing, both = await house.subscribe(*emails)
    await choose(house, housing, "habitat")
    await choose(house, housing_too, "habitat", "unheard-of")
    await choose(house, health, "sante")
    await choose(house, nothing, "ecole")
    await choose(house, both, "sante", "habitat")
    await approve(house, about(1, "habitat"), about(2, "sante"), about(3))
    await house.tick("letter.send")
    rows = {row.recipient: row for row in await house.rows(names.EDITION)}
    assert len(rows) == 6
    said = await mails(house)

    def stories(subscriber: int) -> list[int]:
        text = said[f"subscriber:{subscriber}"]
        return [number for number in (1, 2, 3) if f"textes/{number}" in text]

    assert stories(everything) == [1, 2, 3]
    assert stories(housing) == [1, 3]
    assert stories(health) == [2, 3]
    assert stories(both) == [1, 2, 3]
    hashes = {who: row.message_hash for who, row in rows.items()}
    assert hashes[f"subscriber:{housing}"] == hashes[f"subscriber:{housing_too}"]
    assert hashes[f"subscriber:{both}"] == hashes[f"subscriber:{everything}"]
    left_out = rows[f"subscriber:{nothing}"]
    assert (left_out.state, left_out.reason) == ("skipped", "nothing_chosen")
    assert {row.state for who, row in rows.items() if row is not left_out} == {"pending"}
    assert all(row.bulk for row in rows.values())
    values = rows[f"subscriber:{health}"].values
    assert sorted(values) == ["preferences_url", "unsubscribe_url"]
    async with house.database.read() as session:
        kept = await session.scalars(select(Rendition.choice).order_by(Rendition.choice))
        assert list(kept) == ["all", "themes:habitat", "themes:sante"]
    await house.settle(names.EDITION)
    await house.tick("letter.send")
    (report,) = await house.posts(names.REPORT)
    assert "Envoyée à 5 abonnés" in report.text
    assert "Non envoyé (aucun sujet sur les thèmes choisis)\u00a0: 1" in report.text


async def test_a_choice_is_rendered_once_whatever_is_interrupted(
    house: LetterHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rows_module, "CHUNK", 2)
    identities = await house.subscribe(*(f"a{number}@orsanne.example" for number in range(7)))
    for identity in identities[1:]:
        await choose(house, identity, "habitat")
    await approve(house, about(1, "habitat"), about(2, "sante"))
    for place, module in (
        ("letter.rendition_kept", choices_module),
        ("letter.between_chunks", rows_module),
    ):
        with monkeypatch.context() as patch:
            patch.setattr(module, "reach", power_cut_at(place))
            with pytest.raises(KeyboardInterrupt):
                await house.tick("letter.send")
        moved(house.clock, minutes=1)
    assert (await edition_of(house)).rows_written_at is None
    await house.tick("letter.send")
    assert (await edition_of(house)).rows_written_at is not None
    rows = await house.rows(names.EDITION)
    assert sorted(row.recipient for row in rows) == sorted(f"subscriber:{i}" for i in identities)
    async with house.database.read() as session:
        hashes = select(func.count(func.distinct(Delivery.message_hash)))
        assert await session.scalar(hashes.where(Delivery.kind == names.EDITION)) == 2
        mails = select(func.count()).select_from(Message).where(Message.channel == "mail")
        assert await session.scalar(mails) == 2
        assert await session.scalar(select(func.count()).select_from(Rendition)) == 2


async def test_who_changes_their_mind_between_two_tries_is_not_sent_what_they_gave_up(
    house: LetterHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    (zoe,) = await house.subscribe("zoe@orsanne.example")
    await approve(house, about(1, "habitat"))
    monkeypatch.setattr(rows_module, "reach", power_cut_at("letter.between_chunks"))
    with pytest.raises(KeyboardInterrupt):
        await house.tick("letter.send")
    monkeypatch.undo()
    await choose(house, zoe, "sante")
    await house.tick("letter.send")
    assert await states(house, names.EDITION) == {
        f"subscriber:{zoe}": ("skipped", "nothing_chosen")
    }


async def test_a_suppressed_address_is_not_written_to(house: LetterHouse) -> None:
    await house.subscribe("zoe@orsanne.example", "paul@orsanne.example")
    await approve(house, about(1))
    await house.tick("letter.send")
    async with house.database.write() as session:
        await suppress(session, "zoe@orsanne.example", Reason.BOUNCED, "5.1.1", house.clock.now())
    zoe, paul = await house.rows(names.EDITION)
    assert isinstance(await house.prepared(zoe), Skip)
    assert isinstance(await house.prepared(paul), Ready)


def power_cut_at(place: str) -> Callable[[str], None]:
    def reach(name: str) -> None:
        if name == place:
            raise KeyboardInterrupt

    return reach
