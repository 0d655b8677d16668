"""Requests about reminders: set, list, cancel."""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo, available_timezones

from pydantic import JsonValue

from simulators.gemini.brain.places import zone_of
from simulators.gemini.brain.times import find_spans
from simulators.gemini.brain.when import SpokenWhen, TimeReading, read_when

ASK_WHEN = "When should I remind you?"
ASK_TIME = "At what time should I remind you?"
ASK_TEXT = "What should I remind you of?"
ASK_WHICH = "Which reminder should I cancel? Its number or some of its words will do."

_POLITE = re.compile(
    r"^(?:(?:hi|hello|hey|ok(?:ay)?|so|and|also|then|please|pls|could\s+you|can\s+you|would\s+you|"
    r"will\s+you|i\s+(?:want|need)\s+you\s+to|i'?d\s+like\s+you\s+to)\b[,!]?\s*)+",
    re.IGNORECASE,
)
_SET = re.compile(
    r"\bremind\s+(?:me|us)\b"
    r"|\b(?:set|create|add|make|schedule|new)\s+(?:me\s+)?(?:up\s+)?(?:an?\s+|another\s+)?"
    r"(?:new\s+)?(?:\w+\s+)?(?:reminder|alarm)\b"
    r"|\b(?P<wake>wake\s+me(?:\s+up)?)\b|\b(?:ping|nudge|alert|notify)\s+me\b"
    r"|\bdon'?t\s+let\s+me\s+forget\b|^(?:a\s+)?reminder\b",
    re.IGNORECASE,
)
_LIST = re.compile(
    r"\b(?:what|which|list|show|see|tell|any|how\s+many|do\s+i\s+have)\b.*\breminders?\b"
    r"|^(?:all\s+)?(?:my\s+)?reminders\b\W*$"
    r"|\bwhat\s+(?:will|do|should|are)\s+you\s+(?:going\s+to\s+)?remind\b"
    r"|\bwhat\s+did\s+i\s+ask\s+you\s+to\s+remind\b",
    re.IGNORECASE,
)
_CANCEL = re.compile(
    r"\b(?:cancel|delete|remove|drop|stop|forget(?:\s+about)?|clear|turn\s+off)\b"
    r"(?=.*\b(?:reminders?|alarms?|reminding)\b)"
    r"|\b(?:cancel|delete|remove)\s+(?:the\s+)?(?:number\s+|no\.?\s*|\#)?\d+\b"
    r"|\bdon'?t\s+remind\s+me\b",
    re.IGNORECASE,
)
_WHICH_WORDS = re.compile(
    r"\b(?:the|my|a|an|reminders?|alarms?|reminding|number|no|please|pls|to|about|for|of|that|"
    r"says?|me|with|one|called|named|on|at|it|anymore|any\s+more)\b|[\#\"'“”.,!?:]",
    re.IGNORECASE,
)
_LEAD = re.compile(
    r"^(?:to|that|about|of|for|i\s+(?:need|have|want)\s+to|[:,\-\u2013—])\s*", re.IGNORECASE
)
_DANGLING = re.compile(
    r"(?<![\s,;:\-\u2013—.!?])(?:\s(?:at|on|by|in|and|for|from|the|every|starting|please|pls|thanks|thank\s+you)"
    r"|[\s,;:\-\u2013—.!?])+$",
    re.IGNORECASE,
)
_ZONE = re.compile(
    r"\b(?P<offset>(?:UTC|GMT)\s?[+-]\d{1,2}(?::?\d\d)?)\b|(?<=[\dm]\s)(?P<short>[A-Z]{2,3}T)\b"
    r"|\b(?:(?P<place>[A-Z]\w+(?:\s+[A-Z]\w+)?)\s+time|in\s+(?P<iana>[A-Z][A-Za-z]+/[A-Z][A-Za-z_]+)"
    r"|(?P<name>[A-Z][A-Za-z]+/[A-Z][A-Za-z_]+))\b"
)


_FOLLOW_UP = re.compile(
    r"\b(?:ask|nudge|ping|remind)\s+me\s+(?:once\s+)?"
    r"(?:again|once\s+more)\b(?P<before>[^.!?]{0,30}?)\bif\s+i\s+(?:don'?t|do\s+not|haven'?t)\s+"
    r"(?:answer|reply|respond)(?:ed|d)?\b(?P<after>[^.!?]{0,40})",
    re.IGNORECASE,
)
USUAL_FOLLOW_UP = 60
"""Minutes, where the person does not say how long."""


@dataclass(frozen=True)
class ReminderWish:
    text: str | None = None
    when: SpokenWhen | None = None
    needs_only_a_time: bool = False
    zone: str | None = None
    follow_up_minutes: int | None = None

    def question(self) -> str | None:
        if self.text is None:
            return ASK_TEXT
        if self.when is None:
            return ASK_TIME if self.needs_only_a_time else ASK_WHEN
        return None

    def slots(self) -> dict[str, JsonValue]:
        at = self.when.at if self.when else None
        seconds = "seconds" if at and at.second else "minutes"
        return {
            "text": self.text,
            **(self.when.said if self.when else {}),
            "at": at.replace(microsecond=0).isoformat(timespec=seconds) if at else None,
            "zone": self.zone,
            "follow_up_minutes": self.follow_up_minutes,
            "rrule": self.when.rrule if self.when else None,
        }


def wants_reminder(text: str) -> bool:
    return bool(_SET.search(text))


def wants_list(text: str) -> bool:
    return bool(_LIST.search(text)) and not _SET.search(text)


def wants_cancel(text: str) -> bool:
    return bool(_CANCEL.search(text))


def without_politeness(text: str) -> str:
    return _POLITE.sub("", text.strip())


def read_cancel(text: str) -> str | None:
    """Which one: its number, or words of it; None if the person did not say."""
    rest = _CANCEL.sub(" ", _POLITE.sub("", text), count=1)
    number = re.search(r"\d+", text)
    return number.group() if number else named_in(rest)


def named_in(text: str) -> str | None:
    """Its number, or the words that are left of what names it."""
    if number := re.search(r"\d+", text):
        return number.group()
    words = re.sub(r"\s+", " ", _WHICH_WORDS.sub(" ", text)).strip()
    return words or None


def read_reminder(text: str, now: datetime, home: str | None = None) -> ReminderWish:
    """`now` is the wall time at home, an IANA zone if it is known."""
    text, follow_up_minutes = _read_follow_up(text)
    text, zone = _read_zone(_POLITE.sub("", text.strip()))
    if zone in available_timezones() and zone and home:
        now = now.replace(tzinfo=ZoneInfo(home)).astimezone(ZoneInfo(zone)).replace(tzinfo=None)
    asked = _SET.search(text)
    before, after = (text[: asked.start()], text[asked.end() :]) if asked else ("", text)
    wakes = bool(asked and asked["wake"])
    reading, said = _read_parts(before, after, now, by_morning=wakes)
    return ReminderWish(
        text=said or ("wake up" if wakes else None),
        when=reading.when,
        needs_only_a_time=reading.missing == "time",
        zone=zone,
        follow_up_minutes=follow_up_minutes,
    )


def _read_follow_up(text: str) -> tuple[str, int | None]:
    asked = _FOLLOW_UP.search(text)
    if asked is None:
        return text, None
    said = re.sub(r"\b(?:after|within)\b", "in", f"{asked['before']} {asked['after']}")
    minutes = sum((span.value for span in find_spans(said)), timedelta()).total_seconds() / 60
    before = text[: asked.start()].rstrip(" ,;")
    for word in ("please", "then", "and"):
        if before.lower().endswith(f" {word}"):
            before = before[: -len(word)].rstrip(" ,;")
    return f"{before} {text[asked.end() :]}", round(minutes) or USUAL_FOLLOW_UP


def _read_parts(
    before: str, after: str, now: datetime, *, by_morning: bool
) -> tuple[TimeReading, str]:
    """A time before the errand leaves the errand's own words alone."""
    first = read_when(before, now)
    if first.when:
        return first, _errand(after)
    body = re.search(r"\b(?:to|that|about)\b", after, re.IGNORECASE)
    if body and body.start() > 0:
        head = read_when(f"{before} {after[: body.start()]}", now, by_morning=by_morning)
        if head.when:
            return head, _errand(after[body.start() :])
    whole = read_when(f"{before} {after}", now, by_morning=by_morning)
    return whole, _errand(whole.rest)


def _errand(text: str) -> str:
    text = re.sub(r"\s+", " ", text).strip(" ,;:-\u2013—.!?")
    previous = ""
    while previous != text:
        previous, text = text, _LEAD.sub("", text, count=1).strip()
    return _DANGLING.sub("", text).strip(' "“”')


def _read_zone(text: str) -> tuple[str, str | None]:
    """A zone only if the person names a place: "at 9 Tokyo time"."""
    for match in _ZONE.finditer(text):
        if named := match["offset"] or match["short"]:
            return text[: match.start()] + text[match.end() :], named
        zone = match["iana"] or match["name"] or zone_of(match["place"])
        if zone in available_timezones():
            return text[: match.start()] + text[match.end() :], zone
    return text, None
