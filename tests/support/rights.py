"""Who may do what, as the servers themselves say; docs/security.md shows these tables.

`python -m tests.support.rights` writes them there, and what a cluster's NATS includes.
"""

import asyncio
import re
from collections.abc import Iterable, Mapping
from pathlib import Path

import asyncpg

from taskflow.bus import permissions
from taskflow.postgres.database import OPERATOR_ROLE, SERVICES, role_of
from taskflow.postgres.migrate import migrate
from tests.support import servers

_ROOT = Path(__file__).parents[2]
DOC = _ROOT / "docs" / "security.md"
NATS_USERS = _ROOT / "deploy" / "k8s" / "components" / "nats" / "users.conf"
ROLES = (*map(role_of, SERVICES), OPERATOR_ROLE)
VERBS = {"S": "select", "I": "insert", "U": "update", "D": "delete", "T": "truncate"}
_TABLES = """
select c.oid::regclass::text as name from pg_class c
 where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p', 'v')
   and not c.relispartition
 order by 1
"""
_FUNCTIONS = """
select p.oid::regprocedure::text as name from pg_proc p
 where p.pronamespace = 'public'::regnamespace and p.prorettype <> 'trigger'::regtype order by 1
"""


async def of_tables(connection: asyncpg.Connection) -> dict[str, dict[str, str]]:
    """By table and role: letters of what it may; with a star where on some columns only."""
    names = [row["name"] for row in await connection.fetch(_TABLES)]
    return {
        name: {role: await _letters(connection, role, name) for role in ROLES} for name in names
    }


async def _letters(connection: asyncpg.Connection, role: str, table: str) -> str:
    found: list[str] = []
    for letter, verb in VERBS.items():
        if await connection.fetchval("select has_table_privilege($1, $2, $3)", role, table, verb):
            found.append(letter)
        elif verb in {"select", "insert", "update"} and await connection.fetchval(
            "select has_any_column_privilege($1, $2, $3)", role, table, verb
        ):
            found.append(f"{letter}*")
    return " ".join(found)


async def of_functions(connection: asyncpg.Connection) -> dict[str, dict[str, str]]:
    """By function and role: X where it may be called."""
    asked = "select has_function_privilege($1, $2, 'execute')"
    return {
        row["name"].partition("(")[0]: {
            role: "X" if await connection.fetchval(asked, role, row["name"]) else ""
            for role in ROLES
        }
        for row in await connection.fetch(_FUNCTIONS)
    }


def markdown(rights: Mapping[str, Mapping[str, str]]) -> str:
    heads = [role.removeprefix("taskflow_") for role in ROLES]
    return _table(
        ["", *heads],
        ([f"`{name}`", *(has[role] for role in ROLES)] for name, has in rights.items()),
    )


def of_subjects() -> str:
    def cell(subjects: Iterable[str]) -> str:
        return "<br>".join(f"`{subject}`" for subject in subjects)

    return _table(
        ["user", "may publish", "never", "may subscribe"],
        (
            [f"`{user}`", cell(its.publish), cell(its.not_publish), cell(its.subscribe)]
            for user, its in permissions.USERS.items()
        ),
    )


def shown(what: str) -> str:
    """The table that the page shows under a mark."""
    found = _under(what).search(DOC.read_text())
    assert found is not None, f"docs/security.md has no <!-- {what} -->"
    return found[1]


async def write() -> None:
    with servers.postgres_server() as server:
        async with servers.database(server, migrate) as dsn:
            connection = await asyncpg.connect(dsn)
            tables = {
                "tables": markdown(await of_tables(connection)),
                "functions": markdown(await of_functions(connection)),
                "subjects": of_subjects(),
            }
            await connection.close()
    page = DOC.read_text()
    for what, table in tables.items():
        page = _under(what).sub(lambda _: f"<!-- {what} -->\n{table}\n\n", page)  # noqa: B023
    DOC.write_text(page)
    NATS_USERS.write_text(permissions.configuration())


def _under(what: str) -> re.Pattern[str]:
    return re.compile(rf"<!-- {what} -->\n(.*?)\n\n", re.DOTALL)


def _table(heads: list[str], rows: Iterable[list[str]]) -> str:
    lines = [heads, ["---"] * len(heads), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


if __name__ == "__main__":
    asyncio.run(write())
