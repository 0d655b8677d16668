"""What each event says in numbers, and that nothing but what is open is kept."""

from collections import Counter
from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from contracts.conversation import (
    HistorySummarized,
    ModelFailed,
    TurnParked,
    TurnRetried,
    TurnStarted,
    TurnStopped,
    Usage,
    UserForgotten,
)
from contracts.event import Event
from contracts.recorded import Recorded
from contracts.reminders import ReminderFired
from contracts.replies import (
    ReplyAssumed,
    ReplyDelivered,
    ReplyFailed,
    ReplyHeld,
    ReplyParked,
    ReplyRead,
    ReplyRefused,
    ReplySending,
    ReplySent,
    ReplyUndelivered,
)
from contracts.takeover import ConversationTakenOver
from contracts.watches import WatchAlerted
from taskflow.usage import measures
from taskflow.usage.measures import MEASURED, UNDER_WAY, Measures
from tests.support import events as say
from tests.support import recorded
from tests.support.memory_log import START

REPLY = UUID(int=99)
Told = Counter[tuple[str, ...]]


def told(events: Sequence[Recorded[Any]], by: Measures | None = None) -> Told:
    """Sums, by a metric's name and its labels' values."""
    by, found = by or Measures(), Told()
    for one in events:
        for measurement in by.of(one):
            name = measurement.of.name.removeprefix("taskflow.")
            found[name, *measurement.labels.values()] += measurement.value
    return found


def of(*events: Event) -> Told:
    story = say.Story()
    story.tell(*events)
    return told(story.events)


def sending(part: int = 0, reply: UUID = REPLY) -> ReplySending:
    return ReplySending(reply=reply, part=part, parts=2, attempt=1, token=UUID(int=1))


def sent(part: int = 0, reply: UUID = REPLY) -> ReplySent:
    return ReplySent(reply=reply, part=part, attempt=1, message_ref="SM2", known_by="response")


PART: dict[str, Any] = {"reply": REPLY, "part": 0}
TRY = PART | {"attempt": 1}
REFUSED = ReplyRefused(**TRY, reason="busy", again_at=START)
FAILED = ReplyFailed(**TRY, code=63016, reason="no")


@pytest.mark.parametrize(
    ("event", "tells"),
    [
        (say.message(), {("messages",): 1}),
        (sent(), {("sends", "accepted", "none"): 1, ("replies.delivered", "sent"): 1}),
        (REFUSED, {("sends", "later", "none"): 1}),
        (ReplyAssumed(**TRY, assumed="gone"), {("sends", "unknown", "none"): 1}),
        (FAILED, {("sends", "refused", "63016"): 1}),
        (FAILED.model_copy(update={"code": None}), {("sends", "refused", "none"): 1}),
        (ReplyHeld(**TRY, why="window"), {("replies.delivered", "held"): 1}),
        (ReplyDelivered(**PART, message_ref="S"), {("replies.delivered", "delivered"): 1}),
        (ReplyRead(**PART, message_ref="S"), {("replies.delivered", "read"): 1}),
        (
            ReplyUndelivered(**PART, message_ref="S", status="undelivered", code=63016),
            {("replies.delivered", "undelivered"): 1},
        ),
        (
            ModelFailed(turn=REPLY, step=1, reason="blocked", detail="", attempts=3),
            {("model.failures", "blocked"): 1},
        ),
        (
            ReminderFired(reminder=REPLY, due=START, late_s=1.5),
            {("reminders.fired",): 1, ("reminder.lateness",): 1.5},
        ),
        (
            ReminderFired(reminder=REPLY, due=START, late_s=-0.1),
            {("reminders.fired",): 1, ("reminder.lateness",): 0},
        ),
        (
            WatchAlerted(watch=REPLY, due=START, was=None, now=None, currency=None, reply=REPLY),
            {("watch.alerts",): 1},
        ),
        (TurnStopped(turn=REPLY, reason="user"), {("turns", "stopped"): 1}),
        (ConversationTakenOver(by="Grace", turn=REPLY), {("turns", "taken_over"): 1}),
        (ConversationTakenOver(by="Grace"), {}),
        (TurnParked(turn=None, messages=[], error="no"), {("turns", "parked"): 1}),
        (say.failed(REPLY), {("tool.calls", "other", "refused"): 1}),
        (TurnStarted(number=0), {}),
    ],
)
def test_one_event(event: Event, tells: dict[tuple[str, ...], float]) -> None:
    assert of(event) == Told(tells)


def test_tokens_cost_and_a_model_without_a_price() -> None:
    usage = Usage(input=1_000_000, output=10, thoughts=5, cached=3, total=1_000_015)
    known = say.answer(REPLY, 1).model_copy(update={"usage": usage})
    found = of(known, known.model_copy(update={"model": "newest"}))

    assert found["model.calls", "gemini-3.8-flash", "STOP"] == 1
    assert found["model.tokens", "gemini-3.8-flash", "input"] == 1_000_000
    assert found["model.tokens", "newest", "cached"] == 3
    assert found["model.cost", "gemini-3.8-flash"] > 0
    assert ("model.cost", "newest") not in found
    assert found["model.unpriced", "newest"] == 1


def test_a_summary_is_a_call_too() -> None:
    usage, model = Usage(input=10, total=10), "gemini-3.8-flash"
    summary: dict[str, Any] = dict.fromkeys(
        ("number", "covers_from", "covers_upto", "turns"), 1
    ) | {"text": "t", "model": model, "prompt_version": "v1", "usage": usage}
    found = of(HistorySummarized(**summary))

    assert found["model.calls", model, "summary"] == 1


def answered(story: say.Story, turn: UUID) -> UUID:
    """One second of the model, one more of its own; then Twilio has it."""
    story.tell(say.answer(turn, 1, text="hi", took_ms=1000))
    (ready,) = story.tell(say.reply(turn))
    story.tell(sending(reply=ready.event_id))
    story.log.pass_time(timedelta(seconds=2))
    story.tell(sent(reply=ready.event_id))
    story.tell(sent(1, reply=ready.event_id))
    return ready.event_id


def test_response_time_is_from_the_oldest_message_to_the_first_part() -> None:
    story = say.Story()
    story.tell(say.message())
    story.log.pass_time(timedelta(seconds=1))
    story.tell(say.message("and", sid="SM2"))
    (started,) = story.tell(TurnStarted(number=0))
    answered(story, started.event_id)
    found = told(story.events)

    assert found["response.duration", "with"] == 3
    assert found["response.duration", "without"] == 2
    assert found["turns", "answered"] == 1
    assert found["sends", "accepted", "none"] == 2


def test_a_message_during_a_turn_waits_for_the_next_one() -> None:
    story = say.Story()
    first = say.opened(story)
    story.log.pass_time(timedelta(seconds=10))
    story.tell(say.message("more", sid="SM2"))
    answered(story, first)
    second = story.tell(TurnStarted(number=1))[0].event_id
    found = told(story.events)
    assert found["response.duration", "with"] == 12
    answered(story, second)

    assert told(story.events)["response.duration", "with"] == 12 + 4


def test_what_began_before_our_time_is_counted_and_not_timed() -> None:
    story = say.Story()
    turn = say.opened(story)
    answered(story, turn)
    late = told(story.events[2:])

    assert late["turns", "answered"] == 1
    assert not [name for name in late if name[0] == "response.duration"]


def test_a_turn_that_is_parked_ends_once_and_its_retry_is_another() -> None:
    story = say.Story()
    turn = say.opened(story)
    (parked, _) = story.tell(
        TurnParked(turn=turn, messages=[], error="no"), say.reply(turn, kind="apology")
    )
    assert told(story.events)["turns", "parked"] == 1
    assert told(story.events)["turns", "apology"] == 0
    story.tell(TurnRetried(parked=parked.event_id, messages=[]))
    again = story.tell(TurnStarted(number=1))[0].event_id
    answered(story, again)
    found = told(story.events)

    assert found["turns", "answered"] == 1
    assert found["response.duration", "with"] == 2


def test_a_name_that_only_the_model_knows_makes_no_series() -> None:
    story = say.Story()
    story.tell(say.offer("search_web"))
    story.tell(say.finished(REPLY), say.finished(REPLY).model_copy(update={"tool": "zebrafinch"}))

    assert told(story.log.all()) == Told(
        {
            ("tool.calls", "search_web", "finished"): 1,
            ("tool.calls", "other", "finished"): 1,
            ("tool.duration", "search_web"): 0.003,
            ("tool.duration", "other"): 0.003,
        }
    )


@pytest.mark.parametrize(
    "outcome",
    [sent(), REFUSED, FAILED, ReplyAssumed(**TRY, assumed="again"), UserForgotten()],
)
def test_an_attempt_is_unknown_until_its_outcome_stands_or_its_user_is_gone(outcome: Event) -> None:
    story, by = say.Story(), Measures()
    story.tell(sending())
    told(story.events, by)
    assert by.unknown_sends(START + UNDER_WAY) == 0
    assert by.unknown_sends(START + UNDER_WAY + timedelta(seconds=1)) == 1

    told(story.tell(outcome), by)
    assert by.unknown_sends(START + timedelta(hours=1)) == 0


def test_memory_is_bounded_by_what_is_open(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(measures, "OPEN_AT_MOST", 3)
    story, by = say.Story(), Measures()
    for n in range(1, 9):
        turn = say.opened(story)
        story.tell(say.reply(turn))
        say.opened(story)
        story.tell(sending(reply=UUID(int=n)))
    told(story.events, by)

    # The newest are kept.
    assert by.unknown_sends(START + timedelta(hours=1)) == 3
    assert told(story.tell(sent(reply=UUID(int=1))), by)["sends", "accepted", "none"] == 1
    assert by.unknown_sends(START + timedelta(hours=1)) == 3
    told(story.tell(sent(reply=UUID(int=8))), by)
    assert by.unknown_sends(START + timedelta(hours=1)) == 2


def test_a_real_conversation_is_counted_whole_wherever_another_takes_over() -> None:
    events = recorded.events()
    types = Counter(one.event.type for one in events)
    whole = told(events)

    assert whole["messages",] == types["message.received"]
    assert whole["sends", "accepted", "none"] == types["reply.sent"]
    assert whole["reminders.fired",] == types["reminder.fired"] == 1
    assert whole["watch.alerts",] == types["watch.alerted"] == 1
    assert whole["turns", "apology"] == 1
    closing = [one.event.kind for one in events if one.event.type == "reply.ready"]
    ended = sum(kind in {"answer", "apology"} for kind in closing)
    assert sum(value for name, value in whole.items() if name[0] == "turns") == ended
    assert 0 < whole["response.duration", "without"] < whole["response.duration", "with"]
    for at in range(0, len(events), 5):
        by = Measures()
        before, after = told(events[:at], by), told(events[at:], by)
        for name, value in whole.items():
            assert before[name] + after[name] == pytest.approx(value)


def test_a_reply_that_was_given_up_is_not_waited_for() -> None:
    story, by = say.Story(), Measures()
    turn = say.opened(story)
    (ready,) = story.tell(say.reply(turn))
    story.tell(ReplyParked(reply=ready.event_id, error="no"))
    story.tell(sent(reply=ready.event_id))

    assert not [name for name in told(story.events, by) if name[0] == "response.duration"]


def test_what_says_something_is_listed() -> None:
    story = say.Story()
    story.tell(say.offer(), say.message(), sending(), sent(), REFUSED, say.finished(REPLY))
    for one in (*story.log.all(), *recorded.events()):
        if told([one], Measures({"search_web"})):
            assert one.event.type in MEASURED
