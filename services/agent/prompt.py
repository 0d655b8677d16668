"""The system prompt: a versioned file, whose version goes into the events."""

import hashlib
from functools import cache
from importlib.resources import files

CURRENT = "v2"


@cache
def text(version: str = CURRENT) -> str:
    return files("services.agent").joinpath(f"prompts/{version}.md").read_text("utf-8")


@cache
def full_version(version: str = CURRENT) -> str:
    """Name and fingerprint: an edit without a new name still shows in the log."""
    return f"{version}-{hashlib.sha256(text(version).encode()).hexdigest()[:8]}"
