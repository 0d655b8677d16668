"""A part of a section in a process of its own, on a uvloop, with a line to talk over."""

import asyncio
import multiprocessing
from collections.abc import Awaitable, Callable, Generator
from contextlib import contextmanager
from multiprocessing.connection import Connection
from typing import Any

import uvloop

READY_SECONDS = 60.0
END_SECONDS = 30.0


class Line:
    """The child's end. `hear` answers None once the parent has nothing more to ask."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def say(self, what: Any) -> None:
        await asyncio.to_thread(self._connection.send, what)

    async def hear(self) -> Any:
        try:
            return await asyncio.to_thread(self._connection.recv)
        except EOFError:
            return None


class Child:
    """The parent's end."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def ask(self, what: Any) -> Any:
        await asyncio.to_thread(self._connection.send, what)
        return await asyncio.to_thread(self._connection.recv)


Work = Callable[[dict[str, Any], Line], Awaitable[None]]
"""A module's function; it says "ready" once it is."""


@contextmanager
def child(work: Work, given: dict[str, Any]) -> Generator[Child]:
    """Runs it until the context ends; it gets time to end by itself."""
    context = multiprocessing.get_context("spawn")
    ours, its = context.Pipe()
    process = context.Process(target=_run, args=(work, given, its), daemon=True)
    process.start()
    its.close()
    try:
        if not ours.poll(READY_SECONDS) or ours.recv() != "ready":
            raise RuntimeError(f"{work.__qualname__} did not become ready")
        yield Child(ours)
    finally:
        ours.send(None)
        process.join(END_SECONDS)
        if process.is_alive():
            process.kill()
            process.join()
        ours.close()


def _run(work: Work, given: dict[str, Any], connection: Connection) -> None:
    async def main() -> None:
        await work(given, Line(connection))

    uvloop.run(main())
