"""Answers told again: the same look-up a moment later costs the vendor's price once.

In this process only, an optimisation: whoever asks another replica, or after a restart, looks anew.
"""

import asyncio
import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import orjson
from cachetools import TTLCache
from pydantic import BaseModel

from contracts.personal import Sealed
from contracts.streams import UserId
from contracts.tools import ToolRequested
from taskflow import clock
from taskflow.telemetry.metrics import TOOL_CACHE
from taskflow.tooling import Call, Directly, Done, Tool, ToolAnswer

KEPT = 512
"""Answers of each tool: some kilobytes each."""


@dataclass(frozen=True, slots=True)
class _Found:
    done: Done
    by: UUID
    user: UserId


@dataclass(slots=True)
class _Flight:
    """A look-up under way, and how many calls wait for it."""

    by: UUID
    task: asyncio.Task[Done]
    waiting: int = 0


class AnswerCache:
    """Keeps what `read` tools with a `cache_s` found; never their failures."""

    def __init__(self, timer: Callable[[], float] = clock.monotonic, kept: int = KEPT) -> None:
        self._timer, self._most = timer, kept
        self._direct = Directly()
        self._answers: dict[str, TTLCache[bytes, _Found]] = {}
        self._flights: dict[bytes, _Flight] = {}

    async def answer(self, tool: Tool[Any], arguments: BaseModel, call: Call) -> ToolAnswer:
        if tool.effect != "read" or tool.cache_s <= 0:
            return await self._direct.answer(tool, arguments, call)
        key = key_of(tool, arguments, call)
        if found := self._of(tool).get(key):
            answer = ToolAnswer(found.done, "hit", found.by)
        else:
            answer = await self._looked_up(tool, arguments, call, key)
        TOOL_CACHE.add(1, {"tool": tool.name, "outcome": answer.by})
        return answer

    def drop(self, user: UserId) -> None:
        """They were forgotten: what was found for them may hold their words."""
        for answers in self._answers.values():
            for key in [key for key, found in answers.items() if found.user == user]:
                answers.pop(key, None)

    async def _looked_up(
        self, tool: Tool[Any], arguments: BaseModel, call: Call, key: bytes
    ) -> ToolAnswer:
        while True:
            flight = self._flights.get(key)
            joined = flight is not None and not flight.task.done()
            if flight is None or not joined:
                flight = self._take_off(tool, arguments, call, key)
            done = await _landed(flight)
            if done is None:
                # Whoever looked was stopped in the middle; that says nothing to those who waited.
                continue
            if joined and not _may_be_told_again(done):
                return await self._direct.answer(tool, arguments, call)
            return ToolAnswer(done, "shared_flight" if joined else "miss", flight.by)

    def _take_off(self, tool: Tool[Any], arguments: BaseModel, call: Call, key: bytes) -> _Flight:
        task = asyncio.create_task(self._fly(tool, arguments, call, key))
        flight = self._flights[key] = _Flight(call.request.event_id, task)

        def landed(task: asyncio.Task[Done]) -> None:
            if self._flights.get(key) is flight:
                del self._flights[key]
            if not task.cancelled():
                task.exception()  # also when nobody waited to the end

        task.add_done_callback(landed)
        return flight

    async def _fly(self, tool: Tool[Any], arguments: BaseModel, call: Call, key: bytes) -> Done:
        done = await tool.run(arguments, call)
        if _may_be_told_again(done) and not done.passing:
            self._of(tool)[key] = _Found(done, call.request.event_id, call.user)
        return done

    def _of(self, tool: Tool[Any]) -> "TTLCache[bytes, _Found]":
        if tool.name not in self._answers:
            self._answers[tool.name] = TTLCache(self._most, tool.cache_s, self._timer)
        return self._answers[tool.name]


def _may_be_told_again(done: Done) -> bool:
    """Facts are one call's own, and a picture is sealed with its user's key."""
    return not done.facts and done.picture is None


async def _landed(flight: _Flight) -> Done | None:
    """None when the flight itself was cancelled; one caller's deadline leaves it to the others."""
    flight.waiting += 1
    try:
        return await asyncio.shield(flight.task)
    except asyncio.CancelledError:
        mine = asyncio.current_task()
        if flight.task.cancelled() and mine is not None and not mine.cancelling():
            return None
        raise
    finally:
        flight.waiting -= 1
        if not flight.waiting and not flight.task.done():
            flight.task.cancel()


def key_of(tool: Tool[Any], arguments: BaseModel, call: Call) -> bytes:
    """Everything that an answer may depend on: what is asked, for which zone, and by whom.

    What the user told of themselves (home, currency, language) counts for shared tools too; only
    who they are does not.
    """
    request: ToolRequested = call.request.event
    asker = request.asker
    if isinstance(asker, Sealed):
        raise TypeError("a call is opened before its tool runs")
    about = [
        tool.name,
        arguments.model_dump(mode="json"),
        request.zone,
        asker.model_dump(mode="json") if asker else None,
        None if tool.shares else call.user,
    ]
    return hashlib.sha256(orjson.dumps(about, option=orjson.OPT_SORT_KEYS)).digest()
