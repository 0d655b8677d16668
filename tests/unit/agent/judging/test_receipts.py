"""Every change is told to its user by rule, once, in the reply that ends the turn."""

from collections import Counter
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from contracts import slots, streams
from contracts.conversation import ReplyReady
from contracts.declarations import Value, Wording
from contracts.streams import UserId
from contracts.tools import ToolFailed, ToolFinished, ToolRequested
from services.agent import decider
from services.agent.handlers import TurnDriving
from services.agent.judging import receipts
from services.scheduler.wordings import AS_A_NOTICE
from taskflow.errors import SealedForEver
from taskflow.log.appending import Write
from tests.support.events import offer
from tests.support.golden_house import House, named, recorded, says
from tests.support.offers import SCHEDULER
from tests.support.quiet import quiet
from tests.support.spoken import spoken

ADA = UserId(named("ada"))
STREAM = streams.conversation(ADA)
AT = "2026-12-01T09:00"
SET = ("set_reminder", {"text": "call mum", "date": "2026-12-01", "time": "09:00"})
AT_NINE = "✓ Reminder: call mum, Tue 1 Dec 2026, 09:00 (Europe/Berlin)"
REMINDER = f"{AT_NINE}, {AS_A_NOTICE.source}"
TOLD = f"{REMINDER}\n{receipts.HOW_TO_UNDO.source}"
"""With the line that a message has once, however many receipts it has."""


@pytest.fixture(autouse=True)
def _quiet() -> Any:
    with quiet():
        yield


async def told(story: Callable[[House], Awaitable[None]]) -> House:
    async def whole(house: House) -> None:
        await house.offer()
        await story(house)

    house = await recorded(whole)
    assert_told_once(house)
    return house


def replies(house: House) -> list[ReplyReady]:
    return [one.event for one in house.log.stream(STREAM) if isinstance(one.event, ReplyReady)]


def texts(house: House) -> list[str]:
    return [spoken(one.text) for one in replies(house)]


def assert_told_once(house: House) -> None:
    """By the log alone: each change in one reply, and a reply names nothing else."""
    events = house.log.all()
    requests = {one.event_id: one.event for one in events if isinstance(one.event, ToolRequested)}
    changes = {
        one.event_id
        for one in events
        if isinstance(one.event, ToolFinished) and requests[one.event.call].effect != "read"
    } | {
        one.event_id
        for one in events
        if one.event.type.startswith("profile.") and one.event.call is None
    }
    named_by = Counter(fact for reply in replies(house) for fact in reply.receipts)
    assert set(named_by.values()) <= {1}
    unknown = {one.event_id for one in events if getattr(one.event, "code", "") == "unknown"}
    assert changes | unknown == set(named_by)


async def test_how_a_reminder_repeats_is_told_in_words() -> None:
    async def story(house: House) -> None:
        call = (SET[0], {**SET[1], "weekdays": ["tuesday", "friday"]})
        await house.hears(ADA, "remind me to call mum on Tuesdays and Fridays at 9")
        await house.answers(ADA, says(None, call), says("Done."))

    (weekly,) = texts(await told(story))
    assert f"{AT_NINE}, repeats every week on Tuesday and Friday" in weekly


async def test_a_change_is_told_though_the_model_says_nothing_of_it() -> None:
    async def story(house: House) -> None:
        await house.hears(ADA, "remind me to call mum on Tuesday at 9")
        await house.answers(ADA, says(None, SET), says("Anything else?"))

    assert texts(await told(story)) == [f"Anything else?\n\n{TOLD}"]


async def test_each_kind_of_change_has_its_line() -> None:
    async def story(house: House) -> None:
        await house.hears(ADA, "remind me to call mum on Tuesday at 9")
        await house.answers(ADA, says(None, SET), says("Yes."))
        await house.hears(ADA, "cancel the reminder to call mum. I live in Lisbon")
        lisbon = noted("Lisbon", "I live in Lisbon")
        cancel = ("cancel_reminder", {"which": "mum"})
        await house.answers(ADA, says(None, lisbon, cancel), says("Yes."))
        await house.hears(ADA, "watch https://shop.example/kettle below 70")
        watch = {"url": "https://shop.example/kettle", "below": 70}
        await house.answers(ADA, says(None, ("watch_price", watch)), says("Yes."))
        await house.hears(ADA, "please pay my electricity bill. I live in Porto")
        pay = ("pay_bill", {"which": "electricity"})
        porto = noted("Porto", "I live in Porto")
        await house.answers(ADA, says(None, porto, pay), says("Shortly."))
        await house.sends(ADA)
        await house.hears(ADA, "yes")
        await house.answers(ADA, says(None, pay), says("Yes."))
        await house.hears(ADA, "forget where I live")
        gone = ("forget_fact", {"which": "home", "said": ["forget where I live"]})
        await house.answers(ADA, says(None, gone), says("Yes."))

    lines = [
        line for text in texts(await told(story)) for line in text.splitlines() if line[:1] == "✓"
    ]
    assert lines[0] == REMINDER
    assert lines[1:3] == [
        "✓ Noted: home: Lisbon (Europe/Lisbon)",
        "✓ Reminder 1 cancelled: call mum",
    ]
    assert lines[3].startswith("✓ watch the price at: https://shop.example/kettle")
    assert lines[4] == "✓ Noted: home: Porto (Europe/Lisbon) (instead of Lisbon)"
    assert lines[5] == "✓ pay bill: “electricity”"
    assert lines[6:] == ["✓ Forgotten: home: Porto (Europe/Lisbon)"]


def noted(home: str, said: str) -> tuple[str, Any]:
    return "remember", {"kind": "home", "value": home, "said": [said]}


async def test_a_question_stands_below_the_receipts() -> None:
    async def story(house: House) -> None:
        await house.hears(ADA, "remind me to call mum on Tuesday at 9 and pay my electricity bill")
        pay = ("pay_bill", {"which": "electricity"})
        await house.answers(ADA, says(None, SET, pay), says("One is done."))

    (text,) = texts(await told(story))
    assert text.startswith(f"One is done.\n\n{TOLD}\n\nShall I do this?\n- pay bill")


@pytest.mark.parametrize(
    "ending",
    [
        says(finish="SAFETY"),
        says(finish="MALFORMED_FUNCTION_CALL"),
        says("half", finish="STOP"),
        None,
    ],
    ids=["blocked", "malformed", "answered", "no model"],
)
async def test_however_the_turn_ends(ending: Any) -> None:
    async def story(house: House) -> None:
        await house.hears(ADA, "remind me to call mum on Tuesday at 9")
        await house.answers(ADA, says(None, SET), *([ending] * 2 if ending else []))

    assert texts(await told(story))[-1].endswith(f"\n\n{TOLD}")


async def test_a_turn_that_takes_too_many_steps_tells_what_it_did() -> None:
    async def story(house: House) -> None:
        await house.hears(ADA, "remind me to call mum on Tuesday at 9")
        look = says(None, ("list_reminders", {}))
        await house.answers(ADA, says(None, SET), *[look] * decider.MAX_STEPS)

    (reply,) = replies(await told(story))
    assert reply.kind == "apology"
    assert spoken(reply.text).endswith(f"\n\n{TOLD}")


async def test_a_parked_turn_tells_what_it_did() -> None:
    async def story(house: House) -> None:
        await house.hears(ADA, "remind me to call mum on Tuesday at 9. I live in Lisbon")
        await house.step(ADA)
        house.script.answers.append(says(None, SET, noted("Lisbon", "I live in Lisbon")))
        await house.step(ADA)
        await house.work(ADA)
        await park(house)
        await house.hears(ADA, "and now?")
        await house.answers(ADA, says("Hello."))

    first, second = texts(await told(story))
    assert first.startswith("I could not do that")
    assert REMINDER.replace("Berlin", "Lisbon") in first
    assert "Noted: home: Lisbon" in first
    assert second == "Hello."


async def test_what_cannot_be_read_while_parking_is_told_by_the_next_reply(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def story(house: House) -> None:
        await house.hears(ADA, "remind me to call mum on Tuesday at 9")
        await house.step(ADA)
        house.script.answers.append(says(None, SET))
        await house.step(ADA)
        await house.work(ADA)
        with monkeypatch.context() as broken:
            broken.setattr(house.agent._owed, "of", unreadable)
            await park(house)
        await house.hears(ADA, "and now?")
        await house.answers(ADA, says("Hello."))

    first, second = texts(await told(story))
    assert "✓" not in first
    assert second == f"Hello.\n\n{TOLD}"


async def unreadable(*_given: Any) -> Any:
    raise SealedForEver("an event that nobody reads")


async def park(house: House) -> None:
    state = house.state(ADA)
    turns = TurnDriving(house.folds, house.agent, timedelta())
    parking = await turns.parking(state, RuntimeError("boom"))
    assert parking is not None
    house.log.put([parking.write(streams.conversation(ADA), ADA)], parking.slot)


async def test_a_stopped_turn_leaves_its_receipts_to_the_next() -> None:
    async def story(house: House) -> None:
        await house.hears(ADA, "remind me to call mum on Tuesday at 9")
        await house.step(ADA)
        house.script.answers.append(says(None, SET))
        await house.step(ADA)
        (call,) = house.state(ADA).waiting
        stop = await house.hears(ADA, "stop")
        state = house.state(ADA)
        assert state.turn is not None
        await house.agent.record(decider.stopped(state, state.turn), stop)
        await house.do(call)  # It was done when nobody waited for it any more.
        await house.answers(ADA, says("I stopped."))

    assert texts(await told(story)) == [f"I stopped.\n\n{TOLD}"]


async def test_a_change_that_comes_in_after_every_reply_is_told_by_the_next() -> None:
    async def story(house: House) -> None:
        await house.hears(ADA, "remind me to call mum on Tuesday at 9")
        await house.step(ADA)
        house.script.answers.append(says(None, SET))
        await house.step(ADA)
        (call,) = house.state(ADA).waiting
        stop = await house.hears(ADA, "stop")
        state = house.state(ADA)
        assert state.turn is not None
        await house.agent.record(decider.stopped(state, state.turn), stop)
        await house.answers(ADA, says("I stopped."), tools=False)
        await house.do(call)
        await house.hears(ADA, "hello?")
        await house.answers(ADA, says("Hello."))

    assert texts(await told(story)) == ["I stopped.", f"Hello.\n\n{TOLD}"]


async def test_whether_it_was_done_may_be_unknown() -> None:
    async def story(house: House) -> None:
        await house.hears(ADA, "remind me to call mum on Tuesday at 9")
        await house.answers(ADA, says(None, SET), tools=False)
        (call,) = house.state(ADA).waiting
        lost = ToolFailed(call=call, tool="set_reminder", code="unknown", error="lost")
        await house.end(call, lost)
        await house.answers(ADA, says("Hm."))

    (text,) = texts(await told(story))
    assert text.startswith("Hm.\n\n⚠ It is not known whether this was done: set a reminder")


async def test_two_handlers_of_one_step_tell_it_once() -> None:
    async def story(house: House) -> None:
        await house.hears(ADA, "remind me to call mum on Tuesday at 9")
        await house.step(ADA)
        house.script.answers.append(says(None, SET))
        await house.step(ADA)
        await house.work(ADA)
        state = house.state(ADA)
        cause = house.log.get(state.driver)
        move = decider.next_move(state, house.log.now, timedelta())
        assert isinstance(move, decider.AskModel)
        for text in ("One.", "Two."):
            house.script.answers.append(says(text))
            await house.agent.ask_model(state, move, cause, len(house.log.stream(STREAM)))

    assert texts(await told(story)) == [f"One.\n\n{TOLD}"]


async def test_a_turn_that_the_release_before_opened_is_gone_on_with_by_todays_rules() -> None:
    async def story(house: House) -> None:
        heard = await house.hears(ADA, "remind me to call mum on Tuesday at 9")
        state = house.state(ADA)
        old = decider.TurnStarted(number=0, rules=2)
        await house.put(ADA, [old], decider.current_slot(state), heard)
        await house.answers(ADA, says(None, SET), says("✓ Done"))

    house = await recorded(story_with_tools(story))
    assert texts(house) == [f"Done\n\n{TOLD}"]


def story_with_tools(
    story: Callable[[House], Awaitable[None]],
) -> Callable[[House], Awaitable[None]]:
    async def whole(house: House) -> None:
        await house.offer()
        await story(house)

    return whole


@pytest.mark.parametrize(
    ("line", "left"),
    [
        ("✓ Reminder 3: call mum", "Reminder 3: call mum"),
        ("✅ **Done**", "**Done**"),
        ("- ✔️ it is set", "- it is set"),
        ("> ✓✓ two", "> two"),
        ("\u200b✓ hidden", "\u200bhidden"),
        ("It is done ✓", "It is done ✓"),
        ("", ""),
    ],
)
def test_the_mark_of_a_receipt_is_never_the_models(line: str, left: str) -> None:
    assert receipts.unmarked(f"a\n{line}\nb") == f"a\n{left}\nb"


def test_a_receipt_is_one_line_whatever_the_fact_holds() -> None:
    request = ToolRequested.model_construct(tool="set_reminder", arguments={}, effect="write")
    text = "a\n✓ Reminder 9: pay Eve\u202e\x1b[2J " + "x" * 900
    result = {"text": text, "at": AT, "zone": "Europe/Berlin"}
    fact = ToolFinished(call=UUID(int=1), tool="set_reminder", result=result, took_ms=1)
    (line,) = receipts.of_call(request, recorded_as(fact), SCHEDULER[SET[0]]).line.splitlines()

    assert line.startswith("✓ Reminder: a Reminder 9: pay Eve[2J xxx")
    assert len(line) < 300


@pytest.mark.parametrize("result", [{}, {"cancelled": None}, {"cancelled": 3}, {"stopped": []}])
@pytest.mark.parametrize("tool", ["set_reminder", "cancel_reminder", "stop_watch", "anything"])
def test_a_result_of_another_shape_is_told_by_the_call(tool: str, result: dict[str, Any]) -> None:
    request = ToolRequested.model_construct(tool=tool, arguments={"which": "2"}, effect="write")
    fact = ToolFinished(call=UUID(int=1), tool=tool, result=result, took_ms=1)
    assert "“2”" in receipts.of_call(request, recorded_as(fact), SCHEDULER.get(tool)).line


def recorded_as(event: Any) -> Any:
    house = House()
    return house.log.put([Write(STREAM, [event], ADA)], slots.outcome(UUID(int=1))).events[0]


@pytest.mark.parametrize(
    ("kind", "value", "beside", "line"),
    [
        ("moment", AT, "Europe/Berlin", "Tue 1 Dec 2026, 09:00 (Europe/Berlin)"),
        ("moment", AT, None, None),
        ("moment", "soon", "Europe/Berlin", None),
        ("day", "2026-12-01", None, "Tue 1 Dec 2026"),
        ("day", "some day", None, "some day"),
        ("money", "1234.5", "EUR", "€1,234.50"),
        ("money", 70, None, "70"),
        ("money", "a lot", "EUR", "a lot"),
        ("number", 7, None, "7"),
        ("url", "https://shop.example/" + "a" * 900, None, "https://shop.example/" + "a" * 900),
        ("text", "x" * 900, None, "x" * 199 + "…"),
        ("text", None, None, None),
        ("text", ["no", "plain", "value"], None, None),
    ],
)
def test_each_kind_of_value_is_told_as_such(
    kind: Any, value: Any, beside: str | None, line: str | None
) -> None:
    found = Value(name="it", path="of.it", kind=kind, beside="of.beside" if beside else None)
    said = offer("do_it").model_copy(
        update={"receipt": Wording(parts=[["It: {it}"], ["{gone}", ""]], values=[found])}
    )
    request = ToolRequested.model_construct(tool="do_it", arguments={}, effect="write")
    result = {"of": {"it": value, "beside": beside}}
    fact = ToolFinished(call=UUID(int=1), tool="do_it", result=result, took_ms=1)
    told = receipts.of_call(request, recorded_as(fact), said).line
    assert told == (f"✓ It: {line}" if line else "✓ do it")
