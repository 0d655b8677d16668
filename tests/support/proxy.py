"""A TCP hop that a test makes slow, deaf or dead: before PostgreSQL, NATS and each vendor."""

import asyncio
import contextlib
import itertools
import random
import socket
import struct
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

Upstream = tuple[str, int] | Path
"""A TCP address, or a Unix socket's path."""
CHUNK = 65_536
CONNECT_SECONDS = 5.0


@dataclass(eq=False)
class Proxy:
    """Change its fields at any time; `cut` and `reset_after` close as a crashed host does, by RST.

    With several upstreams it is a balancer: each connection goes to the next that takes it.
    """

    upstreams: Callable[[], Sequence[Upstream]]
    latency: float = 0.0
    """Seconds, added to each chunk in each direction."""
    jitter: float = 0.0
    """Seconds at most, on top of the latency."""
    black_hole: bool = False
    """Connections stand and nothing passes, in either direction."""
    refusing: bool = False
    """New connections are reset at once."""
    reset_after: int | None = None
    """Bytes from the upstream after which a connection is reset."""
    port: int = 0
    _server: asyncio.Server | None = None
    _open: set["_Link"] = field(default_factory=set)
    _turn: itertools.count = field(default_factory=itertools.count)

    @classmethod
    def before(cls, upstream: Upstream) -> "Proxy":
        return cls(lambda: [upstream])

    async def start(self) -> None:
        self._server = await asyncio.start_server(self._accepted, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        if self._server is not None:
            self._server.close()
            self.cut()
            await self._server.wait_closed()
            self._server = None

    def cut(self) -> int:
        """Resets every open connection; how many there were."""
        links = list(self._open)
        for link in links:
            link.reset()
        return len(links)

    def heal(self) -> None:
        """As it was built. What a black hole held back arrives now."""
        self.latency = self.jitter = 0.0
        self.black_hole = self.refusing = False
        self.reset_after = None

    @property
    def connections(self) -> int:
        return len(self._open)

    async def _accepted(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        link = _Link(self, writer)
        self._open.add(link)
        try:
            if self.refusing or not await link.connect(self._candidates()):
                link.reset()
            else:
                await link.carry(reader)
        finally:
            link.close()
            self._open.discard(link)

    def _candidates(self) -> list[Upstream]:
        upstreams = list(self.upstreams())
        start = next(self._turn) % len(upstreams) if upstreams else 0
        return [*upstreams[start:], *upstreams[:start]]


class _Link:
    def __init__(self, proxy: Proxy, client: asyncio.StreamWriter) -> None:
        self._proxy, self._client = proxy, client
        self._reader: asyncio.StreamReader | None = None
        self._upstream: asyncio.StreamWriter | None = None
        self._received = 0

    async def connect(self, candidates: Sequence[Upstream]) -> bool:
        for upstream in candidates:
            with contextlib.suppress(OSError, TimeoutError):
                async with asyncio.timeout(CONNECT_SECONDS):
                    self._reader, self._upstream = await _opened(upstream)
                return True
        return False

    async def carry(self, client: asyncio.StreamReader) -> None:
        assert self._reader is not None
        assert self._upstream is not None
        ways = [
            asyncio.create_task(self._pump(client, self._upstream, counted=False)),
            asyncio.create_task(self._pump(self._reader, self._client, counted=True)),
        ]
        try:
            await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for way in ways:
                way.cancel()
            await asyncio.gather(*ways, return_exceptions=True)

    async def _pump(
        self, source: asyncio.StreamReader, to: asyncio.StreamWriter, *, counted: bool
    ) -> None:
        proxy = self._proxy
        with contextlib.suppress(OSError):
            while chunk := await source.read(CHUNK):
                if proxy.latency or proxy.jitter:
                    await asyncio.sleep(proxy.latency + proxy.jitter * random.random())
                while proxy.black_hole:
                    await asyncio.sleep(0.05)
                if counted:
                    self._received += len(chunk)
                    if proxy.reset_after is not None and self._received > proxy.reset_after:
                        self.reset()
                        return
                to.write(chunk)
                await to.drain()

    def reset(self) -> None:
        """RST on both sides: what is under way is lost."""
        for writer in (self._client, self._upstream):
            if writer is not None and not writer.transport.is_closing():
                raw = writer.get_extra_info("socket")
                if raw is not None and raw.family in {socket.AF_INET, socket.AF_INET6}:
                    raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                writer.transport.abort()

    def close(self) -> None:
        for writer in (self._client, self._upstream):
            if writer is not None and not writer.transport.is_closing():
                writer.close()


async def _opened(upstream: Upstream) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    if isinstance(upstream, Path):
        return await asyncio.open_unix_connection(str(upstream))
    return await asyncio.open_connection(*upstream)


@asynccontextmanager
async def proxied(upstream: Upstream) -> AsyncGenerator[Proxy]:
    proxy = Proxy.before(upstream)
    await proxy.start()
    try:
        yield proxy
    finally:
        await proxy.stop()
