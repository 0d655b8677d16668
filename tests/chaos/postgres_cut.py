"""The log's disk loses its power under concurrent appends, again and again, on the same data."""

import asyncio
import random
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from unittest import mock

import asyncpg

from taskflow.appending import Appended
from taskflow.embedded import postgres
from taskflow.embedded.postgres import EmbeddedPostgres
from taskflow.errors import Configuration, Permanent, Retryable
from taskflow.migrate import migrate
from tests.chaos.disk import Disk
from tests.chaos.load import Intent, Load, make_users, opened_log
from tests.chaos.log_check import LogCheck
from tests.chaos.machine import Machine
from tests.chaos.verdict import Finding, Verdict

DISK_MEGABYTES = 768
"""200 cycles' events and the WAL of the longest."""
LOAD_SECONDS = (0.02, 0.3)
WRITING_BACK_SHARE = 0.4
WRITING_BACK_SECONDS = 0.004

Progress = Callable[[Verdict], None]


class PostgresCuts:
    def __init__(self, folder: Path, seed: int) -> None:
        self.verdict = Verdict("postgres", seed)
        self._chance = random.Random(f"postgres {seed}")
        self._check = LogCheck(self.verdict)
        self._machine = Machine(
            Disk(folder, "postgres", DISK_MEGABYTES), lambda disk: EmbeddedPostgres(disk.root / "home")
        )

    def run(self, cuts: int, progress: Progress) -> Verdict:
        """Ends with the first cut that took something."""
        self._machine.start()
        try:
            asyncio.run(self._prepare())
            for cycle in range(1, cuts + 1):
                intents = asyncio.run(self._load_and_cut(cycle))
                self.verdict.cuts = cycle
                try:
                    self._machine.reboot()
                    self._machine.start()
                    asyncio.run(self._examine(intents, cycle))
                except (Configuration, Permanent, Retryable, asyncpg.PostgresError) as error:
                    self.verdict.add_wrong([Finding(f"unusable after the cut: {error}", cycle)])
                    break
                progress(self.verdict)
                if not self.verdict.good:
                    break
        finally:
            self._machine.stop()
        return self.verdict

    @property
    def _dsn(self) -> str:
        assert isinstance(self._machine.server, EmbeddedPostgres)
        return self._machine.server.url

    async def _prepare(self) -> None:
        """On the disk for good: the control is to lose events, not the database."""
        await migrate(self._dsn)
        async with opened_log(self._dsn) as (_, vault):
            await make_users(vault)
        self._machine.disk.settle()

    async def _load_and_cut(self, cycle: int) -> list[Intent]:
        async with opened_log(self._dsn) as (log, vault):
            load = Load(log, await make_users(vault), self._chance)
            appending = asyncio.create_task(load.run())
            await asyncio.sleep(self._chance.uniform(*LOAD_SECONDS))
            self._machine.cut(_writing_back(self._chance))
            await load.quiet()
            appending.cancel()
            with suppress(asyncio.CancelledError):
                await appending
        for intent in load.intents:
            self._check.acknowledge(intent.acknowledged, cycle)
        return load.intents

    async def _examine(self, intents: list[Intent], cycle: int) -> None:
        """Everything is there; who got no answer asks again; and the log takes new events."""
        async with opened_log(self._dsn) as (log, vault):
            await self._check.check(self._dsn, log, intents, cycle)
            if not self.verdict.good:
                return
            load = Load(log, await make_users(vault), self._chance)
            for intent in [one for one in intents if not one.acknowledged]:
                self.verdict.unanswered += 1
                events = (await load.submit(intent)).events
                self._check.acknowledge(events, cycle)
                if [e.event_id for e in events] != intent.ids:
                    self.verdict.add_wrong([Finding(f"half of the append {intent.slot}", cycle)])
            fresh = load.intend()
            if not isinstance(await load.submit(fresh), Appended):
                self.verdict.add_wrong([Finding("the log takes no new events", cycle)])
            self._check.acknowledge(fresh.acknowledged, cycle)
            await self._check.stand(self._dsn)


def _writing_back(chance: random.Random) -> float | None:
    """In some cuts the kernel was about to write what nobody had synced."""
    if chance.random() > WRITING_BACK_SHARE:
        return None
    return chance.uniform(0, WRITING_BACK_SECONDS)


def without_fsync() -> "mock._patch_dict":
    """The control: a PostgreSQL that does not wait for its disk."""
    return mock.patch.dict(postgres._SETTINGS, {"fsync": "off"})
