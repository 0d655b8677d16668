"""What must be on the disk before anybody counts on it."""

import os
from pathlib import Path


def sync(path: Path) -> None:
    """A file's contents, or which files a directory holds, survive a power cut from here on."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
