"""What time it is for the user, read from the request as a model reads it."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from simulators.gemini.wire import GenerateRequest
from taskflow.clock import utc_now

_LINE = re.compile(
    r"^.*\b(?:now|current|local\s+time|today)\b.*?(?P<day>\d{4}-\d{2}-\d{2})"
    r"(?:[T ]\s*(?P<time>\d{2}:\d{2}(?::\d{2})?)(?:\.\d+)?(?P<offset>Z|[+-]\d{2}:?\d{2})?)?"
    r"(?P<rest>.*)$",
    re.IGNORECASE | re.MULTILINE,
)
_ZONE = re.compile(r"\b(?:[A-Z][A-Za-z]+(?:/[A-Z][A-Za-z0-9_+\-]+){1,2}|UTC)\b")


@dataclass(frozen=True)
class Now:
    wall: datetime
    """On the user's clock, without a zone."""
    zone: str | None


def read_now(request: GenerateRequest) -> Now:
    """The user's clock if the request tells it, else UTC."""
    for text in _places_to_look(request):
        for match in _LINE.finditer(text):
            if now := _read(match):
                return now
    return Now(utc_now().replace(tzinfo=None, microsecond=0), None)


def _places_to_look(request: GenerateRequest) -> Iterator[str]:
    """The newest first; the system's instruction stands for all turns and comes last.

    A part that opens with the time was made for it, and goes before all that people write.
    """
    asked = [c for c in reversed(request.contents) if c.role != "model" and not c.responses()]
    for content in asked:
        if content.parts and (content.parts[0].text or "").startswith("Now:"):
            yield (content.parts[0].text or "").partition("\n")[0]
    for content in asked:
        yield content.text()
    if request.system_instruction:
        yield request.system_instruction.text()


def _read(match: re.Match[str]) -> Now | None:
    named = _ZONE.search(match["rest"])
    zone = named.group() if named and _is_known(named.group()) else None
    try:
        wall = datetime.fromisoformat(f"{match['day']}T{match['time'] or '12:00'}")
    except ValueError:
        return None
    if match["offset"] and zone:
        offset = datetime.fromisoformat(
            f"{wall.isoformat()}{match['offset'].replace('Z', '+00:00')}"
        )
        wall = offset.astimezone(ZoneInfo(zone)).replace(tzinfo=None)
    return Now(wall, zone)


def _is_known(zone: str) -> bool:
    try:
        ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError):
        return False
    return True
