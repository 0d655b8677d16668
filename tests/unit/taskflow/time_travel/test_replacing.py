"""Nothing that is known to be somebody's is left, and the same words stay the same."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from taskflow.time_travel.replacing import Replacing

KNOWN = {"Ada": "Robin", "Ada Lovelace": "Robin Doe", "Löwengasse 3": "12 Example Street"}


def test_names_are_replaced_the_longest_first_in_any_case() -> None:
    replacing = Replacing(KNOWN)

    assert replacing.text("ada lovelace, or Ada; not Adana") == "Robin Doe, or Robin; not Adana"
    assert replacing.text("near löwengasse 3?") == "near 12 Example Street?"


def test_the_same_address_has_the_same_stand_in() -> None:
    replacing = Replacing({})
    first = replacing.text("see https://ada.example/me?id=77 and http://shop.example/x")
    again = replacing.value({"url": "https://ada.example/me?id=77", "n": [1, "a@b.org"]})

    assert first == "see https://page-1.example/ and https://page-2.example/"
    assert again == {"url": "https://page-1.example/", "n": [1, "person-3@example.org"]}


@pytest.mark.parametrize(
    ("text", "is_kept"),
    [
        ("call +49 155 5000 9999", False),
        ("0155/50009999 please", False),
        ("iban 12345678901234", False),
        ("below 70.50", True),
        ("in 2026, at 12:30", True),
        ("on 2026-12-04T09:00", True),
        ("2026-12-04", True),
        ("1.250.000", True),
        ("99 999", True),
    ],
)
def test_long_numbers_are_replaced_and_prices_and_days_are_not(text: str, *, is_kept: bool) -> None:
    assert (Replacing({}).text(text) == text) is is_kept


@given(st.text(max_size=60), st.text(max_size=60))
def test_a_known_word_is_never_left(before: str, after: str) -> None:
    replaced = Replacing({"Zwingli": "Robin"}).text(f"{before} Zwingli {after}")

    assert "zwingli" not in replaced.casefold()


@given(st.text(max_size=200))
def test_what_holds_nothing_personal_stays(text: str) -> None:
    plain = "".join(one for one in text if not one.isdigit() and one not in "@:")

    assert Replacing({"Zwingli": "Robin"}).text(plain) == plain


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("(location: 52.5219, 13.4132; home)", "(location: 48.2082, 16.3738; home)"),
        ("-33.8675512345,151.2070091", "48.2082, 16.3738"),
        ("9.99, 19.99 and 29.99", "9.99, 19.99 and 29.99"),
        ("from 70, 80.5 or 1.5, 2.5", "from 70, 80.5 or 1.5, 2.5"),
    ],
)
def test_where_somebody_is_becomes_another_place(before: str, after: str) -> None:
    assert Replacing({}).text(before) == after


def test_so_does_where_a_place_near_them_lies() -> None:
    place = {"name": "Corner", "latitude": 52.52245, "longitude": 13.41515, "rating": "4.5"}
    assert Replacing({}).value({"places": [place]}) == {
        "places": [{**place, "latitude": 48.2082, "longitude": 16.3738}]
    }
