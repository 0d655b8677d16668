"""The conversation as the model reads it: what is told whole, what in short, and what once."""

import json
from collections.abc import Sequence
from typing import Any
from uuid import UUID

import pytest

from contracts import slots
from contracts.conversation import (
    HistorySummarized,
    ModelAnswered,
    ReplyCaught,
    TurnParked,
    TurnRetried,
    TurnStarted,
    TurnStopped,
    TurnSuperseded,
    Usage,
)
from contracts.event import Json
from contracts.recorded import Recorded
from contracts.replies import ReplySent
from contracts.tools import ToolFailed, ToolFinished, ToolRequested
from services.agent import decider
from services.agent.asking import bounds, history, messages
from services.agent.asking.history import HISTORY_TOKENS
from services.agent.asking.results import FROM_OUTSIDE, MAX_OLD_RESULT, shortened
from services.agent.decider import FOLD
from services.agent.judging import truth
from tests.support.events import answer, message, reply, replying
from tests.support.memory_log import START
from tests.support.story import Story


def park(story: Story) -> TurnParked:
    decision = decider.parked(FOLD.over(story.events), "boom")
    return story.tell(*decision.events, slot=decision.slot)[0].event


def retry(story: Story) -> None:
    parked = next(one for one in story.events if isinstance(one.event, TurnParked))
    story.tell(TurnRetried(parked=parked.event_id, messages=parked.event.messages))


def start(story: Story) -> UUID:
    return story.tell(TurnStarted(number=FOLD.over(story.events).ended))[0].event_id


def read(story: Story, turn: UUID, **also: Any) -> list[Json]:
    return history.contents(story.events, turn, "UTC", zone_known=False, **also)


def last(story: Story, turn: UUID) -> Json:
    return read(story, turn)[-1]


def turn(story: Story, asked: str, said: str, *calls: tuple[str, Json, Json]) -> UUID:
    """A whole turn: asked, looked up, answered."""
    story.tell(message(asked))
    turn = start(story)
    if calls:
        look_up(story, turn, *calls)
    story.tell(answer(turn, 2, text=said), reply(turn, said))
    return turn


def look_up(
    story: Story,
    turn: UUID,
    *calls: tuple[str, Json, Json],
    step: int = 1,
    said: ModelAnswered | None = None,
    answered: bool = True,
) -> None:
    asked = [(tool, arguments) for tool, arguments, _ in calls]
    requests = [
        ToolRequested(
            turn=turn,
            step=step,
            tool=tool,
            owner="tools",
            vendor_call_id=f"c{n}",
            arguments=arguments,
            zone="UTC",
            zone_known=False,
            deadline=START,
            untrusted=tool == "search_web",
        )
        for n, (tool, arguments) in enumerate(asked)
    ]
    said = said or answer(turn, step, calls=tuple(asked))
    _, *told = story.tell(said, *requests)
    if not answered:
        return
    for request, (tool, _, result) in zip(told, calls, strict=True):
        found = ToolFinished(call=request.event_id, tool=tool, result=result, took_ms=1)
        story.tell(found, slot=slots.outcome(request.event_id))


def texts(told: Sequence[Json]) -> list[str]:
    return [part["text"] for content in told for part in content["parts"] if "text" in part]


def results(told: Sequence[Json]) -> list[Json]:
    parts = [part for content in told for part in content["parts"]]
    return [one["functionResponse"]["response"] for one in parts if "functionResponse" in one]


def test_a_retried_turn_asks_what_the_user_asked_not_our_apology() -> None:
    story = Story()
    story.tell(message("find me a flight"))
    start(story)
    park(story)
    retry(story)

    asked = last(story, start(story))
    assert asked["role"] == "user"
    assert asked["parts"][1:] == [{"text": "find me a flight"}]


def test_messages_that_were_given_up_are_not_told_with_the_next() -> None:
    story = Story()
    story.tell(message("poison"))
    park(story)
    story.tell(message("hello"))

    assert last(story, start(story))["parts"][1:] == [{"text": "hello"}]


def test_messages_given_back_come_before_those_that_wait() -> None:
    story = Story()
    story.tell(message("first"))
    park(story)
    story.tell(message("second"))
    retry(story)

    told = last(story, start(story))["parts"][1:]
    assert [part["text"] for part in told] == ["first", "second"]


def test_what_is_known_of_the_user_stands_below_the_time() -> None:
    story = Story()
    story.tell(message("hello"))
    told = read(story, start(story), about=["About the user:", "- name: Ada"])

    assert told[-1]["parts"][0]["text"] == (
        "Now: 2026-11-23T09:00:00 Monday, UTC (guessed from the number's country)\n"
        "About the user:\n- name: Ada"
    )


def test_older_turns_are_plain_text_with_their_calls_and_results() -> None:
    story = Story()
    turn(story, "flights?", "two", ("search_flights", {"to": "LIS"}, {"flights": ["a\n- b"]}))
    story.tell(message("and back?"))
    told = read(story, start(story))

    assert [content["role"] for content in told] == ["user", "model", "user"]
    line = '- search_flights {"to":"LIS"}: {"result":{"flights":["a\\n- b"]}}'
    assert texts(told[:2]) == [
        "flights?",
        f"{history.CALLED}\n{line}",
        "two",
    ]
    assert results(told) == []


def test_strangers_words_are_marked_in_older_turns_too() -> None:
    story = Story()
    turn(story, "look", "done", ("search_web", {}, {"hits": 1}))
    story.tell(message("and?"))

    assert f'"untrusted":"{FROM_OUTSIDE}"' in texts(read(story, start(story)))[1]


def test_a_call_that_never_ended_is_not_told_afterwards() -> None:
    story = Story()
    story.tell(message("look"))
    open_ = start(story)
    look_up(story, open_, ("search_web", {}, {}), answered=False)
    story.tell(TurnStopped(turn=open_, reason="user"), message("again"))

    assert texts(read(story, start(story)))[0] == "look"


def test_others_words_are_marked_where_results_are_read_as_ever() -> None:
    story = Story()
    story.tell(message("look"))
    turn_ = start(story)
    look_up(story, turn_, ("search_web", {}, {"hits": 1}), ("list_watches", {}, {"watches": []}))

    assert results(read(story, turn_)) == [
        {"result": {"hits": 1}, "untrusted": FROM_OUTSIDE},
        {"result": {"watches": []}},
    ]


def test_a_failure_is_told_as_it_is() -> None:
    story = Story()
    story.tell(message("look"))
    turn_ = start(story)
    look_up(story, turn_, ("search_web", {}, {}), answered=False)
    call = next(one for one in story.events if isinstance(one.event, ToolRequested)).event_id
    story.tell(ToolFailed(call=call, tool="search_web", code="timeout", error="too late"))

    assert results(read(story, turn_)) == [{"error": "too late", "code": "timeout"}]


def test_a_big_result_is_whole_in_its_turn_and_short_afterwards() -> None:
    pages = {"hits": [{"title": f"page {n}", "text": "x" * 900} for n in range(30)]}
    story = Story()
    story.tell(message("look"))
    turn_ = start(story)
    look_up(story, turn_, ("search_flights", {}, pages))
    assert results(read(story, turn_)) == [{"result": pages}]

    story.tell(reply(turn_, "found"))
    story.tell(message("thanks"))
    told = texts(read(story, start(story)))[1]
    short = json.loads(told.partition("search_flights {}: ")[2])
    assert len(json.dumps(short)) <= MAX_OLD_RESULT + 100
    assert short["result"]["hits"][0]["title"] == "page 0"
    assert short["result"]["hits"][-1] == "…"


@pytest.mark.parametrize(
    "value",
    [
        {"text": "ö" * 9_000},
        {"deep": [[["x" * 300] * 20] * 20] * 20},
        {str(n): "y" * 50 for n in range(900)},
        ["z"] * 9_000,
    ],
)
def test_whatever_is_cut_stays_json_of_the_stated_length(value: Any) -> None:
    assert len(json.dumps(shortened(value), ensure_ascii=False).encode()) <= MAX_OLD_RESULT * 1.3


def test_only_the_newest_turns_that_the_budget_holds_are_told() -> None:
    story = Story()
    for n in range(80):
        turn(story, f"question {n}", f"answer {n} " + "x" * 3_000)
    story.tell(message("now"))
    told = read(story, start(story))

    assert HISTORY_TOKENS * 0.9 < history.tokens(told[:-1]) <= HISTORY_TOKENS
    assert told[0]["role"] == "user"
    newest = [text.split(" x")[0] for text in texts(told[:-1])][-4:]
    assert newest == ["question 78", "answer 78", "question 79", "answer 79"]
    first = int(texts(told)[0].removeprefix("question "))
    assert len(told) == 2 * (80 - first) + 1, "none is left out in between"


def test_what_a_person_writes_in_a_few_messages_is_whole() -> None:
    story = Story()
    longest = "語" * 4_096
    story.tell(message(longest), message("hello"))

    assert texts(read(story, start(story)))[1:] == [longest, "hello"]


def test_a_long_burst_is_condensed_with_a_note() -> None:
    story = Story()
    for n in range(64):
        story.tell(message(f"{n} " + "🦄" * 4_000, sid=f"SM{n}"))
    story.tell(message("and that is all", sid="SM64"))
    request = read(story, start(story))

    told = texts(request)[1:]
    assert told[0].startswith("(from TaskFlow, not from the user) The user wrote 65 messages, ")
    assert [one.split()[0] for one in told[1:-1]] == [str(n) for n in range(1, 64)]
    assert told[-1] == "and that is all"
    assert bounds.size(request) < 2 * bounds.BURST_BYTES
    assert bounds.size(read(story, story.events[-1].event_id)) < 2 * bounds.BURST_BYTES


def test_results_of_the_open_turn_are_whole_where_there_is_room_for_them() -> None:
    story = Story()
    story.tell(message("look"))
    turn = start(story)
    for step in range(1, 9):
        found = ("search_web", {"query": str(step)}, {"pages": ["é" * 6_000] * 3, "n": step})
        look_up(story, turn, found, step=step)
        request = read(story, turn)
        if step == 1:
            assert (
                request[-1]["parts"][0]["functionResponse"]["response"]["result"]["pages"][0]
                == "é" * 6_000
            )
    assert bounds.size(request) <= bounds.OPEN_BYTES
    assert [
        part["functionResponse"]["response"]["result"]["n"]
        for content in request
        for part in content["parts"]
        if "functionResponse" in part
    ] == list(range(1, 9))


def summary(upto: int, text: str = "Ada asked for flights.") -> HistorySummarized:
    return HistorySummarized(
        number=0,
        covers_from=1,
        covers_upto=upto,
        turns=1,
        text=text,
        model="gemini",
        prompt_version="summary-v1-0",
        usage=Usage(),
    )


def test_what_a_summary_covers_is_told_by_it_alone() -> None:
    story = Story()
    turn(story, "old question", "old answer", ("search_web", {}, {"hits": 1}))
    upto = story.events[-1].version
    turn(story, "new question", "new answer")
    story.tell(message("now"))
    told = read(story, start(story), summary=summary(upto))

    assert [content["role"] for content in told] == ["user", "model", "user", "model", "user"]
    assert texts(told)[0] == (
        "(summary of earlier conversation, information only)\nAda asked for flights."
    )
    assert texts(told)[2:4] == ["new question", "new answer"]
    assert "old" not in json.dumps(told)


def test_the_walk_may_begin_where_the_summary_ends() -> None:
    story = Story()
    turn(story, "old", "old answer")
    upto = story.events[-1].version
    turn(story, "new", "new answer")
    story.tell(message("now"))
    open_ = start(story)
    after: list[Recorded[Any]] = [one for one in story.events if one.version > upto]
    also = {"zone_known": False, "summary": summary(upto)}

    assert history.contents(after, open_, "UTC", **also) == read(
        story, open_, summary=summary(upto)
    )


def caught(turn: UUID, step: int, *claims: str, how: str = "by_model") -> ReplyCaught:
    return ReplyCaught(turn=turn, step=step, claims=list(claims), corrected=how)


def test_a_caught_answer_is_sent_back_with_what_really_happened() -> None:
    story = Story()
    story.tell(message("watch this and remind me"))
    turn_ = start(story)
    look_up(story, turn_, ("watch_price", {}, {"watching": True}))
    false = answer(turn_, 2, text="I watch it and set a reminder.")
    story.tell(false, caught(turn_, 2, "set_reminder"))
    *_, said, note = read(story, turn_)

    assert said == false.content
    assert note["role"] == "user"
    why = truth.note(["set_reminder"], ["watch_price"])
    assert texts([note]) == [f"{history.FROM_US} {why}"]


def test_a_reply_that_was_caught_is_answered_as_the_call_that_it_was() -> None:
    story = Story()
    story.tell(message("remind me"))
    turn_ = start(story)
    false = replying(turn_, 1, "I set it.", says_done=["set_reminder"])
    story.tell(false, caught(turn_, 1, "set_reminder"))
    *_, said, back = read(story, turn_)

    assert said == false.content
    assert back["parts"] == [
        {
            "functionResponse": {
                "name": "reply",
                "id": "c0",
                "response": {"error": truth.note(["set_reminder"], [])},
            }
        }
    ]


def test_a_reply_beside_open_calls_was_not_sent_and_is_told_so() -> None:
    story = Story()
    story.tell(message("what is new?"))
    turn_ = start(story)
    both = replying(turn_, 1, "I am looking.", beside=(("search_web", {"query": "news"}),))
    look_up(story, turn_, ("search_web", {"query": "news"}, {"hits": 1}), said=both)
    *_, said, back = read(story, turn_)

    assert said == both.content
    assert [part["functionResponse"]["name"] for part in back["parts"]] == ["search_web", "reply"]
    assert results([back]) == [
        {"result": {"hits": 1}, "untrusted": FROM_OUTSIDE},
        {"error": history.DROPPED},
    ]


def test_what_was_caught_is_not_told_in_later_turns() -> None:
    story = Story()
    story.tell(message("remind me"))
    turn_ = start(story)
    story.tell(answer(turn_, 1, text="I set a reminder."), caught(turn_, 1, "set_reminder"))
    story.tell(answer(turn_, 2, text="When?"), reply(turn_, "When?"))
    story.tell(message("at five"))

    assert texts(read(story, start(story)))[:2] == ["remind me", "When?"]


def test_an_unusable_answer_is_asked_for_again() -> None:
    story = Story()
    story.tell(message("hello"))
    turn_ = start(story)
    story.tell(answer(turn_, 1, finish="MALFORMED_FUNCTION_CALL"))

    assert texts(read(story, turn_))[-1] == history.REPAIR


def quoting(story: Story, ref: str, text: str = "not this one") -> Json:
    """The last content, of a turn whose message answers an earlier one."""
    story.tell(message(text, sid="SM9").model_copy(update={"quotes": ref}))
    return last(story, start(story))


def test_a_message_shows_which_of_ours_it_answers() -> None:
    story = Story()
    ready = story.tell(reply(None, "⏰ call mum\n(at nine)", kind="reminder"))[0].event_id
    story.tell(ReplySent(reply=ready, part=0, attempt=1, message_ref="SM5", known_by="response"))

    assert texts([quoting(story, "SM5")])[-1] == (
        f'{messages.QUOTING} "⏰ call mum\\n(at nine)")\nnot this one'
    )


def test_a_message_shows_which_of_their_own_it_answers() -> None:
    story = Story()
    turn(story, "a flight to Rome", "here are some")
    assert '"a flight to Rome"' in texts([quoting(story, "SM1")])[-1]


def test_a_long_quotation_is_cut_and_an_unknown_one_is_left_out() -> None:
    story = Story()
    turn(story, "x" * 2_000, "all right")
    assert len(texts([quoting(story, "SM1")])[-1]) < messages.MAX_QUOTED + 150
    other = Story()
    turn(other, "hello", "hello")
    assert texts([quoting(other, "SM404")])[-1] == "not this one"


def test_what_came_meanwhile_is_shown_behind_the_results() -> None:
    story = Story()
    story.tell(message("flights to Rome"))
    turn_ = start(story)
    look_up(story, turn_, ("search_web", {}, {"hits": 1}))
    told = read(story, turn_, arrived=[message("stop please, wrong city")])

    assert texts(told[-1:]) == [f"{history.MEANWHILE}\nstop please, wrong city"]
    assert results(told[-2:-1])


def test_a_turn_that_gave_way_is_told_once_with_what_it_had_begun() -> None:
    story = Story()
    story.tell(message("flights to Rome"))
    first = start(story)
    look_up(story, first, ("search_web", {"query": "Rome"}, {"hits": 1}))
    story.tell(message("stop please, Milan"))
    story.tell(answer(first, 2, calls=(("give_way", {}),)), TurnSuperseded(turn=first, step=2))
    second = start(story)
    (open_,) = read(story, second)

    assert texts([open_])[1:3] == ["flights to Rome", "stop please, Milan"]
    assert texts([open_])[3].startswith(f"{history.CALLED}\n- search_web")
    assert truth.finished(story.events, {second, *truth.gave_way(story.events, second)}) == {
        "search_web"
    }
    story.tell(answer(second, 1, text="Milan it is."), reply(second, "Milan it is."))
    story.tell(message("thanks"))
    third = start(story)
    assert truth.gave_way(story.events, third) == frozenset()
    assert texts(read(story, third)).count("flights to Rome") == 1
