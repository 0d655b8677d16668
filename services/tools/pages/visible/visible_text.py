"""A price as people see it: beside the product's title, in an element or a line of its own.

1. Hidden parts, navigation and recommendations do not count.
2. Elements whose name says "price" count first; without any, short lines around the title do.
3. What is struck through, or follows a word such as "was", is the price before a sale; amounts by
   weight or month, for delivery or saved, are no prices.
4. Of several different amounts, those nearest to the title count. If they still differ, or run
   from one to another, there is no price.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from itertools import groupby

from selectolax.lexbor import LexborNode

from services.tools.pages import regions
from services.tools.pages.found import FoundPrice
from services.tools.pages.locale_hints import Hints
from services.tools.pages.prices.kinds import Kind, is_label
from services.tools.pages.prices.mentions import mentions
from services.tools.pages.prices.money import Money
from services.tools.pages.visible.lines import Line
from services.tools.pages.visible.price_labels import Role, label_of
from services.tools.pages.visible.seen import Seen

_LINKS, _CHOICES = frozenset({"a"}), frozenset({"button", "label"})
_HEADINGS = frozenset({"h1", "h2", "h3", "h4"})
_DIGIT, _WORD = re.compile(r"\d"), re.compile(r"[^\W\d_]+")
_LONGEST_NAMED, _LONGEST_LINE, _LONGEST_LABEL, _LONGEST_UNIT = 160, 50, 40, 16
_MOST_SEEN, _HIGHEST, _NEAR, _UP = 500, 12, 5, 6
_DEAREST = 3
_DEEPEST_CUT = Decimal("0.05")
"""Of the price before: what is below is no sale, but another thing's price."""


@dataclass(frozen=True, slots=True)
class SignedAmount:
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
        return self.kind in {"from", "range"}


class Shown:
    """What a page shows around its title, and elsewhere where somebody asks."""

    def __init__(
        self, near: Sequence[SignedAmount] = (), rest: Callable[[], list[SignedAmount]] = list
    ) -> None:
        self.near = near
        self.price = _judged(near) if near else FoundPrice()
        self._rest = rest

    @property
    def stands_by_itself(self) -> bool:
        """Whether the line of the price says nothing else, but for words such as "now"."""
        own = [
            signed_amount
            for signed_amount in self.near
            if signed_amount.money and signed_amount.money.amount == self.price.amount
        ]
        return any(self._is_all_that_is_said(signed_amount.text) for signed_amount in own)

    def _is_all_that_is_said(self, text: str) -> bool:
        for signed_amount in self.near:
            text = text.replace(signed_amount.said, " ")
        return all(map(is_label, _WORD.findall(text)))

    @cached_property
    def elsewhere(self) -> Sequence[SignedAmount]:
        """All amounts of the page's main part, however far from the title."""
        return self._rest()


def shown(seen: Seen, title: LexborNode | None, hints: Hints, visible: str | None) -> Shown:
    """`visible` is what a browser shows of the page."""
    look = _Look(seen, hints, None if visible is None else _bare(visible))
    if title is None:
        return Shown((), look.all)
    return Shown(look.nearest(title), look.all)


def _bare(text: str) -> str:
    """A browser breaks lines and changes cases by style sheet; raised cents have no sign."""
    return "".join(c for c in text if not c.isspace() and c not in ".,").casefold()


@dataclass(frozen=True, slots=True)
class _Look:
    seen: Seen
    hints: Hints
    stands: str | None
    """What a browser shows, without what differs by its style."""

    def nearest(self, title: LexborNode) -> list[SignedAmount]:
        """What shares the smallest part of the page with the title; named a price first."""
        height = {known: n for n, known in enumerate([title.mem_id, *regions.line(title)])}
        lines = sorted(self._lines(height), key=lambda line: line[0])
        named = [(up, at) for up, at, is_named in lines if is_named and up <= _HIGHEST]
        others = [(up, at) for up, at, is_named in lines if not is_named and up <= _NEAR]
        return self._first(named) or self._first(others)

    def _lines(self, height: Mapping[int, int]) -> Iterator[tuple[int, int, bool]]:
        """How high above the title each line meets it, its number, and whether it is named."""
        for at, line in enumerate(self.seen.lines):
            if len(line.text) > _LONGEST_NAMED or not (digit := _DIGIT.search(line.text)):
                continue
            holder = line.holder(digit.start())
            up = _meets(holder, height)
            if up <= _HIGHEST and self.seen.is_main(holder):
                named = any(label_of(holder).named for holder in line.holders)
                if named or len(line.text) <= _LONGEST_LINE:
                    yield up, at, named

    def _first(self, lines: Sequence[tuple[int, int]]) -> list[SignedAmount]:
        """The amounts up to the lowest height at which a price stands."""
        found: list[SignedAmount] = []
        for _, each in groupby(lines, key=lambda line: line[0]):
            found += [amount for _, at in each for amount in self.amounts(at)]
            if any(signed_amount.is_a_price or signed_amount.is_a_range for signed_amount in found):
                return sorted(found, key=lambda signed_amount: signed_amount.at)
            if len(found) > _MOST_SEEN:
                break
        return []

    def all(self) -> list[SignedAmount]:
        found: list[SignedAmount] = []
        for at in range(len(self.seen.lines)):
            found += self.amounts(at)
            if len(found) > _MOST_SEEN:
                break
        return found

    def amounts(self, at: int) -> Iterator[SignedAmount]:
        lines = self.seen.lines
        line = lines[at]
        if len(line.text) > _LONGEST_NAMED or not _DIGIT.search(line.text):
            return
        led, after = _label_before(lines, at), _unit_behind(lines, at)
        text = f"{led}{line.text}{after}"
        for mention in mentions(text, self.hints):
            start = mention.start - len(led)
            if not 0 <= start < len(line.text):
                continue
            digit = _DIGIT.search(line.text, start)
            node = line.holder(digit.start() if digit else start)
            said = text[mention.start : mention.end]
            hidden = self.stands is not None and _bare(said) not in self.stands
            if hidden or not self.seen.is_main(node) or _is_a_link(node):
                continue
            label = label_of(node)
            if label.is_a_filter or not (label.named or _within(node, _CHOICES) is None):
                continue
            if label.named or len(line.text) <= _LONGEST_LINE:
                yield SignedAmount(
                    mention.kind, label.role, label.named, mention.money, said, text, node, at
                )


def _meets(holder: LexborNode, height: Mapping[int, int]) -> int:
    node: LexborNode | None = holder
    for _ in range(regions.HIGHEST_LINE):
        if node is None:
            break
        if node.mem_id in height:
            return height[node.mem_id]
        node = node.parent
    return _HIGHEST + 1


def _is_a_link(node: LexborNode | None) -> bool:
    """To other offers, or to another product."""
    link = _within(node, _LINKS)
    return link is not None and len(link.attributes.get("href") or "") > 1


def _within(node: LexborNode | None, tags: frozenset[str]) -> LexborNode | None:
    for _ in range(_UP):
        if node is None or (node.tag or "") in tags:
            return node
        node = node.parent
    return None


def _label_before(every: Sequence[Line], at: int) -> str:
    """A line that names the amount on the next: "Was:", "Delivery"."""
    if not at:
        return ""
    line, before = every[at], every[at - 1]
    if len(before.text) > _LONGEST_LABEL or _DIGIT.search(before.text):
        return ""
    if before.block.tag in _HEADINGS or not _side_by_side(before, line):
        return ""
    return f"{before.text.rstrip(' :')}: "


def _unit_behind(every: Sequence[Line], at: int) -> str:
    """A line that goes on with the amount before it: "/ month", "per kg"."""
    if at + 1 >= len(every):
        return ""
    line, behind = every[at], every[at + 1]
    if len(behind.text) > _LONGEST_UNIT or _DIGIT.search(behind.text):
        return ""
    return f" {behind.text}" if _side_by_side(line, behind) else ""


def _side_by_side(line: Line, other: Line) -> bool:
    first, second = line.block, other.block
    if first.mem_id == second.mem_id:
        return True
    above, beside = first.parent, second.parent
    return above is not None and beside is not None and above.mem_id == beside.mem_id


def _judged(near: Sequence[SignedAmount]) -> FoundPrice:
    """One price, if all the others around it are explained by it or are something else."""
    text = " ".join(dict.fromkeys(signed_amount.text for signed_amount in near))
    today: Role = (
        "now"
        if any(signed_amount.is_a_price and signed_amount.role == "now" for signed_amount in near)
        else "usual"
    )
    stand = [
        signed_amount
        for signed_amount in near
        if signed_amount.is_a_price and signed_amount.role == today
    ]
    stand = [signed_amount for signed_amount in stand if signed_amount.named] or stand
    ranges = [signed_amount for signed_amount in near if signed_amount.is_a_range]
    if ranges and not (
        stand and all(_is_another_offer(signed_amount, stand[0]) for signed_amount in ranges)
    ):
        return FoundPrice(problem="The page shows a range of prices.", text=text)
    if any(signed_amount.money is None for signed_amount in stand):
        return FoundPrice(problem="The page shows a price that can be read in two ways.", text=text)
    amounts = list(
        dict.fromkeys(signed_amount.money for signed_amount in stand if signed_amount.money)
    )
    if not amounts:
        return FoundPrice(text=text)
    money = amounts[0]
    if stand[0].named and not (_is_one_of_a_list(stand) or _doubted(amounts)):
        amounts = [money]
    if len(amounts) > 1:
        listed_amounts = ", ".join(
            sorted(f"{money.currency} {money.amount}" for money in amounts)[:5]
        )
        return FoundPrice(problem=f"The page shows several prices: {listed_amounts}.", text=text)
    before = max(
        (
            signed_amount.money.amount
            for signed_amount in near
            if (signed_amount.was_before or signed_amount.role == "usual")
            and signed_amount.money
            and signed_amount.money.currency == money.currency
        ),
        default=None,
    )
    if before and money.amount < before * _DEEPEST_CUT:
        return FoundPrice(problem="The page shows several prices, far apart.", text=text)
    return FoundPrice(money.amount, money.currency, before, text=text)


def _is_another_offer(signed_amount: SignedAmount, first: SignedAmount) -> bool:
    """Behind the price and on a line of its own: "Used from €20"."""
    return first.named and signed_amount.at > first.at


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


def _is_one_of_a_list(stand: Sequence[SignedAmount]) -> bool:
    """Whether an element of another amount is named as the first one is: cards, or sizes."""
    first = stand[0]
    named = _names(first)
    return any(
        signed_amount.money != first.money
        and (named <= (other := _names(signed_amount)) or other <= named)
        for signed_amount in stand
    )


def _names(signed_amount: SignedAmount) -> frozenset[str]:
    """Of the innermost element that names itself."""
    node: LexborNode | None = signed_amount.node
    for _ in range(_UP):
        if node is None:
            break
        if names := regions.names(node).split():
            return frozenset(names)
        node = node.parent
    return frozenset()
