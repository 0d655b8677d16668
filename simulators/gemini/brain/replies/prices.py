"""What a shop's page said, and how it compares with what was asked."""

from collections.abc import Mapping

from pydantic import JsonValue

from simulators.gemini.brain.money import written
from simulators.gemini.brain.outcomes import Outcome
from simulators.gemini.brain.phrasing.prices import PriceWish
from simulators.gemini.brain.replies.money import amount_of, price_text
from simulators.gemini.brain.replies.plain import ready_text, tell_plainly

_UNPRICED = {
    "out_of_stock": "It is out of stock at the moment.",
    "blocked": "The shop did not let me see the page, so I cannot tell you the price.",
    "not_found": "That page does not exist, or there is no product on it.",
    "unclear": "I could not tell the price for sure, and I will not guess.",
    "unreachable": "The page did not answer, so I cannot tell you the price.",
}


def tell_price(outcome: Outcome, wish: PriceWish | None = None) -> str:
    """The answer to what was asked first; then what the page says."""
    facts = outcome.result
    if not isinstance(facts, dict) or "outcome" not in facts:
        return ready_text(outcome) or tell_plainly(outcome)
    kind = str(facts["outcome"])
    if kind != "priced":
        return _unpriced(kind, facts)
    lines = [*_compared(facts, wish), *_stocked(facts, wish)]
    lines.append(ready_text(outcome) or _described(facts))
    return "\n".join(lines)


def _unpriced(kind: str, facts: Mapping[str, JsonValue]) -> str:
    title = f"**{facts['title']}**: " if facts.get("title") else ""
    text = f"{title}{_UNPRICED.get(kind, 'I could not read a price there.')}"
    price = price_text(facts)
    if kind == "out_of_stock" and price:
        text += f" The page still names {price}."
    note = str(facts.get("note") or "").strip()
    return f"{text} {note}" if note and note not in text else text


def _compared(facts: Mapping[str, JsonValue], wish: PriceWish | None) -> list[str]:
    limit, amount, price = wish.limit if wish else None, amount_of(facts), price_text(facts)
    if limit is None or amount is None or price is None:
        return []
    asked, currency = limit.money, facts.get("currency")
    if asked.currency and currency and asked.currency != currency:
        return [f"The price is {price}: I have no rate of exchange to compare it with {asked}."]
    limit_text = written(str(asked.amount), currency if isinstance(currency, str) else None)
    if amount == asked.amount:
        return [f"No: it costs exactly {limit_text}."]
    if limit.is_floor:
        more = amount > asked.amount
        return [
            f"Yes: {price} is more than {limit_text}."
            if more
            else f"No: {price} is less than {limit_text}."
        ]
    if amount < asked.amount:
        return [f"Yes: {price} is cheaper than {limit_text}."]
    return [f"No, {price} is not cheaper than {limit_text}."]


def _stocked(facts: Mapping[str, JsonValue], wish: PriceWish | None) -> list[str]:
    if wish is None or not wish.asks_stock or wish.limit:
        return []
    match facts.get("in_stock"):
        case True:
            return ["Yes, it is in stock."]
        case False:
            return ["No, it is sold out."]
        case _:
            return ["The page does not say whether it is in stock."]


def _described(facts: Mapping[str, JsonValue]) -> str:
    text = f"**{facts.get('title') or 'It'}**: {price_text(facts)}"
    if facts.get("in_stock") is True:
        text += ", in stock"
    if was := facts.get("list_price"):
        currency = facts.get("currency")
        text += f" (was {written(str(was), currency if isinstance(currency, str) else None)})"
    return f"{text}. As of {facts['as_of']}." if facts.get("as_of") else f"{text}."
