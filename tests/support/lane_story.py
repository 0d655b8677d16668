"""A user's lane, told as given, when, then; and what attempts at its replies come to."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any, Concatenate, ParamSpec
from uuid import UUID

from contracts.replies import WINDOW_SHUT
from services.gateway import decider
from services.gateway.decider import Claim, next_move
from services.gateway.lane import FOLD, Lane
from services.gateway.queued import Queued
from taskflow.log.deciding import Decide
from tests.support.events import reply
from tests.support.memory_log import START
from tests.support.story import Story

P = ParamSpec("P")

TOKEN = UUID(int=99)
LATE = "HTTP 400, 63016: too late"


class LaneStory(Story[Lane]):
    def __init__(self) -> None:
        super().__init__(FOLD)

    @property
    def head(self) -> Queued:
        return self.state.queue[0]

    @property
    def queued(self) -> list[UUID]:
        return [waiting.reply for waiting in self.state.queue]

    def ready(self, kind: str = "answer") -> UUID:
        return self.tell(reply(None, kind=kind))[0].event_id

    def claimed(self, parts: int = 1) -> Any:
        """The event of the head's claim, an hour later: whatever refusals asked for is over."""
        claim = next_move(self.state, START + timedelta(hours=1))
        assert isinstance(claim, Claim)
        return self.record(decider.claimed(self.state, claim, parts, TOKEN))[0].event

    def ends(
        self, decide: Callable[Concatenate[Lane, P], Decide], *args: P.args, **more: P.kwargs
    ) -> Any:
        """The event of the head's attempt."""
        return self.record(decide(self.state, *args, **more))[0].event

    def goes(self, message_ref: str = "SM1", parts: int = 1) -> None:
        self.claimed(parts)
        self.ends(sent, message_ref)

    def refused_at_once(self) -> None:
        self.claimed()
        self.ends(too_late)


def sent(lane: Lane, message_ref: str = "SM1") -> Decide:
    return decider.sent(lane.flying, message_ref, "response")


def refused(lane: Lane, retry_after: float | None = None) -> Decide:
    return decider.refused(lane.flying, START, "429", retry_after)


def too_late(lane: Lane) -> Decide:
    return decider.too_late(lane.flying, START, WINDOW_SHUT, LATE)


def failed(lane: Lane, code: int = 21610) -> Decide:
    return decider.failed(lane.flying, code, "opted out")


def assumed(lane: Lane) -> Decide:
    return decider.assumed(lane.flying)
