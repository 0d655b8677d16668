"""Files with people's words in them: readable by whoever asked for them, and by nobody else."""

import os
from pathlib import Path

MODE = 0o600


def write_private(file: Path, text: str) -> None:
    """Over whatever the file held, closed to others first. Raises OSError, of a folder too."""
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC, MODE)
    with os.fdopen(descriptor, "w", encoding="utf-8") as opened:
        os.fchmod(descriptor, MODE)
        opened.truncate()
        opened.write(text)
