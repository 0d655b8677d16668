"""Questions about the price on a shop's page."""

import re
from dataclasses import dataclass

from pydantic import JsonValue

from simulators.gemini.brain.links import MARK, has_mark, without_marks
from simulators.gemini.brain.money import SpokenMoney, find_money, money_after
from simulators.gemini.brain.scene import ORDINAL

ASK_PAGE = "Which page should I look at? Please send me its link."

_LEAD = (
    r"^(?:(?:hi|hello|hey|ok(?:ay)?|so|and|also|then|please|can\s+you|could\s+you|tell\s+me"
    r"|do\s+you\s+know)\b[,!.]?\s*)*"
)
_IT = (
    r"(?:it|this|that|they|these|those|the\s+(?:price|offer)"
    rf"|(?:this|that|the)\s+(?:[\w-]+\s+)?(?:one|page|product|item|thing)|the\s+{ORDINAL})"
)
_NOW = r"(?:\s+(?:now|today|again|currently|at\s+the\s+moment|right\s+now|for\s+me|please))*\W*$"
_BELOW = re.compile(
    r"\b(?:cheaper\s+than|less\s+than|lower\s+than|below|under|at\s+most|within|max(?:imum)?)\b",
    re.IGNORECASE,
)
_ABOVE = re.compile(
    r"\b(?:more\s+(?:expensive\s+)?than|dearer\s+than|higher\s+than|over|above)\b", re.IGNORECASE
)
_STOCK = re.compile(r"\b(?:in\s+stock|available|sold\s+out)\b", re.IGNORECASE)
_ABOUT_IT = re.compile(
    rf"{_LEAD}(?:(?:is|are)\s+{_IT}\s+(?:(?:now|still|already|really|any|currently)\s+)*"
    r"(?:cheaper|less|lower|more\s+expensive|below|under|over|above|(?:back\s+)?in\s+stock|available"
    r"|sold\s+out|on\s+sale)\b"
    rf"|(?:does|do)\s+{_IT}\s+cost\s+(?:less|more)\b"
    rf"|how\s+much\s+(?:is|are|does|do|would)\s+{_IT}(?:\s+cost)?{_NOW}"
    rf"|what\s+(?:does|do|would)\s+{_IT}\s+cost{_NOW}"
    rf"|what(?:'s|\s+is)\s+(?:the|its)\s+(?:current\s+)?price(?:\s+of\s+{_IT})?{_NOW}"
    rf"|(?:check|look\s+at)\s+(?:{_IT}|(?:the|its)\s+price(?:\s+of\s+{_IT})?){_NOW})",
    re.IGNORECASE,
)
_COLOUR = (
    r"(?:black|white|red|blue|green|yellow|orange|purple|pink|grey|gray|brown|beige|silver|gold"
    r"|navy)"
)
_VARIANT = re.compile(
    rf"[\"“](?P<quoted>[^\"”]+)[\"”]|\b(?P<size>(?:{_COLOUR}\s+(?:in\s+)?)?size\s+[\w.]+"
    rf"(?:\s+(?:in\s+)?{_COLOUR})?)\b|\b(?:the|in|for)\s+(?P<colour>{_COLOUR})\b"
    r"|\bthe\s+(?P<kind>[\w-]+(?:\s+[\w-]+)?)\s+(?:version|variant|model|edition)\b",
    re.IGNORECASE,
)
_BARE = re.compile(rf"\W*{MARK}\W*")


@dataclass(frozen=True)
class Limit:
    """An amount to compare the price with."""

    money: SpokenMoney
    is_floor: bool = False
    """Asked whether it costs more, not less."""


@dataclass(frozen=True)
class PriceWish:
    url: str | None
    product: str | None = None
    limit: Limit | None = None
    asks_stock: bool = False

    def question(self) -> str | None:
        return ASK_PAGE if self.url is None else None

    def slots(self) -> dict[str, JsonValue]:
        return {"url": self.url, "product": self.product}


def wants_price(text: str) -> bool:
    """A link, or a question about the page spoken of before."""
    return has_mark(text) or bool(_ABOUT_IT.match(text.strip()))


def is_bare(text: str) -> bool:
    """A link and nothing else."""
    return bool(_BARE.fullmatch(text))


def read_price(text: str, page: str | None) -> PriceWish:
    return PriceWish(
        url=page,
        product=read_variant(text),
        limit=_limit(without_marks(text)),
        asks_stock=bool(_STOCK.search(text)),
    )


def read_variant(text: str) -> str | None:
    """Which one of a page's products: only where words tell it apart from the others."""
    match = _VARIANT.search(text)
    if match is None:
        return None
    said = next(group for group in match.groups() if group)
    return re.sub(r"\s+", " ", said).strip()


def _limit(text: str) -> Limit | None:
    floor = _ABOVE.search(text)
    money = money_after(text, _ABOVE if floor else _BELOW)
    compared = floor or _BELOW.search(text)
    if money is None and compared:
        money = next((f.value for f in find_money(text) if f.start >= compared.end()), None)
    return Limit(money, is_floor=bool(floor)) if money and compared else None
