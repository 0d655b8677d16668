"""What each service holds open at PostgreSQL is what the budget of docs/scaling.md counts."""

import asyncio
from collections import Counter

import asyncpg
import pytest

from tests.k8s import connections
from tests.support.stack import SERVICES, Stack, wait_until

pytestmark = pytest.mark.e2e
PEOPLE = [f"+1555130{number:04}" for number in range(4)]
SESSIONS_SECONDS = 20
_OPEN = """
select application_name from pg_stat_activity
 where datname = current_database() and application_name like 'taskflow-%'
"""


async def _open(stack: Stack) -> Counter[str]:
    connection = await asyncpg.connect(stack.postgres.dsn)
    try:
        return Counter(row["application_name"] for row in await connection.fetch(_OPEN))
    finally:
        await connection.close()


def test_no_service_has_a_connection_that_the_budget_does_not_count(stack: Stack) -> None:
    shares = {share.who: share for share in connections.of_make_run().shares}
    sessions = Counter(session for service in SERVICES for session in connections.sessions(service))
    pools = {f"taskflow-{service}": connections.pool_size(service) for service in SERVICES}
    for person in PEOPLE:
        stack.say(person, "find me a flight from Berlin to Lisbon next Friday")
    for person in PEOPLE:
        stack.await_replies(person, 1)

    found: Counter[str] = Counter()

    def all_follow() -> bool:
        found.clear()
        found.update(asyncio.run(_open(stack)))
        return sessions <= found

    wait_until(all_follow, SESSIONS_SECONDS, lambda: f"open: {found}, counted: {sessions}")
    assert found - Counter(pools) == sessions
    for service in SERVICES:
        own = len(connections.sessions(service))
        assert shares[service].each == pools[f"taskflow-{service}"] + own
