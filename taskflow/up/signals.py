"""Ctrl-C and SIGTERM ask once; while we stop, nobody can interrupt the stopping."""

import signal
from collections.abc import Generator
from contextlib import contextmanager
from types import FrameType

STOPPING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Interrupts:
    """Raises KeyboardInterrupt in the main thread for the first signal, unless disarmed."""

    def __init__(self) -> None:
        self._armed = True

    def disarm(self) -> None:
        self._armed = False

    def handle(self, _number: int, _frame: FrameType | None) -> None:
        if self._armed:
            self._armed = False
            raise KeyboardInterrupt


@contextmanager
def interrupts() -> Generator[Interrupts]:
    """Also where the caller has SIGINT ignored, as a shell does for what it runs behind itself."""
    asked = Interrupts()
    before = {number: signal.signal(number, asked.handle) for number in STOPPING}
    try:
        yield asked
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
