"""Read models are the log's and nothing else's: however, whenever and wherever they are made."""

import asyncio
import base64
import json
import os
import random
import subprocess
import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import asyncpg
import pytest
from typer.testing import CliRunner

from contracts import event as contracts_event
from taskflow.cli.main import app
from taskflow.errors import Configuration
from taskflow.log.event_log import EventLog
from taskflow.log.group_commit import GroupCommit
from taskflow.postgres import database as db
from taskflow.postgres.migrate import migrate
from taskflow.postgres.wakeups import Wakeups
from taskflow.privacy.sealing import MasterKey
from taskflow.privacy.vault import Vault
from taskflow.projecting import checkpoints, projector, rebuilding
from taskflow.projecting.checkpoints import CheckpointStanding
from taskflow.projecting.dropping import drop
from taskflow.projecting.projector import Projector
from taskflow.projecting.rebuilding import rebuild
from taskflow.views import VIEWS
from taskflow.views.users import Users
from tests.conftest import MASTER_KEY
from tests.support import servers
from tests.support.eventually import eventually
from tests.support.long_log import fill
from tests.support.projecting import hashes, in_pages, known, tables
from tests.support.servers import PostgresServer

pytestmark = pytest.mark.integration

EVENTS, USERS = 1_500, 12
VIEW_TABLES = sorted(table for view in VIEWS for table in view.tables)
ROOT = Path(__file__).parents[3]


async def _filled(dsn: str) -> None:
    await migrate(dsn)
    await fill(dsn, EVENTS, users=USERS)


@pytest.fixture
async def dsn(postgres: PostgresServer) -> AsyncGenerator[str]:
    """A fresh database with the log in it."""
    async with servers.database(postgres, _filled) as dsn:
        yield dsn


@asynccontextmanager
async def reading(dsn: str) -> AsyncGenerator[tuple[EventLog, Vault]]:
    async with db.pool(dsn, "tests") as pool:
        vault = Vault(pool, MasterKey(MASTER_KEY))
        yield EventLog(pool, vault, GroupCommit(dsn, "tests")), vault


def built_elsewhere(dsn: str, *names: str, **env: str) -> subprocess.CompletedProcess[str]:
    settings = {
        "DATABASE_URL": dsn,
        "NATS_URL": "nats://127.0.0.1:9",
        "TASKFLOW_MASTER_KEY": base64.b64encode(MASTER_KEY).decode(),
    }
    return subprocess.run(
        [sys.executable, "-m", "tests.support.projecting", *names],
        env={**os.environ, **settings, **env},
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.long
async def test_every_projection_is_the_same_whoever_makes_it(dsn: str) -> None:
    """Twice in processes of other hash seeds that reach PostgreSQL alone, and in odd pages here."""
    made = [built_elsewhere(dsn, "all", PYTHONHASHSEED=seed) for seed in ("1", "2")]
    assert [one.returncode for one in made] == [0, 0], made[0].stderr + made[1].stderr
    first, second = (json.loads(one.stdout.splitlines()[-1]) for one in made)
    assert first == second

    async with reading(dsn) as (log, vault):
        for what in known(log, vault):
            await in_pages(dsn, log, what, size=9 if what.name != "due-reminders" else 500)
    assert await hashes(dsn) == first
    nothing = await hashes(dsn, ["attempts"])
    empty = {table for table, found in first.items() if found == nothing["attempts"]}
    # Nothing opens texts there, nobody took over, and WhatsApp had no templates yet.
    assert empty == {"history_words", "open_takeovers", "template_people"}


@pytest.mark.long
async def test_a_rebuild_that_is_killed_goes_on_where_it_was(dsn: str) -> None:
    names = [view.name for view in VIEWS]
    async with reading(dsn) as (log, _):
        for view in VIEWS:
            await in_pages(dsn, log, view(), 500)
    wanted = await hashes(dsn)
    chance = random.Random(5)
    connection = await asyncpg.connect(dsn)

    # Each view's beginning comes before the first of five pages.
    for place in (
        f"rebuild.commit.before=kill@{len(VIEWS) + chance.randint(2, 3)}",
        f"rebuild.commit.after=kill@{chance.randint(1, 2)}",
        "rebuild.swap.before=kill@1",
    ):
        killed = built_elsewhere(dsn, *names, TASKFLOW_FAILPOINTS=place)
        assert killed.returncode == -9, killed.stderr
        assert await hashes(dsn) == wanted, "readers see the live rows meanwhile"
        assert await connection.fetchval("select max(position) from projection_builds") > 0
    done = built_elsewhere(dsn, *names)

    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout.splitlines()[-1]) == wanted
    assert await connection.fetchval("select count(*) from projection_builds") == 0
    assert "usage is rebuilt: 0 events" in done.stdout, "all of it had been read before"
    await connection.close()


async def test_a_rebuild_under_load_ends_with_the_rows_of_the_live_one(
    dsn: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And whoever reads meanwhile finds rows at every look, and may still write them after."""
    monkeypatch.setattr(rebuilding, "REPLAY_PAGE", 100)
    async with reading(dsn) as (log, _), db.pool(dsn, "tests") as pool:
        wakeups = Wakeups(dsn, "tests")
        running = [
            asyncio.create_task(Projector(dsn, pool, log, wakeups, view(), gather=0.01).run())
            for view in VIEWS
        ]
        looks: list[int] = []

        async def look() -> None:
            while True:
                looks.append(await pool.fetchval("select count(*) from conversation_messages"))

        async def load() -> None:
            for start in range(EVENTS, EVENTS + 600, 60):
                await fill(dsn, start + 60, users=USERS, start=start)

        await eventually(lambda: pool.fetchval("select count(*) from conversation_messages"))
        looking, loading = asyncio.create_task(look()), asyncio.create_task(load())
        await rebuild(dsn, log, [view() for view in VIEWS])
        await loading
        await eventually(lambda: _all_caught_up(pool))
        looking.cancel()
        for one in running:
            one.cancel()
        await asyncio.gather(*running, looking, return_exceptions=True)
        live = await hashes(dsn, VIEW_TABLES)
        for view in VIEWS:
            await in_pages(dsn, log, view(), 77)

    assert await hashes(dsn, VIEW_TABLES) == live
    assert min(looks) > 0


async def _all_caught_up(pool: asyncpg.Pool) -> bool:
    return await pool.fetchval(
        """select count(*) = $1 from projection_checkpoints
            where position = (select max(position) from events)""",
        len(VIEWS),
    )


async def test_an_unknown_event_stops_a_projection_until_its_release_knows_it(
    dsn: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(projector, "STAND_BY_SECONDS", 0.02)
    everything = contracts_event._events
    younger = {name: cls for name, cls in everything.items() if name != "reply.read"}
    async with reading(dsn) as (log, _), db.pool(dsn, "tests") as pool:
        with monkeypatch.context() as patch:
            patch.setattr(contracts_event, "_events", younger)
            runner = Projector(dsn, pool, log, Wakeups(dsn, "tests"), Users())
            running = asyncio.create_task(runner.run())
            first = "select min(position) from events where type = 'reply.read'"
            before = await pool.fetchval(first)
            at = "select position + 1 from projection_checkpoints where name = 'users'"
            await eventually(lambda: _equals(pool, at, before))
            settings(patch, dsn)
            said = await asyncio.to_thread(
                CliRunner().invoke, app, ["projections", "lag", "--json"]
            )
        lags = {one["name"]: one for one in map(json.loads, said.stdout.splitlines())}
        assert lags["users"]["stopped"] == "this release does not know reply.read version 1"
        assert lags["users"]["events"] == EVENTS - before + 1
        await eventually(lambda: _equals(pool, at, EVENTS + 1))
        running.cancel()
        with suppress(asyncio.CancelledError):
            await running


async def _equals(pool: asyncpg.Pool, query: str, wanted: int) -> bool:
    return await pool.fetchval(query) == wanted


class NewUsers(Users):
    version = 2


async def test_a_newer_version_is_built_beside_and_the_older_one_stands_by(
    dsn: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(projector, "STAND_BY_SECONDS", 0.02)
    async with reading(dsn) as (log, _), db.pool(dsn, "tests") as pool:
        wakeups = Wakeups(dsn, "tests")
        old = asyncio.create_task(Projector(dsn, pool, log, wakeups, Users()).run())
        await eventually(lambda: pool.fetchval("select count(*) from users"))
        new = asyncio.create_task(Projector(dsn, pool, log, wakeups, NewUsers()).run())
        versions = "select array_agg(version) = '{2}' from projection_checkpoints"
        await eventually(lambda: pool.fetchval(versions))
        await fill(dsn, EVENTS + 50, users=USERS, start=EVENTS)
        at = "select position from projection_checkpoints where version = 2"
        await eventually(lambda: _equals(pool, at, EVENTS + 50))
        assert await pool.fetchval(versions)
        with pytest.raises(Configuration, match="stands in version 2"):
            await rebuild(dsn, log, [Users()])
        connection = await db.connect(dsn, "tests")
        assert await checkpoints.begin(connection, "users", 1) is CheckpointStanding.NEWER
        await connection.close()
        for one in (old, new):
            one.cancel()
        await asyncio.gather(old, new, return_exceptions=True)
        live = await hashes(dsn, ["users", "user_facts"])
        await in_pages(dsn, log, Users(), 500)
    assert await hashes(dsn, ["users", "user_facts"]) == live


def settings(patch: pytest.MonkeyPatch, dsn: str) -> None:
    patch.setenv("DATABASE_URL", dsn)
    patch.setenv("NATS_URL", "nats://127.0.0.1:9")
    patch.setenv("TASKFLOW_MASTER_KEY", base64.b64encode(MASTER_KEY).decode())


async def test_the_command_lists_rebuilds_and_drops(
    dsn: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings(monkeypatch, dsn)

    async def said(*arguments: str):
        return await asyncio.to_thread(CliRunner().invoke, app, ["projections", *arguments])

    rebuilt = await said("rebuild", "users", "--json")
    listed = {
        one["name"]: one
        for one in map(json.loads, (await said("list", "--json")).stdout.splitlines())
    }
    table = (await said("list")).stdout
    asked = await said("drop", "users")
    dropped = await said("drop", "users", "--yes")
    after = {
        one["name"]: one
        for one in map(json.loads, (await said("list", "--json")).stdout.splitlines())
    }
    unknown = await said("rebuild", "nothing")

    assert json.loads(rebuilt.stdout)["events"] == EVENTS
    assert listed["users"]["rows"]["users"] > 0
    assert listed["users"]["begun"]
    assert not listed["usage"]["begun"]
    assert "conversation_messages 0" in table
    assert asked.exit_code == 1
    assert dropped.stdout == "users is dropped\n"
    assert after["users"]["rows"] == {"users": 0, "user_facts": 0, "template_people": 0}
    assert not after["users"]["begun"]
    assert isinstance(unknown.exception, Configuration)
    assert "there is no projection 'nothing'; there are conversations, due-reminders" in str(
        unknown.exception
    )


async def test_what_was_dropped_is_made_again_though_nothing_happens(
    dsn: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(projector, "STAND_BY_SECONDS", 0.02)
    async with reading(dsn) as (log, _), db.pool(dsn, "tests") as pool:
        running = asyncio.create_task(Projector(dsn, pool, log, Wakeups(dsn, "t"), Users()).run())
        at = "select position from projection_checkpoints where name = 'users'"
        await eventually(lambda: _equals(pool, at, EVENTS))
        wanted = await hashes(dsn, ["users", "user_facts"])
        owner = await asyncpg.connect(dsn)
        await drop(owner, Users())
        await owner.close()
        await eventually(lambda: _equals(pool, at, EVENTS))
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
    assert await hashes(dsn, ["users", "user_facts"]) == wanted


async def test_services_may_still_write_what_was_swapped_in(dsn: str) -> None:
    async with reading(dsn) as (log, _):
        before = await _shape(dsn)
        await rebuild(dsn, log, [view() for view in VIEWS])
    service = await db.connect(dsn, "service")
    await service.execute("update users set messages = messages")
    await service.close()
    assert await _shape(dsn) == before


async def _shape(dsn: str) -> list[tuple[str, ...]]:
    """Indexes, constraints and grants, by their names."""
    connection = await asyncpg.connect(dsn)
    rows = await connection.fetch(
        """select indexdef from pg_indexes where schemaname = 'public' and tablename = any($1)
           union all
           select conname || pg_get_constraintdef(oid) from pg_constraint
            where conrelid::regclass::text = any($1)
           union all
           select table_name || grantee || privilege_type from information_schema.table_privileges
            where table_schema = 'public' and table_name = any($1)
           order by 1""",
        tables(),
    )
    await connection.close()
    return [tuple(row) for row in rows]
