"""The approver's page: GET shows, POST decides. And the page that links of a test lead to."""

import structlog
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from core.email_address import masked
from core.errors import ExpiredTokenError, TokenError
from core.pages import PRIVATE, bad_link, page, typed
from core.parts import Parts
from core.text import visible
from digest.letter import editions
from digest.letter.approving import names, rendering, store
from digest.letter.approving.names import Approving
from digest.letter.approving.rules import LONGEST_CORRECTION, Outcome, Refusal
from digest.letter.approving.store import Decider
from digest.letter.decide import State, may_become
from digest.letter.models import Edition
from digest.letter.rendering import words

log = structlog.get_logger()

PAGE = "web/approval.html"
DONE = "web/approval_done.html"
CLOSED = Refusal.CLOSED


class ApprovalPages:
    """Answers those who approve by mail."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    def routes(self) -> tuple[Route, ...]:
        """Return the routes of these pages."""
        return (
            Route("/lettres/bon-a-diffuser/{token}", self.show, methods=["GET"]),
            Route("/lettres/bon-a-diffuser/{token}", self.decide, methods=["POST"]),
            Route("/lettres/essai", self.test, methods=["GET"]),
            Route("/lettres/essai", self.pressed_in_test, methods=["POST"]),
        )

    async def show(self, request: Request) -> Response:
        """Show what is to be decided, and in whose name: scanners follow links, press nothing."""
        approving, address = self._approver(request)
        if isinstance(approving, TokenError):
            return self._bad(approving)
        async with self._parts.database.read() as session:
            edition = await editions.by_number(session, approving.number)
            if edition is None or not _same(edition, approving):
                return self._changed(edition)
            standing = await store.standing_of(session, self._parts, edition)
        party = names.approver_party(approving.key)
        if str(party) in standing.parties or edition.state != State.IN_REVIEW:
            return self._done(edition, "given" if str(party) in standing.parties else edition.state)
        return self._form(edition, address, "", "")

    async def decide(self, request: Request) -> Response:
        """Record a decision; the same one twice is recorded once.

        Raises HTTPException(400) for a form that is not ours.
        """
        approving, address = self._approver(request)
        if isinstance(approving, TokenError):
            return self._bad(approving)
        form = await typed(request, "decision", "words")
        if form["decision"] not in {"give", "correct"}:
            raise HTTPException(400)
        by = Decider(names.approver_party(approving.key), masked(address), "mail")
        async with self._parts.database.write() as session:
            edition = await editions.by_number(session, approving.number, lock=True)
            if edition is None or not _same(edition, approving):
                return self._changed(edition)
            if form["decision"] == "correct":
                return await self._correct(session, edition, by, address, form["words"])
            return await self._give(session, edition, by)

    async def _correct(
        self, session: AsyncSession, edition: Edition, by: Decider, address: str, typed_words: str
    ) -> Response:
        if not may_become(State(edition.state), State.DRAFT):
            return self._done(edition, edition.state)
        said = visible(typed_words).strip()
        if not said or len(said) > LONGEST_CORRECTION:
            return self._form(edition, address, said, "long" if said else "empty")
        now = self._parts.clock.now()
        await store.correct(session, self._parts, edition, by, now, words=said)
        log.info("letter.correction_asked", edition=edition.number)
        return self._done(edition, "corrected")

    async def _give(self, session: AsyncSession, edition: Edition, by: Decider) -> Response:
        standing = await store.standing_of(session, self._parts, edition)
        if str(by.party) in standing.parties:
            return self._done(edition, "given")
        refusal = store.refusal_of(edition)
        if refusal is not None:
            return self._done(edition, edition.state if refusal is CLOSED else "not_ready")
        now = self._parts.clock.now()
        outcome = await store.give(session, self._parts, edition, by, now)
        missing = (await store.standing_of(session, self._parts, edition)).missing
        told = {"number": edition.number, "version": edition.version, "missing": missing}
        text = words("given_by_mail", {**told, "name": by.name})
        slot = f"approval:{edition.number}/v{edition.version}/{by.party}"
        await store.tell(session, self._parts, edition, text, slot=slot, now=now)
        log.info("letter.approval_given", edition=edition.number, outcome=outcome.value)
        return self._done(edition, "approved_now" if outcome is Outcome.APPROVED else "given")

    async def test(self, _request: Request) -> Response:
        """Say that a link of a test leads nowhere."""
        return page(self._parts, "web/approval_test.html", {}, headers=PRIVATE)

    async def pressed_in_test(self, _request: Request) -> Response:
        """Take a mailbox's one-click unsubscription from a test: there is nothing to end."""
        return PlainTextResponse("", headers=PRIVATE)

    def _approver(self, request: Request) -> tuple[Approving | TokenError, str]:
        """Return what a link says and whose it is; who approves no more has no link."""
        try:
            approving = names.read_approval(self._parts, request.path_params["token"])
        except TokenError as error:
            return error, ""
        address = names.approvers(self._parts).get(approving.key)
        if address is None:
            return ExpiredTokenError("no longer an approver"), ""
        return approving, address

    def _form(self, edition: Edition, address: str, said: str, problem: str) -> Response:
        values = {
            **rendering.described(self._parts, edition),
            "address": masked(address),
            "said": said,
            "problem": problem,
            "longest": LONGEST_CORRECTION,
        }
        status = 400 if problem else 200
        return page(self._parts, PAGE, values, status=status, headers=PRIVATE)

    def _done(self, edition: Edition, what: str) -> Response:
        values = {"number": edition.number, "what": what}
        return page(self._parts, DONE, values, headers=PRIVATE)

    def _changed(self, edition: Edition | None) -> Response:
        log.info("letter.approval_superseded", edition=edition.number if edition else None)
        values = {"number": edition.number if edition else None, "what": "changed"}
        return page(self._parts, DONE, values, status=410, headers=PRIVATE)

    def _bad(self, error: TokenError) -> Response:
        return bad_link(self._parts, "web/approval_bad_link.html", "approval", error)


def _same(edition: Edition, approving: Approving) -> bool:
    """Say whether a link is about what stands now, to the letter."""
    same = edition.content_hash.startswith(approving.content_hash)
    return same and edition.version == approving.version
