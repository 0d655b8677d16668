"""Short ways to say the facts of a lane."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from contracts.consent import ConsentWithdrawn
from contracts.recorded import Recorded
from contracts.replies import (
    ReplyHeld,
    ReplyRefused,
    ReplySending,
    ReplySent,
)
from services.gateway.lane import FOLD, Lane
from tests.support.events import message, reply
from tests.support.memory_log import START
from tests.support.story import Story

OURS, OTHER = "whatsapp:+15550100000", "whatsapp:+15550100001"
TOKEN, ANOTHER = UUID(int=98), UUID(int=99)
MINUTE = timedelta(minutes=1)


def lane(story: Story) -> Lane:
    return FOLD.over(story.events)


def hears(story: Story, sender: str, word: str | None = None) -> Recorded[Any]:
    heard = message(sid=f"SM{len(story.events)}")
    return story.tell(heard.model_copy(update={"sender": sender, "word": word}))[0]


def ready(story: Story, kind: str = "answer", language: str | None = None) -> UUID:
    said = reply(None, kind=kind).model_copy(update={"language": language})
    return story.tell(said)[0].event_id


def claim(story: Story, of: UUID, **facts: Any) -> Recorded[Any]:
    told: dict[str, Any] = {"part": 0, "parts": 1, "attempt": 1, "token": TOKEN, "sender": OURS}
    return story.tell(ReplySending(reply=of, **told | facts))[0]


def hold(story: Story, of: UUID, why: str = "window") -> None:
    story.tell(ReplyHeld(reply=of, part=0, attempt=1, why=why, sender=OURS))


def sent(story: Story, of: UUID, ref: str = "SM", part: int = 0) -> None:
    story.tell(ReplySent(reply=of, part=part, attempt=1, message_ref=ref, known_by="list"))


def refuse(story: Story, of: UUID, code: int) -> None:
    told: dict[str, Any] = {"part": 0, "attempt": 1, "reason": "no", "again_at": START}
    story.tell(ReplyRefused(reply=of, code=code, **told))


def replies(queue: Any) -> list[UUID]:
    return [queued.reply for queued in queue]


def stopped(story: Story) -> UUID:
    """The confirmation of a STOP; an answer is held behind it."""
    answer = ready(story)
    hears(story, OURS, "stop")
    story.tell(ConsentWithdrawn())
    hold(story, answer, "consent")
    return ready(story, "confirmation")
