"""Pages whose prices move by seed: what really stood there, at any moment."""

import random
from bisect import bisect_right
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Literal
from uuid import UUID

from contracts.readings import Evidence, Reading
from tests.support.memory_log import START

Kind = Literal["priced", "out_of_stock", "blocked", "misread"]
CURRENCIES = ("EUR", "USD", "GBP", "JPY")


@dataclass(frozen=True, slots=True)
class Stretch:
    """How a page stands for a while."""

    begins: datetime
    kind: Kind
    amount: Decimal

    @property
    def seen_as(self) -> Decimal | None:
        match self.kind:
            case "priced":
                return self.amount
            case "misread":
                return self.amount / 20
            case _:
                return None


@dataclass(frozen=True, slots=True)
class ShopPage:
    number: int
    currency: str
    stretches: tuple[Stretch, ...]

    @property
    def url(self) -> str:
        return f"https://shop{self.number % 7}.test/p/{self.number}"

    @property
    def title(self) -> str:
        return f"Thing {self.number}"

    @property
    def price(self) -> Decimal:
        """The first one."""
        return self.stretches[0].amount

    def at(self, now: datetime) -> Stretch:
        place = bisect_right(self.stretches, now, key=lambda one: one.begins) - 1
        return self.stretches[max(0, place)]

    def spans(self, end: datetime) -> list[tuple[datetime, datetime, Stretch]]:
        ends = [*(one.begins for one in self.stretches[1:]), end]
        return [(one.begins, to, one) for one, to in zip(self.stretches, ends, strict=True)]

    def read(self, now: datetime, screenshot: UUID) -> Reading:
        one = self.at(now)
        evidence = Evidence(at=now, read_by="browser", text="x", screenshot=screenshot)
        if one.kind == "blocked":
            return Reading(outcome="blocked", evidence=evidence)
        if one.kind == "out_of_stock":
            return Reading(
                outcome="out_of_stock", title=self.title, in_stock=False, evidence=evidence
            )
        return Reading(
            outcome="priced",
            title=self.title,
            amount=one.seen_as,
            currency=self.currency,
            in_stock=True,
            evidence=evidence,
        )


def a_page(number: int, chance: random.Random, until: datetime) -> ShopPage:
    """Long stretches, that nobody may miss, and moments that nobody need see."""
    price = Decimal(chance.randrange(2000, 20000)) / 100
    stretches = [Stretch(START - timedelta(days=1), "priced", price)]
    at = START + timedelta(minutes=chance.randrange(80, 130))
    dull = chance.random() < 0.3
    while at < until and not dull:
        kind = chance.choices(("priced", "out_of_stock", "blocked", "misread"), (10, 2, 1, 1))[0]
        amount = (price * chance.choice((55, 70, 85, 95, 100, 110)) / 100).quantize(Decimal("0.01"))
        stretches.append(Stretch(at, kind, amount))
        a_while = chance.choice((3, 6, 12, 150, 200, 240, 300))
        at += timedelta(minutes=a_while, seconds=chance.randrange(60))
    return ShopPage(number, chance.choice(CURRENCIES), tuple(stretches))
