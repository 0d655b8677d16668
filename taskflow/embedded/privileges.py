"""Whom a server runs as. PostgreSQL refuses root, so root starts it as an ordinary user.

That user owns the data, but must pass through directories that only root may enter (a checkout
below /root). It keeps one capability for that, CAP_DAC_READ_SEARCH; no directory outside
TASKFLOW_HOME changes its permissions. Without the capability (a container's root has none)
TASKFLOW_HOME itself is opened for passing through, and what lies above it must be open already.
"""

import os
import pwd
import sys
from dataclasses import dataclass
from pathlib import Path

from taskflow.errors import Configuration

CAP_SETPCAP = 8
CAP_DAC_READ_SEARCH = 2
PRIVATE = 0o700
PASSAGE = 0o711


@dataclass(frozen=True, slots=True)
class RunAs:
    """None everywhere: as ourselves."""

    user: int | None = None
    group: int | None = None
    capability: int | None = None

    def own(self, path: Path) -> None:
        if self.user is not None and self.group is not None:
            os.chown(path, self.user, self.group)

    def open_passage(self, directory: Path) -> None:
        """Lets the user through a directory of ours, if it has no capability to pass."""
        if self.user is not None and self.capability is None:
            directory.chmod(PASSAGE)


def choose(data: Path) -> RunAs:
    """Ourselves; for root, the owner of existing data, else `nobody`.

    Raises Configuration when the machine has no such user.
    """
    if os.geteuid() != 0:
        return RunAs()
    if data.exists() and (owner := data.stat()).st_uid != 0:
        return RunAs(owner.st_uid, owner.st_gid, _passage())
    try:
        nobody = pwd.getpwnam("nobody")
    except KeyError:
        raise Configuration(
            "PostgreSQL does not run as root, and this machine has no user `nobody` for it: "
            "start as an ordinary user, or set DATABASE_URL"
        ) from None
    return RunAs(nobody.pw_uid, nobody.pw_gid, _passage())


def _passage() -> int | None:
    if sys.platform != "linux":
        return None
    status = Path("/proc/self/status").read_text(encoding="ascii")
    line = next(line for line in status.splitlines() if line.startswith("CapEff:"))
    held = int(line.split()[1], 16)
    needed = 1 << CAP_SETPCAP | 1 << CAP_DAC_READ_SEARCH
    return CAP_DAC_READ_SEARCH if held & needed == needed else None
