"""Not faster than the sender's rate at Twilio: excess would be queued there, out of our sight."""

import asyncio

from taskflow import clock


class Pacing:
    """A token bucket of one second's worth, for one process."""

    def __init__(self, per_second: float) -> None:
        self._rate = per_second
        self._tokens = per_second
        self._at = clock.monotonic()

    async def turn(self) -> None:
        """Returns when one more may be sent."""
        now = clock.monotonic()
        self._tokens = min(self._rate, self._tokens + (now - self._at) * self._rate)
        self._at = now
        self._tokens -= 1
        if self._tokens < 0:
            await asyncio.sleep(-self._tokens / self._rate)
