"""A turn's words as a list of things to do."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from simulators.gemini.brain import clauses
from simulators.gemini.brain.dates import find_dates
from simulators.gemini.brain.now import Now
from simulators.gemini.brain.phrasing import flights, reminders, talk, web
from simulators.gemini.brain.phrasing.flights import FlightWish, read_flight
from simulators.gemini.brain.phrasing.reminders import ReminderWish, read_cancel, read_reminder
from simulators.gemini.brain.times import find_spans, find_times

Kind = Literal["flight", "remind", "list", "cancel", "search", "talk", "clock", "lost"]

_CLOCK = re.compile(
    r"\bwhat(?:'s|\s+is)?\s+(?:the\s+)?(?:time(?:\s+is\s+it)?|day\s+is\s+(?:it|today)"
    r"|date(?:\s+is\s+it)?|today'?s\s+date)(?:\s+(?:now|today|right\s+now))?\s*\??\s*$",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Intent:
    """One request; what its kind needs is filled in, the rest is None."""

    kind: Kind
    said: str
    flight: FlightWish | None = None
    reminder: ReminderWish | None = None
    which: str | None = None
    query: str | None = None

    def question(self) -> str | None:
        """What must be asked before anything can be done."""
        match self.kind:
            case "flight" if self.flight:
                return self.flight.question()
            case "remind" if self.reminder:
                return self.reminder.question()
            case "cancel" if self.which is None:
                return reminders.ASK_WHICH
            case "search" if self.query is None:
                return web.ASK_QUERY
            case _:
                return None


def read_intents(texts: list[str], now: Now) -> list[Intent]:
    """`texts` are the turn's messages, oldest first."""
    groups: list[tuple[Kind, str]] = []
    waiting: list[str] = []
    for clause in clauses.split(texts):
        kind = kind_of(clause)
        last = groups[-1] if groups else None
        if last and _goes_on(last, clause, kind, now):
            groups[-1] = (last[0], f"{last[1]} {clause}")
        elif kind == "lost":
            waiting.append(clause)
        else:
            takes_more = kind in {"flight", "remind"}
            text = " ".join([clause, *waiting]) if takes_more else clause
            waiting = [] if takes_more else waiting
            groups.append((kind, text))
    intents = [_read(kind, text, now) for kind, text in groups]
    if waiting and not any(intent.kind not in {"talk", "lost"} for intent in intents):
        intents.append(Intent("lost", " ".join(waiting)))
    return intents


def kind_of(clause: str) -> Kind:
    for kind, fits in _SIGNS:
        if fits(clause):
            return kind
    return "lost"


# In this order: "remind me to book a flight" is no search for flights.
_SIGNS: tuple[tuple[Kind, Callable[[str], bool]], ...] = (
    ("cancel", reminders.wants_cancel),
    ("list", reminders.wants_list),
    ("remind", reminders.wants_reminder),
    ("clock", lambda clause: bool(_CLOCK.search(clause))),
    ("search", lambda clause: web.is_order(clause) and not flights.names_flight(clause)),
    ("flight", flights.wants_flight),
    ("talk", lambda clause: talk.small_talk(clause, ()) is not None),
    ("search", web.wants_search),
)


def _goes_on(last: tuple[Kind, str], clause: str, kind: Kind, now: Now) -> bool:
    """Is the clause a further piece of the last request?"""
    if last[0] not in {"flight", "remind", "cancel", "search"}:
        return False
    is_open = _read(last[0], last[1], now).question() is not None
    if last[0] == "flight" and kind == "flight":
        return is_open and not flights.names_flight(clause)
    if kind == "lost":
        return is_open or _tells_time(clause, now) or last[0] in {"flight", "remind"}
    return is_open and kind == "search" and not web.is_question(clause) and _tells_time(clause, now)


def _tells_time(clause: str, now: Now) -> bool:
    return bool(find_dates(clause, now.wall.date()) or find_times(clause) or find_spans(clause))


def _read(kind: Kind, text: str, now: Now) -> Intent:
    match kind:
        case "flight":
            return Intent(kind, text, flight=read_flight(text, now.wall))
        case "remind":
            return Intent(kind, text, reminder=read_reminder(text, now.wall, now.zone))
        case "cancel":
            return Intent(kind, text, which=read_cancel(text))
        case "search":
            return Intent(kind, text, query=web.read_query(text))
        case _:
            return Intent(kind, text)
