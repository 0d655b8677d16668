"""Amounts of money as people write them."""

import re
from dataclasses import dataclass
from decimal import Decimal

from simulators.gemini.brain.spans import SpannedValue

_CURRENCIES = {
    "€": "EUR",
    "euro": "EUR",
    "eur": "EUR",
    "$": "USD",
    "dollar": "USD",
    "buck": "USD",
    "usd": "USD",
    "£": "GBP",
    "pound": "GBP",
    "quid": "GBP",
    "gbp": "GBP",
    "franc": "CHF",
    "chf": "CHF",
    "¥": "JPY",
    "yen": "JPY",
    "jpy": "JPY",
    "zloty": "PLN",
    "pln": "PLN",
    "sek": "SEK",
    "nok": "NOK",
    "dkk": "DKK",
}
_SIGNS = {"EUR": "€", "USD": "$", "GBP": "£", "JPY": "¥"}
CURRENCY = (
    r"(?:€|\$|£|¥|euros?|eur|dollars?|bucks?|usd|pounds?|quid|gbp|francs?|chf|yen|jpy|zlotys?|pln"
    r"|sek|nok|dkk)"
)
_AMOUNT = r"(?P<n>\d{1,3}(?:[.,'\u00a0 ]\d{3})+(?:[.,]\d{1,2})?|\d+(?:[.,]\d{1,2})?)"
_MONEY = re.compile(
    rf"(?:(?P<before>{CURRENCY})\s*)?(?<![\w.,:/-]){_AMOUNT}(?!\d|[:/]\d|[.,]\d)"
    rf"(?:\s*(?P<after>{CURRENCY})(?!\w))?"
    r"(?!\s*(?:%|percent\b|per\s+cent\b|(?:st|nd|rd|th)\b|(?:am|pm)\b|o'?clock\b"
    r"|(?:minutes?|hours?|days?|weeks?|months?|years?|gb|tb|cm|mm|km|kg|inch(?:es)?|litres?|liters?"
    r"|ml)\b))",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class SpokenMoney:
    amount: Decimal
    currency: str | None = None

    def number(self) -> int | float:
        """As JSON has it."""
        whole = self.amount == self.amount.to_integral_value()
        return int(self.amount) if whole else float(self.amount)

    def __str__(self) -> str:
        return written(str(self.amount), self.currency)


def find_money(text: str) -> list[SpannedValue[SpokenMoney]]:
    """In reading order; a bare number counts too, with no currency."""
    found: list[SpannedValue[SpokenMoney]] = []
    for match in _MONEY.finditer(text):
        word = match["before"] or match["after"]
        money = SpokenMoney(_amount(match["n"]), currency_of(word) if word else None)
        found.append(SpannedValue(money, match.start(), match.end()))
    return found


def money_after(text: str, words: re.Pattern[str]) -> SpokenMoney | None:
    """The first amount behind such words ("less than"); else the first that has a currency."""
    found = find_money(text)
    ends = [match.end() for match in words.finditer(text)]
    behind = [each.value for each in found if any(0 <= each.start - end <= 1 for end in ends)]
    paid = [each.value for each in found if each.value.currency]
    return next(iter([*behind, *paid]), None)


def currency_of(word: str) -> str:
    plain = word.lower()
    return _CURRENCIES.get(plain) or _CURRENCIES[plain.rstrip("s")]


def written(amount: str, currency: str | None) -> str:
    """The figures stay as they are."""
    if sign := _SIGNS.get(currency or ""):
        return f"{sign}{amount}"
    return f"{amount} {currency}" if currency else amount


def _amount(said: str) -> Decimal:
    """One or two digits behind the last separator are cents; three are thousands."""
    whole, cents = said, ""
    if split := re.fullmatch(r"(.*\d)[.,](\d{1,2})", said):
        whole, cents = split[1], f".{split[2]}"
    return Decimal(re.sub(r"\D", "", whole) + cents)
