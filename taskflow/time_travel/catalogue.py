"""Which tools were on offer."""

from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from contracts.recorded import Recorded
from contracts.tools import ToolOffered, ToolWithdrawn
from taskflow.log.folding import Fold


class Offers(BaseModel):
    model_config = ConfigDict(frozen=True)

    offered: dict[str, str] = Field(default_factory=dict[str, str])
    """Tools, and the service that does each."""


def evolve(state: Offers, recorded: Recorded[Any]) -> Offers:
    match recorded.event:
        case ToolOffered(tool=tool, owner=owner):
            return Offers(offered={**state.offered, tool: owner})
        case ToolWithdrawn(tool=tool, owner=owner) if state.offered.get(tool) == owner:
            left = {name: by for name, by in state.offered.items() if name != tool}
            return Offers(offered=left)
        case _:
            return state


FOLD = Fold("catalogue", 1, Offers, evolve)
