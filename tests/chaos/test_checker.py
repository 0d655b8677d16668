"""The checker finds nothing in a good history, and each breach in a broken one."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from contracts import slots, streams
from contracts.conversation import MessageReceived, ReplyReady, TurnParked, TurnStarted
from contracts.recorded import Recorded
from contracts.reminders import ReminderCancelled, ReminderFired, ReminderSet
from contracts.replies import ReplyAssumed, ReplySending, ReplySent
from contracts.streams import UserId
from taskflow.log.appending import Because, Write
from tests.chaos.checker import Violation, assumed, check
from tests.chaos.history import Accept, DeadLetter, History, Webhook
from tests.chaos.story import tell
from tests.support.events import answer, message
from tests.support.memory_log import START, MemoryLog
from tests.support.story import STREAM, USER

PERSON = "+15560000001"
REMINDER = UUID(int=99)
DUE = START + timedelta(minutes=10)


class Telling:
    """A history put together as services would."""

    def __init__(self) -> None:
        self.log = MemoryLog()
        self.history = History()

    def done(self) -> History:
        self.history.events = self.log.all()
        return self.history

    def put(self, slot: UUID, *events: Any, because: Recorded[Any] | None = None) -> Recorded[Any]:
        why = Because.of(because) if because else Because()
        return self.log.put([Write(STREAM, events, USER)], slot, why).events[0]

    def writes(self, sid: str) -> Recorded[Any]:
        self.history.webhooks.append(Webhook(sid, PERSON, "hello", self.log.now, (200,)))
        return self.put(slots.message(sid), message(sid=sid))

    def answers(self, cause: Recorded[Any], number: int) -> Recorded[Any]:
        opened = self.put(slots.turn(STREAM, number), TurnStarted(number=number), because=cause)
        said = answer(opened.event_id, 1, text="hi")
        ready = ReplyReady(turn=opened.event_id, kind="answer", text="hi")
        slot = slots.step(opened.event_id, 1)
        self.put(slot, said, ready, because=cause)
        return next(one for one in self.log.all() if one.event_id == slots.event_id(slot, 1))

    def claims(self, reply: Recorded[Any], attempt: int = 1) -> None:
        place = (reply.event_id, 0, attempt)
        sending = ReplySending(
            reply=reply.event_id, part=0, parts=1, attempt=attempt, token=UUID(int=attempt)
        )
        self.put(slots.claim(*place), sending, because=reply)

    def accepts(self, reply: Recorded[Any], attempt: int = 1) -> str:
        sid = f"SM{len(self.history.accepts)}"
        place = (reply.event_id, 0, attempt)
        self.history.accepts.append(
            Accept(sid, PERSON, USER, reply.event_id, 0, place, self.log.now, "hi")
        )
        return sid

    def sends(self, reply: Recorded[Any], attempt: int = 1) -> None:
        self.claims(reply, attempt)
        sid = self.accepts(reply, attempt)
        place = (reply.event_id, 0, attempt)
        sent = ReplySent(
            reply=reply.event_id, part=0, attempt=attempt, message_ref=sid, known_by="response"
        )
        self.put(slots.send_outcome(*place), sent, because=reply)

    def reminds(self, *, at: timedelta = timedelta(), fired: bool = True) -> None:
        told = ReminderSet(
            reminder=REMINDER,
            text="tea",
            local_time=DUE.replace(tzinfo=None).isoformat(),
            zone="UTC",
            rrule=None,
            tzdata="2026a",
        )
        stream = streams.reminder(REMINDER)
        origin = self.log.put([Write(stream, [told], USER)], slots.reminder_set(REMINDER)).events[0]
        self.log.now = DUE + at
        if fired:
            self.fires(origin)

    def fires(self, origin: Recorded[Any], slot: UUID | None = None) -> None:
        writes = [
            Write(origin.stream, [ReminderFired(reminder=REMINDER, due=DUE, late_s=0)], USER),
            Write(STREAM, [ReplyReady(turn=None, kind="reminder", text="tea")], USER),
        ]
        slot = slot or slots.occurrence(REMINDER, DUE)
        outcome = self.log.put(writes, slot, Because.of(origin))
        self.sends(outcome.events[1])


def two_messages() -> Telling:
    telling = Telling()
    for number, sid in enumerate(("SM" + "1" * 32, "SM" + "2" * 32)):
        telling.sends(telling.answers(telling.writes(sid), number))
        telling.log.pass_time(timedelta(seconds=5))
    telling.reminds()
    return telling


def without(history: History, type_: type, nth: int = 0) -> History:
    """An event is lost, and those behind it in its stream move up."""
    lost = [one for one in history.events if isinstance(one.event, type_)][nth]
    kept: list[Recorded[Any]] = []
    for one in history.events:
        if one is lost:
            continue
        behind = one.stream == lost.stream and one.version > lost.version
        kept.append(replace(one, version=one.version - 1) if behind else one)
    history.events = kept
    return history


def broken(break_: Callable[[Telling], History | None]) -> list[Violation]:
    telling = two_messages()
    return check(break_(telling) or telling.done())


def test_a_good_history_has_no_violation() -> None:
    assert check(two_messages().done()) == []


def lose_a_message(telling: Telling) -> None:
    telling.history.webhooks.append(Webhook("SM" + "9" * 32, PERSON, "x", START, (503, 200)))


def lose_one_that_only_twilio_has(telling: Telling) -> None:
    telling.history.webhooks.append(Webhook("SM" + "9" * 32, PERSON, "x", START, (None,)))


def leave_a_message_unanswered(telling: Telling) -> None:
    telling.writes("SM" + "3" * 32)


def leave_a_turn_open(telling: Telling) -> None:
    cause = telling.writes("SM" + "3" * 32)
    telling.put(slots.turn(STREAM, 2), TurnStarted(number=2), because=cause)


def leave_a_reply_unsent(telling: Telling) -> None:
    telling.answers(telling.writes("SM" + "3" * 32), 2)


def leave_a_claim_open(telling: Telling) -> None:
    telling.claims(telling.answers(telling.writes("SM" + "3" * 32), 2))


def park_without_a_row(telling: Telling) -> None:
    one = telling.writes("SM" + "3" * 32)
    parked = TurnParked(turn=None, messages=[one.event_id], error="Boom")
    telling.put(slots.turn(STREAM, 2), parked, because=one)


def have_a_row_without_its_event(telling: Telling) -> None:
    row = DeadLetter("agent", None, None, None, UUID(int=5), "boom", "Boom")
    telling.history.dead_letters.append(row)


def send_a_part_twice(telling: Telling) -> None:
    first = next(one for one in telling.log.all() if isinstance(one.event, ReplyReady))
    telling.accepts(first)


def send_what_nobody_decided(telling: Telling) -> None:
    telling.history.accepts.append(
        Accept("SMx", PERSON, USER, UUID(int=3), 0, (UUID(int=3), 0, 1), START, "?")
    )


def send_to_a_stranger(telling: Telling) -> None:
    stranger = UserId(UUID(int=1234))
    telling.history.accepts.append(
        Accept("SMx", "+1", stranger, UUID(int=3), 0, (UUID(int=3), 0, 1), START, "?")
    )


def answer_a_message_twice(telling: Telling) -> None:
    first = telling.log.all()[0]
    opened = telling.put(UUID(int=1), TurnStarted(number=2), because=first)
    telling.put(UUID(int=2), answer(opened.event_id, 1, text="hi"), because=first)


def claim_an_attempt_twice(telling: Telling) -> None:
    ready = next(one for one in telling.log.all() if isinstance(one.event, ReplyReady))
    token = UUID(int=8)
    claim = ReplySending(reply=ready.event_id, part=0, parts=1, attempt=1, token=token)
    telling.put(UUID(int=3), claim, because=ready)


def say_sent_what_twilio_never_had(telling: Telling) -> History:
    telling.history.accepts.pop(0)
    return telling.done()


def swap_two_replies_at_twilio(telling: Telling) -> None:
    accepts = telling.history.accepts
    accepts[0], accepts[1] = accepts[1], accepts[0]


def fire_early(telling: Telling) -> History:
    history = telling.done()
    early = DUE - timedelta(seconds=1)
    history.events = [
        replace(one, recorded_at=early) if isinstance(one.event, ReminderFired) else one
        for one in history.events
    ]
    return history


def fire_twice(telling: Telling) -> None:
    origin = next(one for one in telling.log.all() if isinstance(one.event, ReminderSet))
    telling.fires(origin, slot=UUID(int=77))


def fire_after_cancelling(telling: Telling) -> History:
    telling = Telling()
    telling.sends(telling.answers(telling.writes("SM" + "1" * 32), 0))
    telling.reminds(fired=False)
    origin = next(one for one in telling.log.all() if isinstance(one.event, ReminderSet))
    telling.log.put(
        [Write(origin.stream, [ReminderCancelled(reminder=REMINDER)], USER)], UUID(int=6)
    )
    telling.fires(origin)
    return telling.done()


def forget_a_reminder(telling: Telling) -> History:
    telling = Telling()
    telling.reminds(fired=False)
    telling.log.pass_time(timedelta(minutes=5))
    telling.sends(telling.answers(telling.writes("SM" + "1" * 32), 0))
    return telling.done()


def fire_in_silence(telling: Telling) -> History:
    history = telling.done()
    history.events = [
        replace(one, transaction_id=one.transaction_id + 1000)
        if isinstance(one.event, ReminderFired)
        else one
        for one in history.events
    ]
    return history


def lose_a_cause(telling: Telling) -> None:
    cause = replace(telling.log.all()[0], event_id=UUID(int=42))
    telling.sends(telling.answers(telling.writes("SM" + "3" * 32), 2))
    telling.put(UUID(int=4), message(sid="SM" + "4" * 32), because=cause)


def leave_a_hole_in_a_stream(telling: Telling) -> History:
    history = telling.done()
    history.events = [one for one in history.events if not isinstance(one.event, ReplySending)]
    return history


@pytest.mark.parametrize(
    ("break_", "promise", "what"),
    [
        (lose_a_message, "P1", "was answered with 2xx, and is not in the log"),
        (lose_one_that_only_twilio_has, "P1", "stands in Twilio's list, and is not in the log"),
        (leave_a_message_unanswered, "P1", "left behind"),
        (leave_a_turn_open, "P1", "left behind"),
        (leave_a_reply_unsent, "P1", "a part of a reply was left behind"),
        (leave_a_claim_open, "P1", "a part of a reply was left behind"),
        (park_without_a_row, "P1", "parked without a reason"),
        (have_a_row_without_its_event, "P1", "which the log does not hold"),
        (lambda telling: without(telling.done(), MessageReceived), "P1", "is not in the log"),
        (lose_a_cause, "P1", "its cause is not in the log"),
        (send_a_part_twice, "P3", "POSTed twice"),
        (send_what_nobody_decided, "P3", "a reply that the log does not hold"),
        (send_to_a_stranger, "P3", "who has no conversation"),
        (answer_a_message_twice, "P3", "a turn covers nothing"),
        (claim_an_attempt_twice, "P3", "an attempt was claimed twice"),
        (say_sent_what_twilio_never_had, "P3", "sent, but Twilio never had it"),
        (lambda telling: without(telling.done(), ReplySent, -1), "P1", "left behind"),
        (lambda telling: without(telling.done(), ReplySent), "P3", "beside an open attempt"),
        (swap_two_replies_at_twilio, "P5", "out of order"),
        (leave_a_hole_in_a_stream, "P5", "a version is missing"),
        (fire_early, "P6", "fired early"),
        (fire_twice, "P6", "fired twice"),
        (fire_after_cancelling, "P6", "after it was cancelled"),
        (forget_a_reminder, "P6", "was due and did not fire"),
        (fire_in_silence, "P6", "said nothing"),
    ],
)
def test_each_breach_is_found(
    break_: Callable[[Telling], History | None], promise: str, what: str
) -> None:
    found = broken(break_)
    assert (promise, what) in [
        (one.promise, what) for one in found if what in one.what
    ], found  # fmt: skip


def test_a_repeat_that_was_assumed_is_forgiven_and_counted() -> None:
    telling = Telling()
    telling.reminds(fired=False)
    origin = telling.log.all()[0]
    writes = [
        Write(origin.stream, [ReminderFired(reminder=REMINDER, due=DUE, late_s=0)], USER),
        Write(STREAM, [ReplyReady(turn=None, kind="reminder", text="tea")], USER),
    ]
    slot = slots.occurrence(REMINDER, DUE)
    ready = telling.log.put(writes, slot, Because.of(origin)).events[1]
    telling.claims(ready)
    telling.accepts(ready)
    again = ReplyAssumed(reply=ready.event_id, part=0, attempt=1, assumed="again")
    telling.put(slots.send_outcome(ready.event_id, 0, 1), again, because=ready)
    telling.sends(ready, attempt=2)

    assert check(telling.done()) == []
    assert assumed(telling.history) == {"again, accepted": 1}


def test_the_first_violation_comes_first_with_its_users_story() -> None:
    telling = two_messages()
    send_a_part_twice(telling)
    answer_a_message_twice(telling)
    first, *_ = found = check(telling.done())

    assert len(found) > 1
    story = list(tell(telling.history, first))
    assert story[0] == f"{first.promise}: {first.what}"
    assert any(line.partition(" ")[2].startswith(">>>") for line in story)
    assert any("message.received" in line for line in story)
    assert any("Twilio accepted" in line for line in story)
    assert not any("hello" in line for line in story), "a story has ids and facts, no words"
