"""What the traces of a turn must look like in Jaeger, span by span, by the conventions."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from uuid import UUID

from taskflow.telemetry.exporting import ALLOWED
from taskflow.waterfall.bars import Bar

POST = "POST /2010-04-01/Accounts/{AccountSid}/Messages.json"
SERVICES = ("gateway", "agent", "tools", "scheduler")
LEADER = "leader"
"""Whichever service relays."""

_SENDING = f"""
gateway consumer process taskflow.events.reply.ready
  gateway client append_events
  gateway client {POST}
  gateway client append_events
  gateway server POST /webhook/status
  gateway server POST /webhook/status
    gateway client append_events
"""
_ANSWERING = """
agent consumer process taskflow.events.tool.finished
  agent internal invoke_agent taskflow
    agent client generate_content MODEL
    agent client append_events
      leader producer send taskflow.events.reply.ready
      SENDING
"""
_ASKING = """
gateway server POST /webhook
  gateway client append_events
    leader producer send taskflow.events.message.received
    gateway consumer process taskflow.events.message.received
    agent consumer process taskflow.events.message.received
      agent internal wait for burst
      agent client append_events
      agent internal invoke_agent taskflow
        agent client generate_content MODEL
        agent client append_events
          leader producer send taskflow.events.tool.requested
          TOOL
"""
_FLIGHT = """
tools consumer process taskflow.events.tool.requested
  tools internal execute_tool search_flights
    tools client GET /search
  tools client append_events
    leader producer send taskflow.events.tool.finished
    ANSWERING
"""
_REMINDER = """
scheduler consumer process taskflow.events.tool.requested
  scheduler internal execute_tool set_reminder
  scheduler client append_events
    leader producer send taskflow.events.tool.finished
    ANSWERING
"""
_FIRING = """
scheduler producer fire reminder
  scheduler client append_events
    leader producer send taskflow.events.reply.ready
    SENDING
"""
_PARTS = {"TOOL": "", "ANSWERING": _ANSWERING, "SENDING": _SENDING}


def flight() -> list[str]:
    return _assembled(_ASKING, {**_PARTS, "TOOL": _FLIGHT})


def reminder() -> list[str]:
    return _assembled(_ASKING, {**_PARTS, "TOOL": _REMINDER})


def firing() -> list[str]:
    return _assembled(_FIRING, _PARTS)


def _assembled(text: str, parts: Mapping[str, str]) -> list[str]:
    lines: list[str] = []
    for line in text.strip("\n").splitlines():
        bare = line.lstrip()
        indent = line[: len(line) - len(bare)]
        below = _assembled(parts[bare], parts) if bare in parts else [bare]
        lines += [indent + one for one in below]
    return lines


def ordered(lines: Sequence[str]) -> list[str]:
    """Siblings by name: who of them was first is no promise."""
    return [line for block in sorted(_blocks(lines)) for line in block]


def _blocks(lines: Sequence[str]) -> Iterator[list[str]]:
    starts = [place for place, line in enumerate(lines) if not line.startswith(" ")]
    for start, end in zip(starts, [*starts[1:], len(lines)], strict=False):
        below = ordered([line[2:] for line in lines[start + 1 : end]])
        yield [lines[start], *(f"  {line}" for line in below)]


def faults(span: Bar) -> Iterator[str]:
    """In what a span falls short of the conventions."""
    had = span.attributes
    wanted = {
        "service.name": span.service,
        "service.namespace": "taskflow",
        "service.version": r"\d+\.\d+\.\d+",
        "service.instance.id": _is_an_id,
        **_by_name(span),
    }
    for name, value in wanted.items():
        if not _fits(had.get(name), value):
            yield f"{name} is {had.get(name)!r}"
    own = {name for name in had if not name.startswith(("service.", "telemetry.", "otel."))}
    if extra := own - ALLOWED:
        yield f"has {sorted(extra)}, which is not on the list"
    if span.error:
        yield f"failed with {span.error}"


def _by_name(span: Bar) -> dict[str, Any]:
    verb, _, rest = span.name.partition(" ")
    match span.kind, verb:
        case "server", _:
            return {
                "http.request.method": verb,
                "http.route": rest,
                "http.response.status_code": {200, 204},
            }
        case "client", "append_events":
            return {
                "db.system.name": "postgresql",
                "db.stored_procedure.name": "append_events",
                "db.operation.batch.size": _is_a_count,
                "taskflow.outcome": "Appended",
            }
        case "producer", "send":
            return {**_messaging("send"), "messaging.batch.message_count": _is_a_count}
        case "consumer", _:
            return {
                **_messaging("process"),
                "messaging.destination.name": rest,
                "messaging.consumer.group.name": span.service,
                "messaging.message.id": _is_an_id,
                "messaging.message.conversation_id": _is_an_id,
                "taskflow.delivery": {1},
                "taskflow.outcome": "done",
            }
        case _, "invoke_agent" | "generate_content" | "execute_tool":
            return {"gen_ai.operation.name": verb, **_of_gen_ai(verb, rest)}
        case "client", _:
            return {
                "http.request.method": verb,
                "url.template": rest,
                "server.address": "127.0.0.1",
            }
        case _, "fire":
            return {"taskflow.late_s": lambda late: 0 <= late < 60}
        case _:
            return {}


def _of_gen_ai(verb: str, rest: str) -> dict[str, Any]:
    match verb:
        case "invoke_agent":
            return {"gen_ai.agent.name": rest, "taskflow.turn": _is_an_id}
        case "execute_tool":
            return {
                "gen_ai.tool.name": rest,
                "gen_ai.tool.type": "function",
                "gen_ai.tool.call.id": _is_an_id,
            }
        case _:
            return {
                "gen_ai.provider.name": "gcp.gemini",
                "gen_ai.request.model": rest,
                "gen_ai.response.model": rest,
                "gen_ai.response.finish_reasons": lambda told: told == ["STOP"],
                "gen_ai.usage.input_tokens": _is_a_count,
                "gen_ai.usage.output_tokens": _is_a_count,
                "taskflow.cost.usd": lambda cost: cost > 0,
            }


def _messaging(operation: str) -> dict[str, Any]:
    return {
        "messaging.system": "nats",
        "messaging.operation.name": operation,
        "messaging.operation.type": operation,
    }


def _fits(value: Any, wanted: Any) -> bool:
    if value is None:
        return False
    if callable(wanted):
        return bool(wanted(value))
    if isinstance(wanted, set):
        return value in wanted
    return value == wanted or re.fullmatch(wanted, str(value)) is not None


def _is_an_id(value: Any) -> bool:
    try:
        return bool(UUID(str(value)))
    except ValueError:
        return False


def _is_a_count(value: Any) -> bool:
    return isinstance(value, int) and value > 0
