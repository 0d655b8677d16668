"""A disk whose power can be cut: ext4 on a loop device, frozen at an instant, copied and reborn.

What no fsync had brought to the disk is in the kernel's page cache only, and not in the copy.
EXT4_IOC_SHUTDOWN makes the instant one: without it, a copy that takes 100 ms would mix the states
of 100 ms. Not simulated: a drive that loses what it was told to flush, or tears a sector.
"""

import contextlib
import ctypes
import fcntl
import os
import struct
import subprocess
import threading
from collections.abc import Generator
from pathlib import Path

_SHUTDOWN = 0x8004587D
"""EXT4_IOC_SHUTDOWN, linux/ext4.h."""
_WITHOUT_FLUSHING_THE_JOURNAL = 2
"""EXT4_GOING_FLAGS_NOLOGFLUSH."""
_PAGE = b"x" * 65536


class Disk:
    """Mounted at `root`; after `cut`, `reboot` mounts there what had reached the disk."""

    def __init__(self, folder: Path, name: str, megabytes: int) -> None:
        self.root = folder / name
        self._image = folder / f"{name}.img"
        self._crashed = folder / f"{name}.crashed.img"
        self.root.mkdir()
        with self._image.open("wb") as file:
            file.truncate(megabytes * 1024 * 1024)
        # Lazily made tables would be written at random moments of the first cycles.
        _run("mkfs.ext4", "-q", "-F", "-E", "lazy_itable_init=0,lazy_journal_init=0", self._image)
        self._mount()
        self.root.chmod(0o755)

    def settle(self) -> None:
        """Everything so far reaches the disk."""
        with self._opened() as descriptor:
            _write_back(descriptor)

    def cut(self, after_writing_back: float | None = None) -> None:
        """Nothing reaches the disk any more. With seconds: so long into the kernel's writing."""
        with self._opened() as descriptor:
            writer = threading.Thread(target=_write_back, args=(descriptor,))
            if after_writing_back is not None:
                writer.start()
                threading.Event().wait(after_writing_back)
            order = struct.pack("I", _WITHOUT_FLUSHING_THE_JOURNAL)
            fcntl.ioctl(descriptor, _SHUTDOWN, order)
            if after_writing_back is not None:
                writer.join()
        _run("cp", "--sparse=always", self._image, self._crashed)

    def reboot(self) -> None:
        """The journal replays, as after a real cut. Files still open hold on to the old disk."""
        _run("umount", "--lazy", self.root)
        self._crashed.replace(self._image)
        self._mount()

    def remove(self) -> None:
        _run("umount", "--lazy", self.root)
        self._image.unlink()
        self.root.rmdir()

    def _mount(self) -> None:
        # Without ext4's kindness to programs that replace a file and do not sync it.
        _run("mount", "-o", "loop,noatime,noauto_da_alloc", self._image, self.root)

    @contextlib.contextmanager
    def _opened(self) -> Generator[int]:
        descriptor = os.open(self.root, os.O_RDONLY | os.O_DIRECTORY)
        try:
            yield descriptor
        finally:
            os.close(descriptor)


def tells_the_truth(folder: Path) -> bool:
    """Whether a cut keeps what was synced and loses what was not: else nothing here proves much."""
    disk = Disk(folder, "probe", 16)
    for name in ("synced", "unsynced"):
        with (disk.root / name).open("wb") as file:
            file.write(_PAGE)
            if name == "synced":
                file.flush()
                os.fsync(file.fileno())
    disk.cut()
    disk.reboot()
    synced, unsynced = disk.root / "synced", disk.root / "unsynced"
    kept = synced.exists() and synced.read_bytes() == _PAGE
    lost = not unsynced.exists() or unsynced.read_bytes() != _PAGE
    disk.remove()
    return kept and lost


def _write_back(descriptor: int) -> None:
    """This file system only: os.sync would make the whole machine wait."""
    ctypes.CDLL(None).syncfs(descriptor)


def _run(*command: str | Path) -> None:
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    if done.returncode:
        words = (done.stderr.strip() or f"exit code {done.returncode}").splitlines()[-1]
        raise OSError(f"{command[0]}: {words}")
