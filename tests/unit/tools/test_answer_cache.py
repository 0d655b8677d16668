"""The same look-up a moment later: told again, to whom it may be, for as long as it holds."""

import asyncio
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID, uuid4

import pytest
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader
from pydantic import BaseModel

from contracts import streams
from contracts.reminders import ReminderCancelled
from contracts.streams import UserId
from contracts.tools import Asker
from services.tools.answer_cache import AnswerCache
from taskflow.errors import VendorUnavailable
from taskflow.log.appending import Write
from taskflow.telemetry.metrics import TOOL_CACHE
from taskflow.tooling import Call, Done, Refused, Tool, ToolAnswer
from tests.support.events import requested
from tests.support.story import USER, Story

OTHER = UserId(UUID(int=77))


class Asked(BaseModel):
    query: str
    most: int = 5


@dataclass
class Lookup:
    """A tool whose answers are numbered, and that can be held up."""

    runs: int = 0
    fails: list[Exception] = field(default_factory=list)
    gate: asyncio.Event = field(default_factory=asyncio.Event)
    done: Done = field(default_factory=lambda: Done({}))

    def __post_init__(self) -> None:
        self.gate.set()

    async def run(self, args: Asked, call: Call) -> Done:
        """Looks something up."""
        self.runs += 1
        number = self.runs
        await self.gate.wait()
        if self.fails:
            raise self.fails.pop(0)
        return replace(self.done, result={"number": number, "query": args.query})

    def tool(self, name: str = "look", **more: Any) -> Tool[Asked]:
        offered = {"effect": "read", "timeout_s": 5, "cache_s": 60.0, **more}
        return Tool(Asked, self.run, name=name, **offered)


@dataclass
class Clock:
    now: float = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def lookup() -> Lookup:
    return Lookup()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def cache(clock: Clock) -> AnswerCache:
    return AnswerCache(clock, kept=3)


def a_call(user: UserId = USER, *, zone: str = "UTC", asker: Asker | None = None) -> Call:
    request = requested(uuid4()).model_copy(update={"zone": zone, "asker": asker})
    return Call(replace(Story().tell(request)[0], event_id=uuid4()), user)


def number(answer: ToolAnswer) -> int:
    return answer.done.result["number"]


async def test_the_same_question_is_answered_from_the_first_call(cache, lookup) -> None:
    tool, first = lookup.tool(), a_call()
    found = await cache.answer(tool, Asked(query="tea"), first)
    again = await cache.answer(tool, Asked(most=5, query="tea"), a_call())

    assert (found.by, found.found_by) == ("miss", first.request.event_id)
    assert (again.by, again.found_by) == ("hit", first.request.event_id)
    assert (number(again), lookup.runs) == (1, 1)


async def test_an_answer_is_told_until_its_time_is_over(cache, lookup, clock) -> None:
    tool = lookup.tool()
    for now, expected in ((0.0, 1), (59.9, 1), (60.0, 2), (119.9, 2)):
        clock.now = now
        assert number(await cache.answer(tool, Asked(query="tea"), a_call())) == expected


async def test_each_tool_has_its_own_time_and_answers(cache, lookup, clock) -> None:
    short, long = lookup.tool("short", cache_s=1.0), lookup.tool("long", cache_s=100.0)
    for tool in (short, long):
        await cache.answer(tool, Asked(query="tea"), a_call())
    clock.now = 2.0

    assert (await cache.answer(short, Asked(query="tea"), a_call())).by == "miss"
    assert (await cache.answer(long, Asked(query="tea"), a_call())).by == "hit"
    assert lookup.runs == 3


@pytest.mark.parametrize(
    ("arguments", "call"),
    [
        (Asked(query="coffee"), a_call()),
        (Asked(query="tea", most=9), a_call()),
        (Asked(query="tea"), a_call(zone="Europe/Lisbon")),
        (Asked(query="tea"), a_call(asker=Asker(currency="CHF"))),
        (Asked(query="tea"), a_call(asker=Asker(home_airport="LIS"))),
    ],
)
@pytest.mark.parametrize("shares", [True, False])
async def test_whatever_an_answer_may_depend_on_makes_it_another_question(
    cache, lookup, arguments, call, shares
) -> None:
    tool = lookup.tool(shares=shares)
    await cache.answer(tool, Asked(query="tea"), a_call())

    assert (await cache.answer(tool, arguments, call)).by == "miss"


async def test_nobody_is_told_what_another_user_asked(cache, lookup) -> None:
    """Neither kept answers nor look-ups under way, whoever comes first and however often."""
    tool = lookup.tool()
    for user in (USER, OTHER, USER, OTHER):
        await cache.answer(tool, Asked(query="my doctor"), a_call(user))
    assert lookup.runs == 2

    lookup.gate.clear()
    under_way = [
        asyncio.create_task(cache.answer(tool, Asked(query="my lawyer"), a_call(user)))
        for user in (USER, OTHER)
    ]
    await asyncio.sleep(0)
    lookup.gate.set()
    mine, theirs = await asyncio.gather(*under_way)
    assert [mine.by, theirs.by] == ["miss", "miss"]
    assert number(mine) != number(theirs)


async def test_impersonal_answers_are_shared(cache, lookup) -> None:
    tool = lookup.tool(shares=True)
    await cache.answer(tool, Asked(query="BER-LIS"), a_call(USER))

    assert (await cache.answer(tool, Asked(query="BER-LIS"), a_call(OTHER))).by == "hit"


async def test_a_forgotten_users_answers_are_dropped_and_nobody_elses(cache, lookup) -> None:
    tool = lookup.tool()
    for user in (USER, OTHER):
        await cache.answer(tool, Asked(query="x"), a_call(user))
    cache.drop(USER)

    assert number(await cache.answer(tool, Asked(query="x"), a_call(OTHER))) == 2
    assert number(await cache.answer(tool, Asked(query="x"), a_call(USER))) == 3


@pytest.mark.parametrize("more", [{"effect": "write"}, {"effect": "confirm"}, {"cache_s": 0.0}])
async def test_only_reads_that_say_so_are_told_again(cache, lookup, more) -> None:
    tool = lookup.tool(**more)
    answers = [await cache.answer(tool, Asked(query="tea"), a_call()) for _ in range(2)]

    assert [answer.by for answer in answers] == ["run", "run"]
    assert lookup.runs == 2


@pytest.mark.parametrize("error", [Refused("no"), VendorUnavailable("away"), RuntimeError("boom")])
async def test_failures_are_not_kept(cache, lookup, error) -> None:
    lookup.fails = [error]
    with pytest.raises(type(error)):
        await cache.answer(lookup.tool(), Asked(query="tea"), a_call())

    assert (await cache.answer(lookup.tool(), Asked(query="tea"), a_call())).by == "miss"


async def test_what_passes_is_not_kept(cache, lookup) -> None:
    lookup.done = Done({}, passing=True)
    for _ in range(2):
        answer = await cache.answer(lookup.tool(), Asked(query="tea"), a_call())
        assert answer.by == "miss"


@pytest.mark.parametrize(
    "done",
    [
        Done({}, picture=uuid4()),
        Done(
            {}, facts=[Write(streams.reminder(uuid4()), [ReminderCancelled(reminder=USER)], USER)]
        ),
    ],
    ids=["picture", "facts"],
)
async def test_what_belongs_to_one_call_is_neither_kept_nor_shared(cache, lookup, done) -> None:
    lookup.done = done
    tool = lookup.tool(shares=True)
    lookup.gate.clear()
    calls = [a_call(), a_call(OTHER)]
    tasks = [asyncio.create_task(cache.answer(tool, Asked(query="x"), call)) for call in calls]
    await asyncio.sleep(0)
    lookup.gate.set()
    answers = await asyncio.gather(*tasks)

    assert [answer.found_by for answer in answers] == [call.request.event_id for call in calls]
    assert lookup.runs == 2
    assert (await cache.answer(tool, Asked(query="x"), a_call())).by == "miss"


async def asked_at_once(cache: AnswerCache, tool: Tool[Asked], count: int) -> list[Any]:
    tasks = [
        asyncio.create_task(cache.answer(tool, Asked(query="tea"), a_call())) for _ in range(count)
    ]
    await asyncio.sleep(0.01)
    return tasks


async def test_questions_at_once_are_looked_up_once(cache, lookup) -> None:
    lookup.gate.clear()
    tasks = await asked_at_once(cache, lookup.tool(), 20)
    lookup.gate.set()
    answers = await asyncio.gather(*tasks)

    assert lookup.runs == 1
    assert [answer.by for answer in answers] == ["miss"] + ["shared_flight"] * 19
    assert len({answer.found_by for answer in answers}) == 1


async def test_a_shared_failure_is_a_failure_for_all_and_the_end_of_it(cache, lookup) -> None:
    lookup.fails = [VendorUnavailable("away")]
    lookup.gate.clear()
    tasks = await asked_at_once(cache, lookup.tool(), 3)
    lookup.gate.set()
    outcomes = await asyncio.gather(*tasks, return_exceptions=True)

    assert [type(outcome) for outcome in outcomes] == [VendorUnavailable] * 3
    assert (await cache.answer(lookup.tool(), Asked(query="tea"), a_call())).by == "miss"


async def test_the_first_ones_deadline_is_not_the_others(cache, lookup) -> None:
    lookup.gate.clear()
    first, second = await asked_at_once(cache, lookup.tool(), 2)
    first.cancel()
    with pytest.raises(asyncio.CancelledError):
        await first
    lookup.gate.set()

    assert number(await second) == 1
    assert lookup.runs == 1


async def test_a_look_up_that_nobody_waits_for_is_stopped(cache, lookup) -> None:
    lookup.gate.clear()
    tasks = await asked_at_once(cache, lookup.tool(), 2)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    lookup.gate.set()

    assert number(await cache.answer(lookup.tool(), Asked(query="tea"), a_call())) == 2


async def test_a_look_up_stopped_before_it_began_is_begun_again(cache, lookup) -> None:
    task = asyncio.create_task(cache.answer(lookup.tool(), Asked(query="tea"), a_call()))
    await asyncio.sleep(0)
    (flight,) = cache._flights.values()
    flight.task.cancel()

    assert (await task).by == "miss"
    assert lookup.runs == 1


async def test_a_look_up_stopped_from_outside_is_begun_again_by_those_who_wait(
    cache, lookup
) -> None:
    lookup.gate.clear()
    tasks = await asked_at_once(cache, lookup.tool(), 3)
    (flight,) = cache._flights.values()
    flight.task.cancel()
    lookup.gate.set()
    answers = await asyncio.gather(*tasks)

    assert lookup.runs == 2
    assert sorted(answer.by for answer in answers) == ["miss", "shared_flight", "shared_flight"]


async def test_only_so_many_answers_are_kept(cache, lookup) -> None:
    for query in "abcd":
        await cache.answer(lookup.tool(), Asked(query=query), a_call())

    assert (await cache.answer(lookup.tool(), Asked(query="d"), a_call())).by == "hit"
    assert (await cache.answer(lookup.tool(), Asked(query="a"), a_call())).by == "miss"


async def test_a_call_that_is_delivered_again_repeats_nobody(cache, lookup) -> None:
    call = a_call()
    for _ in range(2):
        answer = await cache.answer(lookup.tool(), Asked(query="tea"), call)
        assert answer.found_by == call.request.event_id


async def test_every_way_to_an_answer_is_counted(
    cache, lookup, monkeypatch: pytest.MonkeyPatch
) -> None:
    reader = InMemoryMetricReader()
    meter = MeterProvider([reader]).get_meter("tests")
    monkeypatch.setattr(TOOL_CACHE, "_real", meter.create_counter("taskflow.tool.cache"))
    lookup.gate.clear()
    tasks = await asked_at_once(cache, lookup.tool(), 3)
    lookup.gate.set()
    await asyncio.gather(*tasks)
    await cache.answer(lookup.tool(), Asked(query="tea"), a_call())
    await cache.answer(lookup.tool("uncached", cache_s=0.0), Asked(query="tea"), a_call())

    (resource,) = reader.get_metrics_data().resource_metrics
    points = resource.scope_metrics[0].metrics[0].data.data_points
    assert {(p.attributes["tool"], p.attributes["outcome"]): p.value for p in points} == {
        ("look", "miss"): 1,
        ("look", "shared_flight"): 2,
        ("look", "hit"): 1,
    }
