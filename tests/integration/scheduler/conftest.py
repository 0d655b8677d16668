"""The scheduler with real servers, as many replicas as a test wants, all in this process."""

from collections import Counter
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest

from contracts import slots, streams
from contracts.reminders import ReminderSet
from contracts.streams import UserId
from services.scheduler import effects
from services.scheduler.app import scheduler
from services.scheduler.settings import SchedulerSettings
from taskflow.log.appending import Write
from taskflow.log.event_log import EventLog
from taskflow.privacy.vault import Vault
from taskflow.process.service import Runtime, running
from tests.conftest import runtime_settings
from tests.support.asking import Asking
from tests.support.servers import NatsServer

_FIRED = "select stream from events where type = 'reminder.fired'"
_WAITING = """
select count(*) from due_reminders where due_at < now() + interval '1 minute'
"""
_LONG_AGO = "update events set recorded_at = recorded_at - $2::interval where stream = $1"


@dataclass
class House:
    log: EventLog
    vault: Vault
    settings: SchedulerSettings
    owner: asyncpg.Connection
    calls: Asking

    @asynccontextmanager
    async def replicas(self, count: int) -> AsyncIterator[list[Runtime]]:
        async with AsyncExitStack() as stack:
            opened = [await stack.enter_async_context(self._replica()) for _ in range(count)]
            yield opened
            assert not any(one.failed.is_set() for one in opened), "a part of a replica ended"

    def _replica(self):
        return running(
            "scheduler", self.settings, lambda runtime: scheduler(runtime, self.settings)
        )

    async def users(self, count: int) -> list[UserId]:
        return [await self.vault.user_for([f"whatsapp:+1555777{n:04}"]) for n in range(count)]

    async def remind(
        self,
        user: UserId,
        due: datetime,
        text: str = "stretch",
        rrule: str | None = None,
        **more: Any,
    ) -> UUID:
        """A reminder is set, by whatever road; past ones were missed."""
        reminder = uuid4()
        told = ReminderSet(
            reminder=reminder,
            text=text,
            local_time=due.replace(tzinfo=None).isoformat(),
            zone="UTC",
            rrule=rrule,
            tzdata="2026.1",
            **more,
        )
        write = Write(streams.reminder(reminder), [told], user)
        await self.log.append([write], slots.retry(reminder))
        return reminder

    async def it_was_set_earlier(self, reminder: UUID, by: timedelta) -> None:
        """The log's owner turns back a clock; nobody else could."""
        await self.owner.execute("alter table events disable trigger events_are_facts")
        await self.owner.execute(_LONG_AGO, streams.reminder(reminder), by)
        await self.owner.execute("alter table events enable trigger events_are_facts")

    async def fired(self) -> Counter[str]:
        return Counter(row["stream"] for row in await self.owner.fetch(_FIRED))

    async def has_fired(self, reminder: UUID) -> bool:
        return (await self.fired())[streams.reminder(reminder)] > 0

    async def is_quiet(self) -> bool:
        return await self.owner.fetchval(_WAITING) == 0

    async def spoken(self, *users: UserId) -> list[str]:
        """What reminders said to them, each in its own transaction with its firing."""
        return [
            (await self.log.opened(one)).event.text
            for user in users
            for one in await self.log.read(streams.conversation(user))
            if one.event.type == "reply.ready"
        ]


@pytest.fixture(autouse=True)
def _short_claims(monkeypatch: pytest.MonkeyPatch) -> None:
    """One whose answer was lost is given again after this; nobody waits 30 s for it here."""
    monkeypatch.setattr(effects, "CLAIM_SECONDS", 2)


@pytest.fixture
async def house(
    database: str, nats_server: NatsServer, event_log: EventLog, vault: Vault, tmp_path: Path
) -> AsyncGenerator[House]:
    settings = SchedulerSettings.load(
        _env_file=None,
        **runtime_settings(database, nats_server.url, tmp_path),
        scheduler_claim=20,
    )
    owner = await asyncpg.connect(database)
    yield House(event_log, vault, settings, owner, Asking(event_log, "scheduler"))
    await owner.close()
