"""Slots: the place of each decision. Whatever leaves a state takes its slot; the first one wins.

Every event of an append has the id uuid5(slot, n), n counting from 0 in the append.
"""

from collections.abc import Iterable
from datetime import UTC, datetime
from uuid import NAMESPACE_URL, UUID, uuid5

_ROOT = uuid5(NAMESPACE_URL, "taskflow:slots")


def _slot(*parts: object) -> UUID:
    return uuid5(_ROOT, "\x1f".join(map(str, parts)))


def event_id(slot: UUID, n: int) -> UUID:
    return uuid5(slot, str(n))


def message(message_ref: str) -> UUID:
    """A message that came in: the webhook, its repeats and the back-fill compete."""
    return _slot("message", message_ref)


def media(message_id: UUID, index: int) -> UUID:
    """A medium of a message: two gateways may both fetch it; kept and refused compete."""
    return _slot(message_id, "media", index)


def voice(message_id: UUID, index: int) -> UUID:
    """What was said in a voice note: two deliveries may both have it read."""
    return _slot(message_id, "voice", index)


def turn(stream: str, ended: int) -> UUID:
    """The user's move is over and no turn is open; `ended` turns have ended so far."""
    return _slot(stream, "turn", ended)


def step(turn_id: UUID, number: int) -> UUID:
    """An open turn's next step, asking or waiting for tools."""
    return _slot(turn_id, "step", number)


def outcome(call: UUID) -> UUID:
    """A requested tool call: its result, its failure, its parking and its deadline compete."""
    return _slot(call, "outcome")


def claim(reply: UUID, part: int, attempt: int) -> UUID:
    """An attempt to send, to do: claiming it and parking the reply compete."""
    return _slot(reply, part, attempt, "claim")


def send_outcome(reply: UUID, part: int, attempt: int) -> UUID:
    """An attempt to send, claimed: sent, refused, assumed and failed compete."""
    return _slot(reply, part, attempt, "outcome")


def delivery(message_ref: str, status: str) -> UUID:
    """One status of one sent message: callbacks repeat."""
    return _slot("delivery", message_ref, status)


def resumes(stop: UUID) -> UUID:
    """Who writes after a STOP is told once, of each, that START resumes."""
    return _slot(stop, "resumes")


def line(command: UUID) -> UUID:
    """An operator's line: a command that is run again says nothing twice."""
    return _slot(command, "line")


def over(taken_over: UUID) -> UUID:
    """A takeover's end: the operator, another one and the clock compete."""
    return _slot(taken_over, "over")


def heard(reply: UUID, part: int, attempt: int) -> UUID:
    """The first message heard of for an attempt whose sending no fact names."""
    return _slot(reply, part, attempt, "heard")


def learned(turn_id: UUID) -> UUID:
    """What the messages of a turn tell about their user: two deliveries may both read them."""
    return _slot(turn_id, "learned")


def reminder_set(call: UUID) -> UUID:
    """The reminder that a tool call sets; also its identity."""
    return _slot(call, "reminder")


def occurrence(reminder: UUID, due_at: datetime) -> UUID:
    """A reminder's due instant: fires once, whoever finds it."""
    return _slot(reminder, due_at.astimezone(UTC).isoformat())


def follow_up(reminder: UUID, due_at: datetime) -> UUID:
    """A due instant that nobody answered: followed up once, whoever finds that."""
    return _slot(reminder, due_at.astimezone(UTC).isoformat(), "follow-up")


def waited(stream: str, version: int) -> UUID:
    """What waited for the end of quiet hours: told once, from the first of them on as it stood."""
    return _slot(stream, version, "waited")


def watch_set(call: UUID) -> UUID:
    """The watch that a tool call sets; also its identity."""
    return _slot(call, "watch")


def look(watch: UUID, due_at: datetime) -> UUID:
    """A watch's due look: what it came to is decided once, whoever looked."""
    return _slot(watch, "look", due_at.astimezone(UTC).isoformat())


def alert(watch: UUID, due_at: datetime) -> UUID:
    """The reply of a look that alerts: it stands behind the reading and the alert."""
    return event_id(look(watch, due_at), 2)


def summary(stream: str, number: int) -> UUID:
    """A conversation's summaries, counted from 0: two deliveries may both write one."""
    return _slot(stream, "summary", number)


def retry(parked: UUID) -> UUID:
    """A dead letter's retry."""
    return _slot(parked, "retry")


def offer(tool: str, fingerprint: str) -> UUID:
    """A tool as it is offered: the same offer again says nothing new."""
    return _slot("offer", tool, fingerprint)


def template(purpose: str, language: str, body: str, buttons: Iterable[str] = ()) -> UUID:
    """A template's text at its channel, with its buttons: it is created once."""
    return _slot("template", purpose, language, body, *buttons)


def template_review(template_ref: str, number: int) -> UUID:
    """What the channel says of a template, changed for the `number`th time, counted from 0."""
    return _slot("template", template_ref, "review", number)


def forgotten(user: UUID) -> UUID:
    return _slot(user, "forgotten")
