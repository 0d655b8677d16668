"""HTTP/1.1 by uvicorn, with an end for who never finishes a request.

uvicorn itself waits for ever: a client that sends a byte now and then holds a connection, and some
hundred of them hold all that a process may open.
"""

import asyncio
from typing import cast

from uvicorn.protocols.http.httptools_impl import RequestResponseCycle

from taskflow.process.request_target import TargetProtocol

HEAD_SECONDS = 10.0
"""From the connection, or a later request's first byte, to the end of its headers. Those of Twilio,
of a kubelet and of a proxy come in one packet."""
BODY_SECONDS = 10.0
"""From there to the body's end: 64 KB at most, and a webhook is given back after 4.5 s."""
MOST_READ = 256
"""Connections in the middle of a request: while there are more, the oldest is closed as one comes.
A process may open 1,024 files, by Linux's default; PostgreSQL, NATS and answers need some."""
CROWDED_SECONDS = 1.0
"""Only one that has had so long: a crowd that comes at once has not been slow yet."""
_TOO_SLOW = b"HTTP/1.1 408 Request Timeout\r\nconnection: close\r\ncontent-length: 0\r\n\r\n"


class DeadlineProtocol(TargetProtocol):
    """Closes what has not sent its whole request in time, and the oldest of too many."""

    _deadline: asyncio.TimerHandle | None = None
    since: float = 0.0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._begin_to_read()

    def connection_lost(self, exc: Exception | None) -> None:
        self._have_read()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if self._deadline is None and not self._is_asked():
            self._begin_to_read()
        super().data_received(data)

    def on_headers_complete(self) -> None:
        super().on_headers_complete()
        self._end_after(BODY_SECONDS)

    def on_message_complete(self) -> None:
        self._have_read()
        super().on_message_complete()

    def _begin_to_read(self) -> None:
        self.since = self.loop.time()
        self._end_after(HEAD_SECONDS)
        reading = _reading(self)
        reading[self] = None
        while len(reading) > MOST_READ:
            oldest = next(iter(reading))
            if self.since - oldest.since < CROWDED_SECONDS:
                return
            oldest.give_up()

    def _end_after(self, seconds: float) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
        self._deadline = self.loop.call_later(seconds, self.give_up)

    def _have_read(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None
        _reading(self).pop(self, None)

    def give_up(self) -> None:
        self._have_read()
        if self.transport.is_closing():
            return
        if not self._is_asked():
            self.transport.write(_TOO_SLOW)
        self.transport.close()

    def _is_asked(self) -> bool:
        """Whether a request is being worked on. uvicorn's cycle is None before the first."""
        cycle = cast("RequestResponseCycle | None", self.cycle)
        return cycle is not None and not cycle.response_complete


def _reading(deadline_protocol: DeadlineProtocol) -> dict[DeadlineProtocol, None]:
    """Of its server, in the order of arrival."""
    return deadline_protocol.server_state.__dict__.setdefault("taskflow_reading", {})
