"""A time zone by its name: one of IANA's, or an offset as people write it ("UTC+3", "GMT+5:30").

An offset is kept as it was said, so that it can be told back; IANA has none for half hours, and
writes those of whole hours with the other sign. Pure, and linear in the name.
"""

import re
from datetime import timedelta, timezone, tzinfo
from functools import cache, lru_cache
from zoneinfo import ZoneInfo, available_timezones

LONGEST = 64
"""Characters of a zone's name; IANA's longest has half as many."""
_OFFSET = re.compile(r"(UTC|GMT)([+-])([0-9]{1,2})(?::?([0-9]{2}))?")
_MINUS = str.maketrans("\u2212\u2012\u2013\ufe63\uff0d\uff0b", "-----+")
_FURTHEST = {"+": timedelta(hours=14), "-": timedelta(hours=12)}
_QUARTER = 15
"""Minutes: clocks differ by quarters of an hour."""


class UnknownZone(ValueError):
    """Neither a name of IANA's nor an offset from UTC that is in use."""


def of(name: str) -> tzinfo:
    """Raises UnknownZone."""
    return _of(name)


@lru_cache(maxsize=2_000)
def _of(name: str) -> tzinfo:
    if name in _names():
        return ZoneInfo(name)
    if offset(name) == name and (ahead := _ahead(name)) is not None:
        return timezone(ahead, name)
    raise UnknownZone(f"{name[:LONGEST]!r} is no time zone")


def offset(said: str) -> str | None:
    """As it is kept: "UTC+3" of "utc + 03:00", "GMT+5:30"; "UTC" of no offset; None of others."""
    if len(said) > LONGEST:
        return None
    bare = "".join(said.translate(_MINUS).split()).upper()
    if not (found := _OFFSET.fullmatch(bare)) or (ahead := _ahead(bare)) is None:
        return None
    minutes = f":{found[4]}" if found[4] and int(found[4]) else ""
    return f"{found[1]}{found[2]}{int(found[3])}{minutes}" if ahead else "UTC"


def _ahead(bare: str) -> timedelta | None:
    """Of UTC; None where no clock is so far ahead, or behind."""
    found = _OFFSET.fullmatch(bare)
    if found is None:
        return None
    minutes = int(found[4] or 0)
    ahead = timedelta(hours=int(found[3]), minutes=minutes)
    if ahead > _FURTHEST[found[2]] or minutes % _QUARTER or minutes > 59:
        return None
    return ahead if found[2] == "+" else -ahead


def known(name: str) -> str | None:
    """As it is kept, whatever its case: one of IANA's, or an offset; None of others."""
    if len(name) > LONGEST:
        return None
    said = "_".join(name.split())
    return name if name in _names() else _by_lower_case().get(said.lower()) or offset(name)


@cache
def _names() -> frozenset[str]:
    """Asking for them walks a thousand files."""
    return frozenset(available_timezones())


@cache
def _by_lower_case() -> dict[str, str]:
    return {name.lower(): name for name in sorted(_names())}
