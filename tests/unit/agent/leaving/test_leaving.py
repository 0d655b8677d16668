"""A user who wants to be forgotten is asked back once, and a yes to that does it; by rule alone."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from contracts import slots, streams
from contracts.conversation import (
    ForgettingAsked,
    ForgettingConfirmed,
    ModelAnswered,
    ReplyReady,
    TurnStarted,
    UserForgotten,
)
from contracts.event import Event
from contracts.recorded import Recorded
from contracts.replies import ReplyFailed, ReplySending, ReplySent
from contracts.streams import UserId
from contracts.tools import ToolRequested
from services.agent import decider
from services.agent.decider import FOLD, Conversation
from services.agent.effects import Effects
from services.agent.handlers import TurnDriving
from services.agent.leaving import leaving, parting
from taskflow import clock
from taskflow.log.appending import Because, Write
from taskflow.log.snapshots import Folds
from taskflow.tooling import Refused
from taskflow.words.typed import FORGET_ME
from tests.support.events import message
from tests.support.golden_house import House as Golden
from tests.support.golden_house import says
from tests.support.spoken import spoken
from tests.support.story import STREAM, USER, Story

WHOLE = ["forget me", "Forget me!", "please forget me.", "  FORGET ME  ", "delete all my data"]
NOT_WHOLE = [
    "forget it",
    "forget where I live",
    "don't forget me",
    "will you forget me, please?",
    "forget me not seeds",
    'what does "forget me" mean?',
    "remind me: forget me",
    "> forget me, he said",
    "forget me " * 50,
    "",
]


@pytest.mark.parametrize("text", WHOLE)
def test_a_phrase_as_the_whole_message_is_asked_back(text: str) -> None:
    assert FORGET_ME.is_said(text, [])


@pytest.mark.parametrize("text", NOT_WHOLE)
def test_anything_else_is_a_message_as_any(text: str) -> None:
    assert not FORGET_ME.is_said(text, ["de", "es"])


class NeverAsked:
    model = "gemini-3.8-flash"

    async def ask(self, question: Any, *, within: float) -> Any:
        raise AssertionError("the model was asked")


class House:
    """The agent's own handlers over a log in memory; the model fails whoever asks it."""

    def __init__(self) -> None:
        self.story = Story()
        self.destroyed: list[UserId] = []
        self._turns = TurnDriving(
            Folds(self.story.log, None),
            Effects(self.story.log, NeverAsked(), destroyer=self),
            timedelta(),
        )
        self._sids = 0

    async def forget(self, user: UserId, because: Because) -> object:
        self.destroyed.append(user)
        write = Write(streams.conversation(user), [UserForgotten()], user)
        return self.story.log.put([write], slots.forgotten(user), because)

    def says(self, text: str, kind: str = "text") -> None:
        self._sids += 1
        sid = f"SM{self._sids}"
        self.story.tell(message(text, kind, sid), slot=slots.message(sid))

    async def works(self, moves: int = 3) -> list[Recorded[Any]]:
        """What a delivery of the driver appends in so many moves."""
        before = len(self.story.events)
        for _ in range(moves):
            driver = self.state.driver
            recorded = self.story.log.get(driver) if driver else None
            if recorded is None:
                break
            await self._turns.fold(STREAM, None)
            await self._turns.move(self.state, recorded)
        return self.story.events[before:]

    def sends(self, outcome: Event | None = None) -> UUID:
        """The gateway claims the newest reply, and records what became of it."""
        reply = next(
            one.event_id for one in reversed(self.story.events) if isinstance(one.event, ReplyReady)
        )
        claim = ReplySending(reply=reply, part=0, parts=1, attempt=1, token=UUID(int=9))
        sent = ReplySent(reply=reply, part=0, attempt=1, message_ref="SMx", known_by="response")
        self.story.tell(claim, slot=slots.claim(reply, 0, 1))
        self.story.tell(outcome or sent, slot=slots.send_outcome(reply, 0, 1))
        return reply

    @property
    def state(self) -> Conversation:
        return FOLD.over(self.story.events)

    async def asked_back(self) -> None:
        self.says("forget me")
        started, asked, question = await self.works()
        assert [type(one.event) for one in (started, asked)] == [TurnStarted, ForgettingAsked]
        assert question.event.text == leaving.question("en")
        assert self.state.driver is None


@pytest.fixture
def house() -> House:
    return House()


def types(events: list[Recorded[Any]]) -> list[type[Event]]:
    return [type(one.event) for one in events]


@pytest.mark.parametrize("yes", ["yes", "Sure!", "👍"])
async def test_a_yes_after_the_question_says_goodbye_and_then_destroys(
    house: House, yes: str
) -> None:
    await house.asked_back()
    house.sends()
    house.says(yes)
    driver = house.state.driver

    assert types(await house.works(2)) == [TurnStarted, ForgettingConfirmed, ReplyReady]
    assert house.state.driver == driver, "the yes stands until everything is destroyed"
    assert types(await house.works(1)) == [], "the goodbye has not left"
    house.sends()
    assert types(await house.works(1)) == [UserForgotten]
    assert house.destroyed == [USER]
    assert house.state == Conversation(stream=STREAM, ended=2, forgotten=True)


async def test_a_goodbye_that_cannot_leave_holds_nothing_up(house: House) -> None:
    await house.asked_back()
    house.sends()
    house.says("yes")
    await house.works(2)
    since = house.state.leaving_since
    assert since is not None
    later = since + parting.GOODBYE_WITHIN
    waits = decider.next_move(house.state, later - timedelta(seconds=1), timedelta())

    assert waits == parting.AwaitGoodbye(later)
    assert decider.next_move(house.state, later, timedelta()) == parting.Forget()
    reply = house.state.goodbye
    assert reply is not None
    house.sends(ReplyFailed(reply=reply, part=0, attempt=1, code=63016, reason="closed"))
    assert decider.next_move(house.state, since, timedelta()) == parting.Forget()


async def test_what_is_written_meanwhile_opens_no_turn_and_parks_nothing(house: House) -> None:
    await house.asked_back()
    house.sends()
    house.says("yes")
    await house.works(2)
    driver = house.state.driver
    house.says("wait, one more thing")

    assert house.state.driver == driver
    assert house.state.turn is None
    assert await house._turns.parking(house.state, RuntimeError("boom")) is None
    assert decider.current_slot(house.state) == slots.forgotten(USER)


@pytest.mark.parametrize("word", ["no", "No thanks!", "forget it", "stop"])
async def test_a_no_is_answered_without_the_model(house: House, word: str) -> None:
    await house.asked_back()
    house.sends()
    house.says(word)

    started, kept = await house.works()
    assert types([started, kept]) == [TurnStarted, ReplyReady]
    assert spoken(kept.event.text) == "All stays as it is: I forget nothing."
    house.says("yes")
    with pytest.raises(AssertionError, match="the model was asked"):
        await house.works()


@pytest.mark.parametrize("word", ["yes, but tomorrow", "no, why?", "yes, delete all my data"])
async def test_anything_but_a_yes_leaves_all_as_it_is(house: House, word: str) -> None:
    await house.asked_back()
    house.sends()
    house.says(word)

    with pytest.raises(AssertionError, match="the model was asked"):
        await house.works()
    assert house.state.asked_to_forget
    assert house.destroyed == []


async def test_a_yes_from_before_the_question_went_out_is_none(house: House) -> None:
    await house.asked_back()
    house.says("yes")
    house.sends()

    with pytest.raises(AssertionError, match="the model was asked"):
        await house.works()


async def test_a_yes_to_nothing_destroys_nothing(house: House) -> None:
    house.says("yes")

    with pytest.raises(AssertionError, match="the model was asked"):
        await house.works()


async def test_asked_again_it_is_asked_back_again_and_a_reminder_takes_the_question_away(
    house: House,
) -> None:
    await house.asked_back()
    house.sends()
    await house.asked_back()
    house.sends()
    assert house.state.asked_to_forget
    house.story.tell(ReplyReady(turn=None, kind="reminder", text="stretch"))

    assert not house.state.asked_to_forget


async def test_a_picture_with_such_words_under_it_asks_for_nothing(house: House) -> None:
    house.says("forget me", kind="media")

    with pytest.raises(AssertionError, match="the model was asked"):
        await house.works()


@pytest.fixture(autouse=True)
def _in_the_logs_time(monkeypatch: pytest.MonkeyPatch, house: House) -> None:
    monkeypatch.setattr(clock, "utc_now", lambda: house.story.log.now)


# -- heard by the model -----------------------------------------------------------------------


def forgets(*said: str) -> tuple[str, dict[str, list[str]]]:
    return "forget_me", {"said": list(said)}


async def hears(text: str, *answers: Any) -> Golden:
    golden = Golden()
    await golden.offer()
    await golden.hears(USER, text)
    await golden.answers(USER, *answers)
    return golden


def events(golden: Golden) -> list[Recorded[Any]]:
    return golden.log.stream(STREAM)


@pytest.mark.parametrize(
    "text",
    [
        "please wipe everything youve got on me",
        "Quiero que me olvides por completo, de verdad",
        "私のことを全部消して",
    ],
)
async def test_a_wish_in_any_words_is_asked_back_with_the_same_question(text: str) -> None:
    golden = await hears(text, says(None, forgets(text)))

    _, _, answered, asked, question = events(golden)
    assert types([answered, asked]) == [ModelAnswered, ForgettingAsked]
    assert question.event.text == leaving.question(golden.state(USER).language)
    assert golden.state(USER).turn is None


async def test_a_yes_to_it_is_heard_without_the_model() -> None:
    golden = await hears("erase me", says(None, forgets("erase me")))
    await golden.sends(USER)
    await golden.hears(USER, "yes")
    await golden.answers(USER)

    assert types(events(golden)[-2:]) == [ForgettingConfirmed, ReplyReady]
    assert golden.state(USER).leaving_since is not None


@pytest.mark.parametrize("said", ["the user wants to be forgotten", "delete all my data", ""])
async def test_words_that_are_not_theirs_ask_for_nothing(said: str) -> None:
    golden = await hears("what do people say of it?", says(None, forgets(said)), says("Well."))

    assert not any(isinstance(one.event, ForgettingAsked) for one in events(golden))
    assert spoken(events(golden)[-1].event.text) == "Well."


async def test_nothing_is_done_beside_the_question() -> None:
    reminder = ("set_reminder", {"text": "erase me", "at": "2026-11-24T09:00"})
    said = "please erase me altogether"
    golden = await hears(said, says(None, reminder, forgets(said)))

    assert not any(isinstance(one.event, ToolRequested) for one in events(golden))
    assert events(golden)[-1].event.text == leaving.question("en")


async def test_what_another_release_left_open_destroys_nothing() -> None:
    call: Any = None
    with pytest.raises(Refused, match="forget me"):
        await leaving.forget_me(leaving.ForgetMe(said=["erase me"]), call)
