"""What happens in a conversation: messages, turns, the model's answers, replies that are ready."""

from typing import Any, ClassVar, Literal
from uuid import UUID

from pydantic import BaseModel, Field

from contracts.event import Event, Json, event, upcasts
from contracts.personal import Personal

FIRST_RULES, RULES = 1, 2
"""Of the turns of release 0.1, and of those that this release opens."""


class Media(BaseModel):
    url: str
    content_type: str


@event
class MessageReceived(Event):
    """A person wrote to us. v2 tells whether their zone is one of several."""

    type: ClassVar = "message.received"
    version: ClassVar = 2

    message_sid: str
    channel: Literal["whatsapp"]
    kind: Literal["text", "button", "media", "location", "other"]
    text: Personal[str]
    """What was typed, a button's label, a caption, or a location in words; may be empty."""
    profile_name: Personal[str] | None = None
    media: Personal[list[Media]] | None = None
    zone: str | None = None
    """IANA zone guessed from the address; None when it tells no country."""
    zone_ambiguous: bool = False
    """Whether zones with other clocks are possible for that address as well."""


@upcasts(MessageReceived, from_version=1)
def _asks_for_no_zone(data: Json) -> Json:
    """Nobody was asked for their zone then."""
    return {**data, "zone_ambiguous": False}


@event
class TurnStarted(Event):
    """The agent took up what was pending; this event's id is the turn's.

    v2 names the rules that decide the turn, to its end and in every replay.
    """

    type: ClassVar = "turn.started"
    version: ClassVar = 2

    number: int
    """Turns ended before this one."""
    rules: int = RULES
    """1: until release 0.1, without receipts; 2: docs/policy.md as it stands."""


@upcasts(TurnStarted, from_version=1)
def _by_the_first_rules(data: Json) -> Json:
    return {**data, "rules": 1}


class Usage(BaseModel):
    """Tokens, as the vendor counts them."""

    input: int = 0
    output: int = 0
    thoughts: int = 0
    cached: int = 0
    total: int = 0


@event
class ModelAnswered(Event):
    """The model's answer as it came, thought signatures included: nobody pays for it again."""

    type: ClassVar = "model.answered"

    turn: UUID
    step: int
    model: str
    prompt_version: str
    content: Personal[dict[str, Any]] | None
    """The vendor's content, verbatim; None when there was none (blocked, empty)."""
    finish_reason: str
    usage: Usage
    response_id: str | None = None
    request_hash: str
    """SHA-256 of the request's canonical JSON: proves what was asked without storing it."""
    took_ms: int


@event
class ModelFailed(Event):
    """The model could not be had within the turn's budget."""

    type: ClassVar = "model.failed"

    turn: UUID
    step: int
    reason: Literal["unavailable", "refused", "blocked", "malformed", "steps", "time", "tokens"]
    detail: str
    """Code and class of the last error; never the vendor's text, which may quote the user."""
    attempts: int


@event
class ReplyReady(Event):
    """A reply is decided; this event's id is the reply's. Closes `turn` if it has one.

    v2 names the replies it repeats; v3 may show a picture, and may be a watch's alert; v4 names
    the changes that it tells.
    """

    type: ClassVar = "reply.ready"
    version: ClassVar = 4

    turn: UUID | None
    kind: Literal["answer", "apology", "reminder", "alert"]
    text: Personal[str]
    in_reply_to: str | None = None
    """MessageSid of the newest message it answers."""
    tells_again: list[UUID] = Field(default_factory=list[UUID])
    """Earlier replies that may not have arrived, quoted in this one."""
    picture: UUID | None = None
    """In the media store; it goes out with the first part."""
    receipts: list[UUID] = Field(default_factory=list[UUID])
    """The facts whose receipts stand under its words: `tool.finished`, `tool.failed`,
    `profile.learned`, `profile.forgotten`."""


@upcasts(ReplyReady, from_version=1)
def _repeats_nothing(data: Json) -> Json:
    return {**data, "tells_again": []}


@upcasts(ReplyReady, from_version=2)
def _shows_nothing(data: Json) -> Json:
    return {**data, "picture": None}


@upcasts(ReplyReady, from_version=3)
def _without_receipts(data: Json) -> Json:
    return {**data, "receipts": []}


@event
class ReplyCaught(Event):
    """An answer claimed what no fact of its turn bears out; it was not sent as it was."""

    type: ClassVar = "reply.caught"

    turn: UUID
    step: int
    claims: list[str]
    """Kinds of action that were claimed, such as "set_reminder"."""
    corrected: Literal["by_model", "by_rule"]
    """`by_model`: sent back with what really happened; `by_rule`: sent, corrected by us."""


@event
class HistorySummarized(Event):
    """Older turns in few words: from here on the model reads this in their place."""

    type: ClassVar = "history.summarized"

    number: int
    """Summaries before this one."""
    covers_from: int
    covers_upto: int
    """Versions of the conversation's events that it stands for, both included."""
    turns: int
    """How many turns those are."""
    text: Personal[str]
    model: str
    prompt_version: str
    usage: Usage


@event
class TurnParked(Event):
    """A turn, or the messages waiting for one, was given up; a dead letter has the error."""

    type: ClassVar = "turn.parked"

    turn: UUID | None
    messages: list[UUID]
    error: str


@event
class TurnStopped(Event):
    """The user said stop."""

    type: ClassVar = "turn.stopped"

    turn: UUID
    reason: Literal["user"]


@event
class TurnRetried(Event):
    """An operator gave parked messages back to the agent."""

    type: ClassVar = "turn.retried"

    parked: UUID
    messages: list[UUID]


@event
class ForgettingAsked(Event):
    """The user wants all of theirs gone; the reply beside it asks whether they mean it."""

    type: ClassVar = "user.forgetting_asked"

    turn: UUID


@event
class ForgettingConfirmed(Event):
    """They said yes: the reply beside it is our goodbye, and then everything is destroyed."""

    type: ClassVar = "user.forgetting_confirmed"

    turn: UUID


@event
class UserForgotten(Event):
    """The user's key is destroyed: nothing of theirs can be read or decided any more."""

    type: ClassVar = "user.forgotten"
