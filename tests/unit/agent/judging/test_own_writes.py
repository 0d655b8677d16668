"""What the agent does itself is done with the answer that asks for it, and replied to at once."""

from typing import Any

import pytest

from contracts import streams
from contracts.conversation import ModelAnswered, ReplyCaught, ReplyReady, WishJudged
from contracts.profile import ProfileLearned
from contracts.streams import UserId
from contracts.tools import ActionProposed, ToolFailed, ToolFinished, ToolRequested
from services.agent.judging.receipts import HOW_TO_UNDO
from tests.support.golden_house import House, named, says
from tests.support.spoken import spoken

ADA = UserId(named("ada"))
SAID = "I live in Lisbon, call me Ada"
HOME = ("remember", {"kind": "home", "value": "Lisbon", "said": ["I live in Lisbon"]})
NAME = ("remember", {"kind": "name", "value": "Ada", "said": ["call me Ada"]})


def reply(text: str = "Nice to meet you!", *done: str) -> tuple[str, dict[str, Any]]:
    return "reply", {"text": text, "language": "en", "says_done": list(done)}


@pytest.fixture
async def house() -> House:
    house = House()
    await house.offer()
    return house


async def turn(house: House, text: str, *answers: Any) -> list[Any]:
    await house.hears(ADA, text)
    await house.answers(ADA, *answers)
    return [one.event for one in house.log.stream(streams.conversation(ADA))]


def of(events: list[Any], kind: type[Any]) -> list[Any]:
    return [one for one in events if isinstance(one, kind)]


async def test_a_statement_costs_one_call_of_the_model(house: House) -> None:
    events = await turn(house, SAID, says(None, HOME, NAME, reply("Hello!", "remember")))

    assert len(of(events, ModelAnswered)) == 1
    (told,) = of(events, ReplyReady)
    noted = f"✓ Noted: home: Lisbon (Europe/Lisbon)\n✓ Noted: name: Ada\n{HOW_TO_UNDO.source}"
    assert spoken(told.text) == f"Hello!\n\n{noted}"
    assert house.state(ADA).turn is None
    assert house.state(ADA).owed == ()


async def test_all_of_it_is_one_append(house: House) -> None:
    await turn(house, SAID, says(None, HOME, reply()))

    batch = {one.transaction_id for one in house.log.all() if isinstance(one.event, ModelAnswered)}
    kinds = [type(one.event) for one in house.log.all() if one.transaction_id in batch]
    called = [ModelAnswered, ToolRequested, ToolFinished, WishJudged]
    assert kinds == [*called, ReplyReady, ProfileLearned]


async def test_the_receipt_names_the_outcome_that_stands_there(house: House) -> None:
    events = await turn(house, SAID, says(None, HOME, reply()))

    (told,) = of(events, ReplyReady)
    finished = [one for one in house.log.all() if isinstance(one.event, ToolFinished)]
    assert told.receipts == [one.event_id for one in finished]


@pytest.mark.parametrize(
    "other",
    [
        ("search_web", {"query": "Lisbon"}),
        ("list_facts", {}),
        ("remember", {"kind": "home", "value": "Oslo", "said": ["I live in Lisbon"]}),
        ("remember", {"kind": "mood", "value": "Ada", "said": ["call me Ada"]}),
    ],
    ids=["a look-up elsewhere", "a look-up of its own", "one that waits", "one that failed"],
)
async def test_beside_anything_else_a_reply_is_dropped(house: House, other: Any) -> None:
    house.script.witness = False
    events = await turn(house, SAID, says(None, NAME, other, reply("Too early.")), says("Later."))

    (told,) = of(events, ReplyReady)
    assert told.text.startswith("Later.")
    assert len(of(events, ModelAnswered)) == 2


async def test_what_it_says_done_is_what_finished_beside_it(house: House) -> None:
    events = await turn(
        house, SAID, says(None, NAME, reply("Reminded!", "set_reminder")), says("Hello.")
    )

    (caught,) = of(events, ReplyCaught)
    assert caught.claims == ["set_reminder"]
    (told,) = of(events, ReplyReady)
    assert spoken(told.text) == f"Hello.\n\n✓ Noted: name: Ada\n{HOW_TO_UNDO.source}"


async def test_a_call_that_a_release_before_left_open_is_carried_out_once(house: House) -> None:
    """It stands in the log without an outcome: the tool itself does it."""
    await house.hears(ADA, SAID)
    await house.step(ADA)
    state = house.state(ADA)
    assert state.turn is not None
    request = ToolRequested(
        turn=state.turn,
        step=1,
        tool="remember",
        owner="agent",
        vendor_call_id=None,
        arguments=HOME[1],
        zone="UTC",
        zone_known=False,
        deadline=house.log.now,
        effect="write",
    )
    (put,) = await house.put(ADA, [request], named("left open"))
    house.tools += house.own
    await house.do(put.event_id)
    await house.do(put.event_id)

    profile = [one.event for one in house.log.stream(streams.profile(ADA))]
    assert [(one.value, one.call) for one in profile] == [("Lisbon", put.event_id)]
    assert not of([one.event for one in house.log.all()], ToolFailed)


GIMPO = "난 항상 김포에서 타"
AIRPORT = ("remember", {"kind": "home_airport", "value": "GMP", "said": [GIMPO]})


async def test_a_value_that_no_list_has_in_their_script_is_the_witnesss_to_tell(
    house: House,
) -> None:
    events = await turn(house, GIMPO, says(None, AIRPORT, reply("네!", "remember")))

    (judged,) = of(events, WishJudged)
    (noted,) = [one.event for one in house.log.all() if isinstance(one.event, ProfileLearned)]
    assert (judged.by, judged.asks) == ("witness", True)
    assert (noted.value, noted.said) == ("GMP", GIMPO)
    assert "GMP" in of(events, ReplyReady)[0].text


@pytest.mark.parametrize("word", [False, None], ids=["no", "no answer"])
async def test_where_it_does_not_say_yes_the_user_is_asked(house: House, word: bool | None) -> None:
    house.script.witness = word
    events = await turn(house, GIMPO, says(None, AIRPORT), says("그럴게요."))

    (asked,) = of(events, ActionProposed)
    assert asked.why == "untrusted"
    assert not [one for one in house.log.all() if isinstance(one.event, ProfileLearned)]


async def test_a_value_that_their_words_name_needs_no_witness(house: House) -> None:
    events = await turn(house, SAID, says(None, HOME, reply()))

    assert [one.by for one in of(events, WishJudged)] == ["words"]


async def test_a_fact_rests_on_what_was_typed_and_not_on_how_the_model_spells_it(
    house: House,
) -> None:
    typed = "Soy celiaca. Ojo con eso"
    spelt = {"kind": "preference", "value": "celiaca", "said": ["soy celaca"]}
    await turn(house, typed, says(None, ("remember", spelt), reply()))

    (noted,) = [one.event for one in house.log.all() if isinstance(one.event, ProfileLearned)]
    assert (noted.value, noted.said) == ("celiaca", "Soy celiaca.")


async def test_a_fact_at_the_end_of_a_long_breath_is_noted(house: House) -> None:
    typed = f"{'and then we went on and on ' * 40}and my home airport is Porto"
    call = {"kind": "home_airport", "value": "OPO", "said": ["my home airport is Porto"]}
    events = await turn(house, typed, says(None, ("remember", call), reply()))

    (noted,) = [one.event for one in house.log.all() if isinstance(one.event, ProfileLearned)]
    assert [one.by for one in of(events, WishJudged)] == ["words"]
    assert noted.said == "my home airport is Porto"
