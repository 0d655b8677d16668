"""An HTTP app on a socket of its own, inside a service's process."""

import asyncio
import contextlib
import errno
import socket
from collections.abc import AsyncGenerator, Generator
from contextlib import asynccontextmanager

import uvicorn
from starlette.types import ASGIApp

from taskflow.errors import Configuration
from taskflow.process.request_deadlines import DeadlineProtocol

KEEP_ALIVE = 75
"""Seconds; longer than callers keep theirs, or they would write into a closing connection."""

BACKLOG = 2048
_EVERY_ADDRESS = {"", "0.0.0.0", "::"}  # noqa: S104 - compared with, not listened on


class _Server(uvicorn.Server):
    """The runtime owns the process's signals."""

    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None]:
        yield


@asynccontextmanager
async def serving(app: ASGIApp, host: str, port: int, *, settings: str) -> AsyncGenerator[str]:
    """Its `host:port` for others, until the block is left and requests in flight are done.

    `settings` begins the names of the two that host and port come from; port 0 is any free one.
    Raises Configuration when nobody can listen there.
    """
    with _bound(host, port, settings) as listening:
        config = uvicorn.Config(
            app,
            http=DeadlineProtocol,
            timeout_keep_alive=KEEP_ALIVE,
            access_log=False,
            log_config=None,
            lifespan="off",
            timeout_graceful_shutdown=5,
        )
        server = _Server(config)
        task = asyncio.create_task(server.serve([listening]))
        try:
            yield address(host, listening.getsockname()[1])
        finally:
            server.should_exit = True
            await task


def address(host: str, port: int) -> str:
    """Where others reach what listens there; of every address, that of this machine's name."""
    if host in _EVERY_ADDRESS:
        host = socket.gethostname()
        with contextlib.suppress(OSError):
            host = socket.gethostbyname(host)
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def _bound(host: str, port: int, settings: str) -> socket.socket:
    listening = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
        # Two sockets may bind one port; it is the second to listen that is refused.
        listening.listen(BACKLOG)
    except OSError as error:
        listening.close()
        why = (
            f"port {port} on {host} is in use; set {settings}_PORT to a free one"
            if error.errno == errno.EADDRINUSE
            else f"cannot listen on {host}, port {port} ({error.strerror}); "
            f"set {settings}_HOST and {settings}_PORT"
        )
        raise Configuration(why) from error
    return listening
