"""From a target to a connection: resolved once, checked, and connected to what was checked."""

import asyncio
import socket
from collections.abc import Awaitable, Callable, Sequence

from services.tools.egress.refused import EgressRefused
from services.tools.egress.targets import PORTS, AllowedTarget, Target, is_inside
from taskflow import internet
from taskflow.internet import Address

RESOLVE_SECONDS = 5.0
CONNECT_SECONDS = 5.0
"""For each address of a name."""
MOST_ADDRESSES = 4

Resolve = Callable[[str], Awaitable[Sequence[str]]]
"""A name's addresses. Raises OSError when there are none."""
Dial = Callable[[Address, int], Awaitable[socket.socket]]
"""A connected, non-blocking socket. Raises OSError."""


async def resolve(name: str) -> Sequence[str]:
    found = await asyncio.get_running_loop().getaddrinfo(name, None, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(sockaddr[0]) for *_, sockaddr in found))


async def dial(address: Address, port: int) -> socket.socket:
    family = socket.AF_INET if address.version == 4 else socket.AF_INET6
    connected = socket.socket(family, socket.SOCK_STREAM)
    try:
        connected.setblocking(False)
        await asyncio.get_running_loop().sock_connect(connected, (str(address), port))
    except BaseException:
        connected.close()
        raise
    return connected


class Wall:
    """Lets through what is public, on 80 and 443, and what the operator allowed by name."""

    def __init__(
        self, allow: Sequence[AllowedTarget] = (), *, resolve: Resolve = resolve, dial: Dial = dial
    ) -> None:
        self._allow, self._resolve, self._dial = tuple(allow), resolve, dial

    async def connect(self, target: Target, *, plain: bool) -> socket.socket:
        """Raises EgressRefused. `plain`: an http request, whose path can be seen and checked."""
        vouched = plain and any(allowed_target.holds(target) for allowed_target in self._allow)
        if not vouched:
            if target.port not in PORTS:
                raise EgressRefused("port")
            if target.address is None and is_inside(target.host):
                raise EgressRefused("name")
        found = [target.address] if target.address else await self._addresses(target.host, vouched)
        if not vouched and not all(map(internet.is_public, found)):
            # One bad address among good ones is refused too: it is how a name is rebound.
            raise EgressRefused("address")
        return await self._connect(found[:MOST_ADDRESSES], target.port)

    async def _addresses(self, name: str, vouched: bool) -> list[Address]:
        try:
            async with asyncio.timeout(RESOLVE_SECONDS):
                # The dot keeps the resolver from trying the house's own domains after it.
                said = await self._resolve(name if vouched else f"{name}.")
        except TimeoutError:
            raise EgressRefused("timeout") from None
        except (OSError, UnicodeError):
            raise EgressRefused("unresolved") from None
        try:
            found = [internet.parsed(address) for address in said]
        except ValueError:
            raise EgressRefused("address") from None
        if not found:
            raise EgressRefused("unresolved")
        return found

    async def _connect(self, found: Sequence[Address], port: int) -> socket.socket:
        for address in found:
            try:
                async with asyncio.timeout(CONNECT_SECONDS):
                    return await self._dial(internet.unmapped(address), port)
            except (OSError, TimeoutError):
                continue
        raise EgressRefused("unreachable")
