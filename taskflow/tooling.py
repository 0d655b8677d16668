"""The tool contract: what a service offers, and how a request becomes an outcome.

A tool is a pydantic model of its arguments, an async function, a docstring that the model reads,
a timeout and a side-effect class.
"""

import asyncio
import hashlib
import inspect
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, Literal, Protocol, TypeVar
from uuid import UUID

import orjson
import structlog
from opentelemetry.trace import SpanKind
from pydantic import BaseModel, ValidationError

from contracts import slots, streams
from contracts.event import Event, Json
from contracts.recorded import Recorded
from contracts.streams import UserId
from contracts.tools import ToolFailed, ToolFinished, ToolOffered, ToolRequested, ToolWithdrawn
from taskflow import clock
from taskflow.bus import bus
from taskflow.bus.driving import Driving, Parking
from taskflow.errors import Permanent, Retryable, TaskFlowError, VendorUnavailable
from taskflow.log.appending import Because, Write
from taskflow.log.event_log import Log
from taskflow.log.folding import Folded
from taskflow.process.service import Runtime
from taskflow.telemetry.tracing import failed, span

OFFER_RETRY_SECONDS = 1.0
LARGEST_RESULT = 256 * 1024
"""Bytes as JSON of what a tool found: it is stored, carried and shown to the model as a whole."""
TOO_MUCH = "The tool found more than can be taken in. Ask for less of it."

A = TypeVar("A", bound=BaseModel)
FailureCode = Literal[
    "invalid_arguments",
    "unavailable",
    "refused",
    "timeout",
    "parked",
    "unknown",
    "needs_confirmation",
]

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Call:
    """Who asks, and where the answer belongs."""

    request: Recorded[ToolRequested]
    user: UserId


@dataclass(frozen=True, slots=True)
class Done:
    """A tool's result: a JSON object the model reads, and the tool's own facts, stored with it."""

    result: Json
    facts: Sequence[Write] = ()
    picture: UUID | None = None
    """In the media store; it goes out with the turn's reply."""
    passing: bool = False
    """True: a moment later it may be otherwise, so another call looks again for itself."""


class Refused(TaskFlowError):
    """The tool will not or cannot do that; the text is for the model to tell the user."""

    code = "refused"


@dataclass(frozen=True, slots=True)
class Tool(Generic[A]):
    arguments: type[A]
    run: Callable[[A, Call], Awaitable[Done]]
    """Named as the model knows it; raises Refused, or VendorUnavailable."""
    name: str
    effect: Literal["read", "write", "confirm"]
    timeout_s: float
    cost: float = 0.0
    untrusted: bool = False
    """Its results hold other people's text."""
    grounded: tuple[str, ...] = ()
    """Arguments of a `write` that must stand in the user's own words."""
    cache_s: float = 0.0
    """How long the answer of a `read` may be told again (see Answers)."""
    shares: bool = False
    """Also to another user: only where arguments are impersonal."""

    def offered(self, owner: str) -> ToolOffered:
        return ToolOffered(
            tool=self.name,
            owner=owner,
            description=inspect.getdoc(self.run) or "",
            parameters=self.arguments.model_json_schema(),
            effect=self.effect,
            timeout_s=self.timeout_s,
            cost=self.cost,
            untrusted=self.untrusted,
            grounded=list(self.grounded),
        )


@dataclass(frozen=True, slots=True)
class Answer:
    done: Done
    by: Literal["run", "miss", "hit", "shared_flight"]
    found_by: UUID
    """The call whose answer it is."""


class Answers(Protocol):
    """Where a call's answer comes from: the tool itself, or what it said a moment ago."""

    async def answer(self, tool: Tool[Any], arguments: BaseModel, call: Call) -> Answer:
        """Raises whatever the tool raises."""
        ...


class Directly:
    """Every call runs its tool."""

    async def answer(self, tool: Tool[Any], arguments: BaseModel, call: Call) -> Answer:
        return Answer(await tool.run(arguments, call), "run", call.request.event_id)


class Catalogue:
    """Every tool on offer, by name; each look reads only what is new."""

    def __init__(self, event_log: Log) -> None:
        self._log = event_log
        self._history: list[Recorded[Any]] = []
        self._offers: dict[str, ToolOffered] = {}

    async def offers(self) -> dict[str, ToolOffered]:
        """The same object until something changes."""
        new = await self._log.read(streams.TOOLS, self._seen())
        if fresh := [one for one in new if one.version > self._seen()]:
            self._history += fresh
            self._offers = _on_offer(self._history)
        return self._offers

    def _seen(self) -> int:
        return self._history[-1].version if self._history else 0


def _on_offer(history: Sequence[Recorded[Any]]) -> dict[str, ToolOffered]:
    offered: dict[str, ToolOffered] = {}
    for recorded in history:
        match recorded.event:
            case ToolOffered() as offer:
                offered[offer.tool] = offer
            case ToolWithdrawn() as withdrawn:
                if withdrawn.tool in offered and offered[withdrawn.tool].owner == withdrawn.owner:
                    del offered[withdrawn.tool]
            case _:
                pass
    return offered


async def offer(event_log: Log, owner: str, tools: Sequence[Tool[Any]]) -> None:
    """Makes the catalogue say what this release of the service can do; again says nothing new."""
    history = await event_log.read(streams.TOOLS)
    standing, version = _on_offer(history), len(history)
    changes: list[Event] = [
        offered for tool in tools if (offered := tool.offered(owner)) != standing.get(offered.tool)
    ]
    names = {tool.name for tool in tools}
    changes += [
        ToolWithdrawn(tool=name, owner=owner)
        for name, offered in standing.items()
        if offered.owner == owner and name not in names
    ]
    for change in changes:
        # Replicas start together: the same change after the same history is one change.
        told = orjson.dumps([version, change.model_dump(mode="json")], option=orjson.OPT_SORT_KEYS)
        slot = slots.offer(change.type, hashlib.sha256(told).hexdigest())
        await event_log.append([Write(streams.TOOLS, [change], None)], slot)


async def keep_offered(event_log: Log, owner: str, tools: Sequence[Tool[Any]]) -> None:
    """Offers as soon as the log is there."""
    while True:
        try:
            await offer(event_log, owner, tools)
        except Retryable as error:
            log.warning("tools.not_offered_yet", error=error.code)
            await asyncio.sleep(OFFER_RETRY_SECONDS)
        else:
            return


class CallState(BaseModel):
    """A call is driven by its own request until it has an outcome."""

    call: UUID
    settled: bool


class ToolCalls:
    """Carries `tool.requested` to this service's tools; its slot decides who was first."""

    def __init__(
        self, event_log: Log, tools: Sequence[Tool[Any]], answers: Answers | None = None
    ) -> None:
        self._log, self._answers = event_log, answers or Directly()
        self._tools = {tool.name: tool for tool in tools}

    def of(self, recorded: Recorded[ToolRequested]) -> "OneCall":
        return OneCall(self._log, self._tools, self._answers, recorded)


@dataclass(frozen=True, slots=True)
class OneCall:
    """Drives one request (see taskflow/bus/driving.py)."""

    log: Log
    tools: dict[str, Tool[Any]]
    answers: Answers
    request: Recorded[ToolRequested]

    async def fold(self, stream: str, known: Folded[CallState] | None) -> Folded[CallState]:
        del stream, known
        call = self.request.event_id
        outcome = await self.log.find(slots.event_id(slots.outcome(call), 0))
        return Folded(CallState(call=call, settled=outcome is not None), self.request.version)

    def driver(self, state: CallState) -> UUID | None:
        return None if state.settled else state.call

    def slot(self, state: CallState) -> UUID:
        return slots.outcome(state.call)

    async def move(self, state: CallState, recorded: Recorded[Any]) -> Folded[CallState]:
        """Runs the tool and records what came of it, unless somebody else was first."""
        opened: Recorded[ToolRequested] = await self.log.opened(recorded)
        tool = self.tools.get(opened.event.tool)
        if tool is None:
            raise Permanent(f"this service has no tool {opened.event.tool!r}")
        call = Call(opened, streams.user_of(opened.stream))
        writes = await _outcome(tool, call, self.answers)
        await self.log.append(writes, self.slot(state), Because.of(opened))
        return Folded(state.model_copy(update={"settled": True}), self.request.version)

    async def parking(self, state: CallState, recorded: Recorded[Any], error: Exception) -> Parking:
        text = "The tool failed in a way it did not expect. Do not try it again now."
        failed = _failed(self.request, "parked", text)
        log.error("tool.parked", tool=self.request.event.tool, error=type(error).__name__)
        return Parking(
            [_written(Call(recorded, streams.user_of(recorded.stream)), failed)], self.slot(state)
        )


async def _outcome(tool: Tool[Any], call: Call, answers: Answers) -> list[Write]:
    request = call.request
    started = clock.monotonic()
    attributes = {
        "gen_ai.operation.name": "execute_tool",
        "gen_ai.tool.name": tool.name,
        "gen_ai.tool.call.id": str(request.event_id),
        "gen_ai.tool.type": "function",
    }
    with span(f"execute_tool {tool.name}", SpanKind.INTERNAL, attributes=attributes) as running:
        try:
            arguments = tool.arguments.model_validate(request.event.arguments)
            async with asyncio.timeout(tool.timeout_s):
                answer = await answers.answer(tool, arguments, call)
        except ValidationError as error:
            event: Event = _failed(request, "invalid_arguments", explain(error))
        except Refused as error:
            event = _failed(request, "refused", str(error))
        except VendorUnavailable as error:
            event = _failed(request, "unavailable", str(error))
        except TimeoutError:
            event = _failed(request, "timeout", f"No answer within {tool.timeout_s:.0f} seconds.")
        else:
            took = round((clock.monotonic() - started) * 1000)
            done, again = answer.done, answer.found_by != request.event_id
            if not done.facts and (size := len(orjson.dumps(done.result))) > LARGEST_RESULT:
                log.warning("tool.result_too_large", tool=tool.name, bytes=size)
                failed(running, "refused")
                return [_written(call, _failed(request, "refused", TOO_MUCH))]
            log.info("tool.finished", tool=tool.name, took_ms=took, answered_by=answer.by)
            running.set_attribute("taskflow.tool.answered_by", answer.by)
            event = ToolFinished(
                call=request.event_id,
                tool=tool.name,
                result=done.result,
                took_ms=took,
                picture=done.picture,
                repeats=answer.found_by if again else None,
            )
            return [_written(call, event), *done.facts]
        failed(running, event.code)
        log.info("tool.failed", tool=tool.name, code=event.code)
        return [_written(call, event)]


def explain(error: ValidationError) -> str:
    """What is wrong with which argument, for the model to mend."""
    faults = error.errors(include_url=False, include_input=False, include_context=False)
    return "; ".join(
        f"{'.'.join(map(str, fault['loc'])) or 'arguments'}: {fault['msg']}" for fault in faults
    )


def _failed(request: Recorded[ToolRequested], code: FailureCode, error: str) -> ToolFailed:
    return ToolFailed(call=request.event_id, tool=request.event.tool, code=code, error=error)


def _written(call: Call, event: Event) -> Write:
    return Write(call.request.stream, [event], call.user)


def subscribe(
    runtime: Runtime, tools: Sequence[Tool[Any]], *, workers: int, answers: Answers | None = None
) -> None:
    """Carries `tool.requested` of this service to its tools."""
    calls = ToolCalls(runtime.log, tools, answers)

    async def run(recorded: Recorded[Any], delivery: int) -> None:
        driving = Driving(calls.of(recorded), runtime.attempts, runtime.dead_letters)
        await driving.drive(recorded, delivery)

    bus.consume(runtime.broker, runtime.service, run, runtime.dead_letters, workers=workers)
