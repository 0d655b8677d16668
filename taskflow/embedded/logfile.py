"""A server's own words: appended to a file that is rotated under its feet."""

import os
import shutil
from pathlib import Path
from typing import IO

FILE_BYTES = 10 * 1024 * 1024
FILES = 5
TAIL_BYTES = 16 * 1024


class LogFile:
    """Rotated by copy and cut: the server holds the file open and knows nothing of it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._begun = 0

    def open(self) -> IO[bytes]:
        """For a child's output; remembers where this run begins."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self.rotate()
        descriptor = os.open(self.path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        self._begun = os.fstat(descriptor).st_size
        return os.fdopen(descriptor, "ab", buffering=0)

    def rotate(self) -> None:
        if not self.path.exists() or self.path.stat().st_size < FILE_BYTES:
            return
        for number in range(FILES - 1, 0, -1):
            older = self._numbered(number)
            if older.exists():
                older.replace(self._numbered(number + 1))
        try:
            shutil.copyfile(self.path, self._numbered(1))
            self._numbered(1).chmod(0o600)
        except OSError:  # a full disk: cutting the file makes room, half a copy takes it
            self._numbered(1).unlink(missing_ok=True)
        os.truncate(self.path, 0)
        self._begun = 0

    def last_lines(self, count: int = 3) -> str:
        """Of this run, on one line."""
        if not self.path.exists():
            return ""
        with self.path.open("rb") as file:
            file.seek(max(self._begun, self.path.stat().st_size - TAIL_BYTES))
            lines = file.read().decode(errors="replace").splitlines()
        return " | ".join([line.strip() for line in lines if line.strip()][-count:])

    def _numbered(self, number: int) -> Path:
        return self.path.with_name(f"{self.path.name}.{number}")
