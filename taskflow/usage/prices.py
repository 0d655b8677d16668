"""What tokens cost, by a table in a file: a model that is not in it has no known cost.

A change of the table is a new version of the view `usage`, which has added up costs by it.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from importlib.resources import files

from pydantic import BaseModel, ConfigDict

from contracts.conversation import Usage


class TokenPrice(BaseModel):
    model_config = ConfigDict(frozen=True)

    input: Decimal
    output: Decimal
    """Thoughts included."""


class Prices(BaseModel):
    model_config = ConfigDict(frozen=True)

    currency: str
    tokens: int
    """So many cost the price."""
    as_of: str
    source: str
    models: Mapping[str, TokenPrice]

    def cost(self, usage: Mapping[str, Usage]) -> float | None:
        """Of all of it; None where the price of one model is unknown. Cached tokens cost as new."""
        costs = [self.exact(model, counts) for model, counts in usage.items() if counts.total]
        known = [cost for cost in costs if cost is not None]
        return float(sum(known)) if len(known) == len(costs) else None

    def exact(self, model: str, usage: Usage) -> Decimal | None:
        """None where the price is unknown."""
        price = self.models.get(model)
        if price is None:
            return None
        billed = usage.input * price.input + (usage.output + usage.thoughts) * price.output
        return billed / self.tokens


@cache
def prices() -> Prices:
    table = files("taskflow.usage").joinpath("prices.json").read_text("utf-8")
    return Prices.model_validate(json.loads(table, parse_float=Decimal))


@dataclass(slots=True)
class Sum:
    """Of costs, some of which may be unknown."""

    known: float = 0.0
    unknown: int = 0

    def add(self, cost: float | None) -> None:
        if cost is None:
            self.unknown += 1
        else:
            self.known += cost
