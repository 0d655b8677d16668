"""A price as people see it: in an element that names a price, or near the product's title.

1. Hidden parts, navigation and recommendations do not count.
2. Elements whose name says "price" count first; without any, the text around the title does.
3. What is struck through, or follows a word such as "was", is the price before a sale; amounts by
   weight or month, for delivery or saved, are no prices.
4. Of several different amounts, those nearest to the title count. If they still differ, or run
   from one to another, there is no price.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from selectolax.lexbor import LexborHTMLParser, LexborNode

from services.tools.pages import regions
from services.tools.pages.cleaning import plain
from services.tools.pages.found import Found, Price
from services.tools.pages.locale_hints import Hints
from services.tools.pages.prices.kinds import Kind
from services.tools.pages.prices.money import Money, mentions
from services.tools.pages.visible.price_labels import (
    NAMED,
    Role,
    names_a_price,
    names_cents,
    role_of,
    with_cents,
)

_LONGEST_LABEL, _LONGEST_TEXT = 160, 3_000
_MOST_ELEMENTS, _MOST_SEEN, _HIGHEST = 30_000, 500, 12
_MAY_BE_NAMED = "[class], [id], [data-testid], [itemprop], del, s, strike"
_TITLES = "h2, h3, h4, [class*=title i], [class*=name i]"
_DEEPEST_CUT = Decimal("0.05")
"""Of the price before: what is below is no sale, but another thing's price."""


@dataclass(frozen=True, slots=True)
class Seen:
    role: Role
    money: Money | None
    said: str
    text: str
    """Where it was said."""
    node: LexborNode


def found(
    tree: LexborHTMLParser, hints: Hints, product: str | None, visible: str | None
) -> Found | None:
    """`tree` holds only what can be seen (see regions.py); `visible` is what a browser shows."""
    title = _title(tree, product)
    if title is None:
        return None
    near = _nearest(title, _in_elements(tree, hints, visible)) or _around(title, hints)
    return Found(title.text(separator=" ", strip=True), _judged(near)) if near else None


def _title(tree: LexborHTMLParser, product: str | None) -> LexborNode | None:
    """The heading that names the product asked for, else the page's."""
    wanted = set(plain(product or "").split())
    first = tree.css_first("h1")
    if not wanted or (first and wanted <= set(plain(first.text()).split())):
        return first
    named = [
        heading
        for heading in tree.css(_TITLES)[:_MOST_SEEN]
        if wanted <= set(plain(regions.short_text(heading, _LONGEST_LABEL) or "").split())
    ]
    return named[0] if len(named) == 1 else first


def _in_elements(tree: LexborHTMLParser, hints: Hints, visible: str | None) -> list[Seen]:
    """What stands in the innermost elements that name a price."""
    stands = _bare(visible) if visible is not None else None
    result: list[Seen] = []
    for node in tree.css(_MAY_BE_NAMED)[:_MOST_ELEMENTS]:
        if not names_a_price(node) or regions.short_text(node, _LONGEST_LABEL) is None:
            continue
        # What elements inside say more exactly is theirs.
        text = regions.short_text(node, _LONGEST_LABEL, _named_within(node))
        every = _read(with_cents(node, text or ""), role_of(node), hints, node)
        result += [one for one in every if stands is None or _bare(one.said) in stands]
        if len(result) > _MOST_SEEN:
            break
    return result


def _bare(text: str) -> str:
    """A browser breaks lines and changes cases by style sheet; raised cents have no sign."""
    return "".join(c for c in text if not c.isspace() and c not in ".,").casefold()


def _named_within(node: LexborNode) -> frozenset[int]:
    return frozenset(
        inner.mem_id
        for inner in node.css(NAMED)
        if inner.mem_id != node.mem_id and not names_cents(inner) and _has_sign(inner)
    )


def _has_sign(node: LexborNode) -> bool:
    text = regions.short_text(node, _LONGEST_LABEL) or ""
    return next(mentions(text, Hints()), None) is not None


def _read(text: str, named: Role | None, hints: Hints, node: LexborNode) -> Iterator[Seen]:
    if named is None:
        return
    for one in mentions(text, hints):
        if role := _role(named, one.kind):
            yield Seen(role, one.money, text[one.start : one.end], text, node)


def _role(named: Role, kind: Kind) -> Role | None:
    """What an element's name says, unless the words around the amount say something else."""
    match kind:
        case "price":
            return named
        case "former":
            return "before"
        case "from" | "range":
            return "range"
        case "instalment" | "unit" | "several" | "other":
            return None


def _nearest(title: LexborNode, every: Sequence[Seen]) -> list[Seen]:
    """What shares the smallest part of the page with the title."""
    holders = {one.node.mem_id: regions.line(one.node) for one in every}
    above = title.parent
    for _ in range(_HIGHEST):
        if above is None:
            return []
        inside = [one for one in every if above.mem_id in holders[one.node.mem_id]]
        if any(one.role != "before" for one in inside):
            return inside
        above = above.parent
    return []


def _around(title: LexborNode, hints: Hints) -> list[Seen]:
    """Amounts in the text around the title, but those that elements named and were not taken."""
    above = title.parent
    for _ in range(4):
        if above is None or above.tag == "html":
            return []
        named = frozenset(n.mem_id for n in above.css(_MAY_BE_NAMED)[:_MOST_SEEN] if _is_named(n))
        text = regions.short_text(above, _LONGEST_TEXT, named, _MOST_SEEN * 2)
        if text is None:
            return []
        if inside := list(_read(text, "now", hints, above)):
            return inside
        above = above.parent
    return []


def _is_named(node: LexborNode) -> bool:
    """And holds no heading: a whole page may be called "price"."""
    return names_a_price(node) and regions.short_text(node, _LONGEST_LABEL) is not None


def _judged(near: Sequence[Seen]) -> Price:
    text = " ".join(dict.fromkeys(one.text for one in near))
    if any(one.role == "range" for one in near):
        return Price(problem="The page shows a range of prices.", text=text)
    today: Role = "now" if any(one.role == "now" for one in near) else "usual"
    amounts = {one.money for one in near if one.role == today}
    if None in amounts:
        return Price(problem="The page shows a price that can be read in two ways.", text=text)
    stand = [money for money in amounts if money]
    if len(stand) != 1:
        told = ", ".join(sorted(f"{money.currency} {money.amount}" for money in stand)[:5])
        return Price(problem=f"The page shows several prices: {told}." if told else None, text=text)
    money = stand[0]
    before = max(
        (
            one.money.amount
            for one in near
            if one.role != today and one.money and one.money.currency == money.currency
        ),
        default=None,
    )
    if before and money.amount < before * _DEEPEST_CUT:
        return Price(problem="The page shows several prices, far apart.", text=text)
    return Price(money.amount, money.currency, before, text=text)
