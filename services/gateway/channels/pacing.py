"""Not faster than the sender's rate at Twilio: excess would be queued there, out of our sight."""

import asyncio
from typing import Literal, Protocol

from contracts.conversation import ReplyKind
from taskflow.limits.buckets import ComeBack, Turn
from taskflow.limits.rates import Rate

PATIENT = frozenset[ReplyKind]({"reminder", "alert"})
"""What nobody waits for at the phone: all else goes before it where the rate is short."""
BURST_SECONDS = 0.25
"""Of the sender's rate, that may go at once: within any second it is exceeded by a quarter."""


class Turns(Protocol):
    async def take(self, *, urgent: bool) -> Turn: ...


class Pacing:
    """The rate of one sender, which its replicas share."""

    def __init__(self, turns: Turns) -> None:
        self._turns = turns

    async def turn(self, kind: ReplyKind, channel: Literal["whatsapp", "terminal"] | None) -> float:
        """0 once it may go; else seconds after which it is to ask again: it holds no worker.

        Raises DatabaseUnavailable.
        """
        if channel == "terminal":
            return 0
        turn = await self._turns.take(urgent=kind not in PATIENT)
        if isinstance(turn, ComeBack):
            return turn.after
        await asyncio.sleep(turn.after)
        return 0


def rate_of_sender(per_second: float) -> Rate:
    return Rate.per_second(per_second, burst_s=BURST_SECONDS)
