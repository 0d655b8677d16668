"""Room on the disk of TASKFLOW_HOME: enough for a start, and told when it runs out."""

import errno
import shutil
from collections.abc import Callable
from pathlib import Path

MEGABYTE = 1_000_000
FIRST_START_MB = 300
"""A new PostgreSQL takes 48 MB and keeps 80 MB of write-ahead log; NATS' store, and the services'
log files of the first days, take the rest."""
START_MB = 50
"""Two segments of PostgreSQL's write-ahead log, and some lines."""
LOW_MB = 20
"""Less than a segment and a spill: PostgreSQL is about to refuse what is written."""
_FULL = {errno.ENOSPC, errno.EDQUOT}
_FULL_TEXT = ("no space left on device", "disk quota exceeded")
"""strerror's, as servers tell it."""


def free_mb(path: Path) -> int:
    """On the disk where `path` is or will be."""
    while not path.exists():
        path = path.parent
    return shutil.disk_usage(path).free // MEGABYTE


def wanting(home: Path, *, first: bool) -> str | None:
    """One line when there is too little room for a start; None when there is enough."""
    needed, free = FIRST_START_MB if first else START_MB, free_mb(home)
    if free >= needed:
        return None
    start = "a first start" if first else "a start"
    return f"no space left at {home}, {needed} MB are needed for {start}: {free} MB are free"


def is_exhausted(error: BaseException) -> bool:
    """Whether it came of a full disk: an error of the system's, or a server's last words in it."""
    if isinstance(error, OSError) and error.errno in _FULL:
        return True
    said = str(error).lower()
    return any(text in said for text in _FULL_TEXT)


class Room:
    """Looks at what is left while the house runs."""

    def __init__(self, home: Path, say: Callable[[str], None]) -> None:
        self._home, self._say = home, say
        self._is_low = False

    def look(self) -> None:
        """Says once that it is low, and once that it is not any more."""
        free = free_mb(self._home)
        if not self._is_low and free < LOW_MB:
            self._is_low = True
            self._say(
                f"no space left at {self._home}: {free} MB are free. Make room: until then "
                "messages are refused, and log lines are lost"
            )
        elif self._is_low and free >= START_MB:
            self._is_low = False
            self._say(f"there is room again at {self._home}: {free} MB are free")
