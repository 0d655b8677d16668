"""Price texts with the amount and the currency that price-parser's authors expect.

Wrong is an amount that differs, or a currency that the expected sign cannot mean. What is read
without its currency counts as right where the text has none, or one that several currencies use and
nothing tells which. Everything else is refused, and for which reason is told.
"""

import json
import re
from collections import Counter
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any, Literal

from services.tools.pages.locale_hints import Hints
from services.tools.pages.prices.currencies import CODES
from services.tools.pages.prices.price_text import PriceText, currencies_in, price_of
from tests.measure.figures import Measure, share

FILE = Path("price_strings", "strings.json")
MOST_REFUSED = 0.15
Judgement = Literal["right", "wrong", "refused"]


@dataclass(frozen=True, slots=True)
class Judged:
    judgement: Judgement
    why: str
    line: str


def measure(data: Path) -> Measure:
    """`data` is the folder of all data sets."""
    judged = [judge(one) for one in json.loads((data / FILE).read_text("utf-8"))]
    counted = Counter(one.judgement for one in judged)
    reasons = Counter(one.why for one in judged if one.judgement == "refused")
    refused = counted["refused"] / max(1, len(judged))
    return Measure(
        "price texts",
        {
            "wrong": str(counted["wrong"]),
            "right": share(counted["right"], len(judged)),
            "refused": share(counted["refused"], len(judged)),
            **{f"refused: {why}": str(many) for why, many in reasons.most_common()},
        },
        holds=counted["wrong"] == 0 and refused <= MOST_REFUSED,
        details=tuple(one.line for one in judged if one.judgement != "right"),
    )


def judge(expected: dict[str, Any]) -> Judged:
    text, beside = expected["text"] or "", expected["currency_hint"] or ""
    told = price_of(text, Hints(), beside)
    judgement, why = _compared(told, expected)
    wanted = f"{expected['amount']} {expected['currency']}"
    line = f"{judgement}: {text!r} beside {beside!r}: {told}, expected {wanted}"
    return Judged(judgement, why, line)


def _compared(told: PriceText, expected: dict[str, Any]) -> tuple[Judgement, str]:
    wanted = Decimal(expected["amount"]) if expected["amount"] is not None else None
    if told.number is None:
        return ("right", "") if wanted is None else ("refused", told.reason or "")
    if wanted is None or told.number != wanted or (told.money and not _is_rounded(told, wanted)):
        return "wrong", "amount"
    sign = expected["currency"]
    possible = {told.money.currency} if told.money else told.currencies
    if sign is None:
        return ("right", "") if not possible else ("wrong", "a currency where none is")
    if not possible:
        return "refused", told.reason or ""
    if not wanted:
        return "refused", told.reason or ""
    return ("right", "") if _fits(sign, possible) else ("wrong", "currency")


def _is_rounded(told: PriceText, wanted: Decimal) -> bool:
    assert told.money
    return abs(told.money.amount - wanted) < Decimal("0.01")


def _fits(sign: str, possible: frozenset[str] | set[str]) -> bool:
    named = re.search(r"[A-Z]{3}", sign)
    if named and named[0] in CODES:
        return named[0] in possible or possible <= currencies_in(sign)
    return bool(possible & currencies_in(sign))
