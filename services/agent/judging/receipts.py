"""What was changed for a user, told to them by rule under the model's words. Pure.

A receipt is made of facts alone: a call, its outcome, what was learned or forgotten. Its opening
mark is the code's own: a line of the model's never begins with it.
"""

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from functools import reduce
from typing import Any
from uuid import UUID

from contracts import slots
from contracts.conversation import ReplyReady
from contracts.declarations import Value, Wording, placeholders, value_at
from contracts.event import Event, Json
from contracts.profile import ProfileForgotten, ProfileKind, ProfileLearned
from contracts.recorded import Recorded
from contracts.tools import ToolFailed, ToolFinished, ToolOffered, ToolRequested
from services.agent.judging import proposals
from taskflow.words import values
from taskflow.words.languages import SOURCE
from taskflow.words.message import Message, said

DONE, UNSURE = "✓", "⚠"
MOST_OF_A_VALUE = 200
"""Characters of a text within a receipt."""
MOST_OF_AN_ADDRESS = 2_000
_NOTED = Message("Noted: {facts}")
_FORGOTTEN = Message("Forgotten: {facts}")
_INSTEAD = Message("{fact} (instead of {before})")
_UNKNOWN = Message("It is not known whether this was done: {action}")
_TAKEN_BACK = Message("Taken back: {facts}")
_RESTORED = Message("As before again: {facts}")
_LEFT = Message("Cannot be taken back: {what}")
HOW_TO_UNDO = Message("Reply **undo** to take it back.")
_NEXT_PART = Message("{before}, {next}")
_KINDS: Mapping[ProfileKind, Message] = {
    "name": Message("name"),
    "home": Message("home"),
    "zone": Message("zone"),
    "language": Message("language"),
    "home_airport": Message("home airport"),
    "currency": Message("currency"),
    "preference": Message("preference"),
    "person": Message("person"),
    "place": Message("place"),
}
_KEPT = frozenset({"\u200c", "\u200d", values.ISOLATE, values.ISOLATED})
"""What is not seen, and yet shapes what is: joiners of emoji and of scripts, isolated words."""
_LOOK_ALIKES = frozenset("✓✔✅☑🗸🗹⚠")
_BEFORE_A_MARK = frozenset(" \t>*_~-\u2013\u2014•·#.|([")


@dataclass(frozen=True, slots=True)
class Receipt:
    facts: tuple[UUID, ...]
    line: str
    can_be_undone: bool = False
    document: UUID | None = None
    """What comes with it, in the media store."""


def of_call(
    request: ToolRequested,
    outcome: Recorded[Any],
    offer: ToolOffered | None,
    language: str = SOURCE,
) -> Receipt:
    """Of an opened call that changes something, and its opened outcome, as its tool says."""
    return _of_outcome(request, outcome.event, outcome.event_id, offer, language)


def beside(
    batch: Sequence[Event], slot: UUID, offered: Mapping[str, ToolOffered], language: str
) -> list[Receipt]:
    """Of the calls that change something and finished in this batch, which is not appended yet."""
    requests = {
        slots.event_id(slot, place): event
        for place, event in enumerate(batch)
        if isinstance(event, ToolRequested)
    }
    return [
        _of_outcome(request, event, slots.event_id(slot, place), offered.get(event.tool), language)
        for place, event in enumerate(batch)
        if isinstance(event, ToolFinished)
        and (request := requests.get(event.call)) is not None
        and request.effect != "read"
    ]


def _of_outcome(
    request: ToolRequested,
    fact: ToolFinished | ToolFailed,
    id_: UUID,
    offer: ToolOffered | None,
    language: str,
) -> Receipt:
    action = in_words(request, fact, offer, language)
    if isinstance(fact, ToolFailed):
        return Receipt((id_,), f"{UNSURE} {action}")
    undo = offer.undone_by if offer else None
    can_be_undone = undo is not None and undo.arguments(fact.result) is not None
    return Receipt((id_,), f"{DONE} {action}", can_be_undone, fact.document)


def in_words(
    request: ToolRequested,
    fact: ToolFinished | ToolFailed,
    offer: ToolOffered | None,
    language: str = SOURCE,
) -> str:
    """What was done, or may have been."""
    if isinstance(fact, ToolFailed):
        return _UNKNOWN.said(language, action=_generic(request, offer, language))
    sentence = _worded(offer.receipt, fact.result, language) if offer and offer.receipt else None
    return sentence or _generic(request, offer, language)


def of_profile(
    changes: Sequence[Recorded[Any]],
    gone: Mapping[UUID, ProfileLearned],
    language: str = SOURCE,
) -> list[Receipt]:
    """Of one turn's changes of the profile; `gone` are the facts that they took back, by id."""
    learned = [change for change in changes if isinstance(change.event, ProfileLearned)]
    forgotten = [change for change in changes if isinstance(change.event, ProfileForgotten)]
    taken = {
        fact: gone[fact] for recorded in forgotten for fact in recorded.event.facts if fact in gone
    }
    noted: list[str] = []
    for recorded in learned:
        before = [fact for fact, old in taken.items() if _is_replaced(old, recorded.event)]
        was = ", ".join(_clean(taken.pop(fact).value) for fact in before)
        fact = _fact(recorded.event, language)
        noted.append(_INSTEAD.said(language, fact=fact, before=was) if was else fact)
    receipts: list[Receipt] = []
    if noted:
        line = f"{DONE} {_NOTED.said(language, facts='; '.join(noted))}"
        receipts.append(Receipt((), line, can_be_undone=True))
    if taken:
        forgotten_facts = "; ".join(
            _fact(profile_learned, language) for profile_learned in taken.values()
        )
        receipts.append(Receipt((), f"{DONE} {_FORGOTTEN.said(language, facts=forgotten_facts)}"))
    every = tuple(change.event_id for change in changes)
    return [replace(receipt, facts=every) for receipt in receipts]


def of_undo(
    id_: UUID,
    taken: Sequence[str],
    restored: Sequence[str],
    left: Sequence[str],
    language: str = SOURCE,
) -> list[Receipt]:
    """Of facts that hold no more, facts that hold again, and what stays; all in words."""
    lines = [f"{DONE} {_TAKEN_BACK.said(language, facts='; '.join(taken))}"] if taken else []
    lines += [f"{DONE} {_RESTORED.said(language, facts='; '.join(restored))}"] if restored else []
    lines += [f"{UNSURE} {_LEFT.said(language, what=what)}" for what in left]
    return [Receipt((id_,), line) for line in lines]


def under(words: str, receipts: Sequence[Receipt], language: str = SOURCE) -> str:
    """The model's words, or ours, below them what was changed, and once how to take it back."""
    receipt_lines = [receipt.line for receipt in receipts]
    if any(receipt.can_be_undone for receipt in receipts):
        receipt_lines.append(HOW_TO_UNDO.said(language))
    lines = "\n".join(receipt_lines)
    return f"{words}\n\n{lines}" if lines and words else words or lines


def of_one_thing(
    outcomes: Sequence[tuple[ToolFinished | ToolFailed, Receipt]],
) -> list[Receipt]:
    """One receipt for calls that came to the same, as two for one reminder do."""
    found: dict[str, Receipt] = {}
    for outcome, receipt in outcomes:
        came_to = outcome.result if isinstance(outcome, ToolFinished) else str(outcome.call)
        key = f"{came_to} {receipt.line}"
        before = found.get(key)
        facts = (*before.facts, *receipt.facts) if before else receipt.facts
        found[key] = replace(before or receipt, facts=facts)
    return list(found.values())


def facts(receipts: Sequence[Receipt]) -> list[UUID]:
    return list(dict.fromkeys(fact for receipt in receipts for fact in receipt.facts))


def telling(events: Sequence[Event], receipts: Sequence[Receipt], language: str) -> list[Event]:
    """The same, with receipts in the reply that ends the turn, unless it has them."""
    return [
        event.model_copy(
            update={
                "text": under(str(event.text), receipts, language),
                "receipts": facts(receipts),
                "document": document(receipts),
            }
        )
        if isinstance(event, ReplyReady) and event.turn and receipts and not event.receipts
        else event
        for event in events
    ]


def document(receipts: Sequence[Receipt]) -> UUID | None:
    """The newest that a receipt comes with: a reply brings one."""
    return next((receipt.document for receipt in reversed(receipts) if receipt.document), None)


def unmarked(text: str) -> str:
    """A model's words without the mark that begins a receipt, or one that looks like it."""
    return "\n".join(map(_unmarked, text.split("\n")))


def _unmarked(line: str) -> str:
    for place, character in enumerate(line):
        if character in _LOOK_ALIKES:
            return line[:place] + line[place:].lstrip("".join(_LOOK_ALIKES) + "\ufe0e\ufe0f \t")
        if character not in _BEFORE_A_MARK and unicodedata.category(character)[0] not in "CZ":
            return line
    return line


def _worded(wording: Wording, result: Json, language: str) -> str | None:
    """By the first phrase of each part that fits; nothing where a part has none."""
    found = {value.name: _value_text(value, result, language) for value in wording.values}
    known = {name: text for name, text in found.items() if text}
    chosen: list[str] = []
    for part in wording.parts:
        fitting = [phrase for phrase in part if known.keys() >= set(placeholders(phrase))]
        if not fitting:
            return None
        chosen.append(said(fitting[0], language, **known) if fitting[0] else "")
    return reduce(
        lambda before, following: _NEXT_PART.said(language, before=before, next=following),
        filter(None, chosen),
    )


def _value_text(value: Value, result: Json, language: str) -> str | None:
    """As text, where it is nothing of its kind."""
    found = value_at(value.path, result)
    beside = value_at(value.beside, result) if value.beside else None
    match value.kind:
        case _ if found is None:
            return None
        case "moment":
            return _moment(str(found), str(beside), language) if beside else None
        case "day":
            return _day(str(found), language) or _clean(found)
        case "money":
            return (_money(str(found), str(beside), language) if beside else None) or _clean(found)
        case "url":
            return _clean(found, MOST_OF_AN_ADDRESS)
        case "text" | "number":
            return _clean(found)


def _generic(request: ToolRequested, offer: ToolOffered | None, language: str) -> str:
    try:
        return proposals.in_words(request.tool, request.arguments, offer, language)
    except proposals.Unshowable:
        return request.tool.replace("_", " ")


def _moment(at: str, zone: str, language: str) -> str | None:
    """`Fri 4 Dec 2026, 09:00 (Europe/Berlin)`; nothing where that is no time."""
    try:
        return f"{values.moment(datetime.fromisoformat(at), language)} ({_clock(zone, language)})"
    except ValueError:
        return None


def _clock(zone: str, language: str) -> str:
    """English names a zone as IANA does; other languages, by the city that CLDR names it after."""
    of_a_city = "/" in zone and not zone.startswith("Etc/")
    return values.city(zone, language) if of_a_city and language != SOURCE else _clean(zone)


def _day(day: str, language: str) -> str | None:
    try:
        return values.weekday_and_day(date.fromisoformat(day), language)
    except ValueError:
        return None


def _money(amount: str, currency: str, language: str) -> str | None:
    try:
        return values.money(Decimal(amount), currency, language)
    except (ArithmeticError, ValueError):
        return None


def instead(fact: str, before: str, language: str) -> str:
    """A fact, and what stood there before it."""
    return _INSTEAD.said(language, fact=fact, before=before)


def of_fact(
    kind: ProfileKind, value: str, about: str | None, zone: str | None, language: str
) -> str:
    """As in "home: Lisbon (Europe/Lisbon)"; a city is not named twice."""
    about_text = f" ({_clean(about)})" if about else ""
    clock = _clock(zone, language) if zone else ""
    where = f" ({clock})" if clock and clock != value else ""
    return f"{_KINDS[kind].said(language)}{about_text}: {_clean(value)}{where}"


def _fact(fact: ProfileLearned, language: str) -> str:
    return of_fact(fact.kind, fact.value, fact.about, fact.zone, language)


def _is_replaced(old: ProfileLearned, new: ProfileLearned) -> bool:
    return (old.kind, old.about) == (new.kind, new.about) and old.kind != "preference"


def _clean(value: Any, most: int = MOST_OF_A_VALUE) -> str:
    """One line of what can be seen, without a mark of ours; isolates stay where they are closed."""
    given = str("" if value is None else value)[: 2 * most]
    if not values.is_balanced(given):
        given = given.translate(values.CONTROLS)
    text = "".join(
        character
        for character in given
        if character.isspace()
        or character in _KEPT
        or (unicodedata.category(character)[0] != "C" and character not in _LOOK_ALIKES)
    )
    line = " ".join(text.split())
    if len(line) <= most:
        return line
    return f"{line.translate(values.CONTROLS)[: most - 1]}…"
