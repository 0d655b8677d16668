"""Load, cut, reboot, examine: again and again on the same disk."""

import asyncio
import random
from abc import ABC, abstractmethod
from collections.abc import Callable
from contextlib import suppress

import asyncpg
from nats.errors import Error as NatsError

from taskflow.errors import Configuration, Permanent, Retryable
from tests.chaos.load import Load
from tests.chaos.machine import Machine
from tests.chaos.verdict import Finding, Verdict

WRITING_BACK_SHARE = 0.4
WRITING_BACK_SECONDS = 0.004

Progress = Callable[[Verdict], None]

UNUSABLE = (
    *(Configuration, Permanent, Retryable),
    *(asyncpg.PostgresError, NatsError, OSError, TimeoutError),
    AssertionError,  # what should come true in time and did not
)


class Cuts(ABC):
    """`chance` decides moments, events and damage; races decide the rest."""

    def __init__(self, name: str, seed: int, machine: Machine, load_seconds: float) -> None:
        self.verdict = Verdict(name, seed)
        self._chance = random.Random(f"{name} {seed}")
        self._machine = machine
        self._load_seconds = load_seconds

    def run(self, cuts: int, progress: Progress, *, settled: bool = False) -> Verdict:
        """Ends with the first cut that took something.

        `settled`: what the first start made is on the disk for good. For the control, which is to
        lose events, not its whole server; otherwise a cut may come right after the first start.
        """
        self._machine.start()
        try:
            asyncio.run(self._prepare())
            if settled:
                self._machine.disk.settle()
            for cycle in range(1, cuts + 1):
                asyncio.run(self._load_and_cut(cycle))
                self.verdict.cuts = cycle
                self._machine.reboot()
                self._before_start()
                try:
                    self._machine.start()
                    asyncio.run(self._examine(cycle, last=cycle == cuts))
                except UNUSABLE as error:
                    what = f"unusable after the cut: {type(error).__name__}: {error}"
                    self.verdict.add_wrong([Finding(what, cycle)])
                progress(self.verdict)
                if not self.verdict.good:
                    break
        finally:
            self._machine.stop()
        return self.verdict

    @abstractmethod
    async def _prepare(self) -> None: ...

    @abstractmethod
    async def _load_and_cut(self, cycle: int) -> None: ...

    @abstractmethod
    def _before_start(self) -> None:
        """What else happens to a disk."""

    @abstractmethod
    async def _examine(self, cycle: int, *, last: bool) -> None: ...

    async def _run_until_cut(self, load: Load, *, log_is_cut: bool) -> None:
        appending = asyncio.create_task(load.run())
        await asyncio.sleep(self._chance.uniform(0.02, self._load_seconds))
        self._machine.cut(self._writing_back())
        if log_is_cut:
            await load.quiet()
        appending.cancel()
        with suppress(asyncio.CancelledError):
            await appending

    def _writing_back(self) -> float | None:
        """In some cuts the kernel was about to write what nobody had synced."""
        if self._chance.random() > WRITING_BACK_SHARE:
            return None
        return self._chance.uniform(0, WRITING_BACK_SECONDS)
