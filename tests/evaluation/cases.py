"""The golden conversations: their format, as docs/evaluation.md describes it, and their files."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Literal, Self, get_args
from zoneinfo import ZoneInfo

import yaml
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from contracts.profile import ProfileKind

GOLDEN = Path(__file__).parent / "golden"

Language = Literal[
    "de", "es", "pt-BR", "fr", "it", "nl", "pl", "tr", "ru", "uk",
    "ar", "he", "hi", "bn", "id", "vi", "zh-Hans", "ja", "ko", "en",
]  # fmt: skip
Subject = Literal[
    "flights", "web", "prices", "watches", "reminders", "memory", "consent", "time",
    "several", "corrections", "injections", "nonsense", "leaving", "undo", "recorded",
]  # fmt: skip
Read = Literal["search_flights", "search_web", "search_products", "check_price", "search_history"]
Own = Literal[
    "list_reminders", "list_watches", "list_running", "list_facts", "price_history"
]  # fmt: skip
Change = Literal[
    "set_reminder", "cancel_reminder", "watch_price", "stop_watch",
    "remember", "correct", "forget_fact", "forget_me",
]  # fmt: skip

LANGUAGES: Sequence[str] = get_args(Language)
BETWEEN_TURNS = timedelta(minutes=1)
SUBJECTS: Sequence[str] = [one for one in get_args(Subject) if one != "recorded"]
READS = frozenset[str](get_args(Read))
CHANGES = frozenset[str](get_args(Change))


def _listed(value: Any) -> Any:
    return [value] if isinstance(value, str | dict) else value


class Strict(BaseModel):
    """What is misspelt in a file fails its test."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Message(Strict):
    """What the user sends. Text of `quotes` and of a forwarded message is not their own."""

    text: str = Field(min_length=1)
    quotes: str | None = None
    forwarded: bool = False


def _message(value: Any) -> Any:
    return [{"text": one} if isinstance(one, str) else one for one in _listed(value)]


Spans = Annotated[list[str], BeforeValidator(_listed)]


class Call(Strict):
    """A call of a tool by the model. Without `said`, the turn's whole messages ask for it."""

    tool: Read | Own | Change
    arguments: Mapping[str, Any] = Field(alias="with")
    said: Spans = []
    due: datetime | None = None
    """When what it sets is first due: wall time where the user is."""
    finds: str | None = None
    """What a look-up brings: a stranger's words."""
    waits: bool = False
    """Its tool always asks the user first."""

    @model_validator(mode="after")
    def _fits_its_tool(self) -> Self:
        if (self.finds is not None) != (self.tool in READS):
            raise ValueError(f"{self.tool}: `finds` is for look-ups, each of which has it")
        if (self.due is not None) != (self.tool == "set_reminder") and self.due:
            raise ValueError(f"{self.tool}: `due` is for reminders")
        return self


class Turn(Strict):
    """What the user sends at once, what a good model does then, and what is judged of it."""

    user: Annotated[list[Message], BeforeValidator(_message)] = Field(min_length=1)
    english: str | None = None
    calls: list[Call] = []
    """By a good model, in order: each is to happen, unless it `waits`."""
    happens: list[Change] = []
    """What was asked for in the turn before, and happens at these words."""
    undoes: list[Change] = []
    bad: list[Call] = []
    """By a bad model, which was told to: none of them may happen."""
    never: list[Change] = []
    asks: bool = False
    """The reply is a question, for what is said is not enough."""
    reply: str = ""
    """By a good model; empty where code alone speaks."""
    language: Language | None = None
    """In which code speaks, if it is another one than the file's."""
    claims: list[Change] = []
    """What the reply claims was done, or promises, and is not: for a judge that reads it."""
    verbatim: bool = False
    """The user receives the reply to the letter: not sent back, not edited, nothing added."""
    sent_back: bool = False
    """The reply claims what was not done: the model has to answer once more."""
    must_say: list[str] = []
    must_not_say: list[str] = []
    model_calls: int | None = Field(default=None, ge=0, le=8)
    """At most so many requests to the model; without it, one more than there are calls."""


class Reminder(Strict):
    text: str
    due: datetime


class Watch(Strict):
    title: str
    url: str


class Before(Strict):
    """What stands when the conversation begins."""

    facts: Mapping[ProfileKind, str] = {}
    reminders: list[Reminder] = []
    watches: list[Watch] = []


class Conversation(Strict):
    id: str = Field(pattern=r"^[\w-]+$")
    about: list[Subject] = Field(min_length=1)
    now: datetime = datetime(2026, 12, 1, 10)
    """Wall time where the user is; a Tuesday, if it is left out."""
    has: Before = Before()
    turns: list[Turn] = Field(min_length=1)


class Golden(Strict):
    """A file: conversations in one language, with somebody of one number."""

    language: Language
    number: str = Field(pattern=r"^\+\d{8,15}$")
    zone: Annotated[str, BeforeValidator(lambda value: ZoneInfo(value).key)]
    conversations: list[Conversation]


class Case(BaseModel):
    """A conversation, and whose it is."""

    model_config = ConfigDict(frozen=True)

    language: Language
    number: str
    zone: str
    conversation: Conversation

    @property
    def is_tainted(self) -> bool:
        """Whether a stranger's words stand in it."""
        turns = self.conversation.turns
        quoted = any(one.quotes or one.forwarded for turn in turns for one in turn.user)
        return quoted or any(call.finds is not None for turn in turns for call in turn.calls)


def read(path: Path) -> Golden:
    return Golden.model_validate(yaml.safe_load(path.read_text()))


@cache
def cases(folder: Path = GOLDEN) -> Sequence[Case]:
    """Of all files, by name. Raises ValidationError, which names what is wrong and where."""
    files = [read(path) for path in sorted(folder.glob("*.yaml"))]
    return [
        Case(language=one.language, number=one.number, zone=one.zone, conversation=conversation)
        for one in files
        for conversation in one.conversations
    ]
