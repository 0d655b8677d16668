"""Numbers, money and times as each language writes them, and values in texts from right to left."""

# ruff: noqa: RUF001 - Russian years

import calendar
from datetime import date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from taskflow.words import values
from taskflow.words.languages import (
    LANGUAGES,
    known,
    matched,
    of_territory,
    of_zone,
)
from taskflow.words.message import Counted, Message
from taskflow.words.time_words import time_word
from taskflow.words.values import ISOLATE, ISOLATED

AT = datetime(2026, 12, 4, 9, 5)
BELOW = Message("below {amount}")
DAYS = Counted("every {n} day", "every {n} days")


@pytest.mark.parametrize(
    ("language", "money", "moment", "day", "listed"),
    [
        ("en", "€1,234.50", "Fri 4 Dec 2026, 09:05", "4 December 2026", "a, b, and c"),
        ("de", "1.234,50\xa0€", "Fr., 4. Dez. 2026, 09:05", "4. Dezember 2026", "a, b und c"),
        (
            "ru",
            "1\xa0234,50\xa0€",
            "пт, 4 дек. 2026\u202fг., 09:05",
            "4 декабря 2026\u202fг.",
            "a, b и c",
        ),
        ("ja", "€1,234.50", "2026年12月4日(金) 9:05", "2026年12月4日", "a、b、c"),
        ("ar", "\u200f1,234.50\xa0€", "الجمعة، 4 ديسمبر 2026، 09:05", "4 ديسمبر 2026", "a وb وc"),
    ],
)
def test_values_are_written_by_cldr(
    language: str, money: str, moment: str, day: str, listed: str
) -> None:
    assert values.money(Decimal("1234.5"), "EUR", language) == money
    assert values.moment(AT, language) == moment
    assert values.day(AT.date(), language) == day
    assert values.listed(["a", "b", "c"], language) == listed


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_writes_every_kind_of_value(language: str) -> None:
    assert "20" in values.percent(20, language)
    assert "79" in values.money(Decimal("79.9"), "EUR", language)
    assert "79" in values.money(Decimal("79.9"), None, language)
    for told in (values.clock_time(AT, language), values.day_and_time(AT, language)):
        assert "05" in told
        assert "{" not in told
    assert values.day(date(2026, 12, 4), language)
    assert values.city("Europe/Lisbon", language)
    assert BELOW.said(language, amount="7") != "below 7" or language == "en"


@pytest.mark.parametrize(
    ("language", "n", "said"),
    [
        ("en", 2, "every 2 days"),
        ("ru", 2, "каждые 2 дня"),
        ("ru", 5, "каждые 5 дней"),
        ("ru", 21, "каждый 21 день"),
        ("pl", 22, "co 22 dni"),
        ("he", 2, "כל יומיים"),
        ("ar", 11, "كل \u206811\u2069 يومًا"),
        ("ja", 3, "3日ごと"),
    ],
)
def test_things_are_counted_in_the_forms_of_the_language(language: str, n: int, said: str) -> None:
    assert DAYS.said(language, n) == said


def test_a_value_is_isolated_in_a_text_from_right_to_left_and_nowhere_else() -> None:
    assert BELOW.said("he", amount="€70") == f"מתחת ל-{ISOLATE}€70{ISOLATED}"
    assert BELOW.said("de", amount="€70") == "unter €70"
    assert BELOW.said("he", amount="שבעים") == "מתחת ל-שבעים"


def test_a_value_brings_no_direction_of_its_own() -> None:
    assert values.isolated("a\u202eb\u2066") == f"{ISOLATE}ab{ISOLATED}"
    nested = f"{ISOLATE}a{ISOLATED} b"
    assert values.isolated(nested) == nested
    assert values.isolated(f"{ISOLATED}a{ISOLATE}") == f"{ISOLATE}a{ISOLATED}"


def test_an_isolated_address_ends_before_the_mark() -> None:
    assert values.isolated("https://a.example/b").split() == [
        f"{ISOLATE}https://a.example/b",
        ISOLATED,
    ]


@given(st.text())
def test_isolates_are_always_closed(text: str) -> None:
    told = values.isolated(text)
    assert told.count(ISOLATE) == told.count(ISOLATED)


def test_braces_of_a_value_are_no_placeholders() -> None:
    assert BELOW.said("de", amount="{amount} {0}") == "unter {amount} {0}"


@pytest.mark.parametrize(
    ("tag", "language"),
    [
        ("pt-PT", "pt-BR"), ("zh-Hant-TW", "zh-Hans"), ("de_AT", "de"), ("EN-us", "en"),
        ("iw", "he"), ("sv", None), ("", None), (None, None), ("x" * 100, None),
    ],
)  # fmt: skip
def test_a_tag_is_matched_to_a_language_of_ours(tag: str | None, language: str | None) -> None:
    assert matched(tag) == language
    assert known([tag, "en", "en"]) == tuple(dict.fromkeys([language or "en", "en"]))


@pytest.mark.parametrize(
    ("zone", "language"),
    [
        ("Europe/Berlin", "de"), ("America/Sao_Paulo", "pt-BR"), ("Asia/Kolkata", "hi"),
        ("Asia/Calcutta", "hi"), ("Asia/Jerusalem", "he"), ("Asia/Shanghai", "zh-Hans"),
        ("Europe/Stockholm", "en"), ("Africa/Cairo", "ar"), ("America/New_York", "en"),
        ("Asia/Manila", "en"), ("UTC", "en"), ("Nowhere/There", "en"), (None, "en"),
    ],
)  # fmt: skip
def test_a_zone_tells_the_language_of_its_country(zone: str | None, language: str) -> None:
    assert of_zone(zone) == language


def test_every_country_is_spoken_to_in_a_language_of_ours() -> None:
    from babel.core import get_global

    territories = set(get_global("zone_territories").values())
    assert {of_territory(one) for one in territories} <= set(LANGUAGES)
    assert of_territory("XX") == "en"


def test_a_text_from_right_to_left_that_begins_with_a_value_says_so() -> None:
    news = Message("📦 **{name}** is back in stock.")
    assert news.said("he", name="Trail shoe").startswith("\u200f📦")
    assert news.said("he", name="נעל").startswith("📦")
    assert news.said("de", name="Trail shoe").startswith("📦")
    assert BELOW.said("ar", amount="€70").startswith("أقل")


@pytest.mark.parametrize("language", LANGUAGES)
def test_words_of_time_are_said_in_every_language(language: str) -> None:
    words = ["today", "tomorrow", "morning", "night", *map(str.lower, calendar.day_name)]
    said = [time_word(word, language) for word in words]
    assert len(set(said)) == len(words)
    assert (said == words) is (language == "en")
    assert time_word("09:00", language) == "09:00"


def test_a_weekday_is_the_one_that_it_names() -> None:
    assert time_word("monday", "de") == "Montag"
    assert time_word("sunday", "ja") == "日曜日"


@pytest.mark.parametrize("zone", ["Asia/Kolkata", "Asia/Calcutta"])
@pytest.mark.parametrize(
    ("language", "city"),
    [("hi", "कोलकाता"), ("es", "Calcuta"), ("ja", "コルカタ"), ("en", "Kolkata")],
)
def test_a_zone_that_was_renamed_has_its_city(zone: str, language: str, city: str) -> None:
    """CLDR keeps it by the first name."""
    assert values.city(zone, language) == city
