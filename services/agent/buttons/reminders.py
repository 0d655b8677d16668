"""What Done, Snooze and Tomorrow under a reminder come to. Pure.

A reminder is said again by the call that had set it, at another time: the tool's own answer tells
whether it could. One that was to be said again already, by an earlier press, is cancelled first.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from contracts import slots
from contracts.buttons import Answer
from contracts.conversation import ReplyReady
from contracts.event import Event, Json
from contracts.recorded import Recorded
from contracts.reminders import ReminderAnswer, ReminderAnswered, ReminderChanged, ReminderSet
from contracts.tools import ToolFailed, ToolFinished, ToolOffered, ToolRequested
from services.agent import decider, own_requests
from services.agent.buttons.pressing import Pressed
from services.agent.own_requests import AskingStep
from services.agent.state import Answered, Conversation
from taskflow import zones
from taskflow.words.message import Message

MOST_PRESSED = 10
"""Reminders that one turn answers by buttons: more go with the last ones."""
DONE = Message("Good, that is done.")
SET_ALREADY = Message("I remind you again, as you said.")
UNKNOWN = Message(
    "I do not know that reminder any more, so I cannot do that. "
    "Tell me what to remind you of, and when."
)
NOT_DONE = Message("I could not do that. Tell me in words when to remind you again.")


@dataclass(frozen=True, slots=True)
class SaidReminder:
    """A reminder that was said, opened."""

    pressed: Pressed
    answer: Answer
    reply: Recorded[ReplyReady]
    as_it_stood: ReminderSet | ReminderChanged
    """As it stood then."""
    set_by: ToolRequested | None
    before: Answered | None = None
    """What its user answered to it earlier."""
    again: ToolFinished | ToolFailed | None = None
    """What the call of that answer came to."""

    @property
    def stands(self) -> bool:
        """Whether this very answer was given before, and was done or may yet be."""
        is_same = self.before is not None and self.before.answer == self.answer
        return is_same and not isinstance(self.again, ToolFailed)


@dataclass(frozen=True, slots=True)
class Given:
    state: Conversation
    offered: Mapping[str, ToolOffered]
    now: datetime
    alone: bool


def answered(spoken: Sequence[SaidReminder], given: Given) -> list[Event]:
    """What the step appends before its reply, if it has one."""
    assert given.state.turn is not None, "an open turn answers"
    requests: list[ToolRequested] = []
    answers: list[ReminderAnswer] = []
    slot = decider.current_slot(given.state)
    for said_reminder in spoken:
        if said_reminder.stands:
            continue
        again = _again(said_reminder, given)
        if again is None and said_reminder.answer != "done":
            continue  # Nobody can set it any more.
        if (cancels := _cancels(said_reminder, given)) is not None:
            requests.append(cancels)
        call = None
        if again is not None:
            requests.append(again)
            call = slots.event_id(slot, len(requests))
        reply = said_reminder.reply.event_id
        answers.append(ReminderAnswer(reply=reply, answer=said_reminder.answer, call=call))
    if not answers:
        return []
    head = ReminderAnswered(
        turn=given.state.turn, step=given.state.step, answers=answers, alone=given.alone
    )
    return [head, *requests]


def said(spoken: Sequence[SaidReminder], language: str) -> str:
    """Where no service is asked for anything."""
    if not spoken:
        return UNKNOWN.said(language)
    if any(said_reminder.answer != "done" and not said_reminder.stands for said_reminder in spoken):
        return NOT_DONE.said(language)
    is_done = any(said_reminder.answer == "done" for said_reminder in spoken)
    return (DONE if is_done else SET_ALREADY).said(language)


def _again(said_reminder: SaidReminder, given: Given) -> ToolRequested | None:
    offer = given.offered.get(said_reminder.set_by.tool) if said_reminder.set_by else None
    if said_reminder.answer == "done" or offer is None:
        return None
    when: Json = {"in_minutes": 60}
    if said_reminder.answer == "tomorrow":
        when = {"day": "tomorrow", "time": _time(said_reminder)}
    return _request(said_reminder, given, offer, {"text": said_reminder.as_it_stood.text, **when})


def _time(said_reminder: SaidReminder) -> str:
    """On the user's clock, as it was set; of one that repeats, as it was said."""
    stated = said_reminder.as_it_stood
    if stated.rrule is None:
        return f"{datetime.fromisoformat(stated.local_time):%H:%M:%S}"
    return f"{said_reminder.reply.recorded_at.astimezone(zones.of(stated.zone)):%H:%M}"


def _cancels(said_reminder: SaidReminder, given: Given) -> ToolRequested | None:
    """As an undo of the earlier answer would."""
    if not isinstance(said_reminder.again, ToolFinished):
        return None
    found = own_requests.inverse(
        said_reminder.again.tool, said_reminder.again.result, given.offered
    )
    return _request(said_reminder, given, *found) if found else None


def _request(
    said_reminder: SaidReminder, given: Given, offer: ToolOffered, arguments: Json
) -> ToolRequested:
    state = given.state
    assert state.turn is not None, "an open turn answers"
    return own_requests.asked(
        offer,
        arguments,
        AskingStep(state.turn, state.step, given.now, state.language),
        zone=said_reminder.as_it_stood.zone,
        zone_known=True,
        written_at=said_reminder.pressed.message.recorded_at,
    )
