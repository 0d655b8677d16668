"""The system prompt: a versioned file, whose version goes into the events."""

import hashlib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

CURRENT = "v3"


@cache
def text(version: str = CURRENT) -> str:
    return files("services.agent.asking").joinpath(f"prompts/{version}.md").read_text("utf-8")


@dataclass(frozen=True, slots=True)
class Prompt:
    name: str
    text: str

    @property
    def version(self) -> str:
        """Name and fingerprint: an edit without a new name still shows in the log."""
        return f"{self.name}-{hashlib.sha256(self.text.encode()).hexdigest()[:8]}"


@cache
def full_version(version: str = CURRENT) -> str:
    return Prompt(version, text(version)).version
