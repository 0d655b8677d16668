"""What JetStream may do with deliveries: any order, late, twice, or never."""

from collections import Counter
from typing import Any
from uuid import UUID

from contracts.event import Event
from contracts.recorded import Recorded
from tests.support.memory_log import MemoryLog


class Bus:
    def __init__(self, log: MemoryLog, consumes: tuple[type[Event], ...]) -> None:
        self._log, self._consumes = log, consumes
        self._relayed = 0
        self.queue: list[Recorded[Any]] = []
        self.unacked: Counter[UUID] = Counter()
        self.lost: set[UUID] = set()

    def relay(self) -> None:
        """Publishes what is new in the log."""
        for one in self._log.after(self._relayed):
            self._relayed = one.position
            if isinstance(one.event, self._consumes):
                self._publish(one)

    def deliver(self, n: int) -> Recorded[Any]:
        return self.queue.pop(n % len(self.queue))

    def ack(self, one: Recorded[Any]) -> None:
        self.unacked[one.event_id] -= 1

    def give_back(self, one: Recorded[Any]) -> None:
        """Its handler died, or handed it back."""
        self.queue.append(one)

    def lose(self, n: int) -> None:
        one = self.deliver(n)
        self.ack(one)
        self.lost.add(one.event_id)

    def publish_again(self, n: int) -> None:
        """Anything, however old."""
        consumed = [one for one in self._log.after(0) if isinstance(one.event, self._consumes)]
        if consumed:
            self._publish(consumed[n % len(consumed)])

    def nudge(self, driver: UUID | None) -> None:
        """The watchdog's work: the driver is published if nobody holds it."""
        if driver is not None and self.unacked[driver] == 0:
            self._publish(next(one for one in self._log.after(0) if one.event_id == driver))

    def holds(self, driver: UUID) -> bool:
        return self.unacked[driver] > 0 or driver in self.lost

    def _publish(self, one: Recorded[Any]) -> None:
        self.queue.append(one)
        self.unacked[one.event_id] += 1
