"""Calls from the log through the bus to the vendor and back: one outcome each, whatever happens."""

import asyncio
from datetime import date, timedelta
from typing import Any

import pytest
from pydantic import BaseModel

from contracts.tools import ToolFinished
from services.tools import app, registry
from services.tools.browsing.looking import PageLooker
from services.tools.searching.serpapi import SerpApi
from taskflow import clock
from taskflow.bus import publishing
from taskflow.log.event_log import Log
from taskflow.process.watchdog import event_message
from taskflow.tooling import Call, Catalogue, Done, Tool
from tests.integration.tools.conftest import KEY, House
from tests.support.eventually import eventually

pytestmark = pytest.mark.integration


class Nothing(BaseModel):
    pass


async def _collapse(_arguments: Nothing, _call: Call) -> Done:
    """Fall over."""
    raise ZeroDivisionError("a bug, with the user's words in it")


@pytest.fixture(autouse=True)
def _a_tool_that_raises(monkeypatch: pytest.MonkeyPatch) -> None:
    def with_one_more(serpapi: SerpApi, looker: PageLooker, event_log: Log) -> list[Tool[Any]]:
        known = registry.tools(serpapi, looker, event_log)
        return [*known, Tool(Nothing, _collapse, "collapse", "read", 5)]

    monkeypatch.setattr(app, "tools", with_one_more)


def friday() -> str:
    return (clock.utc_now() + timedelta(days=30)).date().isoformat()


async def test_a_search_comes_back_from_the_vendor(house: House) -> None:
    found = await house.outcome("search_web", query="the capital of Portugal")

    assert isinstance(found, ToolFinished)
    assert found.result["answer"]["text"] == "Lisbon"
    assert await house.paid() == 1


async def test_flights_come_back_with_their_prices(house: House) -> None:
    found = await house.outcome(
        "search_flights", origin="Berlin", destination="Lisbon", departure_date=friday()
    )

    assert isinstance(found, ToolFinished)
    assert found.result["flights"]
    assert "BER" in found.result["summary"]


async def test_a_round_trip_comes_back_with_both_ways(house: House) -> None:
    there = date.fromisoformat(friday())
    found = await house.outcome(
        "search_flights",
        origin="Berlin",
        destination="Lisbon",
        departure_date=there.isoformat(),
        return_date=(there + timedelta(days=6)).isoformat(),
        adults=2,
        children=1,
        infants_on_lap=1,
    )

    assert isinstance(found, ToolFinished)
    flights = found.result["flights"]
    assert [one["then"][0]["departs"]["airport"] for one in flights] == ["LIS"] * 3
    assert "in all for 2 adults, 1 child and 1 infant on a lap" in found.result["summary"]
    assert await house.paid() == 4, "one outbound search, and a way back for each trip that is told"


async def test_what_is_offered_is_what_can_be_called(house: House) -> None:
    async def all_offered() -> bool:
        offers = await Catalogue(house.calls.log).offers()
        owners = {name: one.owner for name, one in offers.items()}
        return owners == dict.fromkeys(
            (
                "search_web",
                "search_flights",
                "search_products",
                "check_price",
                "collapse",
            ),
            "tools",
        )

    await eventually(all_offered)


async def test_a_settled_call_that_is_delivered_again_runs_nothing(house: House) -> None:
    request = await house.calls.ask(house.user, "search_web", query="pizza")
    before = await eventually(lambda: house.calls.outcomes(request))
    message = await event_message(house.runtime.pool, request.event_id)
    client = await house.runtime.client
    for n in range(5):
        await publishing.republish(client, message, f"again{n}")
    following = await house.outcome("search_web", query="pasta")

    async def all_acked() -> bool:
        about = await client.jetstream().consumer_info("TASKFLOW", "tools")
        return about.num_ack_pending == 0 and about.num_pending == 0

    await eventually(all_acked)
    assert isinstance(following, ToolFinished)
    assert await house.calls.outcomes(request) == before
    assert await house.paid() == 2, "one for each question"


async def test_many_calls_at_once_have_one_outcome_each(house: House) -> None:
    requests = await asyncio.gather(
        *(house.calls.ask(house.user, "search_web", query=f"thing {n}") for n in range(30))
    )
    outcomes = [await eventually(lambda r=one: house.calls.outcomes(r), 20) for one in requests]

    assert all(len(one) == 1 for one in outcomes)
    assert await house.paid() == 30


@pytest.mark.parametrize(
    ("tool", "arguments", "says"),
    [
        ("search_web", {}, "query: Field required"),
        ("search_web", {"query": ""}, "query: String should have at least 1 character"),
        ("search_flights", {"origin": "BER", "destination": "LIS"}, "departure_date"),
    ],
)
async def test_arguments_that_do_not_fit_are_told_to_the_model(
    house: House, tool: str, arguments: dict[str, Any], says: str
) -> None:
    failed = await house.failure(tool, **arguments)

    assert failed.code == "invalid_arguments"
    assert says in failed.error
    assert await house.paid() == 0


async def test_what_the_tool_refuses_costs_nothing(house: House) -> None:
    trip = {"origin": "Nowhereland", "destination": "Lisbon", "departure_date": friday()}
    failed = await house.failure("search_flights", **trip)

    assert (failed.code, await house.paid()) == ("refused", 0)


@pytest.mark.parametrize("fault", [{"status": 500}, {"status": 503}, {"status": 0}])
async def test_a_vendor_that_stumbles_once_is_asked_again(
    house: House, fault: dict[str, Any]
) -> None:
    await house.fault(**fault)

    assert isinstance(await house.outcome("search_web", query="pizza"), ToolFinished)


@pytest.mark.parametrize(
    ("fault", "says"),
    [
        ({"status": 500, "count": 2}, "does not answer at the moment"),
        ({"status": 0, "count": 2}, "does not answer at the moment"),
        ({"status": 429}, "allowance is used up"),
    ],
)
async def test_a_vendor_that_is_down_is_a_failure_the_model_can_tell(
    house: House, fault: dict[str, Any], says: str
) -> None:
    await house.fault(**fault)
    failed = await house.failure("search_web", query="pizza")

    assert failed.code == "unavailable"
    assert says in failed.error
    assert KEY not in failed.error
    assert await house.dead_letters() == []


@pytest.mark.parametrize(("tool", "class_"), [("collapse", "ZeroDivisionError"), ("gone", None)])
async def test_a_tool_that_raises_or_is_not_there_is_parked_with_its_failure(
    house: House, tool: str, class_: str | None
) -> None:
    failed = await house.failure(tool)
    (letter,) = await house.dead_letters()

    assert failed.code == "parked"
    assert letter.service == "tools"
    assert letter.error_code == (class_ or "permanent")
    assert "the user's words" not in letter.error + failed.error
    assert isinstance(await house.outcome("search_web", query="still here"), ToolFinished)
