"""What both embedded servers are: a child process with a log, started and stopped."""

import subprocess
from abc import ABC, abstractmethod
from types import TracebackType
from typing import Self

from taskflow.embedded.logfile import LogFile


class Server(ABC):
    _log: LogFile
    _process: subprocess.Popen[bytes] | None

    @abstractmethod
    def start(self) -> None:
        """Returns once it works. Raises Configuration with its last words."""

    @abstractmethod
    def stop(self) -> None:
        """Does nothing to one that is stopped."""

    @property
    def process(self) -> subprocess.Popen[bytes] | None:
        """None while it is stopped."""
        return self._process

    @property
    def pid(self) -> int | None:
        return self._process.pid if self._process else None

    def alive(self) -> bool:
        self._log.rotate()
        return self._process is not None and self._process.poll() is None

    def last_words(self) -> str:
        return self._log.last_lines(1)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()
