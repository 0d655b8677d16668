"""A file of JSON lines, so that a second start still shows the chats."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TextIO

import structlog

_log = structlog.get_logger()


class Journal:
    """Append-only until it is rewritten; a line torn by a crash is skipped."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file: TextIO | None = None

    def read(self) -> Iterator[dict[str, Any]]:
        if not self._path.exists():
            return
        with self._path.open(encoding="utf-8") as lines:
            for number, line in enumerate(lines, start=1):
                try:
                    yield json.loads(line)
                except ValueError:
                    _log.warning("phone.journal_line_skipped", line=number)

    def append(self, record: dict[str, Any]) -> None:
        if self._file is None:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            self._file = self._path.open("a", encoding="utf-8")
        self._file.write(json.dumps(record, ensure_ascii=False) + "\n")
        self._file.flush()

    def rewrite(self, records: list[dict[str, Any]]) -> None:
        self.close()
        self._path.parent.mkdir(parents=True, exist_ok=True)
        fresh = self._path.with_suffix(".new")
        lines = (json.dumps(record, ensure_ascii=False) + "\n" for record in records)
        fresh.write_text("".join(lines), encoding="utf-8")
        fresh.replace(self._path)

    def close(self) -> None:
        if self._file is not None:
            self._file.close()
            self._file = None
