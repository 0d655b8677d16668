"""How a request becomes an outcome, once."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal, Protocol
from uuid import UUID

import orjson
import structlog
from opentelemetry.trace import SpanKind
from pydantic import BaseModel, ValidationError

from contracts import slots, streams
from contracts.event import Event
from contracts.recorded import Recorded
from contracts.tools import FailureCode, ToolFailed, ToolFinished, ToolRequested
from taskflow import clock
from taskflow.bus import bus
from taskflow.bus.driving import Driving
from taskflow.errors import Permanent, VendorUnavailable
from taskflow.log.appending import Because, Write
from taskflow.log.deciding import Decide
from taskflow.log.event_log import Log
from taskflow.log.folding import Folded
from taskflow.process.service import Runtime
from taskflow.telemetry.tracing import failed, span
from taskflow.tooling.tool import Call, Done, Refused, Tool

LARGEST_RESULT = 256 * 1024
"""Bytes as JSON of what a tool found: it is stored, carried and shown to the model as a whole."""
TOO_MUCH = "The tool found more than can be taken in. Ask for less of it."

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class ToolAnswer:
    done: Done
    by: Literal["run", "miss", "hit", "shared_flight"]
    found_by: UUID
    """The call whose answer it is."""


class AnswerSource(Protocol):
    """Where a call's answer comes from: the tool itself, or what it said a moment ago."""

    async def answer(self, tool: Tool[Any], arguments: BaseModel, call: Call) -> ToolAnswer:
        """Raises whatever the tool raises."""
        ...


class Directly:
    """Every call runs its tool."""

    async def answer(self, tool: Tool[Any], arguments: BaseModel, call: Call) -> ToolAnswer:
        return ToolAnswer(await tool.run(arguments, call), "run", call.request.event_id)


class CallState(BaseModel):
    """A call is driven by its own request until it has an outcome."""

    call: UUID
    settled: bool


class ToolCalls:
    """Carries `tool.requested` to this service's tools; its slot decides who was first."""

    def __init__(
        self, event_log: Log, tools: Sequence[Tool[Any]], answers: AnswerSource | None = None
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
    answers: AnswerSource
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

    async def parking(self, state: CallState, error: Exception) -> Decide:
        text = "The tool failed in a way it did not expect. Do not try it again now."
        failed = _failed(self.request, "parked", text)
        log.error("tool.parked", tool=self.request.event.tool, error=type(error).__name__)
        return Decide(self.slot(state), [failed])


async def _outcome(tool: Tool[Any], call: Call, answers: AnswerSource) -> list[Write]:
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
                document=done.document,
                repeats=answer.found_by if again else None,
                finds_addresses=tool.finds_addresses,
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
    runtime: Runtime,
    tools: Sequence[Tool[Any]],
    *,
    workers: int,
    answers: AnswerSource | None = None,
) -> None:
    """Carries `tool.requested` of this service to its tools."""
    calls = ToolCalls(runtime.log, tools, answers)

    async def run(recorded: Recorded[Any], delivery: int) -> None:
        driving = Driving(calls.of(recorded), runtime.attempts, runtime.dead_letters)
        await driving.drive(recorded, delivery)

    bus.consume(runtime.broker, runtime.service, run, runtime.dead_letters, workers=workers)
