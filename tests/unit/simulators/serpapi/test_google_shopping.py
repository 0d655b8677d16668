"""The shopping engines: offers, then shops; as SerpApi answers over HTTP."""

from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import pytest

from simulators.app import build_app
from simulators.settings import SimulatorSettings
from tests.support.asgi import ORIGIN, Browser

KEY = "simulated-serpapi-key"


@pytest.fixture
def api(tmp_path: Path) -> Browser:
    return Browser(
        build_app(
            SimulatorSettings.load(
                _env_file=None, taskflow_home=tmp_path, taskflow_sim_hosts="shop.test"
            )
        )
    )


async def asked(api: Browser, status: int = 200, **parameters: str) -> dict[str, Any]:
    query = urlencode({"engine": "google_shopping", "api_key": KEY, **parameters})
    answer = await api.get(f"/serpapi/search?{query}")
    assert answer.status == status, answer.text
    return answer.json()


async def shops(api: Browser, offer: dict[str, Any], **more: str) -> dict[str, Any]:
    token = offer["immersive_product_page_token"]
    found = await asked(api, engine="google_immersive_product", page_token=token, **more)
    return found["product_results"]


async def test_a_good_of_the_shop_leads_to_its_page_in_two_steps(api: Browser) -> None:
    body = await asked(api, q="trail shoes", gl="de", hl="en")
    first = body["shopping_results"][0]

    assert (first["title"], first["source"]) == ("Trail shoe", "Northlight")
    assert (first["price"], first["extracted_price"]) == ("€79.90", 79.9)
    assert "link" not in first
    assert body["search_metadata"]["status"] == "Success"
    assert body["search_metadata"]["google_shopping_url"].endswith("udm=28")
    assert "api_key" not in body["search_parameters"]
    product = await shops(api, first)
    assert product["stores"][0]["link"] == f"{ORIGIN}/shop/p/trail-shoe"
    assert (await api.get("/shop/p/trail-shoe")).status == 200


async def test_the_shops_price_moves_the_offers(api: Browser) -> None:
    await api.post("/_sim/shop/price", {"product": "trail-shoe", "price": "65.00"})

    body = await asked(api, q="trail shoe", gl="de")
    assert body["shopping_results"][0]["extracted_price"] == 65.0


async def test_other_offers_are_plain_inventions_with_several_shops(api: Browser) -> None:
    body = await asked(api, q="hammock", gl="us")
    offers = body["shopping_results"]

    assert [offer["position"] for offer in offers] == [1, 2, 3, 4, 5]
    assert all("simulated" in offer["snippet"].lower() for offer in offers)
    assert all(offer["price"].startswith("$") for offer in offers)
    product = await shops(api, offers[0])
    assert len(product["stores"]) == 3
    assert all(".example.org/" in shop["link"] for shop in product["stores"])
    assert product["stores"][0]["extracted_price"] == offers[0]["extracted_price"]


async def test_a_sale_tells_its_price_before(api: Browser) -> None:
    first = (await asked(api, q="winter coat", gl="de"))["shopping_results"][0]

    assert (first["old_price"], first["tag"]) == ("€199.00", "Sale")
    on_sale = await asked(api, q="winter coat", gl="de", on_sale="true")
    assert len(on_sale["shopping_results"]) == 1


@pytest.mark.parametrize(("sort_by", "reverse"), [("1", False), ("2", True)])
async def test_offers_are_sorted_and_limited(api: Browser, sort_by: str, reverse: bool) -> None:
    body = await asked(api, q="lamp", gl="gb", sort_by=sort_by, min_price="20", max_price="120")
    prices = [offer["extracted_price"] for offer in body["shopping_results"]]

    assert prices == sorted(prices, reverse=reverse)
    assert all(20 <= price <= 120 for price in prices)


@pytest.mark.parametrize(
    ("parameters", "says"),
    [
        ({}, "Missing query `q` parameter."),
        ({"q": "x", "gl": "zz"}, "Unsupported `zz` country"),
        ({"q": "x", "sort_by": "9"}, "`sort_by`"),
        ({"q": "x", "max_price": "cheap"}, "`max_price`"),
        ({"engine": "google_immersive_product"}, "Missing `page_token` parameter."),
        ({"engine": "google_immersive_product", "page_token": "abc"}, "Invalid `page_token`"),
        ({"engine": "google_product", "q": "x"}, "Unsupported `google_product` search engine."),
    ],
)
async def test_a_wrong_parameter_is_named(
    api: Browser, parameters: dict[str, str], says: str
) -> None:
    assert says in (await asked(api, 400, **parameters))["error"]


@pytest.mark.parametrize(
    "parameters",
    [{"q": "asdfqwerzxcv"}, {"q": "shoe", "max_price": "1"}, {"q": "x", "start": "80"}],
)
async def test_no_results_are_an_answer(api: Browser, parameters: dict[str, str]) -> None:
    body = await asked(api, **parameters)

    assert "hasn't returned any results" in body["error"]
    assert body["search_metadata"]["status"] == "Success"


async def test_the_same_search_is_free_within_the_hour(api: Browser) -> None:
    for _ in range(2):
        await asked(api, q="lamp")
    account = (await api.get(f"/serpapi/account?api_key={quote(KEY)}")).json()

    assert (account["this_month_usage"], account["free_cache_hits"]) == (1, 1)


async def test_what_is_for_staff_only_is_not_found(api: Browser) -> None:
    body = await asked(api, q="staff mug", gl="de")

    assert all(offer["source"] != "Northlight" for offer in body["shopping_results"])
