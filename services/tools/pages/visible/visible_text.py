"""A price as people see it: beside the product's title, in an element or a line of its own.

1. Hidden parts, navigation and recommendations do not count.
2. Elements whose name says "price" count first; without any, short lines around the title do.
3. What is struck through, or follows a word such as "was", is the price before a sale; amounts by
   weight or month, for delivery or saved, are no prices.
4. Of several different amounts, those nearest to the title count. If they still differ, or run
   from one to another, there is no price.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from selectolax.lexbor import LexborNode

from services.tools.pages import regions
from services.tools.pages.found import Price
from services.tools.pages.locale_hints import Hints
from services.tools.pages.prices.kinds import Kind
from services.tools.pages.prices.money import Mention, Money, mentions
from services.tools.pages.visible.lines import Line
from services.tools.pages.visible.price_labels import Role, label_of
from services.tools.pages.visible.seen import Seen

_DIGIT = re.compile(r"\d")
_LONGEST_NAMED, _LONGEST_LINE, _LONGEST_LABEL, _LONGEST_UNIT = 160, 80, 40, 16
_MOST_SEEN, _HIGHEST, _NEAR, _UP = 500, 12, 5, 6
_A_LIST, _DEAREST = 3, 3
_DEEPEST_CUT = Decimal("0.05")
"""Of the price before: what is below is no sale, but another thing's price."""


@dataclass(frozen=True, slots=True)
class Amount:
    """An amount beside a currency's sign, and what is known of it."""

    kind: Kind
    role: Role | None
    named: bool
    """An element's name says that it is a price."""
    money: Money | None
    said: str
    text: str
    """Where it was said."""
    node: LexborNode
    at: int
    """The number of its line."""

    @property
    def is_a_price(self) -> bool:
        return self.kind == "price" and self.role in {"now", "usual"}

    @property
    def was_before(self) -> bool:
        return self.kind == "former" or (self.kind == "price" and self.role == "before")

    @property
    def is_a_range(self) -> bool:
        return self.kind in {"from", "range"} and self.role is not None


@dataclass(frozen=True, slots=True)
class Shown:
    """What a page shows around its title."""

    price: Price
    near: Sequence[Amount] = ()
    everywhere: Sequence[Amount] = ()


def shown(seen: Seen, title: LexborNode | None, hints: Hints, visible: str | None) -> Shown:
    """`visible` is what a browser shows of the page."""
    stands = _bare(visible) if visible is not None else None
    amounts = [one for one in _amounts(seen, hints) if stands is None or _bare(one.said) in stands]
    if title is None:
        return Shown(Price(), (), amounts)
    near = _nearest(title, amounts)
    return Shown(_judged(near) if near else Price(), near, amounts)


def _bare(text: str) -> str:
    """A browser breaks lines and changes cases by style sheet; raised cents have no sign."""
    return "".join(c for c in text if not c.isspace() and c not in ".,").casefold()


def _amounts(seen: Seen, hints: Hints) -> list[Amount]:
    found: list[Amount] = []
    for at, line in enumerate(seen.lines):
        if len(line.text) > _LONGEST_NAMED or not _may_hold_money(line.text):
            continue
        if not any(seen.is_main(holder) for holder in line.holders):
            continue
        led, after = _label_before(seen.lines, at), _unit_behind(seen.lines, at)
        text = f"{led}{line.text}{after}"
        for one in mentions(text, hints):
            start = one.start - len(led)
            if 0 <= start < len(line.text):
                found += _seen(line, one, start, text, seen, at)
        if len(found) > _MOST_SEEN:
            break
    return found


def _may_hold_money(text: str) -> bool:
    """A digit, and a sign or a code of a currency: what is dear is done where they stand."""
    if not _DIGIT.search(text):
        return False
    return not text.isascii() or "$" in text or any(c.isalpha() for c in text)


def _seen(line: Line, one: Mention, start: int, text: str, seen: Seen, at: int) -> Iterator[Amount]:
    digits = _DIGIT.search(line.text, start)
    node = line.holder(digits.start() if digits else start)
    if not seen.is_main(node):
        return
    if _is_a_link(node):
        return
    label = label_of(node)
    longest = _LONGEST_NAMED if label.named else _LONGEST_LINE
    if len(line.text) > longest:
        return
    said = text[one.start : one.end]
    yield Amount(one.kind, label.role, label.named, one.money, said, text, node, at)


def _is_a_link(node: LexborNode | None) -> bool:
    """To other offers, or to another product."""
    for _ in range(_UP):
        if node is None:
            return False
        if node.tag == "a":
            return len(node.attributes.get("href") or "") > 1
        node = node.parent
    return False


def _label_before(every: Sequence[Line], at: int) -> str:
    """A line that names the amount on the next: "Was:", "Delivery"."""
    if not at:
        return ""
    line, before = every[at], every[at - 1]
    if len(before.text) > _LONGEST_LABEL or _DIGIT.search(before.text):
        return ""
    return f"{before.text} " if _side_by_side(before, line) else ""


def _unit_behind(every: Sequence[Line], at: int) -> str:
    """A line that goes on with the amount before it: "/ month", "per kg"."""
    if at + 1 >= len(every):
        return ""
    line, behind = every[at], every[at + 1]
    if len(behind.text) > _LONGEST_UNIT or _DIGIT.search(behind.text):
        return ""
    return f" {behind.text}" if _side_by_side(line, behind) else ""


def _side_by_side(one: Line, other: Line) -> bool:
    first, second = one.block, other.block
    if first.mem_id == second.mem_id:
        return True
    holders = (first.parent, second.parent)
    return all(holders) and holders[0].mem_id == holders[1].mem_id


def _nearest(title: LexborNode, every: Sequence[Amount]) -> list[Amount]:
    """What shares the smallest part of the page with the title; what is named a price first."""
    above = [title.mem_id, *regions.line(title)]
    height = {known: n for n, known in enumerate(above)}
    heights: list[tuple[int, Amount]] = []
    for one in every:
        holders = (one.node.mem_id, *regions.line(one.node))
        up = next((height[known] for known in holders if known in height), _HIGHEST + 1)
        heights.append((up, one))
    for some, highest in ((lambda one: one.named, _HIGHEST), (lambda _: True, _NEAR)):
        ups = [up for up, one in heights if some(one) and (one.is_a_price or one.is_a_range)]
        if ups and (least := min(ups)) <= highest:
            return [one for up, one in heights if up <= least and some(one)]
    return []


def _judged(near: Sequence[Amount]) -> Price:
    """One price, if all the others around it are explained by it or are something else."""
    text = " ".join(dict.fromkeys(one.text for one in near))
    today: Role = "now" if any(one.is_a_price and one.role == "now" for one in near) else "usual"
    stand = [one for one in near if one.is_a_price and one.role == today]
    ranges = [one for one in near if one.is_a_range]
    if ranges and not (stand and all(_is_another_offer(one, stand[0]) for one in ranges)):
        return Price(problem="The page shows a range of prices.", text=text)
    if any(one.money is None for one in stand):
        return Price(problem="The page shows a price that can be read in two ways.", text=text)
    amounts = list(dict.fromkeys(one.money for one in stand if one.money))
    if not amounts:
        return Price(text=text)
    money = amounts[0]
    if len(amounts) > 1 and not (_is_one_of_a_list(stand) or _doubted(amounts)):
        amounts = [money]
    if len(amounts) > 1:
        told = ", ".join(sorted(f"{money.currency} {money.amount}" for money in amounts)[:5])
        return Price(problem=f"The page shows several prices: {told}.", text=text)
    before = max(
        (
            one.money.amount
            for one in near
            if (one.was_before or one.role == "usual")
            and one.money
            and one.money.currency == money.currency
        ),
        default=None,
    )
    if before and money.amount < before * _DEEPEST_CUT:
        return Price(problem="The page shows several prices, far apart.", text=text)
    return Price(money.amount, money.currency, before, text=text)


def _is_another_offer(one: Amount, first: Amount) -> bool:
    """ "Used from €20", behind the price and on a line of its own."""
    return first.named and one.at > first.at


def _doubted(amounts: Sequence[Money]) -> bool:
    """Whether the first of several amounts could be the price before a sale, or a part of one.

    What is dearer is a former price or another seller's; what costs less than half of it is put
    on top of it or paid back.
    """
    first, others = amounts[0], amounts[1:]
    return any(
        other.currency != first.currency
        or first.amount / 2 <= other.amount < first.amount
        or other.amount > first.amount * _DEAREST
        for other in others
    )


def _is_one_of_a_list(stand: Sequence[Amount]) -> bool:
    """Cards of several products, whose prices stand in elements of the same name."""
    first = _kin(stand[0])
    return len({one.money for one in stand if _kin(one) == first}) >= _A_LIST


def _kin(one: Amount) -> tuple[str, str]:
    above = one.node.parent
    return regions.names(one.node), regions.names(above) if above is not None else ""
