"""A site that wants to reach the inside, and a canary there that tells whether anything did."""

import asyncio
import socket
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from aiohttp import web

from services.tools.egress import wall
from taskflow.internet import Address

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
PUBLIC = "93.184.216.34"
"""Stands for the whole internet: connections to it end at the site."""


@dataclass
class Canary:
    """On loopback, by TCP and by UDP; whatever comes to it got through the wall."""

    port: int = 0
    hits: list[str] = field(default_factory=list)

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.port}"


@asynccontextmanager
async def canary() -> AsyncGenerator[Canary]:
    bird = Canary()

    async def hit(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        bird.hits.append("tcp")
        head = await reader.read(1000)
        bird.hits[-1] = head.split(b"\r\n")[0].decode("latin-1") or "tcp"
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\nConnection: close\r\n\r\nsecret")
        writer.close()

    class Datagrams(asyncio.DatagramProtocol):
        def datagram_received(self, data: bytes, addr: object) -> None:
            bird.hits.append("udp")

    server = await asyncio.start_server(hit, "127.0.0.1", 0)
    bird.port = server.sockets[0].getsockname()[1]
    transport, _ = await asyncio.get_running_loop().create_datagram_endpoint(
        Datagrams, local_addr=("127.0.0.1", bird.port)
    )
    try:
        yield bird
    finally:
        transport.close()
        server.close()


@dataclass
class Site:
    """Pages by path; every one is asked for below `/shop/`."""

    port: int = 0
    pages: dict[str, Handler] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/shop/"

    def html(self, path: str, body: str) -> str:
        """The address of a page with this body."""

        async def page(_: web.Request) -> web.StreamResponse:
            return web.Response(text=body, content_type="text/html")

        return self.answer(path, page)

    def answer(self, path: str, handler: Handler) -> str:
        self.pages[path] = handler
        return self.url + path

    def redirect(self, path: str, status: int, location: str) -> str:
        async def page(_: web.Request) -> web.StreamResponse:
            return web.Response(status=status, headers={"Location": location})

        return self.answer(path, page)


@asynccontextmanager
async def site() -> AsyncGenerator[Site]:
    here = Site()

    async def serve(request: web.Request) -> web.StreamResponse:
        path = request.path.removeprefix("/shop/")
        here.asked.append(path)
        handler = here.pages.get(path)
        return await handler(request) if handler else web.Response(status=404)

    application = web.Application()
    application.router.add_route("*", "/{path:.*}", serve)
    runner = web.AppRunner(application, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    listening = socket.create_server(("127.0.0.1", 0))
    here.port = listening.getsockname()[1]
    await web.SockSite(runner, listening).start()
    try:
        yield here
    finally:
        await runner.cleanup()


@dataclass
class Internet:
    """Names that resolve as a test says; PUBLIC is the site, and loopback is itself."""

    site: Site
    names: dict[str, list[list[str]]] = field(default_factory=dict)
    """Answers in turn; the last one stays."""
    asked: list[str] = field(default_factory=list)
    dialled: list[str] = field(default_factory=list)

    async def resolve(self, name: str) -> Sequence[str]:
        name = name.removesuffix(".")
        self.asked.append(name)
        answers = self.names.get(name, [])
        if not answers:
            raise OSError("no such name")
        return answers.pop(0) if len(answers) > 1 else answers[0]

    async def dial(self, address: Address, port: int) -> socket.socket:
        self.dialled.append(str(address))
        if str(address) == PUBLIC:
            return await wall.dial(wall.internet.parsed("127.0.0.1"), self.site.port)
        return await wall.dial(address, port)
