"""Who may look at which page now, by the database's clock."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol
from uuid import UUID

from contracts.streams import UserId
from services.scheduler.quiet.waiting import Waits


@dataclass(frozen=True, slots=True)
class DuePage:
    """A look that is ours to make for a while."""

    page: UUID
    due_at: datetime
    found_at: datetime
    failures: int
    """Looks in a row, up to now, that could not read it."""
    ever_read: bool
    joined: int
    """Counts whoever came to watch it: it is not taken away under a new watcher."""


@dataclass(frozen=True, slots=True)
class Watcher:
    watch: UUID
    user_id: UserId


class DuePages(Waits, Protocol):
    """What is due by the database's clock. Raises what `UNAVAILABLE` names while it is away."""

    async def claim(self, limit: int, seconds: int) -> list[DuePage]:
        """Due pages that nobody holds; for so many seconds nobody else is given them."""
        ...

    async def watchers(self, page: UUID) -> list[Watcher]: ...

    async def move(
        self, page: UUID, due_at: datetime, pause: timedelta, failures: int, *, read: bool
    ) -> bool:
        """On to the next look, unless it moved already."""
        ...

    async def hold(self, page: UUID, due_at: datetime, seconds: int) -> None:
        """It stays due, and is given to nobody for so long."""
        ...

    async def drop(self, page: UUID, due_at: datetime, joined: int) -> None:
        """Takes away a page that nobody watches, unless somebody joined."""
        ...

    async def until_next(self) -> float | None: ...
