"""`relais check`: examine everything that the configuration leads to."""

from collections.abc import Sequence
from urllib.parse import urlsplit

import httpx
from rich.console import Console
from rich.markup import escape

from core.clock import SystemClock
from core.errors import RelaisError
from core.mail.check import check as check_mail
from core.room import Finding
from core.settings import Settings
from relais import schema
from relais.wiring import House, building

PUBLIC_TIMEOUT = 10.0


async def examine(settings: Settings, console: Console) -> int:
    """Print a line for each thing examined, with what to do; return 1 if anything is wrong."""
    async with building(settings, SystemClock()) as house:
        findings = [await _database(house)]
        with console.status("Examining…"):
            findings += await check_mail(settings.mail)
            findings += await _telegram(house)
            findings += await _rooms(house)
            findings.append(await _public_address(settings.service.public_url))
            findings += _proxy(settings)
    for finding in findings:
        _print(finding, console)
    return 0 if all(finding.ok for finding in findings) else 1


def _print(finding: Finding, console: Console) -> None:
    mark = "[green]ok[/]     " if finding.ok else "[red]problem[/]"
    console.print(
        f"{mark} {escape(f'{finding.subject}: {finding.what}')}", highlight=False, soft_wrap=True
    )
    if finding.hint and not finding.ok:
        console.print(f"        → {escape(finding.hint)}", highlight=False, soft_wrap=True)


async def _database(house: House) -> Finding:
    try:
        current, newest = await schema.revisions(house.parts.database)
    except RelaisError as error:
        return Finding("database", ok=False, what=error.what, hint=error.hint)
    if current != newest:
        hint = "`relais serve` brings it up to date when it starts, and `relais migrate` at once"
        what = f"reachable, at revision {current or 'none'} of {newest}"
        return Finding("database", ok=False, what=what, hint=hint)
    return Finding("database", ok=True, what="reachable and up to date")


async def _telegram(house: House) -> Sequence[Finding]:
    if house.adapter is None:
        hint = "ask @BotFather for a token and set telegram.token"
        return [Finding("telegram", ok=False, what="no token is configured", hint=hint)]
    return await house.adapter.check()


async def _rooms(house: House) -> Sequence[Finding]:
    findings: list[Finding] = []
    for room in house.rooms:
        for check in room.checks:
            findings += await check.run()
    return findings


async def _public_address(url: str) -> Finding:
    """Ask the public address how the service is; it may not be running yet."""
    parts = urlsplit(url)
    if parts.scheme != "https" and parts.hostname not in {"127.0.0.1", "localhost"}:
        hint = "set service.public_url to an https address: one-click unsubscription needs it"
        return Finding("public address", ok=False, what=f"{url} is not https", hint=hint)
    try:
        async with httpx.AsyncClient(timeout=PUBLIC_TIMEOUT) as client:
            answer = await client.get(f"{url.rstrip('/')}/healthz/live")
            answer.raise_for_status()
    except httpx.HTTPError as error:
        hint = "start `relais serve`, and check what stands in front of it"
        what = f"{url} does not answer as Relais ({type(error).__name__})"
        return Finding("public address", ok=False, what=what, hint=hint)
    return Finding("public address", ok=True, what=f"{url} answers")


def _proxy(settings: Settings) -> Sequence[Finding]:
    """Say when everybody will look as one visitor, the proxy, to the limits on forms."""
    behind = settings.service.public_url.startswith("https:")
    local = settings.web.host in {"127.0.0.1", "::1", "localhost"}
    if not behind or not local or settings.web.trusted_proxies:
        return []
    hint = 'set web.trusted_proxies = ["127.0.0.1"] if your proxy sets X-Forwarded-For itself'
    what = "a proxy seems to stand in front, and is not trusted: all visitors look like one"
    return [Finding("visitors' addresses", ok=False, what=what, hint=hint)]
