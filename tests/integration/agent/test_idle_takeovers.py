"""A takeover whose operator went home, over a real log: told, and handed back once."""

import asyncio
from datetime import timedelta

import asyncpg
import pytest

from contracts import slots, streams
from contracts.conversation import UserForgotten
from contracts.streams import UserId
from services.agent.decider import FOLD
from services.agent.takeover.desk import Desk
from services.agent.takeover.idle import Idle, OpenTakeovers
from taskflow import clock
from taskflow.health.stored import stored
from taskflow.log.appending import Write
from taskflow.log.event_log import EventLog
from taskflow.log.snapshots import Folds
from taskflow.privacy.vault import Vault
from tests.support.events import message

pytestmark = pytest.mark.integration

LATER = timedelta(hours=2, seconds=5)


@pytest.fixture
async def desk(event_log: EventLog, vault: Vault) -> Desk:
    user = await vault.user_for(["whatsapp:+15551230001"])
    hello = Write(streams.conversation(user), [message()], user)
    await event_log.append([hello], slots.message("SM1"))
    return Desk(event_log, Folds(event_log, None), user)


async def seen(connection: asyncpg.Connection, desk: Desk) -> float:
    """What health reads, once the read model is made of all of the log."""
    await connection.execute("delete from open_takeovers")
    for query, arguments in await OpenTakeovers().project(await desk.log.read(desk.stream)):
        await connection.execute(query, *arguments)
    return (await stored(connection)).takeover_idle_s


async def test_it_is_handed_back_once_whoever_looks(
    desk: Desk, database: str, event_log: EventLog
) -> None:
    await desk.take("Grace")
    async with asyncpg.create_pool(database) as pool, pool.acquire() as connection:
        assert 0 < await seen(connection, desk) < 60
        idle = [Idle(pool, event_log, Folds(event_log, None)) for _ in range(3)]
        assert await idle[0].once(clock.utc_now()) == 0
        done = await asyncio.gather(*(one.once(clock.utc_now() + LATER) for one in idle))
        assert sum(done) == 1
        assert await seen(connection, desk) == 0
    folded = await desk.folds.fold(desk.stream, FOLD)
    over = (await event_log.read(desk.stream))[-1]
    assert (over.event.type, over.event.why) == ("conversation.handed_back", "idle")
    assert folded.state.driver == over.event_id


async def test_a_line_is_a_sign_of_life(desk: Desk, database: str, event_log: EventLog) -> None:
    await desk.take("Grace")
    await asyncio.sleep(0.05)
    until = clock.utc_now()
    await asyncio.sleep(0.05)
    await desk.say("Grace", "One moment.", seen=1, command=clock.new_id())
    async with asyncpg.create_pool(database) as pool, pool.acquire() as connection:
        await seen(connection, desk)
        idle = Idle(pool, event_log, Folds(event_log, None))
        assert await idle.once(until + timedelta(hours=2)) == 0


async def test_nothing_stands_there_of_who_was_forgotten(desk: Desk, database: str) -> None:
    await desk.take("Grace")
    gone = Write(desk.stream, [UserForgotten()], UserId(desk.user))
    await desk.log.append([gone], slots.forgotten(desk.user))
    connection = await asyncpg.connect(database)
    assert await seen(connection, desk) == 0
    await connection.close()
