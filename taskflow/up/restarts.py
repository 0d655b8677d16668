"""How often, and how soon, a service that died is started again: as a cluster would."""

from collections import deque
from dataclasses import dataclass, field

MINUTE = 60.0
ENOUGH = 5
"""Deaths of one service in a minute: it will not live, and somebody has to look."""
FIRST_PAUSE = 0.5
"""Seconds; doubled with each further death of that minute."""


@dataclass(slots=True)
class Restarts:
    """Of one service. Times are seconds of one clock."""

    _deaths: deque[float] = field(default_factory=lambda: deque[float](maxlen=ENOUGH))

    def died(self, now: float) -> float | None:
        """The pause before its next start, in seconds; None: it is not worth another."""
        while self._deaths and now - self._deaths[0] >= MINUTE:
            self._deaths.popleft()
        self._deaths.append(now)
        if len(self._deaths) == ENOUGH:
            return None
        return FIRST_PAUSE * 2 ** (len(self._deaths) - 1)
