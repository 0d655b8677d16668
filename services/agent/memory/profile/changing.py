"""From what messages say to what changes in a profile. Pure."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from contracts.conversation import MessageReceived
from contracts.event import Event
from contracts.personal import Sealed
from contracts.profile import ProfileForgotten, ProfileKind, ProfileLearned
from contracts.recorded import Recorded
from services.agent.memory.profile.facts import SETS, Fact, Profile
from services.agent.memory.profile.reading import read
from services.agent.memory.profile.statements import Correct, Forget, Learn
from services.agent.memory.profile.values import names, places
from services.agent.memory.profile.values.values import value_of
from services.agent.memory.profile.words import plain

MOST_CHANGES = 20
"""Of one batch of messages: an append has room for 32 events, and the turn's own are among them."""
MOST_OF_A_KIND = 50
"""Preferences, people, places: the oldest makes room. They stand in every request."""
SOON = timedelta(minutes=10)
""""No, it's Porto" speaks of what was said just now."""
SPOKEN = frozenset({"text", "media"})
"""A button's label is ours, a location's words are WhatsApp's."""


@dataclass(slots=True)
class _Draft:
    """The profile as it will be; new facts have no id before they are in the log."""

    standing: list[Fact]
    new: list[tuple[Learn, UUID]] = field(default_factory=list[tuple[Learn, UUID]])
    gone: dict[UUID, list[UUID]] = field(default_factory=dict[UUID, list[UUID]])
    """By the message that took them back."""

    def facts(self) -> Iterator[Fact | Learn]:
        yield from self.standing
        yield from (learn for learn, _ in self.new)

    def drop(self, those: Sequence[Fact | Learn], source: UUID) -> None:
        # By identity: two messages may say the same.
        for one in those:
            if isinstance(one, Fact):
                self.standing.remove(one)
                self.gone.setdefault(source, []).append(one.fact)
            else:
                self.new = [(new, said) for new, said in self.new if new is not one]

    def learn(self, learn: Learn, source: UUID) -> None:
        if any(_is_same(one, learn) for one in self.facts()):
            return
        rivals = [one for one in self.facts() if _takes_its_place(learn, one)]
        if rivals and learn.weak:
            return
        alike = [one for one in self.facts() if one.kind == learn.kind]
        if learn.kind in SETS and not rivals and len(alike) >= MOST_OF_A_KIND:
            rivals = alike[:1]
        self.drop(rivals, source)
        self.new.append((learn, source))

    def forget(self, forget: Forget, source: UUID) -> None:
        self.drop([one for one in self.facts() if _is_meant(forget, one)], source)

    def correct(self, correct: Correct, source: UUID, at: datetime) -> None:
        """Puts right what was named, else the last thing said, if it was just now."""
        for one in reversed(list(self.facts())):
            if isinstance(one, Fact) and at - one.at > SOON and not correct.instead_of:
                return
            if correct.instead_of and not _reads_as(one, correct.instead_of):
                continue
            if learn := _corrected(one, correct):
                self.drop([one], source)
                self.learn(learn, source)
            return


def changes(profile: Profile, messages: Sequence[Recorded[MessageReceived]]) -> list[Event]:
    """What these opened messages change: what is forgotten first, then what is learned."""
    draft = _Draft(list(profile.facts))
    for recorded in messages:
        if recorded.event_id in profile.read or recorded.event.kind not in SPOKEN:
            continue
        if isinstance(recorded.event.text, Sealed):
            raise TypeError("a profile is learned from opened messages")
        for statement in read(recorded.event.text):
            match statement:
                case Learn():
                    draft.learn(statement, recorded.event_id)
                case Forget():
                    draft.forget(statement, recorded.event_id)
                case Correct():
                    draft.correct(statement, recorded.event_id, recorded.recorded_at)
    return list(_events(draft))[:MOST_CHANGES]


def _events(draft: _Draft) -> Iterable[Event]:
    for source, facts in draft.gone.items():
        yield ProfileForgotten(facts=facts, source=source)
    for learn, source in draft.new:
        yield ProfileLearned(
            kind=learn.kind,
            value=learn.value,
            about=learn.about,
            zone=learn.zone,
            said=learn.said,
            source=source,
            rule=learn.rule,
        )


def _is_same(one: Fact | Learn, learn: Learn) -> bool:
    return (one.kind, one.about, plain(one.value)) == (learn.kind, learn.about, plain(learn.value))


def _takes_its_place(learn: Learn, one: Fact | Learn) -> bool:
    if one.kind != learn.kind:
        return False
    match learn.kind:
        case "preference":
            return _opposite(learn.value, one.value)
        case "person":
            return learn.only and one.about == learn.about
        case "place":
            return one.about == learn.about
        case _:
            return True


def _opposite(value: str, other: str) -> bool:
    """Who likes layovers now no longer dislikes them."""
    return value != other and _thing(value) == _thing(other) and _thing(value) != plain(value)


def _thing(value: str) -> str:
    folded = plain(value)
    for form in ("does not like ", "dislikes ", "likes "):
        if folded.startswith(form):
            return folded.removeprefix(form)
    topic, colon, _ = folded.partition(": ")
    return topic if colon and topic.startswith("favourite ") else folded


def _is_meant(forget: Forget, one: Fact | Learn) -> bool:
    if forget.kind is None:
        return True
    if one.kind != forget.kind or (forget.about and one.about != forget.about):
        return False
    return not forget.words or _reads_as(one, forget.words)


def _reads_as(one: Fact | Learn, words: str) -> bool:
    value, said = plain(one.value), plain(words)
    match one.kind:
        case "home":
            return places.is_same(one.value, words)
        case "home_airport" | "zone" | "language" | "currency":
            found = value_of(one.kind, words)
            return value == said or (found is not None and plain(found.text) == value)
        case _:
            return value == said or set(said.split()) <= set(value.split())


def _corrected(one: Fact | Learn, correct: Correct) -> Learn | None:
    """The same kind of fact with the new value, if the words can be one."""
    kind: ProfileKind = one.kind
    value = value_of(kind, correct.value)
    if value is None or kind == "preference":
        return None
    # Anything may follow "no, it's …": only what surely is a name or a place will do.
    if kind in {"name", "person"} and not names.surely(correct.value):
        return None
    if kind == "home" and not places.is_known(correct.value):
        return None
    return Learn(kind, value.text, correct.said, correct.rule, one.about, value.zone, only=True)
