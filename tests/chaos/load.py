"""Concurrent appends of real, sealed events, and what is known of each when the power goes."""

import asyncio
import random
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import asyncpg

from contracts import slots
from contracts.conversation import TurnStarted
from contracts.recorded import Recorded
from contracts.streams import UserId, conversation
from taskflow.errors import Retryable
from taskflow.log.appending import Appended, Outcome, Write
from taskflow.log.event_log import EventLog
from taskflow.log.group_commit import GroupCommit
from taskflow.postgres import database as db
from taskflow.privacy.sealing import MasterKey
from taskflow.privacy.vault import Vault
from tests.support import events

MASTER_KEY = MasterKey(b"a master key of chaos, 32 bytes.")
APPENDERS = 8
USERS = 12
LONG_TEXT = 6000
"""Characters: past PostgreSQL's 2 kB, so that the event lies in a TOAST table."""
QUIET_SECONDS = 0.02


@dataclass(slots=True)
class Intent:
    """One append; `acknowledged` once `append` returned Appended."""

    slot: UUID
    writes: list[Write]
    acknowledged: list[Recorded[Any]] = field(default_factory=list)

    @property
    def ids(self) -> list[UUID]:
        count = sum(len(write.events) for write in self.writes)
        return [slots.event_id(self.slot, n) for n in range(count)]


class Load:
    """Everything random comes from `chance`, except what races decide."""

    def __init__(self, log: EventLog, users: list[UserId], chance: random.Random) -> None:
        self._log, self._users, self._chance = log, users, chance
        self.intents: list[Intent] = []

    @property
    def acknowledged(self) -> int:
        return sum(len(intent.acknowledged) for intent in self.intents)

    async def run(self) -> None:
        """For ever, as fast as the log answers."""
        async with asyncio.TaskGroup() as group:
            for _ in range(APPENDERS):
                group.create_task(self._append_for_ever())

    async def quiet(self) -> None:
        """Until answers that were under way have come in. One missed only weakens the check."""
        before = -1
        while before != self.acknowledged:
            before = self.acknowledged
            await asyncio.sleep(QUIET_SECONDS)

    async def _append_for_ever(self) -> None:
        while True:
            intent = self.intend()
            try:
                await self.submit(intent)
            except Retryable:
                await asyncio.sleep(QUIET_SECONDS)

    def intend(self) -> Intent:
        """One to five events for a user, at times for two users at once."""
        users = self._chance.sample(self._users, self._chance.choice((1, 1, 1, 2)))
        intent = Intent(_uuid(self._chance), [self._write(user) for user in users])
        self.intents.append(intent)
        return intent

    async def submit(self, intent: Intent) -> Outcome:
        outcome = await self._log.append(intent.writes, intent.slot)
        if isinstance(outcome, Appended):
            intent.acknowledged = outcome.events
        return outcome

    def _write(self, user: UserId) -> Write:
        return Write(
            conversation(user), [self._event() for _ in range(self._chance.randint(1, 5))], user
        )

    def _event(self) -> Any:
        if self._chance.random() < 0.3:
            return TurnStarted(number=self._chance.randrange(1000))
        longest = LONG_TEXT if self._chance.random() < 0.05 else 200
        text = f"{self._chance.getrandbits(64):x} " * self._chance.randint(1, longest // 17)
        return events.message(text, sid=f"SM{self._chance.getrandbits(128):032x}")


@asynccontextmanager
async def opened_log(
    dsn: str, key: MasterKey = MASTER_KEY
) -> AsyncGenerator[tuple[EventLog, Vault]]:
    """The project's own log, over connections that may already be dead when it is left."""
    group = GroupCommit(dsn, "power-cut-append")
    pool: asyncpg.Pool = await db.pool(dsn, "power-cut")
    vault = Vault(pool, key)
    try:
        yield EventLog(pool, vault, group), vault
    finally:
        await group.close()
        pool.terminate()


async def make_users(vault: Vault) -> list[UserId]:
    return [await vault.user_for([f"whatsapp:+1555{n:07}"]) for n in range(USERS)]


def _uuid(chance: random.Random) -> UUID:
    return UUID(int=chance.getrandbits(128), version=4)
