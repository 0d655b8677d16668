"""Every page of the simulated shop, as plain HTTP sees it."""

from collections.abc import AsyncIterator
from decimal import Decimal
from pathlib import Path

import pytest

from services.tools.pages.page import Page, PageReading
from services.tools.pages.reading import read
from simulators.app import build_app
from simulators.settings import SimulatorSettings
from simulators.shop import oddities
from simulators.shop.goods import GOODS
from taskflow.clock import utc_now
from tests.support.asgi import Browser
from tests.support.shop_table import ROWS, Row

BY_HTTP = [row for row in ROWS if row.needs == "http"]


@pytest.fixture
async def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Browser]:
    monkeypatch.setattr(oddities, "SLOW_SECONDS", 0.01)
    settings = SimulatorSettings.load(
        _env_file=None, taskflow_home=tmp_path, taskflow_sim_hosts="shop.test"
    )
    app = build_app(settings)
    yield Browser(app)
    app.state.context.phone.close()


async def looked(shop: Browser, path: str, product: str | None = None) -> PageReading:
    answer = await shop.get(f"/shop{path}")
    page = Page(answer.url, answer.text, answer.status, "http", None, utc_now())
    return read(page, product=product)


@pytest.mark.parametrize("row", BY_HTTP, ids=lambda row: row.id)
async def test_a_page_comes_to_what_stands_on_it(shop: Browser, row: Row) -> None:
    found = await looked(shop, row.path, row.product)

    assert (found.outcome, found.amount, found.currency) == (row.outcome, row.price, row.currency)
    assert (found.in_stock, found.list_amount) == (row.in_stock, row.list_price)
    assert found.source == row.source
    assert row.title in {None, found.title}
    assert found.text or found.amount is None
    assert bool(found.note) == (found.outcome not in {"priced", "out_of_stock"})


@pytest.mark.parametrize(
    "row", [row for row in ROWS if row.needs == "browser"], ids=lambda row: row.id
)
async def test_a_price_written_by_scripts_is_not_seen_by_http(shop: Browser, row: Row) -> None:
    found = await looked(shop, row.path)

    assert (found.outcome, found.amount) == ("unclear", None)


@pytest.mark.parametrize(
    "row", [row for row in BY_HTTP if row.amount and not row.product], ids=lambda row: row.id
)
async def test_prices_move_on_every_page(shop: Browser, row: Row) -> None:
    slug = row.path.partition("?")[0].rpartition("/")[2].replace("old-tent", "tent")
    before = await looked(shop, row.path)
    moved = GOODS[slug].price + Decimal("0.95" if row.currency != "JPY" else 95)
    await shop.post("/_sim/shop/price", {"product": slug, "price": str(moved)})
    after = await looked(shop, row.path)

    assert before.amount is not None
    assert after.amount is not None
    assert after.amount - before.amount == moved - GOODS[slug].price


@pytest.mark.parametrize(
    "row", [row for row in BY_HTTP if row.outcome == "priced"], ids=lambda row: row.id
)
async def test_what_is_sold_out_or_broken_has_no_price_to_pay(shop: Browser, row: Row) -> None:
    slug = row.path.partition("?")[0].rpartition("/")[2].replace("old-tent", "tent")
    await shop.post("/_sim/shop/price", {"product": slug, "in_stock": False})
    gone = await looked(shop, row.path, row.product)
    await shop.post("/_sim/shop/price", {"product": slug, "broken": True})
    broken = await looked(shop, row.path, row.product)

    assert (gone.outcome, gone.amount, gone.in_stock) == ("out_of_stock", row.price, False)
    assert (broken.amount, broken.currency) == (None, None)
    assert broken.outcome == "unclear"


async def test_orders_on_a_page_reach_nobody(shop: Browser) -> None:
    found = await looked(shop, "/p/travel-pillow")

    told = f"{found.title} {found.text} {found.note}"
    assert "SYSTEM" not in told
    assert not [c for c in told if 0xE0000 <= ord(c) <= 0xE007F or ord(c) in {0x200B, 0x202E}]
