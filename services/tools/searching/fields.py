"""Fields of a search's answer: by their type, cut and cleaned, or None. Pure."""

import re
from typing import cast
from urllib.parse import urlsplit

from contracts.event import Json
from services.tools.pages.cleaning import clean

MAX_LINK = 500
# Addresses in texts are nobody's to open, and signs that make text bold or struck are ours.
_UNWANTED = re.compile(r"(?:https?://|www\.)\S+|[*_~`<>\[\]]", re.IGNORECASE)


def record(value: object) -> Json:
    """Empty for what is none."""
    return cast("Json", value) if isinstance(value, dict) else {}


def records(value: object) -> list[Json]:
    each = cast("list[object]", value) if isinstance(value, list) else []
    return [cast("Json", record) for record in each if isinstance(record, dict)]


def text(value: object, most: int) -> str | None:
    """Of so many characters at most; a number as it is written."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return str(value)[:most]
    if not isinstance(value, str):
        return None
    return clean(_UNWANTED.sub(" ", value[: most * 8]), most) or None


def link(value: object) -> str | None:
    if not isinstance(value, str) or len(value) > MAX_LINK or not value.isprintable():
        return None
    try:
        parts = urlsplit(value)
    except ValueError:
        return None
    good = parts.scheme in {"http", "https"} and parts.hostname and "@" not in parts.netloc
    return value if good and not re.search(r"\s", value) else None
