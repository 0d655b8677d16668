"""A private directory for a server's socket, with a name short enough for one."""

import os
import tempfile
from contextlib import suppress
from pathlib import Path

from taskflow.embedded.privileges import PRIVATE, RunAs

PATH_BYTES = 103
"""What sockaddr_un holds: 107 on Linux, 103 on macOS."""
_PREFIX = "taskflow-"
_SOCKET = ".s.PGSQL.5432"


class PrivateSockets:
    """Its path is kept in `record`, so that URLs stay good and a crashed run's is found again."""

    def __init__(self, record: Path) -> None:
        self._record = record
        self.directory: Path | None = None

    def make(self, run_as: RunAs) -> Path:
        """That of the last run, if it can be had again."""
        try:
            directory = self._recorded()
            if directory is None:
                raise FileExistsError
            # Fails when anything stands there already, so nobody can have prepared it for us.
            directory.mkdir(mode=PRIVATE)
        except OSError:
            directory = Path(tempfile.mkdtemp(prefix=_PREFIX, dir=_short_folder()))
            self._record.write_text(str(directory), encoding="utf-8")
        run_as.own(directory)
        self.directory = directory
        return directory

    def drop(self) -> None:
        """Also what a crash left. The object still knows its path, for the next `make`."""
        if directory := self._recorded():
            with suppress(OSError):
                for file in (_SOCKET, f"{_SOCKET}.lock"):
                    (directory / file).unlink(missing_ok=True)
                directory.rmdir()

    def _recorded(self) -> Path | None:
        with suppress(FileNotFoundError):
            recorded = Path(self._record.read_text(encoding="utf-8"))
            if recorded.name.startswith(_PREFIX):
                return recorded
        return None


def _short_folder() -> str:
    """TASKFLOW_HOME, and even TMPDIR, may be deeper than a socket may lie."""
    usual = tempfile.gettempdir()
    longest = f"{usual}/{_PREFIX}12345678/{_SOCKET}.lock"
    fits = len(os.fsencode(longest)) <= PATH_BYTES and '"' not in usual
    return usual if fits else "/tmp"  # noqa: S108 - mkdtemp makes it private
