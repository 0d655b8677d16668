"""The shop's counter and back door; what its pages say is in tests/unit/tools/pages."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from simulators.app import build_app
from simulators.settings import SimulatorSettings
from simulators.shop.goods import GOODS
from tests.support.asgi import ORIGIN, Browser
from tests.support.shop_table import ROWS


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Browser]:
    app = build_app(
        SimulatorSettings.load(
            _env_file=None, taskflow_home=tmp_path, taskflow_sim_hosts="shop.test"
        )
    )
    yield Browser(app)
    app.state.context.phone.close()


async def change(shop: Browser, status: int = 200, **order: Any) -> Any:
    answer = await shop.post("/_sim/shop/price", order)
    assert answer.status == status, answer.text
    return answer.json()


async def test_every_good_is_in_the_table_of_truth() -> None:
    told = {row.path.partition("?")[0].rpartition("/")[2] for row in ROWS}

    assert set(GOODS) <= told


async def test_the_index_lists_what_is_sold_with_its_price(shop: Browser) -> None:
    await change(shop, product="trail-shoe", price="65.00")
    page = await shop.get("/shop/")

    assert page.status == 200
    assert f'href="{ORIGIN}/shop/p/trail-shoe"' in page.text
    assert "€65.00" in page.text
    assert "staff-mug" not in page.text


async def test_a_change_is_told_and_a_reset_forgets_it(shop: Browser) -> None:
    told = await change(shop, product="trail-shoe", price="65", in_stock=False)
    assert (told["price"], told["in_stock"], told["broken"]) == ("65", False, False)
    assert told["path"] == "/shop/p/trail-shoe"
    await change(shop, product="trail-shoe", broken=True)
    assert "Price on request" in (await shop.get("/shop/p/trail-shoe")).text
    await change(shop, product="trail-shoe", broken=False)
    assert "€65.00" in (await shop.get("/shop/p/trail-shoe")).text

    await shop.post("/_sim/reset", {})
    assert "€79.90" in (await shop.get("/shop/p/trail-shoe")).text


@pytest.mark.parametrize(
    ("order", "says"),
    [
        ({"product": "unicorn"}, "none of the shop's products"),
        ({"product": "tent", "price": "0"}, "price"),
        ({"product": "tent", "price": "cheap"}, "price"),
        ({"product": "tent", "prise": "1"}, "prise"),
    ],
)
async def test_a_wrong_order_is_named(shop: Browser, order: dict[str, Any], says: str) -> None:
    answer = await shop.post("/_sim/shop/price", order)

    assert answer.status == 422
    assert says in answer.json()["error"]


async def test_fetches_are_counted_by_path(shop: Browser) -> None:
    for _ in range(3):
        await shop.get("/shop/p/tent")
    await shop.once("GET", "/shop/p/old-tent")

    assert (await shop.get("/_sim/shop/fetches")).json() == {
        "/shop/p/old-tent": 1,
        "/shop/p/tent": 3,
    }
    await shop.post("/_sim/reset", {})
    assert (await shop.get("/_sim/shop/fetches")).json() == {}


@pytest.mark.parametrize(
    ("slug", "target"),
    [
        ("gift-card", "http://169.254.169.254/latest/meta-data/"),
        ("gift-box", "http://127.0.0.1:1/shop/p/trail-shoe"),
        ("old-tent", f"{ORIGIN}/shop/p/older-tent"),
        ("endless-scarf", f"{ORIGIN}/shop/p/endless-scarf"),
    ],
)
async def test_some_pages_lead_elsewhere(shop: Browser, slug: str, target: str) -> None:
    answer = await shop.once("GET", f"/shop/p/{slug}")

    assert (answer.status, answer.headers["location"]) == (302, target)


async def test_a_chain_of_redirects_ends_at_the_tent(shop: Browser) -> None:
    assert (await shop.get("/shop/p/old-tent")).url == f"{ORIGIN}/shop/p/tent"


async def test_the_huge_page_is_huge(shop: Browser) -> None:
    assert len((await shop.get("/shop/p/giant-atlas")).body) > 5_000_000


async def test_a_price_by_script_is_not_in_the_page_but_behind_it(shop: Browser) -> None:
    page = (await shop.get("/shop/p/smart-speaker")).text.partition('class="recommendations"')[0]
    told = (await shop.get("/shop/api/price/smart-speaker")).json()
    block = (await shop.get("/shop/api/product/robot-vacuum")).json()

    assert "89.00" not in page
    assert told == {"shown": "€89.00", "in_stock": True}
    assert block["offers"]["price"] == "349.00"
    await change(shop, product="smart-speaker", broken=True)
    assert (await shop.get("/shop/api/price/smart-speaker")).status == 404


async def test_robots_are_told_where_not_to_go(shop: Browser) -> None:
    robots = await shop.get("/robots.txt")

    assert "Disallow: /shop/private/" in robots.text
    assert (await shop.get("/shop/private/staff-mug")).status == 200
    assert (await shop.get("/shop/p/staff-mug")).status == 404


@pytest.mark.parametrize("path", ["/shop/p/unicorn", "/shop/nowhere", "/shop/pictures/unicorn.svg"])
async def test_what_is_not_there_is_not_found(shop: Browser, path: str) -> None:
    assert (await shop.get(path)).status == 404


@pytest.mark.parametrize("slug", ["trail-shoe", "rice-cooker"])
async def test_pictures_are_drawn(shop: Browser, slug: str) -> None:
    picture = await shop.get(f"/shop/pictures/{slug}.svg")

    assert picture.headers["content-type"].startswith("image/svg+xml")
    assert picture.text.startswith("<svg")


async def test_a_fault_strikes_the_shop(shop: Browser) -> None:
    await shop.post("/_sim/faults", {"vendor": "shop", "status": 503, "count": 1})

    assert (await shop.get("/shop/p/tent")).status == 503
    assert (await shop.get("/shop/p/tent")).status == 200
