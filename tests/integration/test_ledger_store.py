"""What rooms ask of the ledger, on both databases."""

from collections import Counter
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from core.db import Database
from core.ledger import store
from core.ledger.draft import Channel, Content, Draft
from core.ledger.models import Delivery, Message, View
from core.ledger.rules import UNSETTLED, State
from core.ledger.views import show
from core.reference import ANIMATORS, Party, Reference
from tests.ledger_drafts import EDITION, NOON, READER, draft, posted, rows, states

LATER = NOON + timedelta(hours=1)


async def put(database: Database, slot: str, **values: Any) -> None:
    """Put a row in a state, as a dispatcher would have."""
    async with database.write() as session:
        await session.execute(update(Delivery).where(Delivery.slot == slot).values(**values))


async def test_a_draft_becomes_a_row_that_waits(database: Database) -> None:
    assert await posted(database, draft("a", values={"name": "x"}, stream="s")) == 1
    row = (await rows(database))["a"]
    assert (row.kind, row.recipient, row.cause) == ("edition", "subscriber:5", "digest:edition:12")
    assert (row.state, row.attempts, row.resent, row.values) == ("pending", 0, False, {"name": "x"})
    assert (row.due_at, row.created_at, row.next_attempt_at) == (NOON, NOON, None)


async def test_the_same_thing_is_never_written_twice(database: Database) -> None:
    assert await posted(database, draft("a"), draft("a"), draft("b")) == 2
    changed = draft("a", body=b"Autre chose", due_at=LATER)
    assert await posted(database, changed, draft("c")) == 1
    assert (await rows(database))["a"].due_at == NOON


async def test_posting_nothing_writes_nothing(database: Database) -> None:
    assert await posted(database) == 0


@pytest.mark.parametrize(
    "unreadable",
    [
        draft("a", Party("subscriber", "")),
        draft("a", cause=Reference("digest", "edition", "12:3")),
    ],
)
async def test_what_could_not_be_read_back_is_refused_when_it_is_written(
    database: Database, unreadable: Draft
) -> None:
    with pytest.raises(ValueError, match="not a"):
        await posted(database, unreadable)
    assert await rows(database) == {}


async def test_an_instant_without_a_zone_is_refused(database: Database) -> None:
    with pytest.raises(TypeError, match="naive"):
        await posted(database, draft("a", due_at=NOON.replace(tzinfo=None)))
    assert await rows(database) == {}


async def test_the_same_slot_is_another_thing_for_another_party_or_kind(database: Database) -> None:
    other = Party("subscriber", "6")
    drafts = [draft("a"), draft("a", other), draft("a", kind="correction")]
    assert await posted(database, *drafts) == 3


async def test_a_content_is_stored_once(database: Database) -> None:
    await posted(database, *(draft("a", Party("subscriber", str(n))) for n in range(10)))
    async with database.read() as session:
        bodies = (await session.scalars(select(Message.body))).all()
    assert bodies == [b"La lettre"]


async def test_many_drafts_are_written_in_their_order(database: Database) -> None:
    readers = [Party("subscriber", str(number)) for number in range(4_500)]
    assert await posted(database, *(draft("a", reader) for reader in readers)) == 4_500
    assert await posted(database, *(draft("a", reader) for reader in readers)) == 0
    async with database.read() as session:
        found = await session.scalars(select(Delivery.recipient).order_by(Delivery.id))
        assert found.all() == [str(reader) for reader in readers]


async def test_what_a_failed_transaction_posted_does_not_exist(database: Database) -> None:
    with pytest.raises(RuntimeError):
        async with database.write() as session:
            await store.post(session, [draft("a")], NOON)
            raise RuntimeError("the cause was not written")
    assert await rows(database) == {}


async def test_what_has_not_started_is_cancelled_with_its_reason(database: Database) -> None:
    await posted(database, *(draft(slot) for slot in ("4/J-7", "4/J-1", "40/J-7", "5/J-7")))
    await put(database, "4/J-1", state="claimed", worker="w")
    async with database.write() as session:
        count = await store.cancel(session, "moved", LATER, kind="edition", slot_prefix="4/")
    assert count == 2
    assert await states(database) == {
        "4/J-7": "cancelled",
        "4/J-1": "cancelled",
        "40/J-7": "pending",
        "5/J-7": "pending",
    }
    row = (await rows(database))["4/J-7"]
    assert (row.reason, row.settled_at) == ("moved", LATER)


async def test_slots_are_compared_exactly(database: Database) -> None:
    await posted(database, draft("a_b/1"), draft("axb/1"), draft("A_B/1"))
    async with database.write() as session:
        await store.cancel(session, "moved", LATER, kind="edition", slot_prefix="a_b/")
    assert Counter((await states(database)).values()) == {"pending": 2, "cancelled": 1}


async def test_a_vanished_cause_cancels_what_it_caused(database: Database) -> None:
    other = Reference("digest", "edition", "13")
    await posted(database, draft("a"), draft("b", kind="preview"), draft("c", cause=other))
    async with database.write() as session:
        assert await store.cancel(session, "gone", LATER, cause=EDITION, kind="preview") == 1
        assert await store.cancel(session, "gone", LATER, cause=EDITION) == 1
    assert await states(database) == {"a": "cancelled", "b": "cancelled", "c": "pending"}


async def test_cancelling_asks_what(database: Database) -> None:
    async with database.write() as session:
        with pytest.raises(ValueError, match="a kind, a cause, a recipient"):
            await store.cancel(session, "gone", LATER)


@pytest.mark.parametrize("state", ["sending", "sent", "failed", "uncertain", "skipped"])
async def test_what_has_started_is_not_cancelled(database: Database, state: str) -> None:
    await posted(database, draft("a"))
    await put(database, "a", state=state)
    async with database.write() as session:
        assert await store.cancel(session, "gone", LATER, cause=EDITION) == 0
    assert await states(database) == {"a": state}


async def test_states_are_counted_by_kind_and_slot(database: Database) -> None:
    readers = [Party("subscriber", str(number)) for number in range(3)]
    await posted(database, *(draft("12", reader) for reader in readers), draft("13"))
    await put(database, "13", state="sent")
    async with database.read() as session:
        assert await store.counts(session, "edition") == {State.PENDING: 3, State.SENT: 1}
        only = await store.counts(session, "edition", "12")
        assert (only[State.PENDING], only[State.SENT]) == (3, 0)
        assert not await store.counts(session, "correction")


async def in_doubt(database: Database) -> dict[str, int]:
    """Post three rows, put two in doubt, and return the ids by slot."""
    await posted(database, draft("a"), draft("b", kind="relay"), draft("c"))
    for slot in ("a", "b"):
        await put(
            database,
            slot,
            state="uncertain",
            reason="cut",
            settled_at=NOON,
            worker="w",
            attempts=1,
        )
    return {slot: row.id for slot, row in (await rows(database)).items()}


async def test_what_is_in_doubt_can_be_listed(database: Database) -> None:
    ids = await in_doubt(database)
    async with database.read() as session:
        held = await store.uncertain(session)
        only = await store.uncertain(session, ["relay"])
    assert [row.id for row in held] == [ids["a"], ids["b"]]
    assert held[0] == store.Held(ids["a"], "edition", "a", READER, EDITION, "cut", NOON)
    assert [row.slot for row in only] == ["b"]


async def test_what_is_in_doubt_is_sent_again_when_somebody_says_so(database: Database) -> None:
    ids = await in_doubt(database)
    async with database.write() as session:
        assert await store.resend(session, ids.values(), LATER) == 2
    async with database.write() as session:
        assert await store.resend(session, ids.values(), LATER) == 0
    found = await rows(database)
    assert (found["a"].state, found["a"].resent, found["a"].worker) == ("pending", True, None)
    assert (found["a"].settled_at, found["a"].attempts) == (None, 1)
    assert (found["c"].state, found["c"].resent) == ("pending", False)


async def test_what_is_in_doubt_can_be_left_for_good(database: Database) -> None:
    ids = await in_doubt(database)
    async with database.write() as session:
        assert await store.leave(session, [ids["a"], ids["c"]], LATER) == 1
        assert await store.resend(session, [ids["a"]], LATER) == 0
    row = (await rows(database))["a"]
    assert (row.state, row.reason, row.settled_at) == ("failed", "left", LATER)


async def test_a_sent_message_says_what_it_was_about(database: Database) -> None:
    await posted(database, draft("a"))
    await put(database, "a", state="sent", external_id="-100:42")
    async with database.read() as session:
        assert await store.about(session, "-100:42") == EDITION
        assert await store.about(session, "-100:43") is None


async def test_purging_empties_what_only_a_party_received(database: Database) -> None:
    other = Party("subscriber", "6")
    await posted(
        database,
        draft("letter", values={"link": "x"}),
        draft("letter2", other),
        draft("own", body=b"Bonjour Untel", values={"name": "Untel"}),
        draft("waiting", body=b"Encore vous", values={"name": "Untel"}),
    )
    for slot in ("letter", "letter2", "own"):
        await put(database, slot, state="sent")
    async with database.write() as session:
        assert await store.purge(session, READER) == 2
        assert await store.purge(session, READER) == 2
    async with database.read() as session:
        bodies = set((await session.scalars(select(Message.body))).all())
    assert bodies == {b"La lettre", b"Encore vous", b""}
    found = await rows(database)
    assert (found["letter"].values, found["own"].values) == ({}, {})
    assert found["waiting"].values == {"name": "Untel"}


async def test_a_purged_content_can_be_posted_anew(database: Database) -> None:
    own = b"Bonjour Untel"
    await posted(database, draft("a", body=own))
    await put(database, "a", state="sent")
    async with database.write() as session:
        await store.purge(session, READER)
    await posted(database, draft("b", body=own))
    async with database.read() as session:
        query = select(Delivery.slot, Message.body).join(Message)
        assert dict((await session.execute(query)).all()) == {"a": b"", "b": own}


async def test_what_was_settled_long_ago_is_forgotten_and_the_register_stays(
    database: Database,
) -> None:
    await posted(
        database,
        draft("old", body=b"Bonjour Untel", values={"name": "Untel"}),
        draft("recent", body=b"Bonjour Unetelle"),
        draft("shared old", body=b"La lettre"),
        draft("shared waiting", body=b"La lettre"),
        draft("waiting", body=b"Rappel"),
    )
    await put(database, "old", state="sent", settled_at=NOON, external_id="<1@x>")
    await put(database, "shared old", state="sent", settled_at=NOON)
    await put(database, "recent", state="sent", settled_at=LATER)
    async with database.write() as session:
        assert await store.forget(session, LATER) == 1
        assert await store.forget(session, LATER) == 0
    async with database.read() as session:
        query = select(Delivery.slot, Message.body).join(Message)
        bodies = dict((await session.execute(query)).all())
    assert bodies == {
        "old": b"",
        "recent": b"Bonjour Unetelle",
        "shared old": b"La lettre",
        "shared waiting": b"La lettre",
        "waiting": b"Rappel",
    }
    old = (await rows(database))["old"]
    assert (old.values, old.state, old.external_id) == ({}, "sent", "<1@x>")


async def test_forgetting_goes_on_by_portions(database: Database) -> None:
    await posted(database, *(draft(f"{n}", body=f"Bonjour {n}".encode()) for n in range(5)))
    for n in range(5):
        await put(database, f"{n}", state="failed", settled_at=NOON)
    async with database.write() as session:
        counts = [await store.forget(session, LATER, limit=2) for _ in range(4)]
    assert counts == [2, 2, 1, 0]


async def test_the_next_due_instant_is_that_of_what_waits_for_nothing_else(
    database: Database,
) -> None:
    async with database.read() as session:
        assert await store.next_due(session) is None
    await posted(
        database,
        draft("retry", due_at=NOON, stream="s"),
        draft("behind", due_at=NOON, stream="s"),
        draft("later", due_at=LATER),
        draft("much later", due_at=LATER + timedelta(days=1)),
    )
    await put(database, "retry", next_attempt_at=LATER)
    async with database.read() as session:
        assert await store.next_due(session) == LATER


@pytest.mark.parametrize(
    ("state", "busy"),
    [(state, state in UNSETTLED) for state in State],
)
async def test_the_ledger_is_busy_while_something_is_due_or_in_flight(
    database: Database, state: State, busy: bool
) -> None:
    await posted(database, draft("a"))
    await put(database, "a", state=state.value)
    async with database.read() as session:
        assert await store.busy(session, NOON) is busy


async def test_what_is_not_due_or_waits_for_a_retry_keeps_nobody_busy(database: Database) -> None:
    await posted(database, draft("later", due_at=LATER), draft("a", stream="s"))
    await posted(database, draft("behind", stream="s"))
    await put(database, "a", next_attempt_at=LATER)
    async with database.read() as session:
        assert not await store.busy(session, NOON)
        assert await store.busy(session, LATER)


async def test_a_view_to_be_shown_keeps_the_ledger_busy(database: Database) -> None:
    async with database.write() as session:
        await show(session, "board", ANIMATORS, Content(Channel.CHAT, b"{}"))
        assert await store.busy(session, NOON)
        await session.execute(update(View).values(shown_hash=View.wanted_hash))
        assert not await store.busy(session, NOON)
