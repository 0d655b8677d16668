"""Names in `.env` that nothing reads: most are a setting's name with a slip in it."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from difflib import get_close_matches
from importlib.metadata import entry_points
from pathlib import Path

from dotenv.parser import parse_stream
from opentelemetry.sdk import environment_variables
from pydantic import AliasChoices
from pydantic_settings import BaseSettings

from taskflow.process.settings import SECRETS
from taskflow.up.settings import UpSettings

GROUP = "taskflow.settings"
OURS = "TASKFLOW_"
FAMILIES = (OURS, "TWILIO_", "GEMINI_", "SERPAPI_", "NATS_", "OTEL_", "SENTRY_")
NEAR = 0.86
"""Of difflib's ratio, for any name: GEMINI_APIKEY is 0.96 near to its setting, while
GOOGLE_MAPS_API_KEY, which is another program's, is 0.85 near to GOOGLE_API_KEY."""
NEAR_IN_FAMILY = 0.7
"""TWILIO_SID is 0.71 near to TWILIO_ACCOUNT_SID."""
LONGEST = 80
"""In characters; our longest is half of that."""
EXPORTED = frozenset(
    {
        SECRETS,
        "TASKFLOW_FAILPOINTS",
        "TASKFLOW_FAILPOINTS_SEED",
        "PLAYWRIGHT_BROWSERS_PATH",
        *(name for name in dir(environment_variables) if name.startswith("OTEL_")),
    }
)
"""Libraries, and what must be known before `.env` is, read these from the environment."""


@dataclass(frozen=True, slots=True)
class KnownSettings:
    settings: frozenset[str]
    """Names that are read from `.env`, in capitals."""

    def hint(self, name: str) -> str | None:
        """One line on a name that looks like ours and has no effect; None for all others."""
        capitals = name.upper()
        if capitals in self.settings or len(name) > LONGEST:
            return None
        shown = name if name.isascii() else ascii(name)
        if capitals in EXPORTED:
            return f"{shown} is read from the environment, not from .env: export it"
        if meant := self._nearest(capitals.replace("-", "_")):
            return f"{shown} in .env is no setting of TaskFlow: did you mean {meant}?"
        if capitals.startswith(OURS):
            return f"{shown} in .env is no setting of TaskFlow (see .env.example)"
        return None

    def _nearest(self, name: str) -> str | None:
        if OURS + name in self.settings:
            return OURS + name
        near = NEAR_IN_FAMILY if name.startswith(FAMILIES) else NEAR
        found = get_close_matches(name, sorted(self.settings | EXPORTED), n=1, cutoff=near)
        return found[0] if found else None


def known() -> KnownSettings:
    """The settings of `taskflow up` and of every installed service."""
    services: Iterable[type[BaseSettings]] = (entry.load() for entry in entry_points(group=GROUP))
    every = (UpSettings, *services)
    return KnownSettings(frozenset(name.upper() for settings in every for name in _names(settings)))


def hints(file: Path) -> list[str]:
    """A line for each name in `file` that looks like a slip; values are never repeated."""
    names = dict.fromkeys(_names_in(file))
    if not names:
        return []
    settings = known()
    return [hint for name in names if (hint := settings.hint(name))]


def _names(settings: type[BaseSettings]) -> Iterator[str]:
    for name, about in settings.model_fields.items():
        match about.validation_alias:
            case AliasChoices(choices=choices):
                yield from (choice for choice in choices if isinstance(choice, str))
            case str(alias):
                yield alias
            case _:
                yield name


def _names_in(file: Path) -> list[str]:
    """None of a file that cannot be read: reading the settings tells that."""
    try:
        with file.open(encoding="utf-8") as lines:
            return [line.key for line in parse_stream(lines) if line.key]
    except (OSError, UnicodeDecodeError):
        return []
