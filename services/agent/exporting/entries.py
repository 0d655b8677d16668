"""What of an event a user is shown as theirs. Pure; of opened events."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from contracts.consent import ConsentGiven, ConsentWithdrawn
from contracts.conversation import Choices, HistorySummarized, MessageReceived, ReplyReady
from contracts.event import Event, Json
from contracts.media import MediaKept, MediaRefused, VoiceTranscribed
from contracts.places import Location
from contracts.recorded import Recorded
from services.agent.memory.profile.facts import QUIET_HOURS, Fact, Profile
from taskflow.words import pins
from taskflow.words.labels import written_out

Sheet = Literal["messages", "remembered", "reminders", "watches", "consent", "files"]
_SHEET_OF: dict[type[Event], Sheet] = {
    MessageReceived: "messages",
    VoiceTranscribed: "messages",
    ReplyReady: "messages",
    HistorySummarized: "remembered",
    ConsentWithdrawn: "consent",
    ConsentGiven: "consent",
    MediaKept: "files",
    MediaRefused: "files",
}
OF_THEM = frozenset[str]({MessageReceived.type, VoiceTranscribed.type})
"""Their own words."""
_UNTOLD = frozenset({"text", "url", "value"})


@dataclass(frozen=True, slots=True)
class Entry:
    sheet: Sheet
    at: datetime
    kind: str
    """The event's type; of a fact, its kind."""
    text: str
    """As a person reads it."""
    fields: Json
    """All of it, for programs."""

    @property
    def size(self) -> int:
        """Characters, about, that it takes in the file."""
        return 2 * len(self.text) + 200


def of_conversation(opened: Recorded[Any]) -> Entry | None:
    """None for what is our own work: the steps between a message and its answer."""
    event: Event = opened.event
    sheet = _SHEET_OF.get(type(event))
    return of_event(sheet, opened) if sheet else None


def of_event(sheet: Sheet, opened: Recorded[Any]) -> Entry:
    event = opened.event
    fields: Json = event.model_dump(mode="json")
    text = _read(sheet, fields)
    if isinstance(event, ReplyReady) and isinstance(event.choices, Choices):
        text = written_out(text, event.choices)
    if isinstance(event, ReplyReady) and isinstance(event.location, Location):
        text = f"{text}\n\n{pins.in_words(event.location)}"
    return Entry(sheet, opened.recorded_at, event.type, text, fields)


def of_profile(profile: Profile) -> list[Entry]:
    quiet = profile.quiet
    remembered = [_of_fact(fact) for fact in profile.facts]
    if quiet is None:
        return remembered
    fields: Json = {"kind": QUIET_HOURS, "value": quiet.value, "about": None}
    return [*remembered, Entry("remembered", quiet.at, QUIET_HOURS, quiet.value, fields)]


def _of_fact(fact: Fact) -> Entry:
    about = f"{fact.about}: " if fact.about else ""
    fields: Json = {"kind": fact.kind, "value": fact.value, "about": fact.about}
    return Entry("remembered", fact.at, fact.kind, f"{about}{fact.value}", fields)


def _read(sheet: Sheet, fields: Json) -> str:
    words = next((str(fields[name]) for name in ("text", "url") if fields.get(name)), "")
    if sheet in {"messages", "remembered"}:
        return words
    rest = [
        f"{name}: {value}"
        for name, value in fields.items()
        if name not in _UNTOLD and isinstance(value, str | int | float) and value != ""
    ]
    return "\n".join([words, *rest] if words else rest)
