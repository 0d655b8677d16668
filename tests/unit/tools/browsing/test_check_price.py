"""`check_price`: only addresses that were told, and prices word for word."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from contracts import slots, streams
from contracts.conversation import MessageReceived
from contracts.readings import Evidence, Reading
from contracts.streams import UserId
from contracts.tools import ToolRequested
from services.tools.browsing import check_price
from services.tools.browsing.check_price import PriceCheck
from taskflow.log.appending import Write
from taskflow.tooling import Call, Refused
from tests.support.memory_log import MemoryLog

ADA = UserId(UUID(int=1))
URL = "https://shop.example/p/1"
AT = datetime(2026, 11, 24, 15, 4, tzinfo=UTC)


class Shop:
    """A looker that says what it is told to."""

    def __init__(self, **reading: Any) -> None:
        self.looks: list[tuple[str, str | None, bool]] = []
        evidence = Evidence(at=AT, read_by="http", source="json-ld", text="79.90", status=200)
        self._reading = Reading(evidence=evidence, **reading)

    async def look(
        self, url: str, product: str | None, *, user: UserId, for_watch: bool
    ) -> Reading:
        assert user == ADA
        self.looks.append((url, product, for_watch))
        return self._reading


PRICED = {
    "outcome": "priced",
    "title": "Trail shoe",
    "amount": Decimal("79.90"),
    "currency": "EUR",
    "list_amount": Decimal("99.00"),
    "in_stock": True,
}


async def ask(shop: Shop, said: str, url: str, zone: str = "Europe/Lisbon") -> dict[str, Any]:
    log = MemoryLog()
    stream = streams.conversation(ADA)
    message = MessageReceived(message_ref="SM1", channel="whatsapp", kind="text", text=said)
    await log.append([Write(stream, [message], ADA)], slots.message("SM1"))
    request = ToolRequested(
        turn=UUID(int=1),
        step=1,
        tool="check_price",
        owner="tools",
        vendor_call_id=None,
        arguments={},
        zone=zone,
        zone_known=True,
        deadline=AT + timedelta(minutes=1),
    )
    await log.append([Write(stream, [request], ADA)], slots.step(UUID(int=1), 1))
    tool = check_price.tool(shop, log)  # type: ignore[arg-type]
    asked = log.stream(stream)[-1]
    return (await tool.run(PriceCheck(url=url, product="in red"), Call(asked, ADA))).result


async def test_a_price_comes_with_all_that_proves_it() -> None:
    shop = Shop(**PRICED)
    result = await ask(shop, f"is this cheap? {URL}.", f"{URL}#reviews")

    assert shop.looks == [(URL, "in red", False)]
    assert result == {
        "outcome": "priced",
        "url": URL,
        "title": "Trail shoe",
        "price": "79.90",
        "currency": "EUR",
        "price_text": "€79.90",
        "list_price": "99.00",
        "in_stock": True,
        "as_of": "15:04",
        "read_from": "json-ld",
        "note": "",
        "evidence": {
            "text": "79.90",
            "at": AT.isoformat(),
            "read_by": "http",
            "screenshot_sha256": None,
        },
        "summary": "**Trail shoe**: €79.90, in stock (was €99.00). As of 15:04.",
    }


async def test_the_time_is_the_users_own() -> None:
    assert (await ask(Shop(**PRICED), URL, URL, "Asia/Tokyo"))["as_of"] == "00:04"


@pytest.mark.parametrize(
    ("reading", "summary"),
    [
        (
            {"outcome": "unclear", "title": "Shoes", "note": "There are two prices."},
            "**Shoes**: no price can be told for sure. There are two prices.",
        ),
        (
            {"outcome": "unreachable", "note": "No answer."},
            "**This page**: the page could not be reached. No answer.",
        ),
        (
            {**PRICED, "outcome": "out_of_stock", "in_stock": False, "list_amount": None},
            "**Trail shoe**: €79.90, sold out. As of 15:04.",
        ),
        ({"outcome": "out_of_stock", "title": "Mug"}, "**Mug**: sold out. As of 15:04."),
        (
            {**PRICED, "in_stock": None, "list_amount": None, "currency": "JPY", "amount": 79800},
            "**Trail shoe**: ¥79,800. As of 15:04.",
        ),
    ],
)
async def test_what_is_told(reading: dict[str, Any], summary: str) -> None:
    assert (await ask(Shop(**reading), URL, URL))["summary"] == summary


@pytest.mark.parametrize(
    "url",
    [
        "https://shop.example/p/2",
        "https://shop.example/p/1?q=secret",
        "http://shop.example/p/1",
        "https://evil.example/",
        "http://169.254.169.254/",
        "https://ada@shop.example/p/1",
        "file:///etc/passwd",
        "nonsense",
    ],
)
async def test_other_addresses_are_refused(url: str) -> None:
    shop = Shop(**PRICED)
    with pytest.raises(Refused):
        await ask(shop, f"look at {URL}", url)
    assert shop.looks == []
