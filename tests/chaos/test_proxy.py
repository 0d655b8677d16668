"""The fault proxy itself: each fault does what it says."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import asyncpg
import pytest

from tests.support.proxy import Proxy, proxied


@asynccontextmanager
async def echo() -> AsyncGenerator[int]:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while chunk := await reader.read(1000):
            writer.write(chunk)
            await writer.drain()
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server:
        yield server.sockets[0].getsockname()[1]


class Caller:
    """A client that says and hears."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer

    async def hear(self, said: bytes, seconds: float = 2.0) -> bytes:
        self.writer.write(said)
        await self.writer.drain()
        async with asyncio.timeout(seconds):
            return await self.reader.readexactly(len(said))

    async def close(self) -> None:
        self.writer.transport.abort()
        await asyncio.sleep(0)


@asynccontextmanager
async def calling(port: int) -> AsyncGenerator[Caller]:
    caller = Caller(*await asyncio.open_connection("127.0.0.1", port))
    try:
        yield caller
    finally:
        await caller.close()


@asynccontextmanager
async def an_echo_behind_a_proxy() -> AsyncGenerator[tuple[Proxy, Caller]]:
    async with echo() as port, proxied(("127.0.0.1", port)) as proxy, calling(proxy.port) as caller:
        yield proxy, caller


async def test_passes_both_ways() -> None:
    async with an_echo_behind_a_proxy() as (proxy, caller):
        assert await caller.hear(b"hello") == b"hello"
        assert proxy.connections == 1


async def test_adds_latency_in_each_direction() -> None:
    async with an_echo_behind_a_proxy() as (proxy, caller):
        proxy.latency = 0.1
        began = asyncio.get_running_loop().time()
        await caller.hear(b"hello")
        assert asyncio.get_running_loop().time() - began >= 0.2


async def test_a_cut_resets_what_is_open_and_lets_new_ones_in() -> None:
    async with an_echo_behind_a_proxy() as (proxy, caller):
        await caller.hear(b"hello")
        assert proxy.cut() == 1
        with pytest.raises((ConnectionResetError, asyncio.IncompleteReadError)):
            await caller.hear(b"again")
        async with calling(proxy.port) as another:
            assert await another.hear(b"hello") == b"hello"


async def test_a_black_hole_swallows_until_it_is_healed() -> None:
    async with an_echo_behind_a_proxy() as (proxy, caller):
        proxy.black_hole = True
        with pytest.raises(TimeoutError):
            await caller.hear(b"hello", seconds=0.2)
        proxy.heal()
        async with asyncio.timeout(2):
            assert await caller.reader.readexactly(5) == b"hello"


async def test_resets_after_so_many_bytes() -> None:
    async with an_echo_behind_a_proxy() as (proxy, caller):
        proxy.reset_after = 10
        assert await caller.hear(b"12345678") == b"12345678"
        with pytest.raises((ConnectionResetError, asyncio.IncompleteReadError)):
            await caller.hear(b"12345678")


async def test_refuses_new_connections() -> None:
    async with an_echo_behind_a_proxy() as (proxy, _):
        proxy.refusing = True
        async with calling(proxy.port) as another:
            with pytest.raises((ConnectionError, asyncio.IncompleteReadError)):
                await another.hear(b"hello")


async def test_a_balancer_passes_over_the_dead() -> None:
    async with echo() as port:
        dead = Proxy.before(("127.0.0.1", port))
        await dead.start()
        gone = dead.port
        await dead.stop()
        balancer = Proxy(lambda: [("127.0.0.1", gone), ("127.0.0.1", port)])
        await balancer.start()
        for _ in range(4):
            async with calling(balancer.port) as caller:
                assert await caller.hear(b"hello") == b"hello"
        await balancer.stop()


async def test_a_commit_through_a_proxy_whose_answer_is_cut_may_be_stored(database: str) -> None:
    """What a lost answer to COMMIT looks like; every append must stand it."""
    from pathlib import Path
    from urllib.parse import parse_qs, urlsplit

    parts = urlsplit(database)
    socket = Path(parse_qs(parts.query)["host"][0]) / ".s.PGSQL.5432"
    async with proxied(socket) as proxy:
        dsn = f"postgresql://{parts.username}@127.0.0.1:{proxy.port}{parts.path}?sslmode=disable"
        connection = await asyncpg.connect(dsn)
        await connection.execute("create table things (n int)")
        proxy.reset_after = 0
        with pytest.raises((asyncpg.PostgresConnectionError, OSError, asyncpg.InterfaceError)):
            await connection.execute("insert into things values (1)")
        connection.terminate()
        proxy.heal()
        again = await asyncpg.connect(dsn)
        assert await again.fetchval("select count(*) from things") == 1
        await again.close()
