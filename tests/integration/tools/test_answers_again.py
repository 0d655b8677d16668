"""The cache as the log sees it: a repeated question names the call that found its answer.

What was paid tells nothing here: SerpApi keeps answers too, and gives them away.
"""

import asyncio
from datetime import timedelta

import pytest

from contracts.tools import ToolFinished
from taskflow import clock
from taskflow.privacy.vault import Vault
from tests.integration.tools.conftest import House
from tests.support.eventually import eventually

pytestmark = pytest.mark.integration


async def finished(house: House, tool: str, *, user=None, **arguments: str) -> ToolFinished:
    request = await house.calls.ask(user or house.user, tool, **arguments)
    (outcome,) = await eventually(lambda: house.calls.outcomes(request), 20)
    assert isinstance(outcome, ToolFinished)
    return outcome


async def test_a_repeated_search_names_the_first(house: House) -> None:
    first = await finished(house, "search_web", query="the capital of Portugal")
    again = await finished(house, "search_web", query="the capital of Portugal")

    assert (first.repeats, again.repeats) == (None, first.call)
    assert again.result == first.result


async def test_searches_are_not_told_to_others_and_flights_are(house: House, vault: Vault) -> None:
    other = await vault.user_for(["whatsapp:+15551230002"])
    day = (clock.utc_now() + timedelta(days=30)).date().isoformat()
    trip = {"origin": "Berlin", "destination": "Lisbon", "departure_date": day}
    for user in (house.user, other):
        assert (await finished(house, "search_web", user=user, query="pizza")).repeats is None

    mine = await finished(house, "search_flights", **trip)
    theirs = await finished(house, "search_flights", user=other, **trip)
    assert theirs.repeats == mine.call


async def test_a_burst_of_one_question_is_looked_up_once(house: House) -> None:
    outcomes = await asyncio.gather(
        *(finished(house, "search_web", query="tea") for _ in range(10))
    )

    assert sorted(one.repeats is None for one in outcomes) == [False] * 9 + [True]
