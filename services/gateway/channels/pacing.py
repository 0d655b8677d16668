"""Not faster than Twilio takes messages from a sender, and WhatsApp those from it to one user."""

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Protocol

from contracts.channels import has_senders
from contracts.conversation import ReplyKind
from services.gateway.lane import PAIR
from services.gateway.state import Lane
from taskflow.limits.buckets import ComeBack, Turn
from taskflow.limits.rates import Rate

PATIENT = frozenset[ReplyKind]({"reminder", "alert"})
"""What nobody waits for at the phone: all else goes before it where the rate is short."""
BURST_SECONDS = 0.25
"""Of the sender's rate, that may go at once: within any second it is exceeded by a quarter."""


class SenderTurns(Protocol):
    async def take(self, *, urgent: bool) -> Turn: ...


class Pacing:
    """`turns`: each sender's rate, which its replicas share; `burst`: a user's, from one."""

    def __init__(self, turns: Mapping[str, SenderTurns], burst: int = PAIR.burst) -> None:
        self._turns, self._pair = turns, replace(PAIR, burst=burst)

    async def turn(self, kind: ReplyKind, lane: Lane, now: datetime) -> float:
        """0 once it may go; else seconds after which it is to ask again: it holds no worker.

        The lane is seen by the sender that it goes from. Raises DatabaseUnavailable.
        """
        if not has_senders(lane.channel):
            return 0
        assert lane.sender is not None, "a lane is seen by the sender that it goes from"
        free_at = self._pair.free_at(lane.full_at)
        if free_at is not None and free_at > now:
            return (free_at - now).total_seconds()
        turn = await self._turns[lane.sender].take(urgent=kind not in PATIENT)
        if isinstance(turn, ComeBack):
            return turn.after
        await asyncio.sleep(turn.after)
        return 0


def rate_of_sender(per_second: float) -> Rate:
    return Rate.per_second(per_second, burst_s=BURST_SECONDS)
