"""What the two PostgreSQL components make beforehand is what migrations and services need."""

import os
import subprocess
from collections.abc import AsyncGenerator, Generator, Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit, urlunsplit

import asyncpg
import pytest
import yaml

from taskflow.embedded.binaries import postgres_binary
from taskflow.forgetting.shredding import Shredding, ShreddingLeft
from taskflow.postgres import database
from taskflow.postgres.migrate import migrate
from tests.k8s.house import ROOT
from tests.support.servers import PostgresServer, postgres_server

COMPONENTS = ROOT / "deploy" / "k8s" / "components"
LOGINS = ("operator", "gateway", "agent", "tools", "scheduler")

pytestmark = pytest.mark.integration


@pytest.fixture(scope="module")
def server() -> Generator[PostgresServer]:
    with postgres_server() as server:
        yield server


@pytest.fixture
async def superuser(server: PostgresServer) -> AsyncGenerator[asyncpg.Connection]:
    """Of a server that has no role of ours, and asks for passwords in the database of ours."""
    connection = await asyncpg.connect(server.dsn_of("postgres", _in("postgres", server.dsn)))
    access = Path(await connection.fetchval("show hba_file"))
    access.write_text("local taskflow all scram-sha-256\nlocal all all trust\n")
    await connection.execute("select pg_reload_conf()")
    await connection.execute("drop database if exists taskflow with (force)")
    roles = await connection.fetch("select rolname from pg_roles where rolname like 'taskflow%'")
    for number, (name,) in enumerate(roles):
        await connection.execute(
            f'alter role "{name}" rename to "before_{os.urandom(4).hex()}_{number}"'
        )
    yield connection
    await connection.close()


async def test_roles_sh_makes_what_is_needed(
    server: PostgresServer, superuser: asyncpg.Connection, tmp_path: Path
) -> None:
    for name in (*LOGINS, "owner"):
        (tmp_path / f"{name.upper()}_PASSWORD").write_text(f"it's {name}'s")
    folder = parse_qs(urlsplit(server.dsn).query)["host"][0]
    ran = subprocess.run(
        ["sh", COMPONENTS / "postgres-simple" / "roles.sh"],
        env={
            "PATH": f"{postgres_binary('psql').parent}:{os.environ['PATH']}",
            "PGHOST": folder,
            "SECRETS": str(tmp_path),
        },
        check=False, capture_output=True, text=True,
    )  # fmt: skip
    assert ran.returncode == 0, ran.stderr

    await _serves(server, lambda name: f"it%27s%20{name}%27s")


async def test_the_cluster_declares_what_is_needed(
    server: PostgresServer, superuser: asyncpg.Connection
) -> None:
    """As CloudNativePG goes about it: the owner first, then role by role, by the superuser."""
    text = (COMPONENTS / "postgres-cnpg" / "cluster.yaml").read_text(encoding="utf-8")
    spec = yaml.safe_load(text)["spec"]
    owner = spec["bootstrap"]["initdb"]["owner"]
    await superuser.execute(f"create role {owner} login")
    await superuser.execute(
        f"create database {spec['bootstrap']['initdb']['database']} owner {owner}"
    )
    for statement in _declared(spec["managed"]["roles"]):
        await superuser.execute(statement)
    assert not await superuser.fetchval(
        "select rolcreaterole from pg_roles where rolname = $1", owner
    )

    await _serves(server, lambda name: f"of-postgres-{name}")


def _declared(roles: list[dict]) -> Iterator[str]:
    for role in roles:
        name, login = role["name"], "login" if role["login"] else "nologin"
        password = f"password 'of-{role['passwordSecret']['name']}'" if role["login"] else ""
        exists = "alter" if name == "taskflow" else "create"
        yield f"{exists} role {name} {login} {password}"
        for group in role.get("inRoles", []):
            yield f"grant {group} to {name}"


async def _serves(server: PostgresServer, password_of) -> None:
    def dsn(user: str, name: str) -> str:
        at = urlsplit(_in("taskflow", server.dsn))
        _, _, where = at.netloc.rpartition("@")
        return urlunsplit(at._replace(netloc=f"{user}:{password_of(name)}@{where}"))

    with pytest.raises(asyncpg.InvalidPasswordError):
        await asyncpg.connect(dsn("taskflow_agent", "gateway"))
    await migrate(dsn("taskflow", "owner"))
    for login in LOGINS:
        connection = await database.connect(dsn(f"taskflow_{login}", login), "test")
        try:
            assert await connection.fetchval("select current_user") == f"taskflow_{login}"
            assert await connection.fetchval("select count(*) from events") == 0
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await connection.execute("delete from events")
        finally:
            await connection.close()
    owner = await asyncpg.connect(dsn("taskflow", "owner"))
    await owner.execute("insert into vault_shreds (part) values ('vault_keys_0')")
    await owner.close()
    shredding = Shredding(dsn("taskflow_scheduler", "scheduler"))
    assert await shredding.finish(60) == ShreddingLeft(left=False)


def _in(database_name: str, dsn: str) -> str:
    return urlunsplit(urlsplit(dsn)._replace(path=f"/{database_name}"))
