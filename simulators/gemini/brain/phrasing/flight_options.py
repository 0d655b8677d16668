"""How a flight should be: passengers, cabin, stops, money, order."""

import re
from collections.abc import Callable, Mapping

from pydantic import JsonValue

from simulators.gemini.brain.money import CURRENCY, currency_of
from simulators.gemini.brain.words import NUMBER, number
from simulators.serpapi.airlines import AIRLINES

_ADULTS = re.compile(
    rf"(?:\bfor\s+)?\b(?P<n>{NUMBER})\s+(?:adults?|people|persons?|passengers?|travell?ers?|of\s+us)\b"
    rf"|\bfor\s+(?P<m>two|three|four|five|six|\d)\b(?!\s+(?:day|night|week|month))",
    re.IGNORECASE | re.VERBOSE,
)
_CHILDREN = re.compile(
    rf"(?:\band\s+|\bwith\s+)?\b(?P<n>{NUMBER})\s+(?:children|child|kids?)\b",
    re.IGNORECASE | re.VERBOSE,
)
_BABIES = re.compile(
    rf"(?:\band\s+|\bwith\s+)?\b(?P<n>{NUMBER})\s+(?:bab(?:y|ies)|infants?|newborns?)\b"
    r"(?P<seat>\s+in\s+(?:a|an|its|their|his|her)(?:\s+own)?\s+seats?\b)?",
    re.IGNORECASE | re.VERBOSE,
)
_BAGS = re.compile(
    rf"\b(?:with\s+)?(?:(?P<n>{NUMBER})\s+)?(?:carry[\s-]?ons?|cabin\s+bags?|hand\s+luggage)"
    r"(?:\s+bags?)?\b",
    re.IGNORECASE | re.VERBOSE,
)
_ALLIANCES = {"star alliance": "STAR_ALLIANCE", "skyteam": "SKYTEAM", "oneworld": "ONEWORLD"}
_CODES = _ALLIANCES | {
    name.lower(): airline.code
    for airline in AIRLINES
    for name in (airline.name, re.sub(" (?:Airlines|Airways|Air|Air Portugal)$", "", airline.name))
}
"""Airlines as people call them."""
_NAMED = "|".join(sorted((re.escape(name) for name in _CODES), key=len, reverse=True))
_AIRLINES = re.compile(
    rf"\b(?P<how>without|not\ (?:with|on|by)|anything\ but|except|no|avoid|only|with|on|by)\ "
    rf"(?:flights\ )?(?P<a>{_NAMED})\b(?:\ (?:or|and)\ (?P<b>{_NAMED})\b)?(?:\ only)?",
    re.IGNORECASE,
)
_OUT = re.compile("without|not|anything|except|no|avoid", re.IGNORECASE)
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


def _children(match: re.Match[str]) -> dict[str, JsonValue]:
    return {"children": number(match["n"])}


def _babies(match: re.Match[str]) -> dict[str, JsonValue]:
    """On a lap, unless a seat is wanted."""
    return {"infants_in_seat" if match["seat"] else "infants_on_lap": number(match["n"])}


def _airlines(match: re.Match[str]) -> dict[str, JsonValue]:
    named = [_CODES[name.lower()] for name in (match["a"], match["b"]) if name]
    is_out = _OUT.match(match["how"])
    return {"without_airlines" if is_out else "airlines": ",".join(named)}


def _always(**found: JsonValue) -> Callable[[re.Match[str]], dict[str, JsonValue]]:
    return lambda _: dict(found)


_OPTIONS: tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], dict[str, JsonValue]]], ...] = (
    (_STOPS, lambda match: {"max_stops": number(match["n"])}),
    (_NONSTOP, _always(max_stops=0, nonstop=True)),
    (_BUDGET, _money),
    (_IN_CURRENCY, lambda match: {"currency": currency_of(match["c"])}),
    (_CHILDREN, _children),
    (_BABIES, _babies),
    (_BAGS, lambda match: {"carry_on_bags": number(match["n"]) if match["n"] else 1}),
    (_AIRLINES, _airlines),
    (_ADULTS, lambda match: {"adults": number(match["n"] or match["m"])}),
    *((pattern, _always(cabin=cabin)) for pattern, cabin in _CABINS),
    *((pattern, _always(sort=order)) for pattern, order in _SORTS),
)
