"""The serpapi package against the simulator."""

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import aiohttp
import pytest
import serpapi

from simulators.settings import SimulatorSettings
from taskflow.clock import utc_now
from tests.contract.simulators.twilio.world import serve_simulator

KEY = "a serpapi key for tests"


class World:
    """The SDK blocks, so each call runs in a thread."""

    def __init__(self, url: str, http: aiohttp.ClientSession) -> None:
        self.url, self.http = url, http
        self.sdk = self.client()

    def client(self, key: str = KEY) -> Any:
        class Client(serpapi.Client):
            BASE_DOMAIN = f"{self.url}/serpapi"

        return Client(api_key=key, timeout=5)

    async def search(self, **parameters: str) -> Any:
        return await in_thread(partial(self.sdk.search, dict(parameters)))

    async def fault(self, **fault: Any) -> None:
        body = {"vendor": "serpapi", **fault}
        async with self.http.post(f"{self.url}/_sim/faults", json=body) as response:
            assert response.status == 200


async def in_thread(work: Callable[[], Any]) -> Any:
    return await asyncio.to_thread(work)


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    settings = SimulatorSettings.load(_env_file=None, taskflow_home=tmp_path, serpapi_api_key=KEY)
    async with serve_simulator(settings) as url, aiohttp.ClientSession() as http:
        world = World(url, http)
        yield world
        world.sdk.session.close()


def day(ahead: int) -> str:
    return (utc_now() + timedelta(days=ahead)).date().isoformat()


def one_way() -> dict[str, str]:
    return {
        "engine": "google_flights",
        "departure_id": "BER",
        "arrival_id": "LIS",
        "type": "2",
        "outbound_date": day(10),
        "currency": "EUR",
    }


async def test_flights_come_in_an_envelope_without_the_key(world: World) -> None:
    found = await world.search(**one_way())

    assert found["search_metadata"]["status"] == "Success"
    assert found["search_metadata"]["google_flights_url"]
    echo = found["search_parameters"]
    assert (echo["engine"], echo["departure_id"], echo["hl"]) == ("google_flights", "BER", "en")
    assert KEY not in str(found.as_dict())
    option = (found.get("best_flights") or found["other_flights"])[0]
    leg = option["flights"][0]
    assert leg["departure_airport"]["id"] == "BER"
    assert leg["departure_airport"]["time"].startswith(day(10))
    assert option["type"] == "One way"


async def test_the_same_search_within_the_hour_is_free(world: World) -> None:
    first = await world.search(**one_way())
    again = await world.search(**one_way())
    other = await world.search(**one_way(), adults="2")
    fresh = await world.search(**one_way(), no_cache="true")

    ids = [found["search_metadata"]["id"] for found in (first, again, other, fresh)]
    assert ids[0] == ids[1]
    assert len(set(ids)) == 3
    account = await in_thread(world.sdk.account)
    assert account["this_month_usage"] == 3
    assert account["free_cache_hits"] == 1


async def test_a_round_trip_leads_by_tokens_to_a_booking(world: World) -> None:
    trip = {
        "engine": "google_flights",
        "departure_id": "FRA",
        "arrival_id": "JFK,EWR",
        "outbound_date": day(20),
        "return_date": day(27),
    }

    out = await world.search(**trip)
    token = _priced(out)["departure_token"]
    back = await world.search(**trip, departure_token=token)
    booked = await world.search(**trip, booking_token=_priced(back)["booking_token"])

    assert booked["booking_options"][0]["together"]["price"] == _priced(back)["price"]


def _priced(found: Any) -> dict[str, Any]:
    options = [*found.get("best_flights", []), *found.get("other_flights", [])]
    return next(option for option in options if "price" in option)


async def test_an_empty_result_is_no_error_of_http(world: World) -> None:
    flights = await world.search(**{**one_way(), "arrival_id": "TXL"})
    web = await world.search(engine="google", q="asdfqwerzxcv")

    assert flights["error"] == "Google Flights hasn't returned any results for this query."
    assert flights["search_metadata"]["status"] == "Success"
    assert web["error"] == "Google hasn't returned any results for this query."


async def test_the_web_answers_and_has_a_second_page(world: World) -> None:
    found = await world.search(engine="google", q="what is the capital of Portugal")

    assert found["answer_box"]["answer"] == "Lisbon"
    assert found["organic_results"][0]["position"] == 1
    following = await in_thread(found.next_page)
    assert following["organic_results"][0]["position"] == 11
    assert following.next_page_url is None


async def test_places_near_a_spot_have_their_degrees(world: World) -> None:
    found = await world.search(engine="google", q="pharmacy", lat="52.5219", lon="13.4132")

    assert found["search_parameters"]["lat"] == "52.5219"
    first = found["local_results"]["places"][0]
    wanted = {"position", "title", "place_id", "address", "type", "rating", "gps_coordinates"}
    assert wanted <= first.keys()
    assert first["gps_coordinates"].keys() == {"latitude", "longitude"}
    with pytest.raises(serpapi.HTTPError) as refused:
        await world.search(engine="google", q="pharmacy", lat="52.5219")
    assert refused.value.status_code == 400


async def test_the_archive_keeps_a_search(world: World) -> None:
    found = await world.search(engine="google_light", q="pizza")

    search_id = found["search_metadata"]["id"]
    kept = await in_thread(partial(world.sdk.search_archive, {"search_id": search_id}))

    assert kept.as_dict() == found.as_dict()
    with pytest.raises(serpapi.HTTPError) as unknown:
        await in_thread(partial(world.sdk.search_archive, {"search_id": "none"}))
    assert unknown.value.status_code == 404


@pytest.mark.parametrize(
    ("parameters", "words"),
    [
        ({"engine": "google"}, "Missing query `q` parameter."),
        ({"engine": "bing", "q": "a"}, "Unsupported `bing` search engine."),
        ({"engine": "google_flights"}, "Missing `departure_id` parameter."),
        ({"q": "a", "no_cache": "true", "async": "true"}, "shouldn't be used together"),
        (
            {
                "engine": "google_flights",
                "departure_id": "BER",
                "arrival_id": "LIS",
                "outbound_date": "2099-01-01",
            },
            "`return_date` is required if `type` is `1` (Round trip).",
        ),
        (
            {
                "engine": "google_flights",
                "departure_id": "BER",
                "arrival_id": "LIS",
                "outbound_date": "2020-01-01",
                "type": "2",
            },
            "`outbound_date` cannot be in the past.",
        ),
    ],
)
async def test_a_wrong_search_is_400(world: World, parameters: dict[str, str], words: str) -> None:
    with pytest.raises(serpapi.HTTPError) as refused:
        await world.search(**parameters)

    assert refused.value.status_code == 400
    assert words in refused.value.error


async def test_a_wrong_key_is_401(world: World) -> None:
    stranger = world.client("wrong")

    with pytest.raises(serpapi.HTTPError) as refused:
        await in_thread(partial(stranger.search, {"engine": "google", "q": "a"}))

    assert refused.value.status_code == 401
    assert refused.value.error == (
        "Invalid API key. Your API key should be here: https://serpapi.com/manage-api-key"
    )
    stranger.session.close()


@pytest.mark.parametrize(
    ("status", "words"),
    [(429, "Your account has run out of searches."), (503, "couldn't get valid results")],
)
async def test_a_fault_is_told_in_the_vendors_words(world: World, status: int, words: str) -> None:
    await world.fault(status=status)

    with pytest.raises(serpapi.HTTPError) as failed:
        await world.search(engine="google", q="pizza")

    assert failed.value.status_code == status
    assert words in failed.value.error
    assert (await world.search(engine="google", q="pizza"))["organic_results"]


async def test_a_fault_after_the_work_has_cost_a_search(world: World) -> None:
    await world.fault(status=500, after_accept=True)

    with pytest.raises(serpapi.HTTPError):
        await world.search(engine="google", q="pizza")

    assert (await in_thread(world.sdk.account))["this_month_usage"] == 1


async def test_a_cut_connection_is_a_connection_error(world: World) -> None:
    await world.fault(status=0)

    with pytest.raises(serpapi.HTTPConnectionError):
        await world.search(engine="google", q="pizza")


async def test_a_reset_forgets_what_was_paid(world: World) -> None:
    await world.search(engine="google", q="pizza")

    await world.http.post(f"{world.url}/_sim/reset")

    account = await in_thread(world.sdk.account)
    assert (account["this_month_usage"], account["free_cache_hits"]) == (0, 0)
