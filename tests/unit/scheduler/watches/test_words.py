"""What people read: one alert with old and new price, link and age; charts that fit a phone."""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

from contracts.watches import WatchAlerted
from services.scheduler.watches import words
from services.scheduler.watches.chart import Point, draw
from services.scheduler.watches.decider import Watch
from services.scheduler.watches.pages import PageIds
from tests.support.memory_log import START

URL = "https://shop.example/p/1"


def alerted(was: str | None, now: str | None, **state: Any) -> str:
    fact = WatchAlerted(
        watch=UUID(int=1),
        due=START,
        was=Decimal(was) if was else None,
        now=Decimal(now) if now else None,
        currency=state.get("currency", "EUR"),
        reply=UUID(int=2),
    )
    return words.alert(Watch(**state), fact, "Trail shoe", URL, START, language="en")


def test_an_alert_says_all_that_one_needs() -> None:
    said = alerted(
        "79.90", "65", below=70, currency="EUR", told_currency="EUR", zone="Europe/Berlin"
    )
    assert said == (
        "📉 **Trail shoe** is now €65.00 (it was €79.90), below your €70.00.\n"
        f"{URL}\n_Seen at 10:00, checked twice._"
    )


def test_an_amount_told_in_another_currency_is_the_pages() -> None:
    said = alerted(None, "65", below=70, currency="USD", told_currency="EUR")
    assert "is now $65.00, below your $70.00. (The page's prices are in USD.)" in said


def test_the_other_goals_have_their_own_words() -> None:
    drop = alerted("90", "80", goal="drop", drop_percent=20, first=100, currency="EUR")
    assert "is now €80.00 (it was €90.00): 20% down from €100.00." in drop
    assert "📦 **Trail shoe** is back in stock at €80.00." in alerted(
        None, "80", goal="back_in_stock"
    )
    assert "📦 **Trail shoe** is back in stock.\n" in alerted(None, None, goal="back_in_stock")


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("Trail  *shoe*\n_42_", "Trail shoe 42"),
        (None, "shop.example"),
        ("`~*", "shop.example"),
        ("x" * 200, "x" * 79 + "…"),
    ],
)
def test_a_pages_title_is_only_a_name(title: str | None, name: str) -> None:
    assert words.name_of(title, URL) == name


def test_pages_are_the_same_for_all_who_watch_them_and_for_one_house_only() -> None:
    ids, others = PageIds(b"a" * 32), PageIds(b"b" * 32)
    assert ids.of(URL, "Red  shoe") == ids.of(URL, "red shoe")
    assert len({ids.of(URL, None), ids.of(URL, "red"), ids.of(f"{URL}2", None)}) == 3
    assert ids.of(URL, None) != others.of(URL, None)


@pytest.mark.parametrize("count", [1, 2, 400])
async def test_a_chart_is_a_small_picture(count: int) -> None:
    zone = ZoneInfo("Asia/Kolkata")
    start = datetime(2026, 3, 1, tzinfo=zone)
    points = [Point(start + timedelta(hours=7 * n), Decimal(90 - n % 30)) for n in range(count)]

    picture = await draw(
        "A $hoe with a very long name, such as shops like to give them, in size 42",
        "INR",
        points,
        now=points[-1].at,
        goal=Decimal(70),
    )

    assert picture.startswith(b"\x89PNG")
    width, height = (int.from_bytes(picture[n : n + 4]) for n in (16, 20))
    assert (width, height) == (640, 400)
    assert 5_000 < len(picture) < 100_000
