"""Prices told: the figures as the tool gave them."""

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation

from pydantic import JsonValue

from simulators.gemini.brain.money import written


def price_text(facts: Mapping[str, JsonValue]) -> str | None:
    """As in "€79.90"; None where there is no price."""
    amount = facts.get("price") or facts.get("last_price")
    if amount is None:
        text = facts.get("price_text")
        return text if isinstance(text, str) and text else None
    currency = facts.get("currency")
    return written(str(amount), currency if isinstance(currency, str) else None)


def amount_of(facts: Mapping[str, JsonValue]) -> Decimal | None:
    try:
        return Decimal(str(facts["price"])) if facts.get("price") is not None else None
    except InvalidOperation:
        return None
