"""What the ledger counts on, kept by the real gateway and by the fake of the ledger's tests."""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence

import pytest

from core.clock import FixedClock
from core.ledger.draft import Channel, Later, MailAddress, Outcome, Refused, Sent, Unknown
from core.ledger.gateway import Gateway
from core.mail.compose import compose
from core.mail.gateway import MailGateway
from core.render import MailText
from tests.conftest import MORNING
from tests.gateways import ScriptedGateway
from tests.mails import make_parcel
from tests.smtp import CUT, ScriptedServer

ZOE = MailAddress("zoe@orsanne.example")
ANSWERS = {Later: ("RCPT", "450 no"), Refused: ("RCPT", "550 no"), Unknown: ("dot", CUT)}

Start = Callable[[Sequence[type[Outcome]]], Awaitable[Gateway]]


@pytest.fixture(params=["real", "fake"])
async def start(request: pytest.FixtureRequest) -> AsyncIterator[Start]:
    """Give a way to start a gateway whose peer makes these outcomes of the first sends."""
    async with ScriptedServer() as server:
        opened: list[Gateway] = []

        async def begin(outcomes: Sequence[type[Outcome]]) -> Gateway:
            for outcome in outcomes:
                server.answer(*ANSWERS[outcome])
            script = {"edition:12": [outcome("no") for outcome in outcomes]}
            real = MailGateway(
                server.settings(connections=2), FixedClock(MORNING), "a secret for tests"
            )
            fake = ScriptedGateway(Channel.MAIL, connections=2, script=script)
            opened.append(real if request.param == "real" else fake)
            return opened[0]

        yield begin
        for gateway in opened:
            await gateway.close()


async def test_a_send_says_how_the_peer_names_it(start: Start) -> None:
    gateway = await start([])
    assert (gateway.channel, gateway.connections) == (Channel.MAIL, 2)
    body = compose(ScriptedServer().settings(), MailText("x", "x", "x")).body
    first = await gateway.send(make_parcel(1, body=body), ZOE)
    other = await gateway.send(make_parcel(2, body=body), ZOE)
    assert isinstance(first, Sent)
    assert isinstance(other, Sent)
    assert first.external_id
    assert first.external_id != other.external_id


@pytest.mark.parametrize("outcome", [Later, Refused, Unknown])
async def test_a_failure_is_an_outcome_and_the_next_send_succeeds(
    start: Start, outcome: type[Outcome]
) -> None:
    gateway = await start([outcome])
    body = compose(ScriptedServer().settings(), MailText("x", "x", "x")).body
    assert isinstance(await gateway.send(make_parcel(1, body=body), ZOE), outcome)
    assert isinstance(await gateway.send(make_parcel(1, body=body), ZOE), Sent)


async def test_closing_twice_is_closing(start: Start) -> None:
    gateway = await start([])
    await gateway.close()
    await gateway.close()
