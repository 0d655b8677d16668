"""Whatever stands around Chromium is tried from within, by a program in its stead."""

import os
import socket
import subprocess
import sys
import tempfile
from collections.abc import Generator
from pathlib import Path

import pytest

from taskflow.process import confine, variables, walls
from taskflow.process.walls import Walls

pytestmark = pytest.mark.skipif(
    sys.platform != "linux" or not Path("/bin/bash").exists(), reason="Linux's walls, seen by bash"
)
_KINDS = {
    "bubblewrap" if one.bubblewrap else "its own user or Landlock": one
    for one in (walls._candidates() if sys.platform == "linux" else ())
    if one.around
}


@pytest.fixture
def profile() -> Generator[Path]:
    """Where another user may come; pytest's folders are closed to others."""
    with tempfile.TemporaryDirectory(dir="/tmp") as folder:
        yield Path(folder)


def _within(around: Walls, profile: Path, script: str, port: int = 9) -> str:
    """What a program says that is where Chromium would be."""
    program = profile / "program"
    program.write_text(f"#!/bin/bash\nexec 2>/dev/null\n{script}\n")
    program.chmod(0o755)
    done = subprocess.run(
        [walls.CONFINED, around.order(program, port), f"{confine.PROFILE}{profile}"],
        env=walls.environment(),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done
    return done.stdout


@pytest.mark.parametrize("kind", _KINDS)
def test_nothing_of_the_home_and_no_other_process_is_read(
    profile: Path, tmp_path: Path, kind: str
) -> None:
    home = tmp_path / "home"
    home.mkdir()
    (home / "master.key").write_text("canary")
    # Open by its mode: the walls alone keep it.
    for folder in (home, *tmp_path.parents[:2], tmp_path):
        if folder.is_relative_to("/tmp") and folder != Path("/tmp"):
            folder.chmod(0o755)
    holder = subprocess.Popen(["sleep", "60"], env={"SECRET": "canary", "PATH": os.defpath})
    try:
        script = f"""
cat {home}/master.key; ls {home}; echo > {home}/written
tr '\\0' '\\n' < /proc/{holder.pid}/environ
echo end
"""
        told = _within(_KINDS[kind], profile, script)
    finally:
        holder.kill()
        holder.wait()
    assert told.split() == ["end"]
    assert not (home / "written").exists()


@pytest.mark.parametrize("kind", _KINDS)
def test_it_knows_what_its_table_names_and_writes_its_profile_only(
    profile: Path, kind: str
) -> None:
    told = _within(_KINDS[kind], profile, "env; echo x > $HOME/kept; ulimit -c; id -u")
    *pairs, core, user = told.splitlines()
    names = {pair.partition("=")[0] for pair in pairs}
    # bash adds two of its own.
    assert {name for name in names if not variables.allows("chromium", name)} <= {"SHLVL", "_"}
    assert core == "0"
    assert (profile / "kept").read_text() == "x\n"
    if os.geteuid() == 0:
        assert int(user) in walls._TRANSIENT_USERS


@pytest.mark.skipif(confine.landlock_version() < 4, reason="the kernel has no wall for ports")
@pytest.mark.parametrize("kind", _KINDS)
def test_it_connects_to_the_egress_proxy_and_to_nothing_else(profile: Path, kind: str) -> None:
    with (
        socket.create_server(("127.0.0.1", 0)) as proxy,
        socket.create_server(("127.0.0.1", 0)) as database,
    ):
        ports = [one.getsockname()[1] for one in (proxy, database)]
        tries = "; ".join(f"(: > /dev/tcp/127.0.0.1/{port}) && echo {port}" for port in ports)
        told = _within(_KINDS[kind], profile, f"{tries}; true", ports[0])
    assert told.split() == [str(ports[0])]


@pytest.mark.skipif("bubblewrap" not in _KINDS, reason="no bubblewrap here")
def test_in_bubblewrap_it_has_namespaces_of_its_own(profile: Path) -> None:
    kinds = ("mnt", "pid", "ipc", "uts")
    told = _within(_KINDS["bubblewrap"], profile, "readlink /proc/self/ns/{mnt,pid,ipc,uts}")
    ours = [str(Path(f"/proc/self/ns/{kind}").readlink()) for kind in kinds]
    assert len(told.split()) == len(kinds)
    assert set(told.split()) & set(ours) == set()


@pytest.mark.skipif(os.geteuid() != 0, reason="for root: needs `sudo pytest`")
def test_a_program_that_cannot_be_reached_has_no_walls(tmp_path: Path) -> None:
    with pytest.raises(walls.NoWalls, match="install bubblewrap"):
        walls.standing(tmp_path / "nothing")


def test_the_user_is_nobodys() -> None:
    """PostgreSQL runs as `nobody` beside a root's house: its socket is open to that user."""
    assert walls.free_user() in walls._TRANSIENT_USERS


def test_what_stands_and_what_does_not_is_told() -> None:
    plain = Walls(None, None, landlock=False, sandbox=True)
    assert plain.says() == (
        "walls: Chromium's sandbox; not here: its own user, namespaces (bubblewrap), Landlock"
    )
    assert "reads what this user may read" in plain.do()
    assert Walls(61184, "/usr/bin/bwrap", landlock=True, sandbox=True).do() == ""
