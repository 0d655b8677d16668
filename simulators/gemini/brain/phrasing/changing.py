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
_REMINDER = re.compile(r"reminder|alarm|\bone\b|number|no\.|#", re.IGNORECASE)
_A_NUMBER = re.compile(r"\d")
_SKIP = re.compile(r"\b(?:skip|leave\s+out)\b", re.IGNORECASE)
_RENAME = re.compile(
    r"\b(?:rename|call|change\s+the\s+(?:text|words|wording)\s+of)\s", re.IGNORECASE
)
_INTO = re.compile(r"\s(?:to|into)\s|[:\"“]", re.IGNORECASE)
_CALLED = re.compile(
    r"\s*(?P<it>reminder\s+\d{1,6}|the\s+\S.{0,60}?\s(?:one|reminder))\s", re.IGNORECASE
)
_AROUND = ' \t\n"”“.!'
_MOVE = re.compile(
    r"\b(?:move|reschedule|postpone|push|shift|delay|change)\b(?:\s+back\b)?", re.IGNORECASE
)
_HOW = re.compile(r"\s(?:back\s+)?(?P<how>to|for|until|by)\s", re.IGNORECASE)
_MOVES_AT_ONCE = re.compile(r"(?:move|reschedule|postpone)\b", re.IGNORECASE)
_CHANGES = re.compile(
    r"\b(?:move|reschedule|postpone|push|shift|delay|change|rename|call)\b", re.IGNORECASE
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
    return _skips(plain) is not None or (_is_of_a_reminder(plain) and _is_change(plain))


def _is_of_a_reminder(plain: str) -> bool:
    verb = _CHANGES.search(plain)
    named = verb is not None and _REMINDER.search(plain, verb.end()) is not None
    return named or _MOVES_AT_ONCE.match(plain) is not None


def _is_change(plain: str) -> bool:
    return _move(plain) is not None or _rename(plain) is not None


def _skips(plain: str) -> re.Match[str] | None:
    asked = _SKIP.search(plain)
    if asked is None:
        return None
    said = (_REMINDER.search(plain, asked.end()), _A_NUMBER.search(plain, asked.end()))
    return asked if any(said) else None


def _rename(plain: str) -> tuple[str, str] | None:
    """Which one, and its new words."""
    verb = _RENAME.search(plain)
    if verb is None:
        return None
    rest = plain[verb.end() :]
    if into := _INTO.search(rest):
        which, name = rest[: into.start()], rest[into.end() :]
    elif called := _CALLED.match(rest):
        which, name = called["it"], rest[called.end() :]
    else:
        return None
    name = name.strip(_AROUND).removesuffix(" instead").strip(_AROUND)
    return (which.strip().removesuffix(" reminder"), name) if which.strip() and name else None


def _move(plain: str) -> tuple[str, str, str] | None:
    """Which one, how, and when to."""
    verb = _MOVE.search(plain)
    how = _HOW.search(plain, verb.end()) if verb else None
    if verb is None or how is None:
        return None
    which, when = plain[verb.end() : how.start()].strip(), plain[how.end() :].strip()
    return (which, how["how"].lower(), when) if which and when else None


def read_change(text: str, now: datetime) -> ChangeWish:
    """`now` is the wall time at home."""
    plain = without_politeness(text)
    if asked := _skips(plain):
        return _skipped(f"{plain[: asked.start()]} {plain[asked.end() :]}", now)
    if (renamed := _rename(plain)) and not _is_about_time(renamed[1], now):
        return ChangeWish(named_in(renamed[0]), {"text": renamed[1]})
    if moved := _move(plain):
        which, how, when = moved
        return ChangeWish(named_in(which), _moved(how, when, now))
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


def _is_about_time(text: str, now: datetime) -> bool:
    return bool(_moved("to", text, now))
