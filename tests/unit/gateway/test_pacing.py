"""The sender's rate, and each user's own."""

from datetime import timedelta
from uuid import uuid4

import pytest

from contracts.conversation import ReplyKind
from contracts.replies import ReplySending, ReplySent
from services.gateway.channels.pacing import Pacing
from services.gateway.lane import FOLD, PAIR
from services.gateway.senders import goes_by
from services.gateway.state import Lane
from taskflow.limits.buckets import ComeBack, Token, Turn
from tests.support.events import message, reply
from tests.support.memory_log import START
from tests.support.story import Story

OURS = "whatsapp:+15550100000"


class Turns:
    def __init__(self, *turns: Turn) -> None:
        self.turns = list(turns)
        self.urgent: list[bool] = []

    async def take(self, *, urgent: bool) -> Turn:
        self.urgent.append(urgent)
        return self.turns.pop(0)


@pytest.mark.parametrize(
    ("kind", "urgent"),
    [
        *[("answer", True), ("operator", True), ("confirmation", True)],
        *[("reminder", False), ("alert", False)],
    ],
)
async def test_who_waits_goes_before_what_nobody_waits_for(kind: ReplyKind, urgent: bool) -> None:
    turns = Turns(Token(0.0))
    assert await Pacing({OURS: turns}).turn(kind, Lane(sender=OURS), START) == 0
    assert turns.urgent == [urgent]


async def test_who_gets_no_token_is_told_when_to_come_back() -> None:
    pacing = Pacing({OURS: Turns(ComeBack(3.0))})
    assert await pacing.turn("reminder", Lane(sender=OURS), START) == 3.0


async def test_a_terminal_has_no_rate() -> None:
    assert await Pacing({}).turn("answer", Lane(channel="terminal"), START) == 0


def said(story: Story, times: int) -> None:
    for _ in range(times):
        ready = story.tell(reply(None))[0]
        sending = ReplySending(reply=ready.event_id, part=0, parts=1, attempt=1, token=uuid4())
        story.tell(sending)
        story.tell(
            ReplySent(
                reply=ready.event_id, part=0, attempt=1, message_ref="SM", known_by="response"
            )
        )


async def waits(story: Story, after: float = 0, burst: int = PAIR.burst) -> float:
    """No token of the sender's is taken for a user who has to wait."""
    turns = Turns(Token(0.0))
    now = START + timedelta(seconds=after)
    lane = goes_by(FOLD.over(story.events), [OURS])
    seconds = await Pacing({OURS: turns}, burst).turn("answer", lane, now)
    assert bool(turns.urgent) == (seconds == 0)
    return seconds


async def test_a_user_gets_a_burst_and_then_one_message_in_six_seconds() -> None:
    story = Story()
    story.tell(message("hi"))
    said(story, PAIR.burst - 1)
    assert await waits(story) == 0

    said(story, 1)
    assert await waits(story) == 6
    assert await waits(story, after=5) == 1
    assert await waits(story, after=6) == 0
    assert await waits(story, burst=PAIR.burst + 1) == 0


async def test_what_a_terminal_shows_counts_for_nothing() -> None:
    story = Story()
    story.tell(message("hi").model_copy(update={"channel": "terminal"}))
    said(story, PAIR.burst + 5)
    assert FOLD.over(story.events).full_at is None
