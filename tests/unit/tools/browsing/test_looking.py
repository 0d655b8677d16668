"""When a look goes on to a browser, and when it does not."""

from datetime import UTC, datetime
from types import SimpleNamespace
from uuid import UUID

import pytest

from contracts.streams import UserId
from services.tools.browsing.fetcher import Fetched
from services.tools.browsing.looking import PageLooker
from services.tools.browsing.showing import NotShown
from services.tools.pages.page import Page, PageReading
from services.tools.pages.reading import TOO_LARGE, read

URL = "https://shop.example/p"
AT = datetime(2026, 11, 29, tzinfo=UTC)


async def looked(html: str) -> tuple[str, str, int]:
    """The outcome, its note, and how often the browser was asked."""
    shows = 0

    async def fetch(url: str) -> Fetched:
        return Fetched(Page(url, html, 200, "http", None, AT))

    async def read_here(page: Page, product: str | None, _: UserId) -> PageReading:
        return read(page, product=product)

    async def show(_url: str, _is_enough: object) -> NotShown:
        nonlocal shows
        shows += 1
        return NotShown("unclear", "nothing more was shown")

    looker = PageLooker(
        SimpleNamespace(fetch=fetch),  # type: ignore[arg-type]
        SimpleNamespace(show=show),  # type: ignore[arg-type]
        SimpleNamespace(),  # type: ignore[arg-type]
        SimpleNamespace(),  # type: ignore[arg-type]
        SimpleNamespace(read=read_here),  # type: ignore[arg-type]
    )
    reading = await looker.look(URL, None, user=UserId(UUID(int=1)), for_watch=False)
    return reading.outcome, reading.note, shows


async def test_a_page_that_may_want_scripts_is_shown_by_a_browser() -> None:
    outcome, _, shows = await looked("<h1>Trail shoe</h1><div class=price></div><script></script>")

    assert (outcome, shows) == ("unclear", 1)


@pytest.mark.parametrize(
    "page", [f"<p {'a1=1 ' * 60_000}>", "<div>" * 60_000, "<b class=price>$1,2.3</b>" * 60_000]
)
async def test_what_is_too_large_to_be_read_is_not_shown_by_a_browser_either(page: str) -> None:
    assert await looked(f"<h1>Trail shoe</h1>{page}") == ("unclear", TOO_LARGE, 0)
