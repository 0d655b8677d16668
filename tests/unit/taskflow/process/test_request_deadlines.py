"""Who never finishes a request is closed, and whoever writes a normal one is answered meanwhile."""

import asyncio
import contextlib
from collections.abc import AsyncGenerator

import pytest
from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from taskflow.process import request_deadlines
from taskflow.process.http_server import serving

HEAD, BODY = 1.0, 1.0
NORMAL = b"POST /webhook HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\nhi"
STALLED = 900


@pytest.fixture(autouse=True)
def short(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(request_deadlines, "HEAD_SECONDS", HEAD)
    monkeypatch.setattr(request_deadlines, "BODY_SECONDS", BODY)
    monkeypatch.setattr(request_deadlines, "CROWDED_SECONDS", 0.3)


async def _echo(request: Request) -> Response:
    try:
        return PlainTextResponse(await request.body())
    except ClientDisconnect:
        return Response(status_code=400)


async def _slow(_: Request) -> Response:
    await asyncio.sleep(2 * (HEAD + BODY))
    return PlainTextResponse("done")


@pytest.fixture
async def port() -> AsyncGenerator[int]:
    app = Starlette(routes=[Route("/webhook", _echo, methods=["POST"]), Route("/slow", _slow)])
    async with serving(app, "127.0.0.1", 0, settings="TEST") as address:
        yield int(address.rpartition(":")[2])


async def _asked(port: int, request: bytes = NORMAL) -> bytes:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    with contextlib.closing(writer):
        writer.write(request)
        return await reader.readuntil(b"\r\n\r\n")


async def _trickled(port: int, opening: bytes, drop: bytes) -> bytes:
    """What comes back until the server closes, to one who sends a drop now and then."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    with contextlib.closing(writer):
        writer.write(opening)
        answer = asyncio.create_task(reader.read())
        while not answer.done():
            await asyncio.wait({answer}, timeout=0.4)
            with contextlib.suppress(ConnectionError):
                writer.write(drop)
        with contextlib.suppress(ConnectionError):
            return answer.result()
    return b""


SLOW: dict[str, tuple[bytes, bytes]] = {
    "nothing": (b"", b""),
    "a byte of the line": (b"P", b"O"),
    "blank lines": (b"\r\n", b"\r\n"),
    "a header now and then": (b"POST /webhook HTTP/1.1\r\nHost: x\r\n", b"X-A: b\r\n"),
    "one endless header": (b"GET / HTTP/1.1\r\nX-A: ", b"b"),
    "a byte of the body": (
        b"POST /webhook HTTP/1.1\r\nHost: x\r\nContent-Length: 99\r\n\r\n",
        b"b",
    ),
    "a chunk now and then": (
        b"POST /webhook HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n",
        b"1\r\nb\r\n",
    ),
    "a trailer now and then": (
        b"POST /webhook HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n",
        b"X-A: b\r\n",
    ),
    "a second request, slowly": (NORMAL, b"P"),
}


@pytest.mark.parametrize("kind", SLOW)
async def test_an_unfinished_request_is_ended(port: int, kind: str) -> None:
    async with asyncio.timeout(30 * (HEAD + BODY)):
        answer = await _trickled(port, *SLOW[kind])
    if kind == "a second request, slowly":
        assert answer.startswith(b"HTTP/1.1 200 OK")


async def test_a_webhook_is_served_beside_900_that_never_finish(port: int) -> None:
    served = 0
    async with asyncio.timeout(30 * (HEAD + BODY)):
        # A machine that holds this process up for a whole round has shown nothing: once more.
        while served <= 1:
            served += await _served_beside(port, STALLED)
    assert served > 1


async def _served_beside(port: int, many: int) -> int:
    """How many requests are answered while so many others send their heads for ever."""
    served = 0
    async with asyncio.TaskGroup() as all_of_them:
        opening = b"POST /webhook HTTP/1.1\r\nHost: x\r\n"
        stalled = [
            all_of_them.create_task(_trickled(port, opening, b"X: y\r\n")) for _ in range(many)
        ]
        while not all(one.done() for one in stalled):
            # Far below the 75 s of an idle connection, on a machine that is busy.
            async with asyncio.timeout(60):
                answer = await _asked(port)
            # Where the machine holds this process up for a second, its own request is late too.
            assert answer.startswith((b"HTTP/1.1 200 OK", b"HTTP/1.1 408"))
            served += answer.startswith(b"HTTP/1.1 200 OK")
            await asyncio.sleep(0.05)
    return served


async def test_the_oldest_goes_when_too_many_are_in_the_middle(
    port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Long before their deadline."""
    monkeypatch.setattr(request_deadlines, "HEAD_SECONDS", 600.0)
    monkeypatch.setattr(request_deadlines, "MOST_READ", 20)
    stalled = [asyncio.create_task(_trickled(port, b"POST", b"")) for _ in range(60)]
    try:
        async with asyncio.timeout(30):
            while sum(one.done() for one in stalled) < 40:
                assert (await _asked(port)).startswith(b"HTTP/1.1 200 OK")
                await asyncio.sleep(0.05)
        assert not all(one.done() for one in stalled)
    finally:
        for one in stalled:
            one.cancel()
        await asyncio.wait(stalled)


async def test_a_slow_answer_and_an_idle_connection_are_left_alone(port: int) -> None:
    """Deadlines are for who sends: what we take for an answer, and what rests, have their own."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    with contextlib.closing(writer):
        writer.write(b"GET /slow HTTP/1.1\r\nHost: x\r\n\r\n")
        assert (await reader.readuntil(b"done")).startswith(b"HTTP/1.1 200 OK")
        await asyncio.sleep(HEAD + BODY)
        writer.write(NORMAL)
        assert (await reader.readuntil(b"hi")).startswith(b"HTTP/1.1 200 OK")


async def test_requests_in_a_pipeline_are_all_answered(port: int) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    with contextlib.closing(writer):
        writer.write(NORMAL * 20)
        for _ in range(20):
            assert (await reader.readuntil(b"hi")).startswith(b"HTTP/1.1 200 OK")
