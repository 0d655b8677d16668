"""uvicorn with two things a simulator needs: cut connections, and a stop that waits for no page."""

import contextlib
import errno
import signal
import socket
from collections.abc import Generator
from types import FrameType
from typing import Any, cast

import uvicorn
from fastapi import FastAPI
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from simulators.faults import ABORT
from simulators.phone.store import Phone
from taskflow.errors import Configuration

KEEP_ALIVE_SECONDS = 75
"""Longer than the pooled connections of the vendors' SDKs live, so that they never race a close."""
GRACE_SECONDS = 2


class CuttableProtocol(HttpToolsProtocol):
    """Hands each request the means to close its own connection without an answer."""

    def on_message_begin(self) -> None:
        super().on_message_begin()
        extensions = {ABORT: self.transport.abort}
        self.scope["extensions"] = cast("dict[str, dict[object, object]]", extensions)


class SimulatorServer(uvicorn.Server):
    def __init__(self, app: FastAPI, phone: Phone) -> None:
        super().__init__(
            uvicorn.Config(
                app,
                http=CuttableProtocol,
                ws="none",
                access_log=False,
                log_config=None,
                timeout_keep_alive=KEEP_ALIVE_SECONDS,
                timeout_graceful_shutdown=GRACE_SECONDS,
            )
        )
        self._phone = phone

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._phone.close()
        await super().shutdown(sockets)


def listen(port: int, host: str = "127.0.0.1") -> socket.socket:
    """Port 0 for any; bound first, so that a taken port is one clear line."""
    sock = socket.socket()
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        sock.bind((host, port))
    except OSError as error:
        sock.close()
        if error.errno == errno.EADDRNOTAVAIL or isinstance(error, socket.gaierror):
            raise Configuration(f"TASKFLOW_SIM_HOST is no address here: {host}") from None
        raise Configuration(
            f"port {port} is taken: stop what listens there, or set TASKFLOW_SIM_PORT"
        ) from None
    return sock


def _ignore(_number: int, _frame: FrameType | None) -> None:
    """The stop is under way already."""


@contextlib.contextmanager
def quiet_signals() -> Generator[None]:
    """Uvicorn raises the signal that stopped it once more: here a stop is no failure."""
    before: dict[signal.Signals, Any] = {
        number: signal.signal(number, _ignore) for number in (signal.SIGINT, signal.SIGTERM)
    }
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
