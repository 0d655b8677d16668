"""When somebody wants no messages."""

import re
from dataclasses import dataclass

from pydantic import JsonValue

ASK_HOURS = "From when until when shall I be quiet?"
AT_NIGHT = ("22:00", "07:00")
_WANTS = re.compile(
    r"\bquiet\s+hours?\b"
    r"|\b(?:don'?t|do\s+not|never|stop)\s+(?:write|writ(?:ing)|messag(?:e|ing)|text(?:ing)?|ping(?:ing)?|disturb(?:ing)?|bother(?:ing)?)"
    r"(?:\s+(?:to\s+)?me)?\s+(?:any\s+more\s+)?(?:between|from|at\s+night|during\s+the\s+night|overnight)\b"
    r"|\bno\s+(?:more\s+)?(?:messages|notifications|alerts)\s+(?:please\s+)?"
    r"(?:between|from|at\s+night|during\s+the\s+night|overnight)\b",
    re.IGNORECASE,
)
_OFF = re.compile(
    r"\bquiet\s+hours?\s+(?:are\s+)?(?:off|over)\b"
    r"|\b(?:no|without|end|stop|cancel|drop|remove|delete|turn\s+off|switch\s+off)\s+(?:more\s+)?(?:my\s+|the\s+)?quiet\s+hours?\b"
    r"|\bturn\s+(?:my\s+|the\s+)?quiet\s+hours?\s+off\b",
    re.IGNORECASE,
)
_TIME = r"(?P<h{n}>\d{{1,2}})(?:[:.](?P<m{n}>\d\d))?(?:\s*(?P<half{n}>[ap])\.?m\b\.?)?"
_HOURS = re.compile(
    rf"\b(?:between|from)\s+{_TIME.format(n=1)}\s*(?:and|to|till|until|-|\u2013)\s*{_TIME.format(n=2)}",
    re.IGNORECASE,
)
_NIGHT = re.compile(r"\b(?:at|during\s+the|over)\s*night\b", re.IGNORECASE)


@dataclass(frozen=True)
class QuietWish:
    begin: str | None = None
    end: str | None = None
    off: bool = False

    def question(self) -> str | None:
        return None if self.off or self.begin else ASK_HOURS

    def slots(self) -> dict[str, JsonValue]:
        return {"off": True} if self.off else {"begin": self.begin, "end": self.end}


def wants_quiet(text: str) -> bool:
    return bool(_WANTS.search(text)) and not text.rstrip().endswith("?")


def read_quiet(text: str) -> QuietWish:
    if _OFF.search(text):
        return QuietWish(off=True)
    if match := _HOURS.search(text):
        begin, end = (_clock(match, n) for n in (1, 2))
        return QuietWish(begin, end) if begin and end else QuietWish()
    return QuietWish(*AT_NIGHT) if _NIGHT.search(text) else QuietWish()


def _clock(match: re.Match[str], n: int) -> str | None:
    hour, minute = int(match[f"h{n}"]), int(match[f"m{n}"] or 0)
    if half := match[f"half{n}"]:
        hour = hour % 12 + (12 if half.lower() == "p" else 0)
    return f"{hour % 24:02}:{minute:02}" if hour <= 24 and minute < 60 else None
