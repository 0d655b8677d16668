"""Requests for products, wherever they are sold."""

import re
from dataclasses import dataclass

from pydantic import JsonValue

from simulators.gemini.brain.links import has_mark
from simulators.gemini.brain.money import SpokenMoney, find_money, money_after
from simulators.gemini.brain.spans import SpannedValue

ASK_QUERY = "What would you like to buy?"

_LEAD = re.compile(
    r"^(?:(?:hi|hello|hey|ok(?:ay)?|so|and|also|then|please|pls|can\s+you|could\s+you|would\s+you"
    r"|will\s+you|i\s+want\s+you\s+to|do\s+you\s+know)\b[,!.]?\s*)+",
    re.IGNORECASE,
)
_ARTICLE = r"(?:(?:a|an|the|some|any|new|my)\s+)*"
_ASK = re.compile(
    rf"^(?:(?:find|get|show)\s+(?:me|us)\s+{_ARTICLE}"
    rf"|(?:where|in\s+which\s+shop)\s+(?:can|could|do|should|to)\s+(?:(?:i|we|you|one)\s+)?"
    rf"(?:buy|order|purchase|shop\s+for)\b\s*{_ARTICLE}"
    rf"|where\s+to\s+buy\s+{_ARTICLE}"
    rf"|compare\s+(?:the\s+)?prices?\s+(?:of|for|on)\s+{_ARTICLE}"
    rf"|(?:find\s+(?:me\s+)?|what(?:'s|\s+is|\s+are)\s+|where\s+(?:is|are)\s+|show\s+me\s+)?"
    rf"(?:the\s+)?(?:cheapest|best\s+(?:price|deal|offer)s?\s+(?:for|on|of))\s+{_ARTICLE}"
    rf"|(?:i'?m|i\s+am|we\s+are|we're)\s+(?:looking|shopping)\s+for\s+{_ARTICLE}"
    rf"|(?:looking|shopping|shop)\s+for\s+{_ARTICLE}"
    rf"|i\s+(?:want|need|would\s+like|'d\s+like)\s+to\s+buy\s+{_ARTICLE}|i'd\s+like\s+to\s+buy\s+{_ARTICLE}"
    rf"|(?:search|look)\s+(?:for\s+products?|(?:the\s+)?shops?\s+for|google\s+shopping\s+for)\W*{_ARTICLE}"
    rf"|how\s+much\s+(?:does|do)\s+{_ARTICLE}|how\s+much\s+(?:is|are)\s+(?:an?|new|some)\s+"
    rf"|what\s+(?:does|do)\s+(?:an?|new|some)\s+(?=.*\bcost\b)"
    rf"|(?:what(?:'s|\s+is|\s+are)\s+(?:the\s+)?)?(?:current\s+)?prices?\s+(?:of|for)\s+{_ARTICLE})",
    re.IGNORECASE,
)
_NOT_GOODS = re.compile(
    r"\b(?:flights?|hotels?|hostels?|restaurants?|caf[eé]s?|apartments?|information|info|news"
    r"|articles?|doctors?|dentists?|jobs?|recipes?|ways?\s+to|places?\s+to|time\s+to|day\s+to|trains?"
    r"|bus(?:es)?|taxis?|gold|silver|oil|petrol|gas|bitcoins?|stocks?|shares?|rent)\b",
    re.IGNORECASE,
)
_UNDER = re.compile(
    r"\b(?:for\s+)?(?:under|below|(?:less|cheaper|not\s+more|no\s+more)\s+than|max(?:imum)?(?:\s+of)?"
    r"|up\s+to|at\s+most|within|budget(?:\s+(?:is|of))?)\s*$",
    re.IGNORECASE,
)
LONGEST_UNDER = 60
_BUDGET = re.compile(
    r"\b(?:under|below|than|max(?:imum)?|maximum\s+of|up\s+to|at\s+most|within|budget(?:\s+(?:is|of))?)\b",
    re.IGNORECASE,
)
_TAIL = re.compile(
    r"(?<![\s,.!?;:\-])(?:\s(?:cost|online|please|pls|for\s+me|now|today|anywhere|at\s+the\s+moment|and|with|for|cheap(?:ly)?)"
    r"|[\s,.!?;:\-])+$",
    re.IGNORECASE,
)
_QUESTION = re.compile(
    r"^(?:what|who|when|where|why|how|is|are|was|does|did|do|will|has)\b", re.IGNORECASE
)


@dataclass(frozen=True)
class ShoppingWish:
    query: str | None
    budget: SpokenMoney | None = None

    def question(self) -> str | None:
        return ASK_QUERY if self.query is None else None

    def slots(self) -> dict[str, JsonValue]:
        return {
            "query": self.query,
            "max_price": self.budget.number() if self.budget else None,
            "currency": self.budget.currency if self.budget else None,
        }


def wants_products(text: str) -> bool:
    """An order to find something to buy, or a thing with a budget in a currency."""
    plain = _LEAD.sub("", text.strip())
    if has_mark(plain) or _NOT_GOODS.search(plain):
        return False
    if _ASK.match(plain):
        return True
    has_budget = any(
        found.value.currency and _UNDER.search(plain, _near(found), found.start)
        for found in find_money(plain)
    )
    return has_budget and not _QUESTION.match(plain)


def _near(found: SpannedValue[SpokenMoney]) -> int:
    """From where on its "under" is looked for."""
    return max(0, found.start - LONGEST_UNDER)


def names_nothing(text: str) -> bool:
    """A budget alone."""
    return read_products(text).query is None


def read_products(text: str) -> ShoppingWish:
    plain = _ASK.sub("", _LEAD.sub("", text.strip()), count=1)
    budget = money_after(plain, _BUDGET)
    for found in reversed(find_money(plain)):
        before = found.value == budget and _UNDER.search(plain, _near(found), found.start)
        if before:
            plain = f"{plain[: before.start()]} {plain[found.end :]}"
    query = _TAIL.sub("", re.sub(r"\s+", " ", plain)).strip(" \"“”'")
    return ShoppingWish(query or None, budget)
