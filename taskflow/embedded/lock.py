"""One owner per directory. The kernel drops the lock with its holder, so none is ever stale."""

import fcntl
import os
from pathlib import Path
from types import TracebackType
from typing import Self

from taskflow.errors import Configuration


class DirectoryLock:
    """Raises Configuration with `taken`, and the holder's process id, when another has it."""

    def __init__(self, file: Path, taken: str) -> None:
        self._file, self._taken = file, taken
        self._descriptor: int | None = None

    @property
    def held(self) -> bool:
        return self._descriptor is not None

    def __enter__(self) -> Self:
        descriptor = os.open(self._file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = os.read(descriptor, 32).decode(errors="replace").strip()
            os.close(descriptor)
            raise Configuration(f"{self._taken} (process {holder or 'unknown'})") from None
        os.ftruncate(descriptor, 0)
        os.write(descriptor, f"{os.getpid()}\n".encode())
        self._descriptor = descriptor
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None
