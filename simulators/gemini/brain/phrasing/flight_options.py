"""How a flight should be: passengers, cabin, stops, money, order."""

import re
from collections.abc import Callable, Mapping

from pydantic import JsonValue

from simulators.gemini.brain.money import CURRENCY, currency_of
from simulators.gemini.brain.words import NUMBER, number

_ADULTS = re.compile(
    rf"(?:\bfor\s+)?\b(?P<n>{NUMBER})\s+(?:adults?|people|persons?|passengers?|travell?ers?|of\s+us)\b"
    rf"|\bfor\s+(?P<m>two|three|four|five|six|\d)\b(?!\s+(?:day|night|week|month))",
    re.IGNORECASE | re.VERBOSE,
)
_CABINS = (
    (
        re.compile(r"\b(?:in\s+)?premium(?:[\s-]economy)?(?:\s+class)?\b", re.IGNORECASE),
        "premium_economy",
    ),
    (re.compile(r"\b(?:in\s+)?business(?:[\s-]class)?\b", re.IGNORECASE), "business"),
    (re.compile(r"\b(?:in\s+)?first[\s-]class\b", re.IGNORECASE), "first"),
    (re.compile(r"\b(?:in\s+)?economy(?:[\s-]class)?\b", re.IGNORECASE), "economy"),
)
_NONSTOP = re.compile(
    r"\b(?:non[\s-]?stop|direct|without\s+stops?|no\s+stops?)(?:\s+only)?\b", re.IGNORECASE
)
_STOPS = re.compile(
    rf"\b(?:max(?:imum)?|at\s+most|up\s+to)\s+(?P<n>{NUMBER})\s+(?:stops?|stopovers?|changes?)\b",
    re.IGNORECASE | re.VERBOSE,
)
_BUDGET = re.compile(
    rf"\b(?:under|below|less\s+than|max(?:imum)?|up\s+to|for\s+at\s+most)\s+"
    rf"(?P<before>{CURRENCY})?\s*(?P<n>\d+)\s*(?P<after>{CURRENCY})?",
    re.IGNORECASE,
)
_IN_CURRENCY = re.compile(rf"\bin\s+(?P<c>{CURRENCY})\b", re.IGNORECASE)
_SORTS = (
    (re.compile(r"\bcheap(?:est|er)?\b|\blowest\s+(?:price|fare)\b", re.IGNORECASE), "price"),
    (re.compile(r"\b(?:fastest|quickest|shortest)\b", re.IGNORECASE), "duration"),
    (re.compile(r"\bearliest\b", re.IGNORECASE), "departure"),
)


def read_options(text: str) -> tuple[dict[str, JsonValue], str]:
    """The options by slot, and the text without them."""
    options: dict[str, JsonValue] = {}
    for pattern, read in _OPTIONS:
        match = pattern.search(text)
        if match is None:
            continue
        found = read(match)
        if found.keys().isdisjoint(options):
            options |= found
            text = f"{text[: match.start()]} {_gap(found)} {text[match.end() :]}"
    return options, text


def _gap(found: Mapping[str, JsonValue]) -> str:
    """Words before a noun ("cheapest", "direct") leave no gap, the others end a place's name."""
    return "" if found.keys() & {"sort", "nonstop"} else "|"


def _money(match: re.Match[str]) -> dict[str, JsonValue]:
    found: dict[str, JsonValue] = {"max_price": int(match["n"])}
    word = match["before"] or match["after"]
    return {**found, "currency": currency_of(word)} if word else found


def _always(**found: JsonValue) -> Callable[[re.Match[str]], dict[str, JsonValue]]:
    return lambda _: dict(found)


_OPTIONS: tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], dict[str, JsonValue]]], ...] = (
    (_STOPS, lambda match: {"max_stops": number(match["n"])}),
    (_NONSTOP, _always(max_stops=0, nonstop=True)),
    (_BUDGET, _money),
    (_IN_CURRENCY, lambda match: {"currency": currency_of(match["c"])}),
    (_ADULTS, lambda match: {"adults": number(match["n"] or match["m"])}),
    *((pattern, _always(cabin=cabin)) for pattern, cabin in _CABINS),
    *((pattern, _always(sort=order)) for pattern, order in _SORTS),
)
