"""What happened, from three witnesses: the phone's webhooks, the log, and Twilio's own books."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import UUID

import orjson

from contracts.recorded import Message, Recorded
from tests.chaos.world import World

_LOG = "select * from events order by transaction_id, position"
_DEAD = "select service, event_id, stream, type, parked_by, error_code, error from dead_letters"
_VAULT = "select user_id, created_at from vault_people"


@dataclass(frozen=True, slots=True)
class Webhook:
    """A message somebody wrote, and every answer its webhook and its repeats got."""

    sid: str
    person: str
    text: str
    at: datetime
    answers: tuple[int | None, ...]

    @property
    def acknowledged(self) -> bool:
        return any(answer is not None and 200 <= answer < 300 for answer in self.answers)


@dataclass(frozen=True, slots=True)
class Accept:
    """One message that Twilio took; the callback's address says which attempt it was."""

    sid: str
    person: str
    user: UUID
    reply: UUID
    part: int
    attempt: tuple[UUID, int, int]
    at: datetime
    text: str
    code: int | None = None
    """Why the phone never showed it, by Twilio's books."""
    by_template: bool = False


@dataclass(frozen=True, slots=True)
class DeadLetter:
    service: str
    event_id: UUID | None
    stream: str | None
    type: str | None
    parked_by: UUID | None
    error_code: str
    error: str


@dataclass(slots=True)
class History:
    webhooks: list[Webhook] = field(default_factory=list)
    events: list[Recorded[Any]] = field(default_factory=list)
    """In commit order, sealed."""
    accepts: list[Accept] = field(default_factory=list)
    """In the order of acceptance."""
    dead_letters: list[DeadLetter] = field(default_factory=list)


async def gather(world: World, answers: dict[str, list[int | None]]) -> History:
    """`answers` are those that the writers themselves saw, by message sid."""
    history = History()
    for record in await world.sql(_LOG):
        values = dict(record.items())
        message = Message.model_construct(**{**values, "payload": orjson.loads(values["payload"])})
        history.events.append(message.recorded())
    history.dead_letters = [DeadLetter(**dict(row.items())) for row in await world.sql(_DEAD)]
    for said in await world.side("/twilio/accepted"):
        history.accepts.append(_accept(said))
    for said in await world.side("/phone/inbound"):
        history.webhooks.append(
            Webhook(
                said["sid"],
                said["user"],
                said["body"],
                datetime.fromisoformat(said["at"]),
                tuple(answers.get(said["sid"], [])),
            )
        )
    return history


def _accept(said: dict[str, Any]) -> Accept:
    query = parse_qs(urlsplit(said["status_callback"]).query)
    reply, part = UUID(query["reply"][0]), int(query["part"][0])
    return Accept(
        sid=said["sid"],
        person=said["user"],
        user=UUID(query["user"][0]),
        reply=reply,
        part=part,
        attempt=(reply, part, int(query["attempt"][0])),
        at=datetime.fromisoformat(said["at"]),
        text=said["body"],
        code=said["error_code"],
        by_template=bool(said["template"]),
    )
