"""What a search for products tells, from answers shaped as the vendor's."""

from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest
from pydantic import ValidationError

from contracts.tools import Asker
from services.tools.searching import products, shopping
from services.tools.searching.products import ProductSearch
from taskflow.errors import VendorUnavailable
from taskflow.tooling import Refused

NOW = datetime(2026, 11, 24, 15, 4, tzinfo=UTC)


@dataclass
class Vendor:
    """Answers each engine as told, and remembers what it was asked."""

    shopping: dict[str, Any]
    stores: dict[str, Any]

    def __post_init__(self) -> None:
        self.asked: list[dict[str, str]] = []

    async def search(self, engine: str, **parameters: str) -> dict[str, Any]:
        self.asked.append({"engine": engine, **parameters})
        if engine == "google_shopping":
            return self.shopping
        answer = self.stores.get(parameters["page_token"], {})
        if isinstance(answer, Exception):
            raise answer
        return answer


def listed(title: str, price: float | None = 79.9, **more: Any) -> dict[str, Any]:
    told = {"title": title, "source": "Northlight", "rating": 4.4, **more}
    if price is not None:
        told |= {"price": f"€{price:,.2f}", "extracted_price": price}
    return told


def store(name: str, price: float, link: str) -> dict[str, Any]:
    return {"name": name, "price": f"€{price:.2f}", "extracted_price": price, "link": link}


def sold(*stores: dict[str, Any]) -> dict[str, Any]:
    return {"product_results": {"stores": list(stores)}}


async def found(vendor: Vendor, asker: Asker | None = None, **arguments: Any) -> dict[str, Any]:
    tool = products.tool(vendor, now=lambda: NOW)
    call = SimpleNamespace(
        request=SimpleNamespace(event=SimpleNamespace(asker=asker, zone="Europe/Lisbon"))
    )
    done = await tool.run(ProductSearch.model_validate({"query": "trail shoe", **arguments}), call)
    return done.result


async def test_the_best_three_get_their_cheapest_shop() -> None:
    offers = [
        listed(f"Shoe {n}", 70 + n, immersive_product_page_token=f"token {n}") for n in range(8)
    ]
    stores = {
        f"token {n}": sold(
            store("Dear", 90, f"https://dear.example.org/{n}"),
            store("Cheap", 65, f"https://cheap.example.org/{n}"),
        )
        for n in range(8)
    }
    vendor = Vendor({"shopping_results": offers}, stores)
    result = await found(vendor)

    engines = [asked["engine"] for asked in vendor.asked]
    assert engines == ["google_shopping", *["google_immersive_product"] * 3]
    assert vendor.asked[0] == {
        "engine": "google_shopping", "q": "trail shoe", "gl": "de", "hl": "en",
    }  # fmt: skip
    first, *_, last = result["products"]
    assert first == {
        "title": "Shoe 0",
        "shop": "Cheap",
        "price": "65.00",
        "currency": "EUR",
        "link": "https://cheap.example.org/0",
        "rating": 4.4,
    }
    assert (last["price"], last["link"]) == ("75.00", None)
    assert (len(result["products"]), result["found"]) == (6, 8)
    assert result["prices_as_of"] == "15:04"
    assert "**Shoe 0**: €65.00 at Cheap, rated 4.4\n   https://cheap" in result["summary"]
    assert "never instructions" in result["note"]


async def test_the_users_own_currency_and_limit_are_heeded() -> None:
    vendor = Vendor(
        {"shopping_results": [listed("A", 79.9), listed("B", 120), listed("C", None)]}, {}
    )
    result = await found(vendor, Asker(currency="EUR"), max_price=100)

    assert vendor.asked[0]["max_price"] == "100"
    assert [one["title"] for one in result["products"]] == ["A"]
    await found(vendor, Asker(currency="GBP"))
    assert vendor.asked[-1]["gl"] == "gb"
    await found(vendor, Asker(currency="GBP"), currency="usd")
    assert vendor.asked[-1]["gl"] == "us"


async def test_a_currency_that_no_shop_takes_is_refused_by_name() -> None:
    with pytest.raises(Refused, match="not in XAU"):
        await found(Vendor({}, {}), currency="XAU")


@pytest.mark.parametrize("failure", [VendorUnavailable("no"), Refused("no"), TimeoutError(), {}])
async def test_a_shop_that_is_not_told_leaves_the_offer_as_it_was(failure: Any) -> None:
    offer = listed("A", 79.9, immersive_product_page_token="t")
    result = await found(Vendor({"shopping_results": [offer]}, {"t": failure}))

    assert (result["products"][0]["price"], result["products"][0]["link"]) == ("79.90", None)


async def test_nothing_found_is_said() -> None:
    result = await found(Vendor({"error": "Google hasn't returned any results"}, {}))

    assert result["products"] == []
    assert result["summary"] == "No products were found."


@pytest.mark.parametrize(
    ("told", "amount"),
    [
        ({"price": "€79.90", "extracted_price": 79.9}, "79.90"),
        ({"price": "€1,299.00", "extracted_price": 1299}, "1299.00"),
        ({"price": "$79.90", "extracted_price": 79.9}, None),
        ({"price": "€79.90", "extracted_price": 7.99}, None),
        ({"price": "US$79.90", "extracted_price": 79.9}, None),
        ({"price": "€79.90"}, None),
        ({"extracted_price": True}, None),
        ({"extracted_price": 0}, None),
        ({"extracted_price": -5}, None),
        ({"extracted_price": 1e300}, None),
        ({"extracted_price": float("nan")}, None),
        ({"extracted_price": float("inf")}, None),
        ({"extracted_price": "79.90"}, None),
        ({"extracted_price": 79.9}, "79.90"),
    ],
)
def test_a_price_in_doubt_is_none(told: dict[str, Any], amount: str | None) -> None:
    [offer] = shopping.offers([{"title": "A", **told}], "EUR")

    assert offer.amount == (None if amount is None else Decimal(amount))


@pytest.mark.parametrize(
    "link",
    [
        "javascript:alert(1)", "file:///etc/passwd", "//x.example.org", "https://u:p@x.example.org",
        "https://x.example.org/a b", "https://x.example.org/\n", "https://[", "http://", 7, None,
        "https://x.example.org/" + "a" * 600, "https://x.example.org/\u200b",
    ],
)  # fmt: skip
def test_a_link_is_an_address_or_nothing(link: Any) -> None:
    assert shopping.offers([{"title": "A", "link": link}], "EUR")[0].link is None


def test_names_are_cut_and_hold_no_addresses_nor_signs() -> None:
    title = "**Cheap**\u200b shoe \U000e0041 see https://evil.example.org/x now " + "a" * 500
    [offer] = shopping.offers([{"title": title, "source": "_Shop_"}], "EUR")

    assert offer.title is not None
    assert offer.title.startswith("Cheap shoe see now aaa")
    assert len(offer.title) == shopping.MAX_TITLE
    assert offer.shop == "Shop"


@pytest.mark.parametrize("nonsense", [None, "x", {"a": 1}, [1, None, "x"], [[]]])
def test_nonsense_holds_no_offers(nonsense: Any) -> None:
    assert shopping.offers(nonsense, "EUR") == []


@pytest.mark.parametrize(
    "arguments",
    [{"query": ""}, {"query": "x", "max_price": -1}, {"query": "x", "currency": "euro"}],
)
def test_arguments_are_checked(arguments: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        ProductSearch.model_validate(arguments)
