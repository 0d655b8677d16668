"""Every page of the simulated shop through the whole look: the right outcome, amount, currency."""

from collections.abc import AsyncGenerator
from dataclasses import dataclass, field
from pathlib import Path
from uuid import UUID

import pytest
import pytest_asyncio

from contracts.readings import Reading
from contracts.streams import UserId
from services.tools.browsing import looking
from services.tools.browsing.browser import Browser
from services.tools.browsing.fetcher import Fetcher
from services.tools.browsing.looking import PageLooker
from services.tools.browsing.page_readers import PageReaders
from services.tools.browsing.robots import Robots
from services.tools.egress import targets
from services.tools.egress.proxy import Proxy
from services.tools.egress.wall import Wall
from simulators.settings import SimulatorSettings
from taskflow.privacy.media import Stored
from taskflow.process import chromium
from tests.contract.simulators.twilio.world import serve_simulator
from tests.support.shop_table import ROWS, Row

pytestmark = [pytest.mark.integration, pytest.mark.asyncio(loop_scope="module")]
PROGRAM = chromium.find()
ADA = UserId(UUID(int=1))


@dataclass
class Album:
    """Of the media store, what a look needs."""

    kept: list[tuple[UserId, bytes]] = field(default_factory=list)

    async def put(self, user: UserId, content_type: str, data: bytes) -> Stored:
        assert content_type == "image/png"
        self.kept.append((user, data))
        return Stored(UUID(int=len(self.kept)), "0" * 64)


@dataclass
class Shop:
    url: str
    looker: PageLooker
    without_browser: PageLooker
    album: Album

    async def look(self, row: Row, *, for_watch: bool = False) -> Reading:
        url = f"{self.url}{row.path.removeprefix('/')}"
        return await self.looker.look(url, row.product, user=ADA, for_watch=for_watch)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def shop(tmp_path_factory: pytest.TempPathFactory) -> AsyncGenerator[Shop]:
    home: Path = tmp_path_factory.mktemp("home")
    async with serve_simulator(SimulatorSettings.load(_env_file=None, taskflow_home=home)) as sim:
        url = f"{sim}/shop/"
        async with PageReaders() as readers, Proxy(Wall(targets.allowed(url))) as proxy:
            fetcher, album = Fetcher(proxy), Album()
            browser = Browser(PROGRAM, proxy) if PROGRAM else None
            yield Shop(
                url,
                PageLooker(fetcher, browser, album, Robots(fetcher, readers), readers),
                PageLooker(fetcher, None, album, Robots(fetcher, readers), readers),
                album,
            )
            if browser:
                await browser.close()


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.id)
async def test_every_page_of_the_shop_is_read_rightly(shop: Shop, row: Row) -> None:
    if row.needs == "browser" and PROGRAM is None:
        pytest.skip(f"no Chromium here: {chromium.HOW}")
    reading = await shop.look(row)

    assert (reading.outcome, reading.note) == (row.outcome, reading.note)
    assert reading.amount == row.price
    assert reading.currency == row.currency
    assert reading.list_amount == row.list_price
    if row.outcome in {"priced", "out_of_stock"}:
        assert reading.in_stock == row.in_stock
        assert reading.evidence.text
        assert reading.evidence.read_by == ("browser" if row.needs == "browser" else "http")
    else:
        assert reading.outcome == "not_found" or reading.note
    if row.source and row.outcome != "unclear":
        assert reading.evidence.source == row.source
    if row.title:
        assert reading.title == row.title


@pytest.mark.skipif(PROGRAM is None, reason=f"no Chromium here: {chromium.HOW}")
async def test_what_a_browser_read_is_kept_as_a_picture(shop: Shop) -> None:
    row = next(row for row in ROWS if row.needs == "browser")
    reading = await shop.look(row)

    user, picture = shop.album.kept[-1]
    assert user == ADA
    assert picture.startswith(b"\x89PNG")
    assert reading.evidence.screenshot == UUID(int=len(shop.album.kept))
    assert reading.evidence.screenshot_sha256 == "0" * 64


async def test_without_a_browser_it_goes_on_and_says_so(shop: Shop) -> None:
    row = next(row for row in ROWS if row.needs == "browser")
    url = f"{shop.url}{row.path.removeprefix('/')}"
    reading = await shop.without_browser.look(url, None, user=ADA, for_watch=False)

    assert reading.outcome == "unclear"
    assert looking.NO_BROWSER in reading.note
    assert reading.amount is None


async def test_robots_bind_watches_and_not_people(shop: Shop) -> None:
    row = next(row for row in ROWS if row.path.startswith("/private/"))
    asked, watched = await shop.look(row), await shop.look(row, for_watch=True)

    assert asked.outcome == "priced"
    assert (watched.outcome, watched.note) == ("blocked", looking.DISALLOWED)
    assert (await shop.look(ROWS[0], for_watch=True)).outcome == "priced"
