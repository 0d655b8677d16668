"""Figures and calls in few words, for the terminal and the page alike. Pure."""

import json
from collections.abc import Mapping
from uuid import UUID

from services.agent.what_if.calls import Source
from services.agent.what_if.runs import Made, Run
from taskflow.foreign_text import for_terminal
from taskflow.usage.prices import Prices, Sum

NONE = "-"
SOURCES: dict[Source, str] = {
    "recorded": "",
    "approximate": "answered as the recorded call of other arguments",
    "live": "looked anew",
    "missing": "never recorded",
    "not done": "not done, never recorded",
}


def money(amount: float | None, prices: Prices) -> str:
    if amount is None:
        return "unknown"
    return f"{amount:.4f} {prices.currency}" if amount < 1 else f"{amount:.2f} {prices.currency}"


def sum_of_money(total: Sum, prices: Prices) -> str:
    if not total.unknown:
        return money(total.known, prices)
    return f"{money(total.known, prices)} + unknown" if total.known else "unknown"


def seconds(milliseconds: float) -> str:
    return (
        f"{milliseconds / 1000:.2f} s"
        if milliseconds < 100_000
        else f"{milliseconds / 1000:,.0f} s"
    )


def call(made: Made, *, open_: bool) -> str:
    """With its arguments, if texts may be shown."""
    failed = "" if made.outcome == "done" else f" [{made.outcome.replace('_', ' ')}]"
    if not open_:
        return f"{made.tool}{failed}"
    given = json.dumps(made.arguments, ensure_ascii=False, sort_keys=True)
    return f"{made.tool} {printable(given)}{failed}"


def source(made: Made | None, sources: Mapping[UUID, Source]) -> str:
    """Where a new run's call got its answer, if it is worth a word."""
    found = sources.get(made.call) if made else None
    return SOURCES[found] if found else ""


def outcome(run: Run) -> str:
    caught = f", {run.caught} caught" if run.caught else ""
    return f"{run.outcome}{caught}"


def printable(text: str) -> str:
    """Without what would act in a terminal."""
    return for_terminal(text, lines=True)
