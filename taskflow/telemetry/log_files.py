"""Lines of all services' log files, read on where reading stopped, rotated files too."""

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import orjson

PATTERN = "*.jsonl*"


@dataclass(frozen=True, slots=True)
class LogLine:
    raw: bytes
    facts: dict[str, Any]
    at: datetime


class LogFiles:
    """A folder of `<service>.jsonl`, `<service>.jsonl.1` and so on."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.read = 0
        """Lines, in all."""
        self._places: dict[tuple[int, int], int] = {}
        """How far each file was read, by what it is and not by its name: names rotate."""

    @property
    def files(self) -> list[Path]:
        return sorted(self.folder.glob(PATTERN))

    def new(self, wanted: Callable[[dict[str, Any]], bool]) -> list[LogLine]:
        """What came since the last call, and is wanted, in order of time."""
        found = [line for file in self.files for line in self._new_in(file) if wanted(line.facts)]
        return sorted(found, key=lambda line: line.at)

    def again(self) -> None:
        """Reads from the beginning."""
        self.read = 0
        self._places.clear()

    def _new_in(self, file: Path) -> Iterator[LogLine]:
        try:
            opened = file.open("rb")
        except FileNotFoundError:  # rotated away
            return
        with opened:
            about = os.fstat(opened.fileno())
            which = (about.st_dev, about.st_ino)
            place = self._places.get(which, 0)
            if about.st_size == place:
                return
            if about.st_size < place:  # cut, or a new one in a deleted one's place
                place = 0
            opened.seek(place)
            for raw in opened:
                if not raw.endswith(b"\n"):  # being written
                    break
                place += len(raw)
                self.read += 1
                if line := _line(raw):
                    yield line
            self._places[which] = place


def _line(raw: bytes) -> LogLine | None:
    """None for what is no line of ours: a power cut leaves half ones."""
    try:
        facts = orjson.loads(raw)
        at = datetime.fromisoformat(facts["timestamp"])
    except (ValueError, KeyError, TypeError):
        return None
    return LogLine(raw.rstrip(), facts, at) if at.tzinfo else None
