"""Parking beside parking: however many give up at once, the pool's connections suffice."""

import asyncio
from uuid import uuid4

import pytest

from contracts import slots, streams
from contracts.streams import UserId
from taskflow.bus.dead_letters import DeadLetters
from taskflow.errors import Configuration
from taskflow.log.appending import Write
from taskflow.log.deciding import Decide
from taskflow.log.event_log import EventLog
from taskflow.log.group_commit import GroupCommit
from taskflow.postgres import database as db
from taskflow.privacy.sealing import MasterKey
from taskflow.privacy.vault import Vault
from tests.conftest import MASTER_KEY
from tests.support.events import message

pytestmark = pytest.mark.integration
POOL_SIZE = 2
PEOPLE = 6
PARKED_SECONDS = 10.0


async def _says_hello(log: EventLog, user: UserId) -> None:
    said = message("hello", sid=f"SM{uuid4().hex}")
    write = Write(streams.conversation(user), [said], user)
    await log.append([write], slots.message(said.message_ref))


async def test_more_give_up_at_once_than_there_are_connections(
    database: str, vault: Vault, event_log: EventLog
) -> None:
    users = [await vault.user_for([f"whatsapp:+1555124{number:04}"]) for number in range(PEOPLE)]
    for user in users:
        await _says_hello(event_log, user)
    received = [(await event_log.read(streams.conversation(user)))[0] for user in users]
    group = GroupCommit(database, "tests-append")
    async with db.pool(database, "tests", size=POOL_SIZE) as pool:
        # One that has no key of theirs in its cache yet: it asks for it while it parks.
        log = EventLog(pool, Vault(pool, MasterKey(MASTER_KEY)), group)
        letters = DeadLetters(pool, log, "agent")
        error = Configuration("never works")
        async with asyncio.timeout(PARKED_SECONDS):
            parked = await asyncio.gather(
                *(letters.park(one, error, 5, Decide(uuid4(), [message()])) for one in received)
            )
        assert parked == [True] * PEOPLE
        assert len(await letters.all()) == PEOPLE
    await group.close()
