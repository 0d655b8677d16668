"""Two calls for the same thing at the same minute are one: a model often says things twice."""

import asyncio
import unicodedata
from collections.abc import Callable, Iterable
from datetime import date, datetime
from typing import Any

from contracts import slots
from contracts.event import Json
from contracts.recorded import Recorded
from contracts.tools import NOBODY, ToolFinished, ToolRequested
from taskflow.log.event_log import Log

LOOKED_BACK = 24
"""Events before a call, among which its turn's other calls stand."""
PAUSE = 0.1
"""Seconds between looks at what became of a twin; the tool's own timeout ends them."""
Mark = tuple[str, datetime, str | None, frozenset[date], int | None]


def mark(
    text: str,
    due_at: datetime,
    rule: str | None,
    except_on: Iterable[date],
    follow_up_minutes: int | None,
) -> Mark:
    """What twins have in common."""
    folded = " ".join(unicodedata.normalize("NFKC", text).casefold().split())
    return (
        folded,
        due_at.replace(second=0, microsecond=0),
        rule,
        frozenset(except_on),
        follow_up_minutes,
    )


async def result_of_twin(
    log: Log, request: Recorded[ToolRequested], is_twin: Callable[[Recorded[ToolRequested]], bool]
) -> Json | None:
    """What an earlier call of the same turn brought that is this one's twin.

    Waits for it; None where there is none, or where it failed.
    """
    before = await log.read_end(request.stream, request.version - 1, LOOKED_BACK)
    for recorded in before:
        if _is_sibling(recorded.event, request.event):
            opened: Recorded[ToolRequested] = await log.opened(recorded)
            if await asyncio.to_thread(is_twin, opened):
                return await _result(log, opened)
    return None


def _is_sibling(event: Any, request: ToolRequested) -> bool:
    return (
        isinstance(event, ToolRequested)
        and (event.turn, event.tool) == (request.turn, request.tool)
        and event.owner != NOBODY
    )


async def _result(log: Log, request: Recorded[ToolRequested]) -> Json | None:
    outcome = slots.event_id(slots.outcome(request.event_id), 0)
    while True:
        found = await log.find(outcome)
        if found is not None:
            break
        await asyncio.sleep(PAUSE)
    if not isinstance(found.event, ToolFinished):
        return None
    opened: Recorded[ToolFinished] = await log.opened(found)
    return opened.event.result
