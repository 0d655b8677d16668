"""What was changed for a user, told to them by rule under the model's words. Pure.

A receipt is made of facts alone: a call, its outcome, what was learned or forgotten. Its opening
mark is the code's own: a line of the model's never begins with it.
"""

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, cast
from uuid import UUID

from babel.dates import format_datetime

from contracts.conversation import ReplyReady
from contracts.event import Event, Json
from contracts.profile import ProfileForgotten, ProfileLearned
from contracts.recorded import Recorded
from contracts.tools import ToolFailed, ToolFinished, ToolRequested
from services.agent.judging import proposals

DONE, UNSURE = "✓", "⚠"
LOCALE = "en"
"""Of dates; the words of receipts are those of `_WORDS` and of the functions below it."""
MOST_OF_A_VALUE = 200
"""Characters of a text within a receipt."""
_WORDS: Mapping[str, str] = {
    "noted": "Noted",
    "forgotten": "Forgotten",
    "instead_of": "instead of",
    "unknown": "It is not known whether this was done",
    "repeats": "repeats",
    "until": "until",
}
_DATE = "EEE d MMM y, HH:mm"
_JOINER = "\u200d"
"""Of emoji."""
_LOOK_ALIKES = frozenset("✓✔✅☑🗸🗹⚠")
_BEFORE_A_MARK = frozenset(" \t>*_~-\u2013\u2014•·#.|([")


@dataclass(frozen=True, slots=True)
class Receipt:
    facts: tuple[UUID, ...]
    line: str


def of_call(request: ToolRequested, outcome: Recorded[Any]) -> Receipt:
    """Of an opened call that changes something, and its opened outcome."""
    fact: ToolFinished | ToolFailed = outcome.event
    if isinstance(fact, ToolFailed):
        line = f"{UNSURE} {_WORDS['unknown']}: {_generic(request)}"
    else:
        told = _TOLD[request.tool](fact.result) if request.tool in _TOLD else None
        line = f"{DONE} {told or _generic(request)}"
    return Receipt((outcome.event_id,), line)


def of_profile(
    changes: Sequence[Recorded[Any]], gone: Mapping[UUID, ProfileLearned]
) -> list[Receipt]:
    """Of one turn's changes of the profile; `gone` are the facts that they took back, by id."""
    learned = [one for one in changes if isinstance(one.event, ProfileLearned)]
    forgotten = [one for one in changes if isinstance(one.event, ProfileForgotten)]
    taken = {fact: gone[fact] for one in forgotten for fact in one.event.facts if fact in gone}
    noted: list[str] = []
    for one in learned:
        before = [fact for fact, old in taken.items() if _is_replaced(old, one.event)]
        was = ", ".join(_clean(taken.pop(fact).value) for fact in before)
        noted.append(_fact(one.event) + (f" ({_WORDS['instead_of']} {was})" if was else ""))
    receipts: list[Receipt] = []
    if noted:
        receipts.append(Receipt((), f"{DONE} {_WORDS['noted']}: {'; '.join(noted)}"))
    if taken:
        told = "; ".join(map(_fact, taken.values()))
        receipts.append(Receipt((), f"{DONE} {_WORDS['forgotten']}: {told}"))
    every = tuple(one.event_id for one in changes)
    return [replace(one, facts=every) for one in receipts]


def under(words: str, receipts: Sequence[Receipt]) -> str:
    """The model's words, or ours, and below them what was changed."""
    lines = "\n".join(one.line for one in receipts)
    return f"{words}\n\n{lines}" if lines and words else words or lines


def facts(receipts: Sequence[Receipt]) -> list[UUID]:
    return list(dict.fromkeys(fact for one in receipts for fact in one.facts))


def telling(events: Sequence[Event], receipts: Sequence[Receipt]) -> list[Event]:
    """The same, with receipts in the reply that ends the turn, unless it has them."""
    return [
        event.model_copy(
            update={"text": under(str(event.text), receipts), "receipts": facts(receipts)}
        )
        if isinstance(event, ReplyReady) and event.turn and receipts and not event.receipts
        else event
        for event in events
    ]


def unmarked(text: str) -> str:
    """A model's words without the mark that begins a receipt, or one that looks like it."""
    return "\n".join(map(_unmarked, text.split("\n")))


def _unmarked(line: str) -> str:
    for place, one in enumerate(line):
        if one in _LOOK_ALIKES:
            return line[:place] + line[place:].lstrip("".join(_LOOK_ALIKES) + "\ufe0e\ufe0f \t")
        if one not in _BEFORE_A_MARK and unicodedata.category(one)[0] not in "CZ":
            return line
    return line


def _reminder_set(result: Json) -> str | None:
    text, at, zone = result.get("text"), result.get("at"), result.get("zone")
    when = _moment(str(at), str(zone)) if at and zone else _clean(result.get("first"))
    if not text or not when:
        return None
    every = result.get("repeats_in_words") or result.get("repeats")
    again = f", {_WORDS['repeats']} {_clean(every)}" if every else ""
    return f"Reminder: {_clean(text)}, {when}{again}"


def _reminder_cancelled(result: Json) -> str | None:
    one = _object(result.get("cancelled"))
    return f"Reminder {_clean(one['number'])} cancelled: {_clean(one.get('text'))}" if one else None


def _watch_set(result: Json) -> str | None:
    goal, url = result.get("goal"), result.get("url")
    if not goal or not url:
        return None
    number = f" {_clean(result['number'])}" if result.get("number") else ""
    until = f", {_WORDS['until']} {_clean(result['until'])}" if result.get("until") else ""
    return f"Watch{number}: {_clean(goal)}{until}, {_clean(url, 2_000)}"


def _watch_stopped(result: Json) -> str | None:
    one = _object(result.get("stopped"))
    return f"Watch {_clean(one['number'])} stopped: {_clean(one.get('title'))}" if one else None


_TOLD = {
    "set_reminder": _reminder_set,
    "cancel_reminder": _reminder_cancelled,
    "watch_price": _watch_set,
    "stop_watch": _watch_stopped,
}
"""How the outcomes of our own tools are told; any other call is told word for word."""


def _object(value: Any) -> Json | None:
    found = cast("Json", value) if isinstance(value, dict) else {}
    return found if "number" in found else None


def _generic(request: ToolRequested) -> str:
    try:
        return proposals.in_words(request.tool, request.arguments)
    except proposals.Unshowable:
        return request.tool.replace("_", " ")


def _moment(at: str, zone: str) -> str | None:
    try:
        return f"{format_datetime(datetime.fromisoformat(at), _DATE, locale=LOCALE)} ({zone})"
    except ValueError:
        return None


def _fact(fact: ProfileLearned) -> str:
    kind = fact.kind.replace("_", " ")
    about = f" ({_clean(fact.about)})" if fact.about else ""
    zone = f" ({_clean(fact.zone)})" if fact.zone else ""
    return f"{kind}{about}: {_clean(fact.value)}{zone}"


def _is_replaced(old: ProfileLearned, new: ProfileLearned) -> bool:
    return (old.kind, old.about) == (new.kind, new.about) and old.kind != "preference"


def _clean(value: Any, most: int = MOST_OF_A_VALUE) -> str:
    """One line of what can be seen, without a mark of ours."""
    text = "".join(
        one
        for one in str("" if value is None else value)[: 2 * most]
        if one.isspace()
        or one == _JOINER
        or (unicodedata.category(one)[0] != "C" and one not in _LOOK_ALIKES)
    )
    line = " ".join(text.split())
    return line if len(line) <= most else f"{line[: most - 1]}…"
