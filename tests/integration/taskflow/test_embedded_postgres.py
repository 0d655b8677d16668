import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import Awaitable, Callable, Generator
from pathlib import Path

import asyncpg
import psutil
import pytest

from taskflow.embedded.postgres import EmbeddedPostgres
from taskflow.errors import Configuration
from taskflow.postgres.database import UNAVAILABLE
from tests.support.eventually import eventually
from tests.support.processes import START_AND_STOP, has_ended, run_python

pytestmark = pytest.mark.integration

ROOT = Path(__file__).parents[3]

HOLD_OPEN = """
import signal, sys
from pathlib import Path
from taskflow.embedded.postgres import EmbeddedPostgres

server = EmbeddedPostgres(Path(sys.argv[1]))
server.start()
print(server.pid, server.url, flush=True)
signal.pause()
"""
ENDLESS = "select count(*) from generate_series(1, 1000000000000)"


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """Deeper than a socket may lie, with what shells and configuration files stumble over."""
    return tmp_path / ("a long name, 'quoted' " * 5).strip() / "of a home"


@pytest.fixture
def server(home: Path) -> Generator[EmbeddedPostgres]:
    server = EmbeddedPostgres(home)
    yield server
    server.stop()


async def ask(url: str, question: str) -> object:
    connection = await asyncpg.connect(url)
    try:
        return await connection.fetchval(question)
    finally:
        await connection.close()


async def note(url: str, text: str) -> None:
    await ask(url, "create table if not exists notes (text text)")
    await ask(url, f"insert into notes values ('{text}')")


async def notes(url: str) -> object:
    return await ask(url, "select string_agg(text, ',' order by text) from notes")


async def test_a_restart_keeps_the_data_and_the_url(server: EmbeddedPostgres) -> None:
    server.start()
    url = server.url
    await note(url, "kept")
    server.stop()
    assert not server.alive()

    server.start()

    assert server.alive()
    assert server.url == url
    assert await notes(url) == "kept"


async def test_another_process_keeps_the_url_too(server: EmbeddedPostgres, home: Path) -> None:
    server.start()
    url = server.url
    server.stop()

    again = await asyncio.to_thread(run_python, START_AND_STOP, home)

    assert again.stdout.strip() == url


async def test_it_writes_before_it_answers_and_listens_on_no_port(
    server: EmbeddedPostgres,
) -> None:
    server.start()
    for setting, value in {
        "fsync": "on",
        "synchronous_commit": "on",
        "full_page_writes": "on",
        "listen_addresses": "",
        "idle_in_transaction_session_timeout": "10s",
        "max_connections": "100",
    }.items():
        assert await ask(server.url, f"show {setting}") == value
    assert not [c for c in psutil.Process(server.pid).net_connections("inet") if c.laddr]


async def test_its_user_owns_one_database_and_is_no_superuser(server: EmbeddedPostgres) -> None:
    server.start()
    roles = "select rolcreaterole and not rolsuper from pg_roles where rolname = current_user"
    owner = "select pg_get_userbyid(datdba) from pg_database where datname = current_database()"
    assert await ask(server.url, roles) is True
    assert await ask(server.url, owner) == "taskflow"


async def test_a_cluster_of_an_earlier_release_is_given_what_it_lacks(
    server: EmbeddedPostgres, home: Path
) -> None:
    server.start()
    superuser = server.url_of("postgres", "postgres")
    await ask(superuser, "revoke pg_checkpoint, pg_monitor from taskflow cascade")
    (home / "postgres" / "has-rights").unlink()
    may = "select pg_has_role('taskflow', 'pg_checkpoint', 'member with admin option')"
    assert await ask(superuser, may) is False
    process = server.process
    assert process is not None
    process.kill()
    process.wait()
    server.stop()

    server.start()

    assert await ask(server.url_of("postgres", "postgres"), may) is True


async def test_an_error_leaves_no_value_in_the_log(server: EmbeddedPostgres, home: Path) -> None:
    server.start()
    await ask(server.url, "create table people (address text primary key)")
    await ask(server.url, "insert into people values ('+15551230001')")
    with pytest.raises(asyncpg.UniqueViolationError):
        await ask(server.url, "insert into people values ('+15551230001')")
    server.stop()

    log = (home / "logs" / "postgres.log").read_text()
    assert "duplicate key" in log
    assert "+15551230001" not in log


async def test_a_killed_server_recovers_what_it_committed(server: EmbeddedPostgres) -> None:
    server.start()
    await note(server.url, "committed")
    assert server.process
    server.process.kill()
    await eventually(lambda: not server.alive())

    server.stop()
    server.start()

    assert await notes(server.url) == "committed"


async def test_it_ends_with_the_process_that_started_it(
    hold_open: Callable[[], Awaitable[tuple[subprocess.Popen[str], int, str]]],
    server: EmbeddedPostgres,
) -> None:
    starter, postmaster, url = await hold_open()
    await note(url, "committed")
    starter.kill()
    starter.wait()

    await eventually(lambda: has_ended(postmaster))
    server.start()
    assert await notes(server.url) == "committed"


async def test_a_backend_that_outlived_its_server_is_ended_before_the_next_start(
    hold_open: Callable[[], Awaitable[tuple[subprocess.Popen[str], int, str]]],
    server: EmbeddedPostgres,
) -> None:
    starter, postmaster, url = await hold_open()
    busy = await asyncpg.connect(url)
    backend = busy.get_server_pid()
    counting = asyncio.create_task(busy.fetchval(ENDLESS))
    running = "select count(*) from pg_stat_activity where state = 'active' and query ~ '^select c'"
    await eventually(lambda: ask(url, running))
    os.kill(postmaster, signal.SIGKILL)
    starter.kill()
    starter.wait()

    server.start()

    assert has_ended(backend)
    with pytest.raises(UNAVAILABLE):
        await counting
    busy.terminate()


async def test_a_stale_pid_file_with_a_reused_process_id_does_not_stop_a_start(
    server: EmbeddedPostgres,
) -> None:
    server.start()
    await note(server.url, "committed")
    pid_file = server.data / "postmaster.pid"
    lines = pid_file.read_text().splitlines()
    assert server.process
    server.process.kill()
    server.process.wait()
    server.stop()
    pid_file.write_text("\n".join([str(os.getpid()), *lines[1:]]) + "\n")

    server.start()

    assert await notes(server.url) == "committed"


async def test_a_cluster_that_was_cut_short_is_made_again(
    server: EmbeddedPostgres, home: Path
) -> None:
    unfinished = home / "postgres" / "data.unfinished"
    unfinished.mkdir(parents=True)
    (unfinished / "PG_VERSION").write_text("18")

    server.start()

    assert await ask(server.url, "select 1") == 1
    assert not unfinished.exists()


def test_two_owners_of_one_home_are_refused(server: EmbeddedPostgres, home: Path) -> None:
    server.start()
    other = EmbeddedPostgres(home)
    with pytest.raises(Configuration, match=f"in use .process {os.getpid()}."):
        other.start()
    other.stop()
    assert server.alive()


def test_a_server_that_cannot_start_says_why_in_one_line(
    server: EmbeddedPostgres,
) -> None:
    server.start()
    server.stop()
    (server.data / "PG_VERSION").write_text("9.6\n")
    with pytest.raises(
        Configuration, match=r"PostgreSQL did not start: .*FATAL: .*incompatible"
    ) as told:
        server.start()
    assert "\n" not in str(told.value)


def test_a_home_that_cannot_be_made_is_a_clear_fault(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(Configuration, match="TASKFLOW_HOME cannot be used"):
        EmbeddedPostgres(tmp_path / "file" / "home").start()


@pytest.fixture
def hold_open(
    home: Path,
) -> Generator[Callable[[], Awaitable[tuple[subprocess.Popen[str], int, str]]]]:
    """Another process that has the server: itself, the postmaster's id, the URL."""
    started: list[subprocess.Popen[str]] = []

    async def start() -> tuple[subprocess.Popen[str], int, str]:
        process = subprocess.Popen(
            [sys.executable, "-c", HOLD_OPEN, str(home)],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            text=True,
        )
        started.append(process)
        assert process.stdout
        pid, url = (await asyncio.to_thread(process.stdout.readline)).split()
        return process, int(pid), url

    yield start
    for process in started:
        process.kill()
        process.communicate()
