"""Watches on real PostgreSQL and NATS: set, looked at, confirmed, told once; raced and crossed."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest

from contracts import slots, streams
from contracts.conversation import MessageReceived, UserForgotten
from contracts.streams import UserId
from contracts.tools import ToolFailed, ToolFinished
from contracts.watches import WatchSeen
from services.scheduler.watches import effects as watching
from taskflow.log.appending import Write
from taskflow.privacy.media import MediaStore
from tests.integration.scheduler.conftest import House
from tests.support.eventually import eventually
from tests.support.forgetting import destroy_key
from tests.support.offers import SCHEDULER
from tests.support.scripted_shop import ScriptedShop

pytestmark = pytest.mark.integration

SHOE = "https://shop.example/p/a01"
KETTLE = "https://shop.example/p/b02"
QUICK = {
    "watch_minutes": 0.01,
    "watch_shortest_minutes": 0.01,
    "watch_confirm_seconds": 0.3,
}


class Street:
    """Two schedulers, two tools replicas, one shop, and people."""

    def __init__(self, house: House, shop: ScriptedShop) -> None:
        self.house, self.shop = house, shop

    async def say(self, user: UserId, text: str) -> None:
        told = MessageReceived(
            message_ref=f"SM{uuid4().hex}", channel="whatsapp", kind="text", text=text
        )
        write = Write(streams.conversation(user), [told], user)
        await self.house.log.append([write], slots.message(told.message_ref))

    async def call(self, user: UserId, tool: str, **arguments: Any) -> ToolFinished | ToolFailed:
        asked = await self.house.calls.ask(user, tool, **arguments)
        (outcome,) = await eventually(lambda: self.house.calls.outcomes(asked), 20)
        return outcome

    async def done(self, user: UserId, tool: str, **arguments: Any) -> dict[str, Any]:
        outcome = await self.call(user, tool, **arguments)
        assert isinstance(outcome, ToolFinished), outcome
        return outcome.result

    async def refused(self, user: UserId, tool: str, **arguments: Any) -> str:
        outcome = await self.call(user, tool, **arguments)
        assert isinstance(outcome, ToolFailed)
        assert outcome.code == "refused"
        return outcome.error

    async def watch(self, user: UserId, url: str = SHOE, **goal: Any) -> dict[str, Any]:
        await self.say(user, f"watch this please: {url}")
        return await self.done(user, "watch_price", url=url, **goal)

    async def alerts(self, user: UserId, count: int, seconds: float = 20) -> list[str]:
        async def enough() -> bool:
            return len(await self.house.spoken(user)) >= count

        await eventually(enough, seconds, every=0.05)
        return await self.house.spoken(user)

    async def looked(self, url: str, more: int = 2) -> None:
        """So many more looks."""
        wanted = len(self.shop.looks[url]) + more
        await eventually(lambda: len(self.shop.looks[url]) >= wanted, 20)


@pytest.fixture(autouse=True)
def _short_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watching, "CLAIM_SECONDS", 3)
    monkeypatch.setattr(watching, "AGAIN_SECONDS", 1)


@pytest.fixture
async def street(house: House) -> AsyncGenerator[Street]:
    house.settings = house.settings.model_copy(update=QUICK)
    shop = ScriptedShop()
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(house.replicas(2))
        for _ in range(2):
            await stack.enter_async_context(shop.open(house.settings))
        yield Street(house, shop)


async def test_a_drop_is_told_once_after_a_second_look_by_whichever_replica(street: Street) -> None:
    (ada,) = await street.house.users(1)
    street.shop.prices[SHOE] = Decimal("79.90")
    told = await street.watch(ada, below=70)
    await street.looked(SHOE)
    assert await street.house.spoken(ada) == []

    street.shop.prices[SHOE] = Decimal("65.00")
    await street.alerts(ada, 1)
    await street.looked(SHOE, 3)

    (said,) = await street.house.spoken(ada)
    assert said.startswith(
        f"📉 **Shoe of a01** is now €65.00 (it was €79.90), below your €70.00.\n{SHOE}\n_Seen at "
    )
    assert said.endswith(", checked twice._")
    assert (told["number"], told["goal"], told["watching"]) == (1, "below 70.00", True)

    street.shop.prices[SHOE] = Decimal("72.00")
    await street.looked(SHOE, 3)
    street.shop.prices[SHOE] = Decimal("69.99")
    again = await street.alerts(ada, 2)
    assert "is now €69.99 (it was €72.00)" in again[1]


async def test_those_who_watch_one_page_share_its_looks_and_nothing_else(street: Street) -> None:
    users = await street.house.users(5)
    street.shop.prices[SHOE] = Decimal("50.00")
    for n, user in enumerate(users):
        await street.watch(user, below=60 - n)
    await asyncio.gather(*(street.alerts(user, 1) for user in users))

    fetched = len(street.shop.looks[SHOE])
    query = "select count(*) from events where type = 'watch.alerted'"
    assert await street.house.owner.fetchval(query) == 5
    pages = await street.house.owner.fetchval("select count(*) from watched_pages")
    assert pages == 1
    assert fetched < 40, "looks are of pages, not of watches"
    for n, user in enumerate(users):
        (said,) = await street.house.spoken(user)
        assert f"below your €{60 - n}.00" in said
        listed = (await street.done(user, "list_watches"))["watches"]
        assert [one["number"] for one in listed] == [1]
    pictures = [seen.evidence.screenshot for user in users for seen in await _seen(street, user)]
    kept = [one for one in pictures if one is not None]
    assert len(kept) == len(set(kept)), "a picture lies under one user's seal"


async def _seen(street: Street, user: UserId) -> list[WatchSeen]:
    query = "select distinct stream from events where user_id = $1 and type = 'watch.seen'"
    found = await street.house.owner.fetch(query, user)
    return [
        (await street.house.log.opened(one)).event
        for row in found
        for one in await street.house.log.read(row["stream"])
        if isinstance(one.event, WatchSeen)
    ]


async def test_stopping_and_alerting_race_and_one_of_them_wins(street: Street) -> None:
    users = await street.house.users(8)
    urls = [f"https://shop.example/p/r{n:02}" for n in range(8)]
    for user, url in zip(users, urls, strict=True):
        street.shop.prices[url] = Decimal("79.90")
        await street.watch(user, url, below=70)
    for url in urls:
        await eventually(lambda u=url: len(street.shop.looks[u]) >= 2, 20)

    # One is stopped before anything happens to its price; the others race.
    first = await street.call(users[0], "stop_watch", which="1")
    for url in urls:
        street.shop.prices[url] = Decimal("65.00")

    async def stop(n: int) -> ToolFinished | ToolFailed:
        await asyncio.sleep(n * 0.25)
        return await street.call(users[n], "stop_watch", which="1")

    outcomes = [first, *await asyncio.gather(*(stop(n) for n in range(1, 8)))]
    for user, url in zip(users, urls, strict=True):
        looks = len(street.shop.looks[url])
        assert (await street.done(user, "list_watches"))["watches"] == []
        query = "select stream from events where user_id = $1 and type = 'watch.set'"
        stream = await street.house.owner.fetchval(query, user)
        life = [one.event.type for one in await street.house.log.read(stream)]
        assert life[-1] == "watch.stopped", "nothing after it"
        assert life.count("watch.alerted") == len(await street.house.spoken(user)) <= 1
        assert len(street.shop.looks[url]) <= looks + 2
    assert all(isinstance(one, ToolFinished) for one in outcomes)
    assert await street.house.spoken(users[0]) == [], "stopped before its price fell"


async def test_nobody_reaches_the_watches_of_somebody_else(street: Street) -> None:
    ada, eve = await street.house.users(2)
    street.shop.prices[SHOE] = Decimal("79.90")
    await street.watch(ada, below=70)
    await street.looked(SHOE)

    assert (await street.done(eve, "list_watches"))["watches"] == []
    running = await street.done(eve, "list_running")
    assert running == {"reminders": [], "watches": [], "open": []}
    for which in ("1", "#1", "shoe", "shop.example", SHOE):
        assert await street.refused(eve, "stop_watch", which=which) == "Nothing is being watched."
        assert "Nothing" in await street.refused(eve, "price_history", which=which)
    assert "no price history" in await street.refused(eve, "price_history", url=SHOE)
    assert "neither in the user's messages" in await street.refused(
        eve, "watch_price", url=SHOE, below=1
    )

    await street.watch(eve, KETTLE, below=5)
    assert "None fits" in await street.refused(eve, "stop_watch", which="a01")
    assert (await street.done(eve, "stop_watch", which="1"))["stopped"]["url"] == KETTLE
    (left,) = (await street.done(ada, "list_watches"))["watches"]
    assert (left["url"], left["title"], left["last_price"]) == (SHOE, "Shoe of a01", "79.90")


async def test_what_set_it_is_taken_back_as_its_tool_says_and_by_its_owner_alone(
    street: Street,
) -> None:
    ada, eve = await street.house.users(2)
    reminded = {"text": "call mom", "in_minutes": 90}
    made = {
        "watch_price": await street.watch(ada, below=70),
        "set_reminder": await street.done(ada, "set_reminder", **reminded),
    }
    await street.watch(ada, KETTLE, below=5)
    await street.done(ada, "set_reminder", **{**reminded, "text": "call dad"})
    for tool, result in made.items():
        undo = SCHEDULER[tool].undone_by
        assert undo is not None
        arguments = undo.arguments(result)
        assert arguments is not None
        assert await street.refused(eve, undo.tool, **arguments)
        await street.done(ada, undo.tool, **arguments)
        assert await street.refused(ada, undo.tool, **arguments), "it is gone"

    running = await street.done(ada, "list_running")
    assert [one["url"] for one in running["watches"]] == [KETTLE]
    assert [one["text"] for one in running["reminders"]] == ["call dad"]


async def test_a_history_comes_with_its_chart(street: Street) -> None:
    (ada,) = await street.house.users(1)
    for price in ("79.90", "75.00", "77.50"):
        street.shop.prices[SHOE] = Decimal(price)
        if price == "79.90":
            await street.watch(ada, drop_percent=20)
        await street.looked(SHOE)

    outcome = await street.call(ada, "price_history")

    assert isinstance(outcome, ToolFinished)
    result = outcome.result
    assert [one["price"] for one in result["points"]] == ["79.90", "75.00", "77.50"]
    assert (result["lowest"]["price"], result["highest"]["price"]) == ("75.00", "79.90")
    assert (result["now"], result["currency"], result["picture"]) == ("77.50", "EUR", True)
    assert outcome.picture is not None
    async with _media(street) as media:
        picture = await media.get(outcome.picture)
    assert picture is not None
    assert picture.data.startswith(b"\x89PNG")
    assert 5_000 < len(picture.data) < 100_000


def _media(street: Street) -> Any:
    from contextlib import asynccontextmanager

    from taskflow.postgres import database

    @asynccontextmanager
    async def opened() -> Any:
        async with database.pool(street.house.settings.dsn, "tests") as pool:
            yield MediaStore(pool, street.house.vault)

    return opened()


async def test_everything_that_runs_is_listed(street: Street) -> None:
    (ada,) = await street.house.users(1)
    street.shop.prices[SHOE] = None
    await street.watch(ada, back_in_stock=True, until="2099-01-31")
    await street.done(ada, "set_reminder", text="stretch", at="2099-01-01T09:00")
    waits = await street.house.calls.__class__(street.house.log, "tools").ask(
        ada, "search_web", query="x"
    )
    await street.looked(SHOE)

    running = await street.done(ada, "list_running")

    assert [one["text"] for one in running["reminders"]] == ["stretch"]
    (watch,) = running["watches"]
    assert (watch["goal"], watch["in_stock"], watch["until"]) == (
        "back in stock",
        False,
        "2099-01-31",
    )
    assert [one["tool"] for one in running["open"]] == ["search_web"]
    assert waits.event.tool == "search_web"

    street.shop.prices[SHOE] = Decimal("12.50")
    (said,) = await street.alerts(ada, 1)
    assert said.startswith("📦 **Shoe of a01** is back in stock at €12.50.")


async def test_a_page_that_nobody_can_read_is_told_of_once(street: Street) -> None:
    (ada,) = await street.house.users(1)
    await street.watch(ada, KETTLE, below=5)
    (said,) = await street.alerts(ada, 1)

    assert "could not read the page of **shop.example**" in said
    street.shop.prices[KETTLE] = Decimal("9.00")
    await street.looked(KETTLE)
    (listed,) = (await street.done(ada, "list_watches"))["watches"]
    assert (listed["last_price"], listed["readable"]) == ("9.00", True)
    assert len(await street.house.spoken(ada)) == 1


async def test_a_forgotten_users_page_is_not_looked_at_again(street: Street) -> None:
    ada, bob = await street.house.users(2)
    street.shop.prices |= {SHOE: Decimal("79.90"), KETTLE: Decimal("20.00")}
    await street.watch(ada, SHOE, below=70)
    await street.watch(bob, SHOE, below=60)
    await street.watch(ada, KETTLE, below=5)
    await street.looked(SHOE)
    await street.looked(KETTLE, 1)

    forgetting = Write(streams.conversation(ada), [UserForgotten()], ada)
    await street.house.log.append([forgetting], slots.forgotten(ada))
    await destroy_key(street.house.vault, ada)

    async def gone() -> bool:
        rows = "select count(*) from watches where user_id = $1"
        return await street.house.owner.fetchval(rows, ada) == 0

    await eventually(gone, 20)

    async def dropped() -> bool:
        return await street.house.owner.fetchval("select count(*) from watched_pages") == 1

    await eventually(dropped, 20)
    kettle = len(street.shop.looks[KETTLE])
    street.shop.prices[SHOE] = Decimal("50.00")
    (said,) = await street.alerts(bob, 1)
    assert "below your €60.00" in said
    assert len(street.shop.looks[KETTLE]) == kettle
    assert set(street.shop.looks[SHOE][-2:]) == {bob}


async def test_a_tools_service_that_is_away_is_not_the_pages_failure(house: House) -> None:
    house.settings = house.settings.model_copy(update=QUICK)
    shop = ScriptedShop()
    shop.prices[SHOE] = Decimal("79.90")
    street = Street(house, shop)
    (ada,) = await house.users(1)
    async with house.replicas(2):
        await street.watch(ada, below=70)
        held = "select failures from watched_pages where claimed_until > now()"
        await eventually(lambda: _is_zero(house, held), 20)
        async with shop.open(house.settings):
            await street.looked(SHOE)
        assert await house.owner.fetchval("select max(failures) from watched_pages") == 0
    assert await house.spoken(ada) == []


async def _is_zero(house: House, query: str) -> bool:
    return await house.owner.fetchval(query) == 0
