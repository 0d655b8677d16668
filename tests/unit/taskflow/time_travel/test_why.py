import json
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest
from rich.console import Console

from contracts import slots
from contracts.consent import ConsentWithdrawn
from contracts.conversation import ReplyCaught, TurnStarted, WishJudged
from contracts.media import MediaRefused
from contracts.replies import ReplyParked
from contracts.tools import ActionProposed, ToolFailed, ToolFinished, ToolRequested
from taskflow.cli.past.why_tree import tree
from taskflow.log.appending import Because, Write
from taskflow.time_travel import explaining, why
from tests.support import recorded
from tests.support.events import answer, message, reply, requested
from tests.support.memory_log import MemoryLog
from tests.support.sent_media import sent, spoken
from tests.support.story import STREAM, USER, Story

REPLIES = why.replies(recorded.events())


def explained(reply_id: UUID, *, without: str = "") -> why.Explanation:
    user = next(one.user_id for one in REPLIES if one.event_id == reply_id)
    assert user is not None
    return why.explain(reply_id, [one for one in recorded.of(user) if one.event.type != without])


@pytest.mark.parametrize("told", REPLIES, ids=lambda one: f"{one.event.kind}-{one.version}")
def test_every_reply_of_a_recorded_log_traces_back_to_its_webhook(told) -> None:
    found = explained(told.event_id)

    assert found.traces_back()
    assert found.origin == "webhook"
    assert found.turns, "the turn that said it, or set it"
    assert all(turn.messages for turn in found.turns)
    assert found.traces
    assert found.sending.state() == "delivered"


def test_the_recording_holds_every_kind_of_reply() -> None:
    assert {one.event.kind for one in REPLIES} == {"answer", "apology", "reminder", "alert"}
    goodbye = [one for one in REPLIES if one.user_id == recorded.forgotten()][-1]
    assert [one.event.type for one in explained(goodbye.event_id).turns[0].beside] == [
        "user.forgetting_confirmed"
    ]


def _first(kind: str) -> UUID:
    return next(one.event_id for one in REPLIES if one.event.kind == kind)


def test_an_answer_shows_its_steps_calls_and_times() -> None:
    told = explaining.as_json(explained(_first("answer")))

    first, second = told["turns"][0]["steps"]
    assert first["model_answered"]["model"].startswith("gemini")
    assert first["model_answered"]["usage"]["input"] > 0
    assert len(first["model_answered"]["request_hash"]) == 64
    (call,) = first["calls"]
    assert (call["tool"], call["outcome"]) == ("search_flights", "finished")
    assert call["arguments"]["destination"] == "Lisbon"
    assert call["result"]["flights"]
    assert second["calls"] == []
    assert all(ms > 0 for ms in told["times_ms"].values())
    assert told["reply"]["attempts"][0]["message_ref"].startswith("SM")
    json.dumps(told)


@pytest.mark.parametrize(
    ("kind", "with_", "tool"),
    [
        ("reminder", ["reminder.fired"], "set_reminder"),
        ("alert", ["watch.seen", "watch.alerted"], "watch_price"),
    ],
)
def test_what_speaks_by_itself_leads_to_the_call_that_set_it(
    kind: str, with_: list[str], tool: str
) -> None:
    found = explained(_first(kind))

    assert [one.event.type for one in found.told_with] == with_
    assert [one.event.type for one in found.causes[1:]] == ["tool.requested", "message.received"]
    assert found.causes[1].event.tool == tool


def test_an_apology_shows_why_the_model_was_not_had() -> None:
    found = explained(_first("apology"))

    (step,) = found.turns[0].steps.values()
    assert step.answer is None
    assert step.failed is not None
    assert "model.failed" in _printed(found)


@pytest.mark.parametrize("lost", ["message.received", "tool.requested"])
def test_a_cause_that_the_log_does_not_hold_is_told(lost: str) -> None:
    found = explained(_first("answer"), without=lost)

    assert not found.traces_back()
    assert found.missing is not None
    assert f"the log holds no event {found.missing}" in _printed(found)


def test_a_reminder_without_its_firing_does_not_trace_back() -> None:
    assert not explained(_first("reminder"), without="reminder.fired").traces_back()


def test_an_operators_retry_of_a_parked_reply_leads_to_its_turn() -> None:
    log = MemoryLog()

    def tell(*facts, because=None):
        write, slot = Write(STREAM, facts, USER), UUID(int=len(log.all()) + 1)
        return log.put([write], slot, because or Because()).events

    (asked,) = tell(message())
    (turn,) = tell(TurnStarted(number=0), because=Because.of(asked))
    _, ready = tell(
        answer(turn.event_id, 1, text="hi"), reply(turn.event_id), because=Because.of(asked)
    )
    parked = ReplyParked(reply=ready.event_id, error="TriedTooOften")
    (given_up,) = tell(parked, because=Because.of(ready))
    (again,) = tell(reply(None), because=Because.of(given_up))

    found = why.explain(again.event_id, log.all())
    assert found.traces_back()
    assert [one.started for one in found.turns] == [turn]
    assert found.sending.state() == "waiting"
    assert why.explain(ready.event_id, log.all()).sending.state() == "parked"


def test_proposals_catches_and_failures_stand_at_their_step() -> None:
    story = Story()
    (asked,) = story.tell(message())
    (turn,) = story.tell(TurnStarted(number=0))
    claims = ReplyCaught(turn=turn.event_id, step=1, claims=["pay_bill"], corrected="by_model")
    story.tell(answer(turn.event_id, 1, text="Paid."), claims)
    proposed = ActionProposed(
        turn=turn.event_id,
        step=2,
        tool="pay_bill",
        arguments={"sum": 70},
        fingerprint="f" * 64,
        why="always",
    )
    story.tell(answer(turn.event_id, 2, calls=(("pay_bill", {"sum": 70}),)), proposed)
    (request,) = story.tell(requested(turn.event_id, 2))
    failed = ToolFailed(call=request.event_id, tool="search_web", code="timeout", error="late")
    story.tell(failed)
    (ready,) = story.tell(reply(turn.event_id))
    events = [replace(one, cause=asked.event_id) for one in story.events[1:]]

    found = why.explain(ready.event_id, [asked, *events])
    assert found.traces_back()
    told = _printed(found)
    assert "caught  pay_bill, by_model" in told
    assert 'proposed, because always  pay_bill {"sum": 70}' in told
    assert "failed +0.000 s, timeout  late" in told
    first, second = explaining.as_json(found)["turns"][0]["steps"]
    assert first["caught"][0]["claims"] == ["pay_bill"]
    assert second["proposed"][0]["why"] == "always"
    assert second["calls"][0]["code"] == "timeout"


def test_the_order_in_which_events_are_given_changes_nothing() -> None:
    events = recorded.of(recorded.ada())
    id_ = _first("alert")

    told = explaining.as_json(why.explain(id_, events))
    assert explaining.as_json(why.explain(id_, events[::-1])) == told


def test_the_tree_tells_calls_evidence_and_links() -> None:
    told = _printed(explained(_first("alert")), links=["http://jaeger/trace/1", "http://x/2"])

    assert "scheduler.watch_price" in told
    assert '"source": "json-ld"' in told
    assert "http://jaeger/trace/1" in told
    assert "it does not trace back" not in told


@pytest.mark.parametrize(
    ("by", "asks", "told"),
    [
        ("words", True, "allowed by the user's words  "),
        ("witness", True, "allowed by the user's words, as the witness found  "),
        ("yes", True, "allowed by the user's yes  "),
        ("witness", False, "the witness found no such wish in the user's words  "),
        ("witness", None, "the witness gave no answer about the user's words  "),
    ],
)
def test_a_change_shows_the_words_that_allowed_it(by: Any, asks: bool | None, told: str) -> None:
    story = Story()
    (asked,) = story.tell(message("remind me to rest"))
    (turn,) = story.tell(TurnStarted(number=0))
    story.tell(answer(turn.event_id, 1))
    (request,) = story.tell(requested(turn.event_id, 1))
    story.tell(
        WishJudged(
            turn=turn.event_id,
            step=1,
            call=request.event_id,
            tool="set_reminder",
            fingerprint="f" * 64,
            words=["remind me to rest"],
            messages=[asked.event_id],
            by=by,
            asks=asks,
        )
    )
    (ready,) = story.tell(reply(turn.event_id))
    events = [replace(one, cause=asked.event_id) for one in story.events[1:]]

    found = why.explain(ready.event_id, [asked, *events])
    assert f'{told}["remind me to rest"]' in _printed(found)
    (call,) = explaining.as_json(found)["turns"][0]["steps"][0]["calls"]
    assert (call["allowed_by"]["by"], call["allowed_by"]["words"]) == (by, ["remind me to rest"])


def test_an_open_call_is_told_as_open() -> None:
    events = [one for one in recorded.of(recorded.ada()) if not isinstance(one.event, ToolFinished)]
    asked = next(one for one in events if isinstance(one.event, ToolRequested))
    ready = next(one for one in REPLIES if one.event.turn == asked.event.turn)
    events = [
        replace(one, cause=asked.event_id) if one.event_id == ready.event_id else one
        for one in events
    ]
    found = why.explain(ready.event_id, events)
    assert "no outcome yet" in _printed(found)
    call = explaining.as_json(found)["turns"][0]["steps"][0]["calls"][0]
    assert call["outcome"] == "open"


def _printed(found: why.Explanation, links: list[str] | None = None) -> str:
    console = Console(width=400, highlight=False)
    with console.capture() as captured:
        console.print(tree(found, "▒▒▒", links or []))
    return captured.get()


def test_what_was_answered_at_the_door_leads_to_the_message_that_said_it() -> None:
    story = Story()
    said = message("STOP").model_copy(update={"word": "stop"})
    stopped = reply(None, "All right.", "confirmation")
    _, _, ready = story.tell(said, ConsentWithdrawn(), stopped, slot=slots.message("SM1"))

    found = why.explain(ready.event_id, story.log.all())
    assert found.traces_back()
    assert found.origin == "webhook"
    assert "webhook SM1" in _printed(found)


def test_what_was_said_in_a_voice_note_and_what_was_refused_are_shown() -> None:
    story = Story()
    note = spoken(story, "remind me tomorrow")
    video = sent(story, "video/mp4")
    story.tell(MediaRefused(message=video.event_id, index=0, of=1, why="type"))
    turn = story.tell(TurnStarted(number=0))[0].event_id
    said = story.tell(reply(turn, "Done."))[0].event_id

    found = why.explain(said, story.events)

    (told,) = explaining.as_json(found)["turns"]
    kinds = [one["type"] for one in told["media"]]
    assert kinds == ["media.kept", "voice.transcribed", "media.refused"]
    assert told["media"][1]["text"] == "remind me tomorrow"
    assert told["media"][0]["message"] == str(note.event_id)
    console = Console(width=200, record=True)
    console.print(tree(found, "[sealed]", []))
    shown = console.export_text()
    assert "media.kept  audio/ogg, 9 bytes" in shown
    assert "voice.transcribed by m, took 0 ms  remind me tomorrow" in shown
    assert "media.refused  type" in shown
