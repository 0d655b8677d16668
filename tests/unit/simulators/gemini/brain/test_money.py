from decimal import Decimal

import pytest

from simulators.gemini.brain.money import SpokenMoney, find_money


@pytest.mark.parametrize(
    ("text", "amount", "currency"),
    [
        ("80 euro", "80", "EUR"),
        ("€79.90", "79.90", "EUR"),
        ("79,90 €", "79.90", "EUR"),
        ("1.299 EUR", "1299", "EUR"),
        ("1.299,00 EUR", "1299.00", "EUR"),
        ("$1,299.50", "1299.50", "USD"),
        ("1 299 zloty", "1299", "PLN"),
        ("£20", "20", "GBP"),
        ("50 bucks", "50", "USD"),
        ("CHF 12.5", "12.5", "CHF"),
        ("70", "70", None),
    ],
)
def test_money_is_read(text: str, amount: str, currency: str | None) -> None:
    assert [found.value for found in find_money(text)] == [SpokenMoney(Decimal(amount), currency)]


@pytest.mark.parametrize(
    "text", ["20%", "20 percent", "the 24th", "at 10:30", "9 am", "2 weeks", "256 GB", "v2", "1/12"]
)
def test_other_numbers_are_no_money(text: str) -> None:
    assert find_money(text) == []
