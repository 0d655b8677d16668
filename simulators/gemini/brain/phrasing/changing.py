"""Requests to change a reminder: another time, other words, or a day that is left out."""

import re
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from pydantic import JsonValue

from simulators.gemini.brain.dates import find_dates
from simulators.gemini.brain.phrasing.reminders import named_in, without_politeness
from simulators.gemini.brain.spans import without
from simulators.gemini.brain.times import find_spans
from simulators.gemini.brain.when import read_when

ASK_WHICH = "Which reminder should I change? Its number or some of its words will do."
ASK_HOW = "What should be different about that reminder?"
_REMINDER = r"(?:reminders?|alarms?|one|number|no\.|\#)"
_SKIP = re.compile(rf"\b(?:skip|leave\s+out)\b(?=.*(?:{_REMINDER}|\d))", re.IGNORECASE)
_RENAME = re.compile(
    r"\b(?:rename|call|change\s+the\s+(?:text|words|wording)\s+of)\s+(?P<which>.+?)"
    r"(?:\s+reminder)?\s+(?:to\s+|into\s+|:\s*|\"|“)(?P<text>.+?)(?:\s+instead)?[\"”]?\s*[.!]?\s*$"
    r"|\bcall\s+(?P<it>reminder\s+\d+|the\s+\S.{0,60}?\s+(?:one|reminder))\s+(?P<name>.+?)"
    r"(?:\s+instead)?\s*[.!]?\s*$",
    re.IGNORECASE,
)
_MOVE = re.compile(
    r"\b(?:move|reschedule|postpone|push(?:\s+back)?|shift|delay|change)\s+(?P<which>.+?)\s+"
    r"(?:(?:back\s+)?(?P<how>to|for|until|by)\s+)(?P<when>.+)$",
    re.IGNORECASE,
)
_MOVES = re.compile(
    r"^(?:move|reschedule|postpone)\b"
    rf"|\b(?:move|reschedule|postpone|push|shift|delay|change|rename|call)\b.*\b{_REMINDER}",
    re.IGNORECASE,
)
_NEXT = re.compile(r"\bnext\b|'s\b", re.IGNORECASE)
_EARLIER = re.compile(r"\bearlier\b|\bforward\b", re.IGNORECASE)


@dataclass(frozen=True)
class ChangeWish:
    which: str | None = None
    changes: dict[str, JsonValue] = field(default_factory=dict[str, JsonValue])

    def question(self) -> str | None:
        if self.which is None:
            return ASK_WHICH
        return None if self.changes else ASK_HOW

    def slots(self) -> dict[str, JsonValue]:
        return {"which": self.which, **self.changes}


def wants_change(text: str) -> bool:
    plain = without_politeness(text)
    is_change = _MOVES.search(plain) and (_MOVE.search(plain) or _RENAME.search(plain))
    return bool(_SKIP.search(plain) or is_change)


def read_change(text: str, now: datetime) -> ChangeWish:
    """`now` is the wall time at home."""
    plain = without_politeness(text)
    if asked := _SKIP.search(plain):
        return _skipped(f"{plain[: asked.start()]} {plain[asked.end() :]}", now)
    if (renamed := _RENAME.search(plain)) and not _is_about_time(renamed["text"], now):
        which, name = (renamed["which"] or renamed["it"]), (renamed["text"] or renamed["name"])
        return ChangeWish(named_in(which), {"text": name})
    if moved := _MOVE.search(plain):
        return ChangeWish(named_in(moved["which"]), _moved(moved["how"], moved["when"], now))
    return ChangeWish()


def _skipped(text: str, now: datetime) -> ChangeWish:
    days = find_dates(text, now.date())[:1]
    rest = without(text, [(found.start, found.end) for found in days])
    said = dict(days[0].value.said) if days else {}
    return ChangeWish(named_in(_NEXT.sub(" ", rest)), {"skip": True, **said})


def _moved(how: str, when: str, now: datetime) -> dict[str, JsonValue]:
    if how == "by" and (spans := find_spans(f"in {when}")):
        minutes = round(sum((span.value for span in spans), timedelta()).total_seconds() / 60)
        return {"by_minutes": -minutes if _EARLIER.search(when) else minutes}
    text = when if re.match(r"(?:at|on|in|every|next)\b", when) else f"at {when}"
    found = read_when(text, now)
    if found.when is not None:
        return dict(found.when.said)
    days = find_dates(text, now.date())[:1]
    return dict(days[0].value.said) if days else {}


def _is_about_time(text: str | None, now: datetime) -> bool:
    return text is not None and bool(_moved("to", text, now))
