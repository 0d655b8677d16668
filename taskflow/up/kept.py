"""A service that is kept running: whenever it dies, it is started again after a pause."""

from collections.abc import Callable

from taskflow import clock
from taskflow.errors import Configuration
from taskflow.up.restarts import ENOUGH, Restarts
from taskflow.up.service import Running

READY_SECONDS = 60.0

Say = Callable[[str], None]


class Kept:
    def __init__(self, start: Callable[[], Running], say: Say) -> None:
        """`start` is called in the main thread: a child ends with the thread that started it."""
        self._start, self._say = start, say
        self._restarts = Restarts()
        self._starts_at: float | None = None
        self._ready_by: float | None = None
        """Set while a service that was started again is awaited."""
        self.now = start()

    @property
    def name(self) -> str:
        return self.now.name

    def tend(self) -> None:
        """Looks once. Raises Configuration when it died too often."""
        if self._starts_at is not None:
            self._start_again_when_due(self._starts_at)
        elif self.now.exit_code() is not None:
            self._mourn(self.now.ending(), self.now.last_line)
        elif self._ready_by is not None:
            self._greet_when_ready(self._ready_by)

    def ask_to_stop(self) -> None:
        self.now.ask_to_stop()

    def stop(self, seconds: float) -> None:
        self.now.stop(seconds)

    def _mourn(self, how: str, last_line: str) -> None:
        # What it started itself lives on in its group, and may hold its port.
        self.now.stop(0)
        last_words = f": {last_line}" if last_line else ""
        pause = self._restarts.died(clock.monotonic())
        if pause is None:
            raise Configuration(
                f"{self.name} died {ENOUGH} times within a minute; at last it {how}{last_words}"
            )
        self._say(f"{self.name} {how}; it is started again in {pause:g} s{last_words}")
        self._starts_at, self._ready_by = clock.monotonic() + pause, None

    def _start_again_when_due(self, starts_at: float) -> None:
        if clock.monotonic() >= starts_at:
            self.now = self._start()
            self._starts_at, self._ready_by = None, clock.monotonic() + READY_SECONDS

    def _greet_when_ready(self, deadline: float) -> None:
        if self.now.is_ready():
            self._ready_by = None
            self._say(f"{self.name} runs again")
        elif clock.monotonic() > deadline:
            self._mourn(f"was not ready after {READY_SECONDS:.0f} s", self.now.last_line)
