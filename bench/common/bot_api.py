"""The local Bot API in a process of its own: `python -m bench.common.bot_api AGENTS`.

It answers `ask N` by having the agents ask that many questions at once, and `relayed N` once it
took as many topics, and three messages for each.
"""

import asyncio
import sys

from bench.common.peers import serve_as_peer
from core.serving import serving
from relais.sandbox.bot_api.application import application
from relais.sandbox.bot_api.state import State

TOKEN = "1000:a-token-for-benchmarks"  # noqa: S105  # of a server that lives some seconds
GROUP = -1001234567890
FIRST_AGENT = 5001
LOOK = 0.01
QUESTION = (
    "/question Notre commune était en ZRR et un boulanger voudrait reprendre le fonds du bourg. "
    "Les exonérations existent-elles encore, et faut-il une délibération ? (n° {number})"
)
CALLS = ("createForumTopic", "sendMessage", "sendMessage", "sendMessage")
"""What a question takes: its topic, the card and the text in it, and the agent's receipt."""


class People:
    """The agents, and what the server took for them."""

    def __init__(self, state: State, agents: int) -> None:
        self._state = state
        self._agents = agents
        self._asked = 0

    async def do(self, line: str) -> str:
        """Do what a line asks, and answer it."""
        verb, _, number = line.partition(" ")
        if verb == "ask":
            for index in range(self._asked, self._asked + int(number)):
                agent = FIRST_AGENT + index % self._agents
                self._state.user_sends(agent, agent, QUESTION.format(number=index))
            self._asked += int(number)
            return "asked"
        while not self._relayed(int(number)):  # noqa: ASYNC110  # looking costs less than telling
            await asyncio.sleep(LOOK)
        return "relayed"

    def _relayed(self, count: int) -> bool:
        """Count only once there are enough calls: counting takes the server's time."""
        return len(self._state.calls) >= len(CALLS) * count and all(
            sum(call.status == 200 for call in self._state.called(method))  # noqa: PLR2004
            >= CALLS.count(method) * count
            for method in set(CALLS)
        )


async def main(agents: int) -> None:
    """Serve until the standard input ends."""
    state = State()
    state.add_bot(TOKEN)
    for number in range(agents):
        state.add_user(f"Agent {number}", user_id=FIRST_AGENT + number, started=True)
    state.add_group("L’équipe", chat_id=GROUP)
    async with serving(application(state)) as port:
        await serve_as_peer(port, People(state, agents).do)
    state.close()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1])))
