"""The proxy: for those who know this process's credential, and for nobody else."""

import asyncio
import base64
import contextlib
import hmac
import secrets
import socket
from dataclasses import dataclass
from types import TracebackType
from typing import Self

import h11

from services.tools.egress import exchange, targets
from services.tools.egress.refused import EgressRefused, Reason, Refusals
from services.tools.egress.wall import Wall
from services.tools.egress.wire import CHUNK, EgressWire
from taskflow.errors import Configuration

USER = "taskflow"
LOOPBACK = "127.0.0.1"
STATUS_OF: dict[Reason, int] = {
    "credential": 407,
    "malformed": 400,
    "method": 405,
    "unresolved": 502,
    "unreachable": 502,
    "timeout": 504,
    "too_big": 502,
    "too_many": 503,
}
"""Everything else is 403."""


@dataclass(frozen=True, slots=True)
class ProxyLimits:
    seconds: float = 20.0
    """For one exchange, and for the whole life of a tunnel: no look at a page lasts longer."""
    idle_seconds: float = 30.0
    response_bytes: int = 5_000_000
    request_bytes: int = 1_000_000
    tunnel_bytes: int = 15_000_000
    """Both ways: a browser fetches all that it needs of a host through one."""
    connections: int = 256


class Proxy:
    """`async with`: listens until it is left; on loopback, unless its clients are elsewhere.

    `host` is an address of this machine, and what clients are told; port 0 is any free one.
    """

    def __init__(
        self, wall: Wall, limits: ProxyLimits | None = None, *, host: str = LOOPBACK, port: int = 0
    ) -> None:
        self.refusals = Refusals()
        self.password = secrets.token_urlsafe(24)
        self._wall, self._limits = wall, limits or ProxyLimits()
        self._host, self._port = host, port
        self._server: asyncio.Server | None = None
        self._open: set[asyncio.Task[None]] = set()

    @property
    def url(self) -> str:
        assert self._server is not None, "entered first"
        host = f"[{self._host}]" if ":" in self._host else self._host
        return f"http://{host}:{self._server.sockets[0].getsockname()[1]}"

    @property
    def authorization(self) -> str:
        """What Proxy-Authorization must say."""
        return "Basic " + base64.b64encode(f"{USER}:{self.password}".encode()).decode()

    async def __aenter__(self) -> Self:
        """Raises Configuration."""
        try:
            self._server = await asyncio.start_server(self._accept, self._host, self._port)
        except OSError as error:
            raise Configuration(
                f"nothing can listen on {self._host}:{self._port} ({error.strerror}); set "
                "TASKFLOW_EGRESS_HOST to an address of this machine, "
                "TASKFLOW_EGRESS_PORT to a free one"
            ) from None
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        assert self._server is not None, "entered first"
        self._server.close()
        for task in self._open:
            task.cancel()
        if self._open:
            await asyncio.wait(self._open, timeout=5)

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None, "a connection is served by a task"
        client = EgressWire(reader, writer, h11.SERVER)
        crowded = len(self._open) >= self._limits.connections
        self._open.add(task)
        try:
            if crowded:
                await self._refuse(client, "too_many")
            else:
                await self._serve(client)
        except (OSError, TimeoutError, h11.ProtocolError, asyncio.IncompleteReadError):
            client.abort()
        except asyncio.CancelledError:
            # Only we cancel, when the proxy is left; asyncio's server would log it as an error.
            client.abort()
        finally:
            self._open.discard(task)
            writer.close()

    async def _serve(self, client: EgressWire) -> None:
        """Request after request of one connection; each is checked as if it were the first."""
        while True:
            try:
                async with asyncio.timeout(self._limits.idle_seconds):
                    request = await client.next_event()
            except h11.RemoteProtocolError:
                return await self._refuse(client, "malformed")
            if not isinstance(request, h11.Request):
                return None
            try:
                goes_on = await self._answer(client, request)
            except EgressRefused as refused:
                return await self._refuse(client, refused.reason)
            if not goes_on or client.http.our_state is not h11.DONE:
                return None
            client.http.start_next_cycle()

    async def _answer(self, client: EgressWire, request: h11.Request) -> bool:
        """Whether another request may follow."""
        self._check_credential(request)
        if request.method == b"CONNECT":
            await self._tunnel(client, request)
            return False
        exchange.check(request)
        target = targets.of_url(request.target.decode("latin-1"))
        try:
            async with asyncio.timeout(self._limits.seconds):
                connected = await self._wall.connect(target, plain=True)
                server = await _wire_to(connected)
                try:
                    return await self._exchange(client, server, exchange.asked(request, target))
                finally:
                    server.abort()
        except TimeoutError:
            raise EgressRefused("timeout") from None

    async def _exchange(self, client: EgressWire, server: EgressWire, request: h11.Request) -> bool:
        # Sent whole before the answer is read: pages ask little, and this way nothing can deadlock.
        try:
            await server.send(request)
            await self._carry_body(client, server)
            while isinstance(event := await server.next_event(), h11.InformationalResponse):
                pass
        except (OSError, h11.RemoteProtocolError):
            raise EgressRefused("unreachable") from None
        if not isinstance(event, h11.Response):
            raise EgressRefused("unreachable")
        await client.send(exchange.answered(event))
        carried = 0
        while True:
            match await server.next_event():
                case h11.Data() as data:
                    room = self._limits.response_bytes - carried
                    carried += len(data.data)
                    await client.send(h11.Data(data=bytes(data.data[:room])))
                    if carried > self._limits.response_bytes:
                        self.refusals.note("too_big")
                        client.abort()
                        return False
                case h11.EndOfMessage():
                    await client.send(h11.EndOfMessage())
                    return client.http.their_state is h11.DONE
                case _:
                    client.abort()
                    return False

    async def _carry_body(self, client: EgressWire, server: EgressWire) -> None:
        carried = 0
        while True:
            match await client.next_event():
                case h11.Data() as data:
                    carried += len(data.data)
                    if carried > self._limits.request_bytes:
                        raise EgressRefused("too_big")
                    await server.send(h11.Data(data=bytes(data.data)))
                case h11.EndOfMessage():
                    return await server.send(h11.EndOfMessage())
                case _:
                    raise EgressRefused("malformed")

    async def _tunnel(self, client: EgressWire, request: h11.Request) -> None:
        target = targets.of_authority(request.target.decode("latin-1"))
        try:
            async with asyncio.timeout(self._limits.seconds):
                connected = await self._wall.connect(target, plain=False)
                server = await _wire_to(connected)
                try:
                    await self._carry_both_ways(client, server)
                finally:
                    server.abort()
        except TimeoutError:
            if client.http.our_state is not h11.SWITCHED_PROTOCOL:
                raise EgressRefused("timeout") from None
            client.abort()

    async def _carry_both_ways(self, client: EgressWire, server: EgressWire) -> None:
        await client.next_event()  # the end of a request without a body
        await client.send(
            h11.Response(status_code=200, headers=[], reason=b"Connection established")
        )
        server.writer.write(client.http.trailing_data[0])
        room = _Room(self._limits.tunnel_bytes)
        ways = {
            asyncio.create_task(_carry(client.reader, server.writer, room)),
            asyncio.create_task(_carry(server.reader, client.writer, room)),
        }
        try:
            await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
            if room.left < 0:
                self.refusals.note("too_big")
                client.abort()
        finally:
            for way in ways:
                way.cancel()
            await asyncio.gather(*ways, return_exceptions=True)

    def _check_credential(self, request: h11.Request) -> None:
        said = next((v for name, v in request.headers if name == b"proxy-authorization"), b"")
        if not hmac.compare_digest(said, self.authorization.encode()):
            raise EgressRefused("credential")

    async def _refuse(self, client: EgressWire, reason: Reason) -> None:
        # A browser asks without the credential first, and again with it: no refusal to count.
        if reason != "credential":
            self.refusals.note(reason)
        if client.http.our_state not in {h11.IDLE, h11.SEND_RESPONSE}:
            return client.abort()
        headers = [
            (
                "proxy-status",
                f"taskflow; error={_RFC_9209.get(reason, 'http_request_denied')}",
            ),
            ("content-length", "0"),
            ("connection", "close"),
        ]
        if reason == "credential":
            headers.append(("proxy-authenticate", f'Basic realm="{USER}"'))
        await client.send(h11.Response(status_code=STATUS_OF.get(reason, 403), headers=headers))
        await client.send(h11.EndOfMessage())
        return None


_RFC_9209: dict[Reason, str] = {
    "address": "destination_ip_prohibited",
    "unresolved": "dns_error",
    "unreachable": "connection_refused",
    "timeout": "connection_timeout",
    "too_big": "http_response_body_size",
    "too_many": "connection_limit_reached",
}


@dataclass(slots=True)
class _Room:
    left: int


async def _carry(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, room: _Room) -> None:
    with contextlib.suppress(OSError):
        while room.left >= 0 and (data := await reader.read(CHUNK)):
            room.left -= len(data)
            if room.left >= 0:
                writer.write(data)
                await writer.drain()


async def _wire_to(connected: socket.socket) -> EgressWire:
    reader, writer = await asyncio.open_connection(sock=connected)
    return EgressWire(reader, writer, h11.CLIENT)
