"""A watch's life: what a look at its page changed. Looks that change nothing leave no event."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Annotated, ClassVar, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from contracts import slots
from contracts.event import Event, Json, event, upcasts
from contracts.personal import Personal
from contracts.readings import Evidence, ReadingOutcome

Amount = Annotated[Decimal, Field(examples=["79.90"])]
Goal = Literal["below", "drop", "back_in_stock"]


@event
class WatchSet(Event):
    """The user wants to hear of a page; this event says of what, in which one of three ways.

    v2 names the language that they are told in.
    """

    type: ClassVar = "watch.set"
    version: ClassVar = 2

    watch: UUID
    page: UUID
    """Keyed hash of the address and the product: those who watch one page share its looks."""
    url: Personal[str]
    product: Personal[str] | None
    """Which one is meant where the page shows many."""
    goal: Goal
    below: Amount | None
    """In the page's own currency."""
    currency: str | None
    """ISO 4217, the user's own: what `below` was told in, until the page says otherwise."""
    drop_percent: Amount | None
    """Counted from the first price seen."""
    until: date | None
    """The last day, on the user's calendar."""
    zone: str
    """IANA name."""
    language: str = "en"
    """BCP 47, of whoever set it."""


@upcasts(WatchSet, from_version=1)
def _set_in_english(data: Json) -> Json:
    return {**data, "language": "en"}


@event
class WatchSeen(Event):
    """A reading worth keeping: the first, a changed one, or one that a day has passed since."""

    type: ClassVar = "watch.seen"

    watch: UUID
    due: datetime
    amount: Amount | None
    """None when the page is sold out and shows no price."""
    currency: str | None
    in_stock: bool | None
    suspected: bool
    """It reaches the goal; a second look must say the same before the user hears of it.

    Of one that follows a suspected one: it is confirmed, and waits for the end of quiet hours."""
    title: Personal[str] | None
    evidence: Personal[Evidence]


@event
class WatchMissed(Event):
    """The first look that failed after a good one, or after the watch was set."""

    type: ClassVar = "watch.missed"

    watch: UUID
    due: datetime
    outcome: ReadingOutcome
    evidence: Personal[Evidence]


@event
class WatchAlerted(Event):
    """Two looks reached the goal, and the user is told in the same transaction.

    v2 names the reply that tells it; one reply tells of several that waited in quiet hours.
    """

    type: ClassVar = "watch.alerted"
    version: ClassVar = 2

    watch: UUID
    due: datetime
    """The look that reached it."""
    was: Amount | None
    """Before it was suspected; None when the first reading did."""
    now: Amount | None
    currency: str | None
    reply: UUID


@upcasts(WatchAlerted, from_version=1)
def _alerted_by_itself(data: Json) -> Json:
    """The reply stood behind the reading and the alert, in the slot of their look."""
    due_at = datetime.fromisoformat(data["due"])
    return {**data, "reply": str(slots.alert(UUID(data["watch"]), due_at))}


@event
class WatchLost(Event):
    """The page has not been readable for so long that the user is told, once."""

    type: ClassVar = "watch.lost"

    watch: UUID
    due: datetime
    outcome: ReadingOutcome


@event
class WatchStopped(Event):
    type: ClassVar = "watch.stopped"

    watch: UUID
    by: Literal["user", "until"]


LOOK = "look"
"""The name of the question in its subject."""
LOOKERS = "tools"
"""The queue group of whoever answers: one of its replicas is given each question."""


class LookAsked(BaseModel):
    """What the scheduler asks of the tools, over the bus.

    Ids only. The answer is a `Reading`, sealed with the key of the watch's user.
    """

    model_config = ConfigDict(frozen=True)

    watch_set: UUID
    """The `watch.set` event that names the page."""
    due: datetime

    def bound_to(self) -> bytes:
        """Associated data of the answer's seal: it does not open as the answer to another."""
        return b"look" + self.watch_set.bytes + self.due.astimezone(UTC).isoformat().encode()
