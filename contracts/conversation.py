"""What happens in a conversation: messages, turns, the model's answers, replies that are ready."""

from typing import Any, ClassVar, Literal
from uuid import UUID

from pydantic import BaseModel, Field

from contracts.channels import ChannelName
from contracts.event import Event, Json, event, renamed, upcasts
from contracts.personal import Personal
from contracts.places import Location

FIRST_RULES, RULES = 1, 4
"""Of the turns of release 0.1, and of those that this release opens. A turn that an older release
opened is gone on with by today's rules; what it had decided by its own is not decided again."""


ReplyKind = Literal[
    "answer",
    "apology",
    "reminder",
    "alert",
    "confirmation",
    "notice",
    "information",
    "operator",
]


class Media(BaseModel):
    url: str
    content_type: str


@event
class MessageReceived(Event):
    """A person wrote to us.

    v2 tells whether their zone is one of several; v3 whether they only forwarded it; v4 names the
    message by its channel's reference, and knows a second channel; v5 names the one that it quotes;
    v6 has what a pressed button stands for, and the word that code answered by itself; v7 names
    the sender of ours that it was written to.
    """

    type: ClassVar = "message.received"
    version: ClassVar = 7

    message_ref: str
    """By which its channel knows the message: at Twilio its MessageSid."""
    channel: ChannelName
    kind: Literal["text", "button", "media", "location", "other"]
    text: Personal[str]
    """What was typed, a button's label, a caption, or a location in words; may be empty."""
    profile_name: Personal[str] | None = None
    media: Personal[list[Media]] | None = None
    zone: str | None = None
    """IANA zone guessed from the address; None when it tells no country."""
    zone_ambiguous: bool = False
    """Whether zones with other clocks are possible for that address as well."""
    forwarded: bool = False
    """Somebody else wrote it: it asks for nothing in its sender's name."""
    quotes: str | None = None
    """Reference of the message, theirs or ours, that they answered."""
    pressed: str | None = None
    """The payload of the button that they pressed, as `reply.ready` gave it."""
    word: Literal["stop", "start", "help"] | None = None
    """What it was taken for at the door: its answer stands beside it, and no turn answers it."""
    sender: str | None = None
    """Our own address, as its channel writes it; None in a terminal, and where nobody kept it."""


@upcasts(MessageReceived, from_version=1)
def _asks_for_no_zone(data: Json) -> Json:
    """Nobody was asked for their zone then."""
    return {**data, "zone_ambiguous": False}


@upcasts(MessageReceived, from_version=2)
def _was_typed(data: Json) -> Json:
    """Whether it was forwarded was not kept."""
    return {**data, "forwarded": False}


@upcasts(MessageReceived, from_version=3)
def _came_by_twilio(data: Json) -> Json:
    """Its reference was named for the only channel there was."""
    return renamed(data, "message_sid", "message_ref")


@upcasts(MessageReceived, from_version=4)
def _quoted_nothing(data: Json) -> Json:
    """What it quoted was not kept."""
    return {**data, "quotes": None}


@upcasts(MessageReceived, from_version=5)
def _was_left_to_the_model(data: Json) -> Json:
    """No word was answered at the door, and no button of ours had a payload."""
    return {**data, "pressed": None, "word": None}


@upcasts(MessageReceived, from_version=6)
def _to_a_sender_unknown(data: Json) -> Json:
    """There was one sender at a time, and which it was then only the settings told."""
    return {**data, "sender": None}


@event
class TurnStarted(Event):
    """The agent took up what was pending; this event's id is the turn's.

    v2 names the rules that decide the turn, to its end and in every replay; v3 the language of
    what code says in it; v4 whether its reply says who we are.
    """

    type: ClassVar = "turn.started"
    version: ClassVar = 4

    number: int
    """Turns ended before this one."""
    rules: int = 2
    """1: until release 0.1, without receipts; 2: until release 0.2, by tables of words; 3:
    until release 0.3, whose replies have no buttons; 4: docs/policy.md as it stands. Whoever opens
    a turn names them; unnamed, they are the second."""
    language: str = "en"
    """BCP 47: the user's own, or what they seem to write in (ADR 51)."""
    introduces: bool | None = None
    """Nobody answered them before: what this is stands under the reply. None: nobody was told."""


@upcasts(TurnStarted, from_version=1)
def _by_the_first_rules(data: Json) -> Json:
    return {**data, "rules": 1}


@upcasts(TurnStarted, from_version=2)
def _spoken_to_in_english(data: Json) -> Json:
    return {**data, "language": "en"}


@upcasts(TurnStarted, from_version=3)
def _told_nobody_who_we_are(data: Json) -> Json:
    return {**data, "introduces": None}


class Button(BaseModel):
    payload: str
    """What pressing it stands for: it names an event, never arguments."""
    label: str
    """At most 20 characters, as WhatsApp shows."""


class Choice(BaseModel):
    payload: str
    """As of a button."""
    title: str
    """At most 24 characters, as WhatsApp shows."""
    description: str | None = None
    """At most 72 characters."""


class Choices(BaseModel):
    """A list that opens, to pick one of."""

    label: str
    """What opens it; at most 20 characters."""
    items: list[Choice]
    """At most ten."""


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
    the changes that it tells; v5 names the language of what nobody asked for just now; v6 may have
    buttons, and may be said by the gateway itself, or by an operator; v7 may have a list to pick
    from, or bring a document; v8 may show a place on the map.
    """

    type: ClassVar = "reply.ready"
    version: ClassVar = 8

    turn: UUID | None
    kind: ReplyKind
    """`confirmation`: that a STOP was heard; `notice`: that START resumes; `information`: the
    answer to START and HELP; `operator`: a person's words."""
    text: Personal[str]
    in_reply_to: str | None = None
    """Reference of the newest message it answers."""
    tells_again: list[UUID] = Field(default_factory=list[UUID])
    """Earlier replies that may not have arrived, quoted in this one."""
    picture: UUID | None = None
    """In the media store; it goes out with the first part."""
    receipts: list[UUID] = Field(default_factory=list[UUID])
    """The facts whose receipts stand under its words: `tool.finished`, `tool.failed`,
    `profile.learned`, `profile.forgotten`, `changes.undone`."""
    language: str | None = None
    """BCP 47; of a reminder and an alert, which may need a template in it."""
    buttons: Personal[list[Button]] | None = None
    """At most three, under the last part."""
    choices: Personal[Choices] | None = None
    """Not in the text: where the channel has no list, or none fits, they are written under it."""
    document: UUID | None = None
    """In the media store; it goes out as a part of its own behind the text, for WhatsApp shows no
    text beside a document that comes from Twilio."""
    location: Personal[Location] | None = None
    """A pin; it goes out as a part of its own behind the text, for WhatsApp shows no text beside
    one but its name."""


@upcasts(ReplyReady, from_version=1)
def _repeats_nothing(data: Json) -> Json:
    return {**data, "tells_again": []}


@upcasts(ReplyReady, from_version=2)
def _shows_nothing(data: Json) -> Json:
    return {**data, "picture": None}


@upcasts(ReplyReady, from_version=3)
def _without_receipts(data: Json) -> Json:
    return {**data, "receipts": []}


@upcasts(ReplyReady, from_version=4)
def _in_some_language(data: Json) -> Json:
    return {**data, "language": None}


@upcasts(ReplyReady, from_version=5)
def _without_buttons(data: Json) -> Json:
    return {**data, "buttons": None}


@upcasts(ReplyReady, from_version=6)
def _without_choices_and_document(data: Json) -> Json:
    return {**data, "choices": None, "document": None}


@upcasts(ReplyReady, from_version=7)
def _without_location(data: Json) -> Json:
    return {**data, "location": None}


@event
class ReplyCaught(Event):
    """An answer claimed what no fact of its turn bears out; it was not sent as it was."""

    type: ClassVar = "reply.caught"

    turn: UUID
    step: int
    claims: list[str]
    """Tools whose effect it states: "set_reminder"; by the rules of old, kinds of claims."""
    corrected: Literal["by_model", "by_rule"]
    """`by_model`: sent back with what really happened; `by_rule`: sent, with what is true below it
    (by the rules of old: in its place)."""


@event
class ReplyLooked(Event):
    """A second model read a reply for changes that it claims or promises: it is paid for once.

    It stands in the batch of the answer that it looked at.
    """

    type: ClassVar = "reply.looked"

    turn: UUID
    step: int
    claims: list[str] | None
    """Names of tools, or `something_else`; None: there was no answer in time."""
    model: str
    prompt_version: str
    usage: Usage
    took_ms: int


@event
class WishJudged(Event):
    """What allowed a change, or did not: the user's own words, and who found that they ask for it.

    It stands in the batch of the answer that asked for the change.
    """

    type: ClassVar = "wish.judged"

    turn: UUID
    step: int
    call: UUID
    """The `tool.requested` of it."""
    tool: str
    fingerprint: str
    """As of `action.proposed`."""
    words: Personal[list[str]]
    """Whole sentences, as they were typed; of a yes, the messages."""
    messages: list[UUID]
    """In which they stand."""
    by: Literal["words", "witness", "yes"]
    """`words`: they stand there, and nobody else's text was in view; `witness`: a second model
    that was shown nothing else was asked; `yes`: it was shown to them, and they said so."""
    asks: bool | None = True
    """None: the witness gave no answer."""
    model: str | None = None
    """The witness; None where none was asked."""
    prompt_version: str | None = None
    usage: Usage = Field(default_factory=Usage)
    took_ms: int = 0


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
class TurnSuperseded(Event):
    """The turn gave way to messages that came meanwhile: its own wait again, in front of them."""

    type: ClassVar = "turn.superseded"

    turn: UUID
    step: int


@event
class TurnRetried(Event):
    """An operator gave parked messages back to the agent."""

    type: ClassVar = "turn.retried"

    parked: UUID
    messages: list[UUID]


@event
class ChangesUndone(Event):
    """The user took back what a reply told as done.

    Services are asked beside it for what they did; facts of the user's go and come beside it.
    """

    type: ClassVar = "changes.undone"

    turn: UUID
    step: int
    reply: UUID
    """Whose receipts told of the changes."""
    asked: list[UUID] = Field(default_factory=list[UUID])
    """Outcomes that a call beside this takes back: the first that of the first call, and so on."""
    facts: list[UUID] = Field(default_factory=list[UUID])
    """The `profile.learned` events that no longer hold."""
    restored: list[UUID] = Field(default_factory=list[UUID])
    """Those that hold again, as they did before."""
    left: list[UUID] = Field(default_factory=list[UUID])
    """What cannot be taken back: it has no inverse, or was changed since."""


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
