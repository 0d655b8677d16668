"""Requests to watch a price."""

import re
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from pydantic import JsonValue

from simulators.gemini.brain.dates import distance, find_dates
from simulators.gemini.brain.links import MARK, without_marks
from simulators.gemini.brain.money import SpokenMoney, find_money, money_after
from simulators.gemini.brain.phrasing.prices import read_variant
from simulators.gemini.brain.words import NUMBER, number

ASK_PAGE = "Which page should I watch? Please send me its link."
ASK_GOAL = (
    "What should I wait for: a price that it drops below, a drop in percent, or that it is back in "
    "stock?"
)

_STOCK = re.compile(
    r"\b(?:in\s+stock|available(?:\s+again)?|restocked|(?:can|could)\s+be\s+bought)\b",
    re.IGNORECASE,
)
_CHEAPER = (
    r"(?:drop(?:s|ped)?|fall(?:s|en)?|sinks?|goes?\s+(?:down|below|under)|gets?\s+(?:below|under|"
    r"cheaper|down)|cheaper|below|under|less\s+than|lower\s+than|down\s+to|on\s+sale|reduced"
    r"|(?:hits|reaches|costs?)\b|half\s+(?:the\s+)?price|discount(?:ed)?|price\s+changes)"
)
_GOAL = rf"(?:{_CHEAPER}|{_STOCK.pattern}|\d\s*(?:%|percent|per\s+cent|€|euros?|dollars?|pounds?))"
_WHEN = r"(?:when(?:ever)?|if|once|as\s+soon\s+as|the\s+moment)"
_TELL = (
    r"(?:(?:tell|notify|alert|ping|message|text|warn|inform|remind|nudge|write)\s+(?:to\s+)?me"
    r"|let\s+me\s+know|give\s+me\s+a\s+(?:shout|heads[\s-]?up)|i\s+(?:want|would\s+like|need)\s+to\s+"
    r"(?:know|hear|be\s+told))"
)
_THING = (
    rf"(?:{MARK}|(?:it|this|that|them)\b|(?:the|its)\s+price\b"
    r"|(?:this|that|the)\s+(?:[\w-]+\s+)?(?:one|page|product|item|link|shop|offer)\b)"
)
_ON_CONDITION = re.compile(
    rf"\b{_TELL}\b.*\b{_WHEN}\b.*{_GOAL}"
    rf"|\b{_WHEN}\b.*{_GOAL}.*\b{_TELL}\b",
    re.IGNORECASE,
)
_ORDER = re.compile(
    rf"\b(?:watch|track|monitor|follow|observe|keep\s+(?:an\s+eye|watch)\s+on|keep\s+watching)\s+"
    rf"(?:{_THING}|(?:the|my|a|an)\b.*{_GOAL})"
    r"|\b(?:set|create|add|make)\s+(?:me\s+)?(?:up\s+)?(?:a|an|another)\s+(?:new\s+)?"
    r"(?:price\s+(?:alert|alarm|watch)|watch\b|stock\s+alert|alert\b(?=.*\bprice))"
    r"|^price\s+alert\b",
    re.IGNORECASE,
)
_PERCENT = re.compile(r"(?P<n>\d{1,2}(?:[.,]\d)?)\s*(?:%|percent\b|per\s+cent\b)", re.IGNORECASE)
_HALF = re.compile(
    r"\bhalf\s+(?:the\s+)?price\b|\bhalf\s+of\s+(?:it|that|the\s+price)\b", re.IGNORECASE
)
_ANY_DROP = re.compile(
    r"\bany\s+(?:drop|change|discount|price\s+drop)\b|\bat\s+all\b", re.IGNORECASE
)
_BELOW = re.compile(
    r"\b(?:below|under|(?:less|lower|cheaper)\s+than|down\s+to|at\s+most|max(?:imum)?|than"
    r"|(?:drops?|falls?|goes|gets|sinks?|comes)(?:\s+(?:down|back))?\s+to|hits|reaches|costs?|is|at"
    r"|for|alert)\b(?:\s+only)?",
    re.IGNORECASE,
)
# "Drops by 20 euro" tells no price to wait for unless one knows from where.
_BY_AN_AMOUNT = re.compile(r"\bby\s+(?=\D{0,2}\d)", re.IGNORECASE)
_UNTIL = re.compile(
    rf"\b(?:until|till|til|up\s+to|before|through|no\s+later\s+than)\s+(?:the\s+)?(?=\S)"
    rf"|\bby\s+(?=[a-z])|\bfor\s+(?:(?:the\s+)?(?:next|coming)\s+)?(?:(?P<n>{NUMBER})\s+)?"
    r"(?P<unit>day|week|month|year)s?\b",
    re.IGNORECASE | re.VERBOSE,
)


@dataclass(frozen=True)
class WatchWish:
    url: str | None
    below: SpokenMoney | None = None
    drop_percent: Decimal | None = None
    back_in_stock: bool = False
    until: date | None = None
    product: str | None = None

    def question(self) -> str | None:
        """One at a time, the page first."""
        if self.url is None:
            return ASK_PAGE
        has_goal = self.below or self.drop_percent or self.back_in_stock
        return None if has_goal else ASK_GOAL

    def slots(self) -> dict[str, JsonValue]:
        """Exactly one goal."""
        percent = SpokenMoney(self.drop_percent).number() if self.drop_percent else None
        return {
            "url": self.url,
            "below": self.below.number() if self.below else None,
            "drop_percent": percent,
            "back_in_stock": self.back_in_stock or None,
            "until": self.until.isoformat() if self.until else None,
            "product": self.product,
        }


def wants_watch(text: str) -> bool:
    """To be reminded to watch the price is no watch; to be reminded when it drops is one."""
    is_order = _ORDER.search(text) and "remind me" not in text.lower()
    return bool(_ON_CONDITION.search(text) or is_order)


def names_goal(text: str) -> bool:
    """As an answer: "when it is in stock", "20% off", "70"."""
    plain = without_marks(text)
    return bool(_percent(plain) or _STOCK.search(plain) or _below(plain))


def read_watch(text: str, page: str | None, now: datetime) -> WatchWish:
    """`now` is the local wall time."""
    plain = without_marks(text)
    until, rest = _until(plain, now)
    percent = _percent(rest)
    below = None if percent else _below(rest)
    return WatchWish(
        url=page,
        below=below,
        drop_percent=percent,
        back_in_stock=not percent and below is None and bool(_STOCK.search(rest)),
        until=until,
        product=read_variant(rest),
    )


def _percent(text: str) -> Decimal | None:
    if match := _PERCENT.search(text):
        return Decimal(match["n"].replace(",", ".")) or None
    if _HALF.search(text):
        return Decimal(50)
    return Decimal(1) if _ANY_DROP.search(text) else None


def _below(text: str) -> SpokenMoney | None:
    if _BY_AN_AMOUNT.search(text):
        return None
    money = money_after(text, _BELOW)
    if money is None and len(found := find_money(text)) == 1 and _is_an_answer(text):
        money = found[0].value
    return money


def _is_an_answer(text: str) -> bool:
    """The number ends the text: "watch it … 70"."""
    found = find_money(text)
    return bool(found) and not text[found[-1].end :].strip(" .!?,")


def _until(text: str, now: datetime) -> tuple[date | None, str]:
    """The last day, and the text without it."""
    for match in _UNTIL.finditer(text):
        if match["unit"]:
            many = number(match["n"]) if match["n"] else 1
            rest = text[: match.start()] + text[match.end() :]
            return now.date() + distance(many, match["unit"]), rest
        found = find_dates(text, now.date())
        near = [each for each in found if match.start() <= each.start <= match.end() + 4]
        if near:
            return near[0].value.value, text[: match.start()] + text[near[0].end :]
    return None, text
