"""PostgreSQL goes back to a moment; what has been sent since is not sent again."""

import asyncio
from collections.abc import Generator
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

import asyncpg
import pytest

from contracts.streams import UserId
from taskflow.cli.operator import bus, operator
from taskflow.cli.people.forgetting_again import forget_again, forgotten_on
from taskflow.forgetting.erasure import Forgetting
from tests.support.house import running
from tests.support.stack import SERVICES, Stack, wait_until

pytestmark = pytest.mark.e2e

ADA, BEN, CARL, DORA, EVE, FAY = (f"+1555300000{n}" for n in range(1, 7))


@pytest.fixture
def stack(tmp_path: Path) -> Generator[Stack]:
    with running(tmp_path) as stack:
        yield stack


@pytest.mark.long
def test_what_was_sent_since_is_not_sent_again_and_what_was_not_is(
    stack: Stack, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Who was forgotten since stays forgotten."""
    stack.script(ADA, {"text": "Before."})
    stack.say(ADA, "hello")
    stack.say(FAY, "hello")
    stack.await_replies(ADA, 1)
    stack.await_replies(FAY, 1)
    _stop(stack)
    moment = datetime.now(UTC)
    asyncio.run(_copy(stack.postgres.dsn, "taskflow", "backup"))
    stack.start(*SERVICES)

    # Since then: an answer, one of two parts, a reminder set and fired, somebody new.
    stack.script(ADA, {"text": "After."})
    stack.script(BEN, {"text": " ".join(f"word{n}" for n in range(500))})
    stack.say(ADA, "and now")
    stack.say(BEN, "tell me a lot")
    stack.say(CARL, "remind me in 2 seconds to stretch")
    stack.say(DORA, "hello")
    stack.await_replies(ADA, 2)
    stack.await_replies(CARL, 2)
    stack.await_replies(DORA, 1)
    wait_until(lambda: len(stack.replies(BEN)) >= 2, 30)
    for name, value in stack.env.items():
        monkeypatch.setenv(name, value)
    gone = asyncio.run(_forget(FAY))
    wait_until(lambda: asyncio.run(_is_on_the_bus(stack, gone)), 30)
    said = {user: len(stack.accepted(user)) for user in (ADA, BEN, CARL, DORA)}
    _stop(stack)
    # Nobody hears these: the gateway is down.
    stack.say(EVE, "anybody there?")

    asyncio.run(_copy(stack.postgres.dsn, "backup", "taskflow"))
    assert asyncio.run(_keys_of(stack, gone)) == 1, "the backup brings it back"
    asyncio.run(forget_again(None))
    assert asyncio.run(_keys_of(stack, gone)) == 0
    assert str(gone) in capsys.readouterr().out
    stack.bus.stop()
    stack.bus.delete_store()
    stack.bus.start()
    asyncio.run(stack.bus.provision())
    # The model says it otherwise the second time, and in one part.
    stack.script(ADA, {"text": "After, in other words."})
    stack.script(BEN, {"text": "Less."})
    stack.start(*SERVICES, TASKFLOW_RESTORED_TO=moment.isoformat())

    stack.await_replies(EVE, 1, seconds=60)
    wait_until(
        lambda: not asyncio.run(_open(stack.postgres.dsn)),
        60,
        lambda: str(asyncio.run(_open(stack.postgres.dsn))),
    )
    assert {user: len(stack.accepted(user)) for user in said} == said, stack.replies(CARL)
    # The log knows again what was said, and the house goes on.
    stack.script(ADA, {"text": "Again."})
    stack.say(ADA, "still there?")
    assert stack.await_replies(ADA, 3)[-1] == "Again."
    assert len(stack.accepted(ADA)) == said[ADA] + 1


async def _forget(number: str) -> UserId:
    async with operator() as me:
        user = await me.user_of(number)
        await Forgetting(me.pool, me.vault, me.log).forget(user)
        return user


async def _is_on_the_bus(stack: Stack, user: UserId) -> bool:
    async with bus(stack.bus.url) as client:
        return user in [one async for one in forgotten_on(client)]


async def _keys_of(stack: Stack, user: UserId) -> int:
    connection = await asyncpg.connect(stack.postgres.dsn)
    count = await connection.fetchval("select count(*) from vault_keys where user_id = $1", user)
    await connection.close()
    return count


def _stop(stack: Stack) -> None:
    for name in SERVICES:
        stack.kill(name)


async def _copy(dsn: str, of: str, to: str) -> None:
    """As of this moment; nobody is connected."""
    parts = urlsplit(dsn)
    connection = await asyncpg.connect(
        parts._replace(
            path="/postgres", netloc=f"postgres@{parts.netloc.partition('@')[2]}"
        ).geturl()
    )
    await connection.execute(f"drop database if exists {to} with (force)")
    await connection.execute(f"create database {to} owner taskflow template {of}")
    await connection.close()


async def _open(dsn: str) -> dict[str, int]:
    """What is not done, by kind: messages not in the log yet, streams that wait, reminders."""
    connection = await asyncpg.connect(dsn)
    counts = {
        "messages": 7
        - await connection.fetchval("select count(*) from events where type = 'message.received'"),
        "moves": await connection.fetchval("select count(*) from moves"),
        "reminders": await connection.fetchval(
            "select count(*) from due_reminders where due_at is not null"
        ),
    }
    await connection.close()
    return {what: count for what, count in counts.items() if count}
