"""h11 over asyncio's streams: one side of an HTTP/1.1 conversation."""

import asyncio

import h11

CHUNK = 65536
MAX_HEAD = 65536
"""Of a request's or a response's head: browsers send long cookies and addresses."""


class EgressWire:
    def __init__(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        role: type[h11.CLIENT] | type[h11.SERVER],
    ) -> None:
        self.reader, self.writer = reader, writer
        self.http = h11.Connection(role, max_incomplete_event_size=MAX_HEAD)

    async def next_event(self) -> h11.Event | type[h11.PAUSED]:
        """Raises h11.RemoteProtocolError for what is no HTTP, OSError for a broken connection."""
        while True:
            event = self.http.next_event()
            if event is not h11.NEED_DATA:
                return event  # pyright: ignore[reportReturnType] - NEED_DATA is gone
            self.http.receive_data(await self.reader.read(CHUNK))

    async def send(self, event: h11.Event) -> None:
        if data := self.http.send(event):
            self.writer.write(data)
            await self.writer.drain()

    def abort(self) -> None:
        """Without a goodbye: the other side must not take what came for the whole."""
        self.writer.transport.abort()
