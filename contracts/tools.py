"""What services say of tools: offered, requested, finished, failed."""

from datetime import datetime
from typing import Any, ClassVar, Literal
from uuid import UUID

from pydantic import BaseModel, Field

from contracts import declared_before
from contracts.declarations import Argument, Effect, ToolName, Undo, Wording
from contracts.event import Event, Json, event, upcasts
from contracts.personal import Personal

NOBODY = "nobody"
"""Owner of a call that no service does: its outcome stands in the answer's own batch."""


@event
class ToolOffered(Event):
    """A service can do this; from now on the model may ask for it.

    v2 tells whose words its results are, and which arguments must be the user's own; v3 everything
    else that others must know of a tool, so that nobody knows one by its name.
    """

    type: ClassVar = "tool.offered"
    version: ClassVar = 3

    tool: ToolName
    owner: ToolName
    """The service that does it."""
    description: str
    """What the model reads."""
    parameters: dict[str, Any]
    """JSON schema of the arguments."""
    effect: Effect
    timeout_s: float
    cost: float = 0.0
    """US dollars a call, about."""
    untrusted: bool = False
    """Its results hold other people's text: pages, search results, what was said long ago."""
    declared: list[Argument] = Field(default_factory=list[Argument])
    """What arguments want of the user's words, where the tool changes something, and how they are
    shown, in that order; one that is not here is shown by its name after them."""
    proposal: str | None = None
    """English, what is asked of the user: "set a reminder"; None: the tool's name."""
    receipt: Wording | None = None
    """How its result is told to the user; None: the call, word for word."""
    not_done: str | None = None
    """English, a sentence for the user where it was said to be done, and was not."""
    changes: str | None = None
    """English, the thing that it changes: "reminder"."""
    undone_by: Undo | None = None
    finds_addresses: bool = False
    """Addresses in its results may be opened, and watched."""
    inside: bool = False
    """It asks nobody outside the house: it looks at what the user has here."""


@upcasts(ToolOffered, from_version=1)
def _trusts_nobody(data: Json) -> Json:
    return {**data, "untrusted": data["effect"] == "read", "grounded": []}


@upcasts(ToolOffered, from_version=2)
def _says_of_itself_what_tables_said(data: Json) -> Json:
    return declared_before.declared(data)


@event
class ToolWithdrawn(Event):
    type: ClassVar = "tool.withdrawn"

    tool: ToolName
    owner: ToolName


class Asker(BaseModel):
    """What the user told about themselves, as far as tools have a use for it."""

    home_airport: str | None = None
    """IATA."""
    currency: str | None = None
    """ISO 4217."""
    language: str | None = None
    """BCP 47."""


@event
class ToolRequested(Event):
    """The model asked for a tool; this event's id is the call's.

    v2 tells who asks; v3, as the tool was offered then, whether the call changes anything and whose
    words its result holds; v4, when the user wrote what it answers to, and in which language they
    are spoken to.
    """

    type: ClassVar = "tool.requested"
    version: ClassVar = 4

    turn: UUID
    step: int
    tool: ToolName
    owner: ToolName
    vendor_call_id: str | None
    arguments: Personal[dict[str, Any]]
    zone: str
    """IANA zone in which the user's times are meant."""
    zone_known: bool
    """False when the zone was only guessed from the number's country."""
    deadline: datetime
    asker: Personal[Asker] | None = None
    effect: Effect = "read"
    untrusted: bool = False
    written_at: datetime | None = None
    """When the message that asks for it arrived: "in 2 minutes" and "today" count from there. None
    where it was not recorded."""
    language: str = "en"
    """BCP 47, of what the tool says to the user now or later."""

    def key(self) -> str:
        return f"{self.owner}.{self.tool}"


@upcasts(ToolRequested, from_version=1)
def _of_nobody(data: Json) -> Json:
    return {**data, "asker": None}


@upcasts(ToolRequested, from_version=2)
def _without_receipt(data: Json) -> Json:
    """Nobody was owed a receipt then; whose words came in is not recorded, so strangers' may."""
    return {**data, "effect": "read", "untrusted": True}


@upcasts(ToolRequested, from_version=3)
def _without_its_message(data: Json) -> Json:
    """The request's own time stands for it."""
    return {**data, "written_at": None, "language": "en"}


@event
class ToolFinished(Event):
    """v2 may bring a picture, and may repeat what an earlier call found; v3 may find addresses.

    v4 may bring a document.
    """

    type: ClassVar = "tool.finished"
    version: ClassVar = 4

    call: UUID
    tool: ToolName
    result: Personal[dict[str, Any]]
    took_ms: int
    picture: UUID | None = None
    """In the media store: it goes out with the turn's reply."""
    repeats: UUID | None = None
    """The call that found this, a moment ago."""
    finds_addresses: bool = False
    """Addresses in the result may be opened."""
    document: UUID | None = None
    """In the media store: it goes out with the reply that has this change's receipt."""


@upcasts(ToolFinished, from_version=1)
def _found_by_itself(data: Json) -> Json:
    return {**data, "picture": None, "repeats": None}


@upcasts(ToolFinished, from_version=2)
def _searched_by_name(data: Json) -> Json:
    return {**data, "finds_addresses": data["tool"] in declared_before.SEARCHES}


@upcasts(ToolFinished, from_version=3)
def _brought_no_document(data: Json) -> Json:
    return {**data, "document": None}


FailureCode = Literal[
    "invalid_arguments",
    "unavailable",
    "refused",
    "timeout",
    "parked",
    "unknown",
    "needs_confirmation",
]


@event
class ToolFailed(Event):
    """The model reads why and goes on; `error` may quote arguments, so it is personal.

    v2 knows calls that wait for the user's word.
    """

    type: ClassVar = "tool.failed"
    version: ClassVar = 2

    call: UUID
    tool: ToolName
    code: FailureCode
    error: Personal[str]


@upcasts(ToolFailed, from_version=1)
def _needs_nobody(data: Json) -> Json:
    return data


@event
class ActionProposed(Event):
    """A call that the user must confirm first: shown to them word for word, by rule.

    v2 may ask, beside it, whether a zone is theirs.
    """

    type: ClassVar = "action.proposed"
    version: ClassVar = 2

    turn: UUID
    step: int
    tool: ToolName
    arguments: Personal[Json]
    fingerprint: str
    """SHA-256 of the tool and its canonical arguments: what a "yes" allows, once."""
    why: Literal["untrusted", "ungrounded", "always", "many", "zone"]
    """The rule that asks: P3, P4, P5, P6 or P21 of docs/policy.md."""
    zone: str | None = None
    """IANA zone in which its time is meant if the user says yes: a guess that they are told."""
    zone_time: str | None = None
    """The time there, as they are told it: "15:42"."""


@upcasts(ActionProposed, from_version=1)
def _asks_about_no_zone(data: Json) -> Json:
    return {**data, "zone": None, "zone_time": None}
