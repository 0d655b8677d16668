"""What Twilio and WhatsApp may do with a POST, and the books they keep: the oracle for doubles."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID

from contracts.replies import WINDOW_SHUT
from tests.support.memory_log import START

Attempt = tuple[UUID, int, int]
"""Reply, part, attempt."""
Fate = Literal["queued", "shown", "refused", "lost"]

IN_FLIGHT = timedelta(seconds=10)
"""A POST's whole time; what has not arrived by then never will."""
WINDOW = timedelta(hours=24)
NOBODY_THERE = 63024

TELLS: dict[Fate, tuple[tuple[str, int | None], ...]] = {
    "queued": (("queued", None), ("sent", None)),
    "shown": (("sent", None), ("delivered", None), ("read", None)),
    "refused": (("sent", None), ("undelivered", WINDOW_SHUT)),
    "lost": (("sent", None), ("undelivered", NOBODY_THERE)),
}
"""The statuses that a callback of such a message may have, and their codes; the last is its end."""


@dataclass(frozen=True, slots=True)
class Message:
    sid: str
    attempt: Attempt
    text: str
    at: datetime
    sender: str | None = None


class SimulatedTwilio:
    def __init__(self) -> None:
        self.network: dict[Attempt, tuple[str, datetime, str | None]] = {}
        self.accepted: list[Message] = []
        self.fates: dict[str, Fate] = {}
        self.posts: Counter[Attempt] = Counter()
        self.list_works = True
        self.list_was_broken = False
        self.opted_out: set[str | None] = set()
        """Of which sender they want nothing, by Twilio's own list."""
        self._open_until: dict[str | None, datetime] = {}
        """By sender, by WhatsApp's clock."""

    def post(self, attempt: Attempt, text: str, now: datetime, sender: str | None = None) -> None:
        self.posts[attempt] += 1
        self.network[attempt] = (text, now, sender)

    @property
    def barred(self) -> list[Attempt]:
        """What its own list does not let pass."""
        return sorted(each for each in self.network if self.network[each][2] in self.opted_out)

    @property
    def passing(self) -> list[Attempt]:
        return sorted(set(self.network) - set(self.barred))

    def late(self, now: datetime) -> list[Attempt]:
        """What WhatsApp's window would not take now."""
        return sorted(each for each, (*_, by) in self.network.items() if not self.is_open(now, by))

    def accept(self, attempt: Attempt, now: datetime) -> Message:
        text, _, sender = self.network.pop(attempt)
        message = Message(f"SM{len(self.accepted)}", attempt, text, now, sender)
        self.accepted.append(message)
        self.fates[message.sid] = "queued"
        return message

    def drop(self, attempt: Attempt) -> None:
        self.network.pop(attempt)

    def drop_stale(self, now: datetime) -> None:
        for attempt, (_, at, _) in list(self.network.items()):
            if now - at > IN_FLIGHT:
                self.drop(attempt)

    def break_list(self) -> None:
        self.list_works, self.list_was_broken = False, True

    def listed(self, since: datetime, sender: str | None = None) -> list[Message]:
        """What went from this sender since then."""
        if not self.list_works:
            return []
        return [one for one in self.accepted if one.at >= since and one.sender == sender]

    # -- WhatsApp's side --------------------------------------------------------------------

    def hear(self, now: datetime, sender: str | None = None) -> None:
        self._open_until[sender] = now + WINDOW

    def shut(self, now: datetime, sender: str | None = None) -> None:
        self._open_until[sender] = now

    def is_open(self, now: datetime, sender: str | None = None) -> bool:
        return now < self._open_until.get(sender, START)

    @property
    def queued(self) -> list[Message]:
        """In the order of acceptance, in which they go to WhatsApp."""
        return [one for one in self.accepted if self.fates[one.sid] == "queued"]

    def carry(self, now: datetime, *, is_lost: bool) -> Message:
        message = self.queued[0]
        if not self.is_open(now, message.sender):
            self.fates[message.sid] = "refused"
        else:
            self.fates[message.sid] = "lost" if is_lost else "shown"
        return message

    @property
    def refused(self) -> set[str]:
        """What WhatsApp did not take to the phone because of the window."""
        return {sid for sid, fate in self.fates.items() if fate == "refused"}
