"""One embedded server whose whole home lies on a disk that loses its power."""

import signal
import subprocess
from collections.abc import Callable
from contextlib import suppress

import psutil

from taskflow.embedded.process import wait_until
from taskflow.embedded.server import Server
from tests.chaos.disk import Disk

GONE_SECONDS = 10.0


class Machine:
    """`server` is a new object after every reboot, as after a real one."""

    def __init__(self, disk: Disk, make: Callable[[Disk], Server]) -> None:
        self.disk, self._make = disk, make
        self.server = make(disk)

    def start(self) -> None:
        """Raises Configuration with the server's last words."""
        self.server.start()

    def cut(self, after_writing_back: float | None = None) -> None:
        """All of the server's processes stand still, then the disk does; then they are no more."""
        process = self.server.process
        assert process is not None
        stopped = _stop_family(process)
        self.disk.cut(after_writing_back)
        for member in stopped:
            with suppress(psutil.NoSuchProcess):
                member.kill()
        process.wait(GONE_SECONDS)
        if not wait_until(lambda: all(map(_is_dead, stopped)), GONE_SECONDS):
            raise RuntimeError("a killed server does not die")

    def reboot(self) -> None:
        """With what had reached the disk; the server is not started yet."""
        self.disk.reboot()
        self.server.stop()  # lets go of its lock, whose file is on the old disk
        self.server = self._make(self.disk)

    def stop(self) -> None:
        self.server.stop()
        self.disk.remove()


def _is_dead(process: psutil.Process) -> bool:
    """Or a zombie, which holds no file; the machine's init takes them away when it likes."""
    try:
        return process.status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


def _stop_family(process: subprocess.Popen[bytes]) -> list[psutil.Process]:
    """The parent first: one that stands still has no more children."""
    parent = psutil.Process(process.pid)
    parent.send_signal(signal.SIGSTOP)
    family = [parent, *parent.children(recursive=True)]
    for member in family[1:]:
        with suppress(psutil.NoSuchProcess):
            member.send_signal(signal.SIGSTOP)
    return family
