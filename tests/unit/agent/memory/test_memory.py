"""Memory over a log: each user's own and nobody else's; a summary once, or none."""

from dataclasses import dataclass
from uuid import UUID

import pytest

from contracts import slots, streams
from contracts.conversation import HistorySummarized, TurnStarted
from contracts.profile import ProfileForgotten, ProfileLearned
from contracts.recorded import Recorded
from contracts.streams import UserId
from services.agent.asking import prompt
from services.agent.asking.summaries import KEPT
from services.agent.memory.memory import Memory
from taskflow.errors import SealedForEver
from taskflow.log.appending import Write
from tests.support.events import answer, message, reply
from tests.support.memory_log import MemoryLog
from tests.support.remembering import Person, forget, remember
from tests.support.story import STREAM, Story
from tests.support.summarising import MODEL, Summarising, an_answer

ADA, BOB = UserId(UUID(int=7)), UserId(UUID(int=8))


async def test_two_users_never_see_each_others_facts() -> None:
    log = MemoryLog()
    ada, bob = Person(log, ADA), Person(log, BOB)
    for _ in range(10):
        await ada.says("I live in Lisbon, call me Ada", remember("home", "Lisbon"))
        await ada.says("call me Ada", remember("name", "Ada"))
        await bob.says("I live in Berlin, call me Bob", remember("home", "Berlin"))
    await bob.says("forget everything you know about me", forget("all"))
    hers, his = await Memory(log).profile(ADA), await Memory(log).profile(BOB)

    assert hers.lines()[1:] == ["- name: Ada", "- home: Lisbon"]
    assert his.lines() == []
    assert (hers.zone, his.zone) == ("Europe/Lisbon", None)
    assert {one.source for one in hers.learned} & {one.source for one in his.learned} == set()


async def test_anothers_fact_is_never_forgotten_by_its_id() -> None:
    """Ids in a profile stream are that user's: what stands there of others' changes nothing."""
    log = MemoryLog()
    await Person(log, ADA).says("I live in Lisbon", remember("home", "Lisbon"))
    await Person(log, BOB).says("I live in Berlin", remember("home", "Berlin"))
    (gone,) = log.stream(streams.profile(ADA))
    forgotten = ProfileForgotten(facts=[gone.event_id], source=UUID(int=99))
    log.put([Write(streams.profile(BOB), [forgotten], BOB)], UUID(int=3))

    assert (await Memory(log).profile(ADA)).lines()[1:] == ["- home: Lisbon"]
    assert (await Memory(log).profile(BOB)).lines()[1:] == ["- home: Berlin"]


async def test_a_forgotten_user_has_no_profile() -> None:
    class Sealed(MemoryLog):
        async def opened(self, recorded: Recorded) -> Recorded:
            raise SealedForEver("gone")

    log = Sealed()
    assert (await Memory(log).profile(ADA)).lines() == [], "nothing was ever known"
    fact = ProfileLearned(kind="name", value="Ada", said="call me Ada", source=UUID(int=1))
    log.put([Write(streams.profile(ADA), [fact], ADA)], UUID(int=2))

    with pytest.raises(SealedForEver):
        await Memory(log).profile(ADA)


@dataclass
class State:
    turn: UUID | None = None
    step: int = 1
    summary: UUID | None = None
    summaries: int = 0
    summary_upto: int = 0
    turns_since: int = 0


class Talk(Story):
    """Many turns, and one that is open."""

    def __init__(self, turns: int, size: int = 20) -> None:
        super().__init__()
        for n in range(turns):
            self.tell(message(f"q{n}"))
            turn = self.tell(TurnStarted(number=n))[0].event_id
            self.tell(answer(turn, 1, text=f"a{n}"), reply(turn, f"a{n} {'x' * size}"))
        self.tell(message("now"))
        self.open = self.tell(TurnStarted(number=turns))[0]
        self.known = State(turn=self.open.event_id, turns_since=turns)

    async def summed_up(self, model: Summarising) -> HistorySummarized | None:
        memory = Memory(self.log)
        events = await memory.events(STREAM, self.known, len(self.events))
        return await memory.summarise_if_due(STREAM, events, self.known, model, self.open)

    def facts(self) -> list[Recorded[HistorySummarized]]:
        return [one for one in self.events if isinstance(one.event, HistorySummarized)]


def keeps(text: str) -> Summarising:
    return Summarising(lambda _: an_answer(text))


async def test_a_summary_is_recorded_in_its_slot_and_stands() -> None:
    talk, model = Talk(31), keeps("Ada asked much.")
    summary = await talk.summed_up(model)

    (fact,) = talk.facts()
    assert summary == fact.event
    assert fact.event_id == slots.event_id(slots.summary(STREAM, 0), 0)
    assert fact.cause == talk.open.event_id
    assert (summary.text, summary.turns, summary.model) == ("Ada asked much.", 31 - KEPT, MODEL)
    assert summary.prompt_version == prompt.full_version("summary-v1")
    (asked,) = model.asked
    assert asked.system == prompt.text("summary-v1")


async def test_the_next_one_carries_the_first_over() -> None:
    talk = Talk(31)
    first = await talk.summed_up(keeps("First."))
    assert first is not None
    talk.known = State(talk.open.event_id, 1, talk.facts()[0].event_id, 1, first.covers_upto, 0)
    assert await talk.summed_up(keeps("never")) == first, "it is not due again"

    talk.known.turns_since = 31
    model = keeps("Second.")
    second = await talk.summed_up(model)
    assert second is None or second == first, "nothing is left to cover but the newest"
    assert model.asked == []


async def test_two_deliveries_record_one() -> None:
    talk = Talk(31)
    first = await talk.summed_up(keeps("The first one's."))
    again = await talk.summed_up(keeps("The second one's."))

    assert first == again
    assert len(talk.facts()) == 1


@pytest.mark.parametrize("given", [None, "", "x" * 3_000])
async def test_without_one_the_turn_goes_on(given: str | None) -> None:
    talk = Talk(31)
    model = Summarising(lambda _: None if given is None else an_answer(given))

    assert await talk.summed_up(model) is None
    assert talk.facts() == []
    assert len(model.asked) == 1


async def test_is_asked_for_before_a_turns_first_step_only() -> None:
    talk, model = Talk(31), keeps("x")
    talk.known.step = 2

    assert await talk.summed_up(model) is None
    assert model.asked == []


async def test_few_but_long_turns_are_summed_up_as_well() -> None:
    talk, model = Talk(12, size=12_000), keeps("Long talk.")
    summary = await talk.summed_up(model)

    assert summary is not None
    assert summary.turns < 12


async def test_only_what_no_summary_covers_is_read() -> None:
    talk = Talk(31)
    memory, version = Memory(talk.log), len(talk.events)
    talk.known.summary_upto = 100

    assert [one.version for one in await memory.events(STREAM, talk.known, version)] == list(
        range(101, version + 1)
    )
    talk.known.summary_upto = version
    assert await memory.events(STREAM, talk.known, version) == []
