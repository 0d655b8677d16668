"""What an element's name, as shops choose them, says of the amount in it."""

import re
from typing import Literal

from selectolax.lexbor import LexborNode

from services.tools.pages import regions

Role = Literal["now", "usual", "before", "range"]
"""`usual` is today's price unless another one stands beside it: shops name both so."""

NAMED = "[class*=price i], [class*=preis i], [itemprop=price], del, s, strike"
_A_PRICE = re.compile(
    r"price|(?<![a-z])(?:preis|prix|precio|prezzo|prijs|preco|cena|pris|hinta|fiyat|amount|kakaku)",
    re.IGNORECASE,
)
_BEFORE = re.compile(
    r"(?<![a-z])(?:old|was|before|rrp|msrp|uvp|statt|previous)(?![a-z])|strike|struck|cross-?ed"
    r"|cross-?out|compare|line-?through|list-?price|price-?list(?![a-z])",
    re.IGNORECASE,
)
_USUAL = re.compile(r"regular|original", re.IGNORECASE)
_SOMETHING_ELSE = re.compile(
    r"(?<![a-z])unit|per-|base-?price|grundpreis|shipping|deliver|savings?(?![a-z])|you-?save"
    r"|discount-?(?:amount|percent)|instal|month|filter|range|slider|excl|ex-?vat|ex-?tax|netto"
    r"|total|loyal|member|points|histor|tier|bulk",
    re.IGNORECASE,
)
_STRUCK = frozenset({"del", "s", "strike"})
_CENTS = re.compile(r"(?<![a-z])cent|fraction|decimal", re.IGNORECASE)
_UP = 3


def names_a_price(node: LexborNode) -> bool:
    return node.tag in _STRUCK or bool(_A_PRICE.search(regions.names(node)))


def names_cents(node: LexborNode) -> bool:
    return node.tag == "sup" or bool(_CENTS.search(regions.names(node)))


def role_of(node: LexborNode) -> Role | None:
    """By the names of an element and of what holds it; None where it names something else."""
    above: LexborNode | None = node
    usual = False
    for _ in range(_UP):
        if above is None or above.tag in {"body", "html", "main"}:
            break
        own = regions.names(above)
        if above.tag in _STRUCK or _is_struck_through(above):
            return "before"
        if above.mem_id == node.mem_id or _A_PRICE.search(own):
            if _SOMETHING_ELSE.search(own):
                return None
            if _BEFORE.search(own):
                return "before"
            usual = usual or bool(_USUAL.search(own))
        above = above.parent
    return "usual" if usual else "now"


def _is_struck_through(node: LexborNode) -> bool:
    """By its own style: each declaration is looked through once."""
    for declaration in regions.style(node).lower().split(";"):
        _, named, value = declaration.partition("text-decoration")
        if named and "line-through" in value:
            return True
    return False


def with_cents(node: LexborNode, text: str) -> str:
    """Cents that stand raised, without a sign before them, get it back."""
    for inner in node.css("sup, [class]"):
        cents = inner.text(strip=True)
        if inner.mem_id != node.mem_id and names_cents(inner) and re.fullmatch(r"[0-9]{2}", cents):
            text = re.sub(rf"(\d)[.,]?\s+{cents}(?!\d)", rf"\1.{cents}", text, count=1)
    return text
