"""Where we agree to connect: public addresses only, checked after DNS and at connect."""

import asyncio
import ipaddress
import socket
from collections.abc import Awaitable, Callable, Iterable, Sequence
from urllib.parse import urlsplit

import httpcore
import httpx

from core.errors import FetchError, UnknownHostError

Resolver = Callable[[str, int], Awaitable[Sequence[str]]]
"""From a host and a port to its addresses, as text. Raises OSError when there is none."""

_NAT64 = ipaddress.ip_network("64:ff9b::/96")
_GLOBAL_UNICAST = ipaddress.ip_network("2000::/3")
"""All that IANA has given out; beside it, IPv6 has only disguises of IPv4 and local uses."""

MOST_ADDRESS = 2000
"""Characters of an address, in ASCII: a longer one is shown nowhere, and no index takes it."""


async def resolve_by_system(host: str, port: int) -> Sequence[str]:
    """Ask the system's resolver. Raises OSError when it does not know."""
    loop = asyncio.get_running_loop()
    found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(address[0]) for *_, address in found))


def is_public(address: str) -> bool:
    """Tell whether an address is of the public Internet, seeing through IPv6 disguises of IPv4.

    Loopback, link-local, private, multicast and reserved ones are not (IANA special-purpose
    registries); nor is what cannot be read as an address.
    """
    try:
        ip = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    seen: list[ipaddress.IPv4Address | ipaddress.IPv6Address] = [ip]
    if isinstance(ip, ipaddress.IPv6Address):
        seen = [*_hidden_addresses(ip)] or seen
        if ip in seen and ip not in _GLOBAL_UNICAST:
            return False
    return all(each.is_global and not each.is_multicast for each in seen)


def _hidden_addresses(ip: ipaddress.IPv6Address) -> list[ipaddress.IPv4Address]:
    """Return the IPv4 addresses that an IPv6 one leads to (mapped, 6to4, Teredo, NAT64)."""
    if ip in _NAT64:
        return [ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)]
    found: list[ipaddress.IPv4Address | None] = [ip.ipv4_mapped, ip.sixtofour]
    if ip.teredo is not None:
        found += ip.teredo
    return [address for address in found if address is not None]


def check_url(url: str) -> httpx.URL:
    """Return a URL that may be fetched. Raises FetchError (permanent) for any other."""
    try:
        _ = urlsplit(url).port  # raises when it is none
        parsed = httpx.URL(url)
        host = parsed.host  # raises for a name that no punycode makes (xn--a)
    except (httpx.InvalidURL, ValueError) as error:
        raise FetchError(
            "the address cannot be understood", hint="check how it is written", permanent=True
        ) from error
    if parsed.scheme not in {"http", "https"} or not host:
        raise FetchError(
            "only http and https addresses can be fetched",
            hint="give the address as a browser shows it",
            permanent=True,
        )
    if len(str(parsed)) > MOST_ADDRESS:
        raise FetchError(
            f"the address has over {MOST_ADDRESS:,} characters",
            hint="give the address of the page itself",
            permanent=True,
        )
    if parsed.userinfo:
        raise FetchError(
            "the address holds a user name or a password",
            hint="use an address that needs neither",
            permanent=True,
        )
    return parsed


class GuardedBackend(httpcore.AnyIOBackend):
    """Opens connections only to addresses that it resolved and checked itself.

    The checked address is the one connected to, so that no second answer of the DNS can differ.
    """

    def __init__(self, resolve: Resolver, *, allow_private: bool) -> None:
        super().__init__()
        self._resolve = resolve
        self._allow_private = allow_private

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109  # the parent's signature
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """Connect to the first address that answers. Raises FetchError when none may be used."""
        failure: Exception = httpcore.ConnectError("no address")
        for address in await self._addresses(host, port):
            try:
                return await super().connect_tcp(
                    address, port, timeout, local_address, socket_options
                )
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = error
        raise failure

    async def _addresses(self, host: str, port: int) -> Sequence[str]:
        try:
            found = await self._resolve(host, port)
        except (OSError, UnicodeError) as error:
            # A resolver that says to try again knows nothing of the host: ours may be off.
            later = getattr(error, "errno", None) == socket.EAI_AGAIN
            raise (FetchError if later else UnknownHostError)(
                f"no such host: {host}", hint="check the address; the site may have moved"
            ) from error
        allowed = [each for each in found if self._allow_private or is_public(each)]
        if not allowed:
            raise UnknownHostError(
                f"{host} is on a private network",
                hint="only public sites are fetched; see watch.allow_private_addresses",
            )
        return allowed


class GuardedTransport(httpx.AsyncHTTPTransport):
    """httpx's own transport over a guarded backend; proxies of the environment are not used."""

    def __init__(self, resolve: Resolver, *, allow_private: bool, connections: int) -> None:
        context = httpx.create_ssl_context(trust_env=False)
        super().__init__(verify=context)
        self._pool = httpcore.AsyncConnectionPool(
            ssl_context=context,
            max_connections=connections,
            max_keepalive_connections=connections,
            keepalive_expiry=5.0,
            network_backend=GuardedBackend(resolve, allow_private=allow_private),
        )
