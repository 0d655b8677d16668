"""One user's story, as the log and Twilio's books tell it: for whoever looks into a violation."""

from collections.abc import Iterator
from typing import Any

from contracts import streams
from contracts.event import Event
from contracts.recorded import Recorded
from tests.chaos.checker import Violation
from tests.chaos.history import Accept, History

TOLD = ("turn", "step", "call", "tool", "reply", "part", "attempt", "message_ref", "known_by",
        "kind", "reason", "code", "assumed", "error", "messages", "reminder", "due", "status",
        "finish_reason", "number", "token", "again_at")  # fmt: skip
"""Fields that are nobody's words."""


def tell(history: History, violation: Violation) -> Iterator[str]:
    yield f"{violation.promise}: {violation.what}"
    if violation.stream is None:
        return
    shown = [one for one in history.events if one.stream == violation.stream]
    if violation.stream.startswith(streams.REMINDER):
        users = {one.user_id for one in shown}
        ours = {streams.conversation(user) for user in users if user}
        shown = [one for one in history.events if one.stream in {violation.stream, *ours}]
    lines = [(one.recorded_at, _event(one, violation)) for one in shown]
    user = next((one.user_id for one in shown if one.user_id), None)
    lines += [(one.at, _accept(one)) for one in history.accepts if one.user == user]
    for at, line in sorted(lines, key=lambda pair: pair[0]):
        yield f"{at:%H:%M:%S.%f} {line}"


def _accept(one: Accept) -> str:
    _, part, attempt = one.attempt
    return f"    Twilio accepted {_short(one.reply)} part {part} attempt {attempt} as {one.sid}"


def _event(one: Recorded[Any], violation: Violation) -> str:
    mark = ">>>" if one.event_id == violation.event_id else "   "
    cause = f" <- {_short(one.cause)}" if one.cause else ""
    return f"{mark} v{one.version:<4} {_short(one.event_id)} {one.event.type}{cause} {_facts(one)}"


def _facts(one: Recorded[Event]) -> str:
    said = ((name, getattr(one.event, name, None)) for name in TOLD)
    return " ".join(f"{name}={_short(value)}" for name, value in said if value is not None)


def _short(value: Any) -> str:
    text = str(value)
    return text[:8] if len(text) == 36 and text.count("-") == 4 else text
