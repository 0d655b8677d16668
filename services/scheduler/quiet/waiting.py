"""What waits for the end of quiet hours: rows that can be decided anew, and are no facts."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol
from uuid import UUID

from contracts.streams import UserId

WaitingKind = Literal["reminder", "follow_up", "watch"]


@dataclass(frozen=True, slots=True)
class Waiting:
    kind: WaitingKind
    id: UUID
    """Of the reminder or the watch."""
    user_id: UserId
    at: datetime
    """The due instant, of the occurrence, the follow-up or the look: another one does not wait."""
    until: datetime


class Waits(Protocol):
    async def wait(self, waiting: Waiting) -> None:
        """Until then nobody is given it. Raises what `UNAVAILABLE` names."""
        ...


@dataclass(frozen=True, slots=True)
class Waited:
    """What is ours to tell for a while."""

    waiting: Waiting
    found_at: datetime


class WaitingRows(Waits, Protocol):
    """What waits, by the database's clock. Raises what `UNAVAILABLE` names while it is away."""

    async def waited(self, limit: int, seconds: int) -> list[Waited]:
        """Of so many users all that has waited long enough; nobody else is given it meanwhile."""
        ...

    async def done(self, waiting: Waiting) -> None:
        """It waits no more, unless it was put off meanwhile."""
        ...
