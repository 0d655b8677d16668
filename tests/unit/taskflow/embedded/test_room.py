import errno
import shutil
from pathlib import Path
from types import SimpleNamespace

import pytest

from taskflow.embedded import logfile, room
from taskflow.embedded.logfile import LogFile
from taskflow.embedded.room import FIRST_START_MB, LOW_MB, START_MB, Room
from taskflow.errors import Configuration


class Disk:
    def __init__(self) -> None:
        self.free_mb = 1000

    def usage(self, _path: object) -> SimpleNamespace:
        return SimpleNamespace(free=self.free_mb * room.MEGABYTE)


@pytest.fixture
def disk(monkeypatch: pytest.MonkeyPatch) -> Disk:
    made = Disk()
    monkeypatch.setattr(shutil, "disk_usage", made.usage)
    return made


def test_a_first_start_needs_more_than_a_later_one(disk: Disk, tmp_path: Path) -> None:
    home = tmp_path / "not" / "there" / "yet"
    disk.free_mb = FIRST_START_MB
    assert room.wanting(home, first=True) is None
    disk.free_mb = 64
    assert room.wanting(home, first=True) == (
        f"no space left at {home}, 300 MB are needed for a first start: 64 MB are free"
    )
    assert room.wanting(home, first=False) is None
    disk.free_mb = START_MB - 1
    assert "50 MB are needed for a start" in str(room.wanting(home, first=False))


def test_low_and_again_enough_are_one_line_each(disk: Disk, tmp_path: Path) -> None:
    said: list[str] = []
    watched = Room(tmp_path, said.append)
    for disk.free_mb in (1000, LOW_MB, 19, 3, 0, 19, 30, 0, START_MB, 1000):
        watched.look()
    low, enough = said
    assert low.startswith(f"no space left at {tmp_path}: 19 MB are free. Make room")
    assert enough == f"there is room again at {tmp_path}: 50 MB are free"


@pytest.mark.parametrize(
    ("error", "full"),
    [
        (OSError(errno.ENOSPC, "No space left on device"), True),
        (OSError(errno.EDQUOT, "Disk quota exceeded"), True),
        (OSError(errno.EACCES, "Permission denied"), False),
        (Configuration("PostgreSQL ended by itself: PANIC: No space left on device"), True),
        (Configuration("port 8000 is taken"), False),
    ],
)
def test_what_came_of_a_full_disk_is_known(error: Exception, full: bool) -> None:
    assert room.is_exhausted(error) is full


def test_a_servers_log_that_cannot_be_copied_is_cut_and_ends_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def half(_source: Path, target: Path) -> None:
        target.write_bytes(b"x" * 100)
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(logfile, "FILE_BYTES", 10)
    monkeypatch.setattr(shutil, "copyfile", half)
    log = LogFile(tmp_path / "nats.log")
    log.path.write_bytes(b"y" * 100)
    log.rotate()
    assert [(file.name, file.stat().st_size) for file in tmp_path.iterdir()] == [("nats.log", 0)]
