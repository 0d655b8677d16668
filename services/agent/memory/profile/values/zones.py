"""From what people call a time zone to its IANA name."""

import re
from zoneinfo import available_timezones

from services.agent.memory.profile.values import places
from services.agent.memory.profile.words import plain, tidy

_ALSO = {
    "utc": "UTC", "gmt": "UTC", "zulu": "UTC", "universal": "UTC",
    "cet": "Europe/Brussels", "cest": "Europe/Brussels", "central european": "Europe/Brussels",
    "mez": "Europe/Berlin", "mesz": "Europe/Berlin", "german": "Europe/Berlin",
    "wet": "Europe/Lisbon", "west": "Europe/Lisbon", "western european": "Europe/Lisbon",
    "eet": "Europe/Helsinki", "eest": "Europe/Helsinki", "eastern european": "Europe/Helsinki",
    "uk": "Europe/London", "british": "Europe/London", "bst": "Europe/London",
    "eastern": "America/New_York", "et": "America/New_York", "est": "America/New_York",
    "edt": "America/New_York", "us eastern": "America/New_York",
    "central": "America/Chicago", "ct": "America/Chicago", "cst": "America/Chicago",
    "cdt": "America/Chicago", "us central": "America/Chicago",
    "mountain": "America/Denver", "mt": "America/Denver", "mst": "America/Denver",
    "pacific": "America/Los_Angeles", "pt": "America/Los_Angeles", "pst": "America/Los_Angeles",
    "pdt": "America/Los_Angeles", "us pacific": "America/Los_Angeles",
    "jst": "Asia/Tokyo", "japan": "Asia/Tokyo", "japanese": "Asia/Tokyo",
    "indian": "Asia/Kolkata", "india": "Asia/Kolkata", "indian standard": "Asia/Kolkata",
    "msk": "Europe/Moscow", "aest": "Australia/Sydney", "brt": "America/Sao_Paulo",
}  # fmt: skip
_OFFSET = re.compile(r"(?:utc|gmt)\s*([+-])\s*0?(\d{1,2})(?::?00)?", re.IGNORECASE)
_IANA = {name.lower(): name for name in available_timezones() if "/" in name}
_FURTHEST = 14


def zone(said: str) -> str | None:
    text = re.sub(
        r"^(?:the|in|on)\s+|(?<!\s)\s+(?:standard\s+)?(?:time\s?)?(?:zone|time)$",
        "",
        tidy(said),
        flags=re.IGNORECASE,
    )
    if iana := _IANA.get(text.lower().replace(" ", "_")):
        return iana
    if offset := _OFFSET.fullmatch(text):
        hours = int(offset[2])
        # The sign of Etc zones is POSIX's: west of Greenwich is positive.
        sign = "-" if offset[1] == "+" else "+"
        return f"Etc/GMT{sign}{hours}" if 0 < hours <= _FURTHEST else "UTC" if not hours else None
    return _ALSO.get(plain(text)) or places.zone_of(text)
