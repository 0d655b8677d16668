"""Twilio's own copies of media, and the phone's, so that it shows them long after; on disk."""

import shutil
from pathlib import Path


class Copies:
    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def keep(self, sid: str, data: bytes) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        fresh = self._folder / f"{sid}.new"
        fresh.write_bytes(data)
        fresh.replace(self._folder / sid)

    def path(self, sid: str) -> Path | None:
        """None when the folder was emptied behind the journal's back."""
        path = self._folder / sid
        return path if path.is_file() else None

    def delete(self, sid: str) -> None:
        (self._folder / sid).unlink(missing_ok=True)

    def clear(self) -> None:
        shutil.rmtree(self._folder, ignore_errors=True)


def on_phone(sid: str) -> str:
    """By which a person's own copy of what they sent is kept."""
    return f"{sid}-sent"
