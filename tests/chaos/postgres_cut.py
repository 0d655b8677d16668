"""The log's disk loses its power under concurrent appends."""

from contextlib import AbstractContextManager
from pathlib import Path
from unittest import mock

from taskflow.embedded import postgres
from taskflow.embedded.postgres import EmbeddedPostgres
from taskflow.log.appending import Appended
from taskflow.postgres.migrate import migrate
from tests.chaos.cuts import Cuts
from tests.chaos.disk import Disk
from tests.chaos.load import Intent, Load, make_users, opened_log
from tests.chaos.log_check import LogCheck
from tests.chaos.machine import Machine
from tests.chaos.verdict import Finding

DISK_MEGABYTES = 768
"""The events of 200 cycles (about 250 MB) and their WAL."""
LOAD_SECONDS = 0.3


class PostgresCuts(Cuts):
    def __init__(self, folder: Path, seed: int) -> None:
        disk = Disk(folder, "postgres", DISK_MEGABYTES)
        machine = Machine(disk, lambda on: EmbeddedPostgres(on.root / "home"))
        super().__init__("postgres", seed, machine, LOAD_SECONDS)
        self._check = LogCheck(self.verdict)
        self._intents: list[Intent] = []

    @property
    def _dsn(self) -> str:
        assert isinstance(self._machine.server, EmbeddedPostgres)
        return self._machine.server.url

    async def _prepare(self) -> None:
        await migrate(self._dsn)
        async with opened_log(self._dsn) as (_, vault):
            await make_users(vault)

    async def _load_and_cut(self, cycle: int) -> None:
        async with opened_log(self._dsn) as (log, vault):
            load = Load(log, await make_users(vault), self._chance)
            await self._run_until_cut(load, log_is_cut=True)
        self._intents = load.intents
        for intent in load.intents:
            self._check.acknowledge(intent.acknowledged, cycle)

    def _before_start(self) -> None:
        """PostgreSQL is the truth: what a disk does to it beyond a cut, backups answer."""

    async def _examine(self, cycle: int, *, last: bool) -> None:
        """Everything is there; who got no answer asks again; and the log takes new events."""
        async with opened_log(self._dsn) as (log, vault):
            await self._check.check(self._dsn, log, self._intents, cycle)
            if not self.verdict.good:
                return
            load = Load(log, await make_users(vault), self._chance)
            for intent in [one for one in self._intents if not one.acknowledged]:
                self.verdict.unanswered += 1
                events = (await load.submit(intent)).events
                self._check.acknowledge(events, cycle)
                if [event.event_id for event in events] != intent.ids:
                    self.verdict.add_wrong([Finding(f"half of the append {intent.slot}", cycle)])
            fresh = load.intend()
            if not isinstance(await load.submit(fresh), Appended):
                self.verdict.add_wrong([Finding("the log takes no new events", cycle)])
            self._check.acknowledge(fresh.acknowledged, cycle)
            await self._check.stand(self._dsn)


def without_fsync() -> AbstractContextManager[object]:
    """The control: a PostgreSQL that does not wait for its disk."""
    return mock.patch.dict(postgres._SETTINGS, {"fsync": "off"})
