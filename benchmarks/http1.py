"""The cheapest client there is: requests as ready bytes, kept-alive connections, statuses only."""

import asyncio
from collections import deque
from typing import cast

END_OF_HEAD = b"\r\n\r\n"
LENGTH = b"content-length: "
REFUSED = 0
"""In place of a status: no connection, or it broke before the answer."""


class Connection(asyncio.Protocol):
    def __init__(self) -> None:
        self.transport: asyncio.Transport | None = None
        self._answer: asyncio.Future[tuple[int, bytes]] | None = None
        self._received = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.Transport", transport)  # uvloop's is not its subclass

    def connection_lost(self, exc: Exception | None) -> None:
        self.transport = None
        if self._answer and not self._answer.done():
            self._answer.set_result((REFUSED, str(exc).encode()))

    def data_received(self, data: bytes) -> None:
        self._received += data
        head, end, body = self._received.partition(END_OF_HEAD)
        if not end:
            return
        _, named, rest = head.lower().partition(LENGTH)
        length = int(rest.partition(b"\r\n")[0]) if named else 0
        if len(body) >= length and self._answer and not self._answer.done():
            self._received = b""
            self._answer.set_result((int(head[9:12]), body))

    async def ask(self, request: bytes) -> tuple[int, bytes]:
        """Status and body."""
        if self.transport is None:
            return REFUSED, b""
        self._answer = asyncio.get_running_loop().create_future()
        self.transport.write(request)
        return await self._answer


class Client:
    """As many connections as requests are open; each is used again."""

    def __init__(self, host: str, port: int) -> None:
        self._host, self._port = host, port
        self._free: deque[Connection] = deque()

    async def open(self, count: int) -> None:
        for _ in range(count):
            self._free.append(await self._connect())

    async def post(self, request: bytes) -> tuple[int, bytes]:
        connection = self._free.pop() if self._free else None
        try:
            if connection is None or connection.transport is None:
                connection = await self._connect()
        except OSError:
            return REFUSED, b""
        answer = await connection.ask(request)
        if connection.transport is not None:
            self._free.append(connection)
        return answer

    def close(self) -> None:
        for connection in self._free:
            if connection.transport:
                connection.transport.abort()

    async def _connect(self) -> Connection:
        loop = asyncio.get_running_loop()
        _, connection = await loop.create_connection(Connection, self._host, self._port)
        return connection
