"""What Twilio may do with a POST, and the books it keeps: the oracle for doubles."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

Attempt = tuple[UUID, int, int]
"""Reply, part, attempt."""

IN_FLIGHT = timedelta(seconds=10)
"""A POST's whole time; what has not arrived by then never will."""


@dataclass(frozen=True, slots=True)
class Message:
    sid: str
    attempt: Attempt
    text: str
    at: datetime


class SimulatedTwilio:
    def __init__(self) -> None:
        self.network: dict[Attempt, tuple[str, datetime]] = {}
        self.accepted: list[Message] = []
        self.posts: Counter[Attempt] = Counter()
        self.list_works = True
        self.list_was_broken = False

    def post(self, attempt: Attempt, text: str, now: datetime) -> None:
        self.posts[attempt] += 1
        self.network[attempt] = (text, now)

    def accept(self, attempt: Attempt, now: datetime) -> Message:
        text, _ = self.network.pop(attempt)
        message = Message(f"SM{len(self.accepted)}", attempt, text, now)
        self.accepted.append(message)
        return message

    def drop(self, attempt: Attempt) -> None:
        self.network.pop(attempt)

    def drop_stale(self, now: datetime) -> None:
        for attempt, (_, at) in list(self.network.items()):
            if now - at > IN_FLIGHT:
                self.drop(attempt)

    def break_list(self) -> None:
        self.list_works, self.list_was_broken = False, True

    def listed(self, since: datetime) -> list[Message]:
        return [one for one in self.accepted if one.at >= since] if self.list_works else []

    def accepts(self) -> Counter[tuple[UUID, int]]:
        return Counter(one.attempt[:2] for one in self.accepted)
