"""Which walls a Chromium on this machine can have, tried out: what it is behind, and what it lacks.

From the outside in: a user of its own (when we are root), namespaces of its own (bubblewrap), the
kernel's Landlock (files, ports, signals), and the sandbox that Chromium makes for each page.
"""

import json
import os
import pwd
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from taskflow.process import confine, variables

CONFINED = Path(__file__).with_name("confined")
PROBE_SECONDS = 10.0
_TRANSIENT_USERS = range(61184, 65520)
"""systemd's, for programs that need one for a while (systemd.io/UIDS-GIDS): no file is theirs."""


class NoWalls(OSError):
    """Chromium would run as root, or where it does not reach what it needs."""


@dataclass(frozen=True, slots=True)
class Walls:
    user: int | None
    """None: ours."""
    bubblewrap: str | None
    landlock: bool
    sandbox: bool
    """Chromium's own."""

    def order(self, program: Path, port: int, *, probe: bool = False) -> str:
        """The argument that `confined` takes among Chromium's."""
        orders = asdict(self) | {"program": str(program), "port": port, "probe": probe}
        return confine.ORDERS + json.dumps(orders)

    @property
    def around(self) -> bool:
        """Whether it is to be started by `confined`."""
        return self.landlock or self.user is not None or self.bubblewrap is not None

    def says(self) -> str:
        named = {
            "its own user": self.user is not None,
            "namespaces (bubblewrap)": self.bubblewrap is not None,
            "Landlock": self.landlock,
            "Chromium's sandbox": self.sandbox,
        }
        stands = [name for name, there in named.items() if there]
        lacks = [name for name, there in named.items() if not there]
        return f"walls: {', '.join(stands) or 'none'}" + (
            f"; not here: {', '.join(lacks)}" if lacks else ""
        )

    def do(self) -> str:
        """What would bring those that are not here."""
        remedies: list[str] = []
        if self.bubblewrap is None:
            remedies.append("install bubblewrap, where user namespaces are allowed")
        if not self.sandbox:
            remedies.append("allow user namespaces")
        if self.user is None and self.bubblewrap is None and not self.landlock:
            remedies.append("without them a broken browser reads what this user may read")
        return "; ".join(remedies)


def standing(program: Path) -> Walls:
    """The best that can be had for this program. Takes some tenths of a second. Raises NoWalls."""
    without_sandbox: Walls | None = None
    for walls in _candidates():
        if not walls.around:
            return walls
        code = _tried(walls, program)
        if code == 0:
            return walls
        if code == confine.NO_SANDBOX and without_sandbox is None:
            without_sandbox = walls
    if without_sandbox is None:
        raise NoWalls(
            f"{program} cannot run as another user than root here: install bubblewrap, or a "
            "Chromium that others may reach, or start as an ordinary user"
        )
    return Walls(without_sandbox.user, without_sandbox.bubblewrap, without_sandbox.landlock, False)


def _candidates() -> Iterator[Walls]:
    user = free_user() if os.geteuid() == 0 else None
    landlock = confine.landlock_version() > 0
    if sys.platform == "linux" and (bubblewrap := shutil.which("bwrap")):
        yield Walls(user, bubblewrap, landlock, sandbox=True)
    yield Walls(user, None, landlock, sandbox=True)
    if user is None:
        # Chromium refuses to start where it cannot have its sandbox.
        yield Walls(None, None, landlock=False, sandbox=True)


def _tried(walls: Walls, program: Path) -> int:
    with tempfile.TemporaryDirectory(prefix="taskflow-walls-") as folder:
        try:
            return subprocess.run(  # noqa: S603 - ours
                [CONFINED, walls.order(program, 9, probe=True), confine.PROFILE + folder],
                env=environment(),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                timeout=PROBE_SECONDS,
                check=False,
            ).returncode
        except (OSError, subprocess.TimeoutExpired):
            return confine.CANNOT


def environment() -> dict[str, str]:
    """Of `confined`: where it finds our Python. Chromium's own is made by it."""
    path = os.pathsep.join((str(Path(sys.executable).parent), os.defpath))
    return variables.given("chromium", {"PATH": path, "TZ": "UTC"})


def free_user() -> int:
    """One that has no name and no process: not `nobody`, as whom PostgreSQL runs here."""
    taken = set(_users_of_processes())
    for user in _TRANSIENT_USERS:
        try:
            pwd.getpwuid(user)
        except KeyError:
            if user not in taken:
                return user
    raise NoWalls("no user is free for the browser")


def _users_of_processes() -> Iterator[int]:
    for pid in Path("/proc").glob("[0-9]*"):
        with suppress(FileNotFoundError, ProcessLookupError):
            yield pid.stat().st_uid
