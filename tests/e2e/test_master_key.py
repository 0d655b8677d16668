"""The master key is replaced under people who write, by the four steps of docs/security.md."""

import asyncio
import base64
import secrets
import signal

import asyncpg
import pytest

from taskflow.cli.people.rewrapping import rewrap_keys
from taskflow.postgres.database import role_of
from tests.support.stack import SERVICES, Stack

pytestmark = [pytest.mark.e2e, pytest.mark.long]

KEY, SECOND = "TASKFLOW_MASTER_KEY", "TASKFLOW_MASTER_KEY_SECONDARY"


def test_at_each_step_everybody_is_known_and_answered(
    stack: Stack, monkeypatch: pytest.MonkeyPatch
) -> None:
    old, new = stack.env[KEY], base64.b64encode(secrets.token_bytes(32)).decode()
    people: list[str] = []

    def everybody_writes() -> None:
        """One more than before: whoever comes new at this step."""
        people.append(f"+155512600{len(people):02}")
        for user in people:
            count = len(stack.replies(user)) + 1
            stack.script(user, {"text": f"Answer {count}."})
            stack.say(user, "hello")
            assert stack.await_replies(user, count)[-1] == f"Answer {count}."

    def restarted(**keys: str) -> None:
        """One after the other; between two of them, everybody writes."""
        stack.env.pop(SECOND, None)
        stack.env.update(keys)
        for name in SERVICES:
            stack.kill(name, signal.SIGTERM)
            stack.start(name)
            everybody_writes()

    everybody_writes()
    restarted(**{KEY: old, SECOND: new})
    restarted(**{KEY: new, SECOND: old})

    monkeypatch.setenv(
        "DATABASE_URL", stack.postgres.dsn_of(role_of("operator"), stack.postgres.dsn)
    )
    monkeypatch.setenv("NATS_URL", stack.bus.url)
    monkeypatch.setenv(KEY, new)
    monkeypatch.setenv(SECOND, old)
    asyncio.run(rewrap_keys())
    everybody_writes()

    restarted(**{KEY: new})
    assert asyncio.run(_count(stack.postgres.dsn, "vault_people")) == len(people)
    # A phone number and a business-scoped id each.
    assert asyncio.run(_count(stack.postgres.dsn, "vault_addresses")) == 2 * len(people)


async def _count(dsn: str, table: str) -> int:
    connection = await asyncpg.connect(dsn)
    count = await connection.fetchval(f"select count(*) from {table}")
    await connection.close()
    return count
