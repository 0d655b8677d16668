"""What follows from a model's answer."""

from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from contracts import slots
from contracts.conversation import ReplyReady, TurnSuperseded, Usage, WishJudged
from contracts.tools import ActionProposed, Asker, ToolFailed, ToolRequested
from services.agent.judging.answers import (
    CUT_SHORT,
    MAX_CALLS,
    Circumstances,
    answered,
    telling_again,
    wanted,
)
from services.agent.judging.proposals import fingerprint
from services.agent.judging.verdicts import Judgement, Standing
from tests.support.events import answer, offer, own_words, reply
from tests.support.memory_log import START

TURN = UUID(int=42)
WEB = ("search_web", {"query": "x"})


PAY = ("pay_bill", {"sum": 70})
BILL = "please pay the bill of 70"
ASKED = ("pay_bill", {**PAY[1], "said": [BILL]})


def given(*, may_repair: bool = True, offered: Any = None, **known: Any) -> Circumstances:
    pay = offer("pay_bill").model_copy(update={"effect": "confirm"})
    known.setdefault("standing", Standing(typed=own_words(BILL)))
    return Circumstances(
        offered={"search_web": offer(), "pay_bill": pay, **(offered or {})},
        zone="Europe/Berlin",
        zone_known=False,
        now=START,
        in_reply_to="SM1",
        may_repair=may_repair,
        **known,
    )


def test_words_become_the_reply() -> None:
    said, reply = answered(answer(TURN, 1, text=" Hello. "), given())

    assert said == answer(TURN, 1, text=" Hello. ")
    assert reply == ReplyReady(turn=TURN, kind="answer", text="Hello.", in_reply_to="SM1")


def test_thoughts_are_not_said() -> None:
    thinking = answer(TURN, 1, text="Hello.")
    thinking.content["parts"].append({"text": "hmm", "thought": True})

    assert answered(thinking, given())[1].text == "Hello."


def test_calls_become_requests_with_deadlines() -> None:
    _, first, second = answered(answer(TURN, 1, calls=(WEB, WEB)), given())

    assert isinstance(first, ToolRequested)
    assert isinstance(second, ToolRequested)
    assert (first.owner, first.arguments, first.vendor_call_id) == ("tools", {"query": "x"}, "c0")
    assert first.deadline == START + timedelta(seconds=45)
    assert first.zone == "Europe/Berlin"


def test_calls_are_read_in_either_spelling_and_without_arguments() -> None:
    said = answer(TURN, 1, text="")
    said.content["parts"].append({"function_call": {"name": "search_web"}})
    request = answered(said, given())[1]

    assert (request.tool, request.arguments, request.vendor_call_id) == ("search_web", {}, None)


def test_a_call_of_an_unknown_tool_fails_in_the_same_batch() -> None:
    _, real, invented, failed = answered(answer(TURN, 1, calls=(WEB, ("fly", {}))), given())

    assert isinstance(real, ToolRequested)
    assert invented.owner == "nobody"
    assert isinstance(failed, ToolFailed)
    assert failed.call == slots.event_id(slots.step(TURN, 1), 2)
    assert "search_web" in failed.error


def test_with_nothing_on_offer_it_says_so() -> None:
    nothing = Circumstances({}, "UTC", False, START, None, True)

    assert answered(answer(TURN, 1, calls=(WEB,)), nothing)[-1].error.endswith("There are: none.")


@pytest.mark.parametrize(
    "bad",
    [
        answer(TURN, 1),
        answer(TURN, 1, text="  "),
        answer(TURN, 1, text="x", finish="MALFORMED_RESPONSE"),
        answer(TURN, 1, calls=(WEB,), finish="MALFORMED_FUNCTION_CALL"),
        answer(TURN, 1, calls=(("default_api.Search", {}),)),
        answer(TURN, 1, text="so", calls=(("Bad Name", {}),)),
        answer(TURN, 1, calls=(("search_web\n", {}),)),
        answer(TURN, 1, calls=(("search_web", ["x"]),)),
        answer(TURN, 1, calls=(("search_web", "x"),)),
        answer(TURN, 1, calls=(WEB,) * (MAX_CALLS + 1)),
    ],
    ids=[
        "empty",
        "blank",
        "garbled",
        "garbled call",
        "bad name",
        "both",
        "a line in its name",
        "a list of arguments",
        "a text for arguments",
        "too many",
    ],
)
def test_what_cannot_be_used_is_repaired_once_and_then_apologized_for(bad) -> None:
    assert answered(bad, given()) == [bad]
    assert answered(bad, given(may_repair=False))[1].kind == "apology"


@pytest.mark.parametrize("finish", ["SAFETY", "PROHIBITED_CONTENT", "BLOCKED_OTHER"])
def test_a_blocked_answer_is_apologized_for_at_once(finish: str) -> None:
    reply = answered(answer(TURN, 1, text="half", finish=finish), given())[1]

    assert reply.kind == "apology"
    assert "half" not in reply.text


def test_a_truncated_answer_says_that_it_is() -> None:
    reply = answered(answer(TURN, 1, text="Long", finish="MAX_TOKENS"), given())[1]

    assert reply.text == f"Long\n\n{CUT_SHORT.source}"


def test_a_reply_that_may_not_have_arrived_is_quoted_in_the_next_one() -> None:
    lost = {UUID(int=5): "It is 20 degrees.\nBring a hat."}
    said, ready = telling_again(
        [answer(UUID(int=1), 1, text="x"), reply(UUID(int=1), "Hi.")], lost, "en"
    )

    assert said.type == "model.answered"
    assert ready.tells_again == [UUID(int=5)]
    assert ready.text == (
        "My reply before this may not have reached you:\n> It is 20 degrees.\n> Bring a hat.\n\nHi."
    )


def test_what_is_told_again_is_told_in_short() -> None:
    (ready,) = telling_again([reply(UUID(int=1), "Hi.")], {UUID(int=5): "x" * 5000}, "en")
    assert len(ready.text) < 1200
    assert "x…" in ready.text


def test_a_reply_after_others_that_arrived_is_as_it_was() -> None:
    ready = reply(UUID(int=1), "Hi.")
    assert telling_again([ready], {}, "en") == [ready]


def test_a_call_that_waits_fails_and_is_proposed_in_the_same_batch() -> None:
    _, web, pay, again, failed, failed_too, proposed = answered(
        answer(TURN, 1, calls=(WEB, ASKED, ASKED)), given(asker=Asker(currency="EUR"))
    )

    assert (web.owner, pay.owner, again.owner) == ("tools", "nobody", "nobody")
    assert web.asker == Asker(currency="EUR")
    assert (failed.code, failed_too.code) == ("needs_confirmation", "needs_confirmation")
    assert failed.call == slots.event_id(slots.step(TURN, 1), 2)
    assert isinstance(proposed, ActionProposed)
    assert (proposed.arguments, proposed.why) == ({"sum": 70}, "always")
    assert proposed.fingerprint == fingerprint(*PAY)


def test_what_was_proposed_before_is_not_proposed_again() -> None:
    standing = Standing(proposed=frozenset({fingerprint(*PAY)}), typed=own_words(BILL))
    events = answered(answer(TURN, 2, calls=(ASKED,)), given(standing=standing))

    assert [one.type for one in events] == ["model.answered", "tool.requested", "tool.failed"]


def test_a_confirmed_call_is_done() -> None:
    standing = Standing(
        confirmed=frozenset({fingerprint(*PAY)}), typed=own_words("yes"), now=["yes"]
    )
    _, request, wish = answered(answer(TURN, 1, calls=(PAY,)), given(standing=standing))

    assert (request.owner, request.arguments) == ("tools", PAY[1])
    assert isinstance(wish, WishJudged)
    assert (wish.by, wish.words, wish.call) == (
        "yes",
        ["yes"],
        slots.event_id(slots.step(TURN, 1), 1),
    )


def test_a_change_stands_beside_the_words_that_allow_it() -> None:
    write = offer("pay_bill").model_copy(update={"effect": "write"})
    known = replace(given(), offered={"pay_bill": write})
    _, request, wish = answered(answer(TURN, 1, calls=(ASKED,)), known)

    assert (request.owner, request.arguments) == ("tools", PAY[1])
    assert (wish.by, wish.asks, wish.words, wish.fingerprint) == (
        "words",
        True,
        [BILL],
        fingerprint(*PAY),
    )
    assert wish.messages == known.standing.typed.now


def test_the_witness_is_heard_and_what_it_said_is_recorded() -> None:
    write = offer("pay_bill").model_copy(update={"effect": "write"})
    standing = Standing(typed=own_words(BILL), outside=True)
    known = replace(given(standing=standing), offered={"pay_bill": write})
    fact = answer(TURN, 1, calls=(ASKED,))
    (asked,) = wanted(fact, known)
    assert (asked.fingerprint, asked.call.arguments) == (fingerprint(*PAY), PAY[1])

    for asks, owner in ((True, "tools"), (False, "nobody"), (None, "nobody")):
        said = Judgement(asks, "gemini-x", "witness-v1", Usage(total=9), 5)
        heard = replace(known, standing=replace(standing, judged={asked.fingerprint: said}))
        _, request, *_, wish = answered(fact, heard)
        assert (request.owner, wish.by, wish.asks) == (owner, "witness", asks)
        assert (wish.model, wish.usage.total, wish.took_ms) == ("gemini-x", 9, 5)


def test_the_reply_shows_what_waits_and_the_picture() -> None:
    proposed = answered(answer(TURN, 1, calls=(ASKED,)), given())[-1]
    known = given(proposed=[proposed], picture=UUID(int=9))
    ready = answered(answer(TURN, 2, text="That needs your yes."), known)[1]

    assert ready.text.startswith("That needs your yes.\n\nShall I do this?\n- pay bill: sum 70\n")
    assert ready.picture == UUID(int=9)


def test_a_turn_gives_way_only_to_what_it_was_shown() -> None:
    way = answer(TURN, 2, calls=(("give_way", {}), WEB))

    assert answered(way, given(may_give_way=True)) == [way, TurnSuperseded(turn=TURN, step=2)]
    refused = answered(way, given())
    assert [one.type for one in refused] == [
        "model.answered",
        "tool.requested",
        "tool.requested",
        "tool.failed",
    ]
