"""Connections to PostgreSQL: the role they act as, and the planner settings the log needs."""

from urllib.parse import parse_qs, urlsplit

import asyncpg
from asyncpg.pool import PoolConnectionProxy

from taskflow.errors import Retryable

Connection = asyncpg.Connection | PoolConnectionProxy

LOG_ROLE = "taskflow_log"
"""What every service's login is a member of."""
OPERATOR_ROLE = "taskflow_operator"
SERVICES = ("gateway", "agent", "tools", "scheduler")
CONNECT_TIMEOUT = 3.0
STATEMENT_TIMEOUT = 3.0
"""Seconds; the webhook must answer within 5 even when the server hangs."""

_SETTINGS = {
    # Plans are made once, on tables that may then have been tiny: keep them generic and on indexes.
    "plan_cache_mode": "force_generic_plan",
    "enable_seqscan": "off",
    # Partitions give pages of the log in order only by their indexes: never read all to sort it.
    "enable_sort": "off",
    "jit": "off",
    # An open writing transaction anywhere stalls every follower.
    "idle_in_transaction_session_timeout": "10s",
}

UNAVAILABLE = (
    OSError,
    TimeoutError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,  # a connection that dies while it goes back into the pool
    asyncpg.PostgresConnectionError,
    asyncpg.OperatorInterventionError,
    asyncpg.TooManyConnectionsError,
    asyncpg.ReadOnlySQLTransactionError,
)
"""What a call raises while PostgreSQL is away, restarting, failing over or hanging."""


class DatabaseUnavailable(Retryable):
    """PostgreSQL did not answer in time; nothing is known to be stored."""

    code = "database_unavailable"


def role_of(service: str) -> str:
    return f"taskflow_{service}"


def acting_as(dsn: str) -> dict[str, str]:
    """A login that is nobody's in particular acts as the operator, unless its URL says as whom."""
    parts = urlsplit(dsn)
    own = {*map(role_of, SERVICES), OPERATOR_ROLE}
    if parts.username in own or "role" in parse_qs(parts.query):
        return {}
    return {"role": OPERATOR_ROLE}


def with_setting(dsn: str, name: str, value: str) -> str:
    """A URL whose sessions have this parameter."""
    return f"{dsn}{'&' if '?' in dsn else '?'}{name}={value}"


async def connect(dsn: str, application: str, *, durable: bool = True) -> asyncpg.Connection:
    """`durable` False: a crash of the server may undo the last commits, each whole.

    For what can be made again from the log; it waits for no disk.
    """
    settings = {**_SETTINGS, **acting_as(dsn)}
    if not durable:
        settings["synchronous_commit"] = "off"
    return await asyncpg.connect(
        dsn,
        timeout=CONNECT_TIMEOUT,
        command_timeout=STATEMENT_TIMEOUT,
        server_settings={**settings, "application_name": application},
    )


def pool(dsn: str, application: str, *, size: int = 8) -> asyncpg.Pool:
    """A pool that opens lazily, so that a service starts while PostgreSQL is away."""
    return asyncpg.create_pool(
        dsn,
        min_size=0,
        max_size=size,
        timeout=CONNECT_TIMEOUT,
        command_timeout=STATEMENT_TIMEOUT,
        server_settings={**_SETTINGS, **acting_as(dsn), "application_name": application},
        reset=_keep,
    )


async def _keep(_connection: Connection) -> None:
    """Nobody changes a pooled session: asyncpg's reset would be a second round trip per statement.

    A transaction left open is rolled back all the same.
    """
