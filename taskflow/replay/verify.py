"""Every recorded decision beside the one that today's code makes of the same facts."""

import contextlib
import logging
from collections import Counter
from collections.abc import AsyncIterator, Callable, Generator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from importlib.metadata import entry_points
from typing import Any

import structlog

from contracts.recorded import Recorded
from contracts.streams import UserId
from taskflow.replay.history import History
from taskflow.replay.recordings import LogContents, Source, catalogue_of, history_of
from taskflow.replay.verdicts import Change, NotComparable, Redecided, Why

GROUP = "taskflow.reviews"
REVIEW = "review"
UNOPENED = Change("sealed text", "sealed", "does not open with its user's key")

Review = Callable[[History], AsyncIterator[Redecided | NotComparable]]
"""Today's decider of a service over one user's facts: a verdict for each decision recorded."""


def reviews() -> Mapping[str, Review]:
    """Those of the installed services, by name."""
    found = sorted(entry_points(group=GROUP), key=lambda entry: entry.name)
    return {entry.name: entry.load() for entry in found}


@dataclass(frozen=True, slots=True)
class Difference:
    """A recorded event that today's code would not write so, or one that it would write beside."""

    at: Recorded[Any]
    service: str
    changes: Sequence[Change]
    is_missing: bool = False
    """Nothing was recorded there: `at` began the append that lacks it."""


@dataclass(slots=True)
class Tally:
    events: int = 0
    users: int = 0
    compared: int = 0
    differences: int = 0
    partly: Counter[Why] = field(default_factory=Counter[Why])
    """Compared without some fields, by why."""
    not_comparable: Counter[Why] = field(default_factory=Counter[Why])
    retired: Counter[str] = field(default_factory=Counter[str])
    """What retired rules decided, by the event's type."""

    @property
    def proves(self) -> bool:
        return self.compared > 0 and not self.differences


@dataclass(frozen=True, slots=True)
class Verifying:
    source: Source
    reviews: Mapping[str, Review]
    user: UserId | None = None
    """None: everybody."""
    since: datetime | None = None
    """Decisions recorded from then on; what came before is only folded."""

    async def run(
        self,
        tally: Tally,
        read: Callable[[int], None] = lambda _: None,
        began: Callable[[int], None] = lambda _: None,
    ) -> AsyncIterator[Difference]:
        """Differences user by user, each user's in the order of the log.

        `read` hears of events read, `began` of users to go.
        """
        contents = LogContents()
        async for message in self.source.messages():
            contents.see(message)
            read(contents.events)
        tally.events = contents.events
        users = [user for user in contents.users() if self._is_meant(user, contents)]
        catalogue = await catalogue_of(self.source, contents)
        for left, user in zip(range(len(users), 0, -1), users, strict=True):
            began(left)
            tally.users += 1
            with _quietly():
                found = await self._of_user(user, contents, catalogue, tally)
            for difference in found:
                yield difference
        began(0)

    def _is_meant(self, user: UserId, contents: LogContents) -> bool:
        if self.user is not None and user != self.user:
            return False
        return self.since is None or contents.newest[user] >= self.since

    async def _of_user(
        self,
        user: UserId,
        contents: LogContents,
        catalogue: Sequence[Recorded[Any]],
        tally: Tally,
    ) -> list[Difference]:
        history, damaged, newer = await history_of(self.source, contents, user, catalogue)
        tally.not_comparable["newer"] += newer
        found = [Difference(damage.recorded, "log", [UNOPENED]) for damage in damaged]
        for service, review in self.reviews.items():
            found += await self._reviewed(service, review, history, tally)
        found.sort(key=lambda difference: difference.at.position)
        tally.differences += len(found)
        return found

    async def _reviewed(
        self, service: str, review: Review, history: History, tally: Tally
    ) -> list[Difference]:
        found: list[Difference] = []
        at = min(
            (events[0] for events in history.streams.values() if events),
            key=lambda recorded: recorded.position,
        )
        try:
            async for verdict in review(history):
                at = verdict.at
                if self.since is not None and at.recorded_at < self.since:
                    continue
                if isinstance(verdict, NotComparable):
                    tally.not_comparable[verdict.why] += 1
                    if verdict.why == "retired":
                        tally.retired[verdict.at.event.type] += 1
                    continue
                tally.compared += 1
                if verdict.partly:
                    tally.partly[verdict.partly] += 1
                if changes := verdict.changes():
                    found.append(Difference(at, service, changes, verdict.recorded is None))
        except Exception as error:  # noqa: BLE001 - whatever today's code makes of old facts
            raises = f"raises {type(error).__name__}, here or right after"
            found.append(Difference(at, service, [Change(REVIEW, "decided", raises)]))
        return found


@contextlib.contextmanager
def _quietly() -> Generator[None]:
    """What services tell of their work is no news when it is done again."""
    before = structlog.get_config()
    silent = structlog.make_filtering_bound_logger(logging.CRITICAL)
    structlog.configure(wrapper_class=silent, cache_logger_on_first_use=False)
    try:
        yield
    finally:
        structlog.configure(**before)
