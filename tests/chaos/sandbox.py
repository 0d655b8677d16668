"""Mounts and shared memory of our own: all of it is gone with the process."""

import contextlib
import os
import shutil
import stat
import subprocess
import sys
import tempfile
from collections.abc import Generator, Sequence
from pathlib import Path

from tests.chaos import disk

_INSIDE = "POWER_CUT_INSIDE"
_TOOLS = ("unshare", "mount", "umount", "mkfs.ext4", "cp")
_LOOP_CONTROL = Path("/dev/loop-control")
_LOOPS = 8
_SHARED_MEMORY = Path("/dev/shm")
_WORK_SIZE = "4g"
"""At most; pages are taken as they are written."""


class Impossible(Exception):
    """This machine cannot cut a disk's power; the text says why."""


def enter(module: str, arguments: Sequence[str]) -> None:
    """Starts this program again where mounts are private. Raises Impossible."""
    if os.environ.get(_INSIDE):
        return
    if sys.platform != "linux" or os.geteuid() != 0:
        raise Impossible("needs Linux and root: disks are loop mounts in a private namespace")
    if missing := [tool for tool in _TOOLS if not shutil.which(tool)]:
        raise Impossible(f"needs {', '.join(missing)}")
    private = ["unshare", "--mount", "--ipc", "--propagation", "private"]
    tried = subprocess.run([*private, "true"], check=False, capture_output=True, text=True)
    if tried.returncode:
        raise Impossible(f"no private mounts here: {tried.stderr.strip()}")
    os.environ[_INSIDE] = "1"
    os.execvp(private[0], [*private, sys.executable, "-m", module, *arguments])


@contextlib.contextmanager
def work_folder(within: Path | None = None) -> Generator[Path]:
    """For images and servers; in memory unless told otherwise. Raises Impossible."""
    with tempfile.TemporaryDirectory(prefix="power-cut-", dir=within) as name:
        folder = Path(name)
        try:
            if within is None:
                _mount_memory(folder)
            # A killed PostgreSQL leaves shared memory behind: here, as on the machine that lost its
            # power, nobody finds it.
            _mount_memory(_SHARED_MEMORY)
            folder.chmod(0o755)
            _make_loop_devices()
            _check(folder)
            temporary = folder / "tmp"
            temporary.mkdir(mode=0o1777)
            tempfile.tempdir = str(temporary)
            yield folder
        finally:
            tempfile.tempdir = None
            _unmount(_SHARED_MEMORY)
            if within is None:
                _unmount(folder)


def _make_loop_devices() -> None:
    """A container's /dev may lack them although its kernel has loop devices."""
    with contextlib.suppress(OSError):
        if not _LOOP_CONTROL.exists():
            os.mknod(_LOOP_CONTROL, stat.S_IFCHR | 0o600, os.makedev(10, 237))
        for number in range(_LOOPS):
            device = Path(f"/dev/loop{number}")
            if not device.exists():
                os.mknod(device, stat.S_IFBLK | 0o600, os.makedev(7, number))


def _mount_memory(folder: Path) -> None:
    command = ["mount", "-t", "tmpfs", "-o", f"size={_WORK_SIZE}", "tmpfs", str(folder)]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    if done.returncode:
        raise Impossible(f"mount is refused: {done.stderr.strip()}")


def _unmount(folder: Path) -> None:
    subprocess.run(["umount", "--lazy", folder], check=False, capture_output=True)


def _check(folder: Path) -> None:
    try:
        honest = disk.tells_the_truth(folder)
    except OSError as error:
        raise Impossible(f"a loop-mounted ext4 does not work here: {error}") from None
    if not honest:
        raise Impossible("a cut disk kept what was never synced: a proof would prove nothing")
