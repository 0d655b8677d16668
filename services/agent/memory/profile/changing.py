"""From a call of the model's to what it changes in a profile. Pure.

The call carries the user's own words; that they stand in what they typed was decided before.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from contracts.event import Event, Json
from contracts.profile import ProfileForgotten, ProfileKind, ProfileLearned
from services.agent.judging import receipts
from services.agent.memory.profile.facts import SETS, TEXTS, Fact, Profile
from services.agent.memory.profile.grounded import is_of
from services.agent.memory.profile.naming import named
from services.agent.memory.profile.values.values import FORMS, NamedValue, value_of
from services.agent.memory.profile.words import MOST_CHARACTERS, plain, tidy
from taskflow.words.languages import SOURCE, locale_of

MOST_OF_A_KIND = 50
"""Preferences, people, places: the oldest makes room. They stand in every request."""
LONGEST_SAID = 600
"""Characters of one span or sentence of the user's that are kept beside a fact."""
ALL = "all"
"""What is forgotten is everything that is noted of the user."""


class UnclearChange(Exception):
    """What the model is told in place of a change."""


@dataclass(frozen=True, slots=True)
class ChangeWords:
    """What a change rests on."""

    call: UUID
    said: Sequence[str]
    """The user's own words, verbatim, that are kept beside it."""
    typed: Sequence[str]
    """The same, or the sentences that they stand in: what a value is held against."""
    source: UUID
    """The message that holds them."""
    at: datetime

    def line(self) -> str:
        return "\n".join(span[:LONGEST_SAID] for span in self.said)


@dataclass(frozen=True, slots=True)
class Changed:
    result: Json
    """What the model is told, and what a receipt is made of."""
    facts: Sequence[Event]


@dataclass(slots=True)
class Draft:
    """A profile while the calls of one answer are applied to it, in their order."""

    profile: Profile
    language: str = SOURCE
    """In which the user is told of them."""
    fresh: list[Fact] = field(default_factory=list[Fact])
    """Noted by these calls: by the call's id, as they have none of their own yet."""
    gone: set[UUID] = field(default_factory=set[UUID])

    def standing(self) -> list[Fact]:
        return [*(fact for fact in self.profile.facts if fact.fact not in self.gone), *self.fresh]

    @property
    def zone(self) -> str | None:
        return Profile(facts=tuple(self.standing())).zone

    def remember(
        self, kind: ProfileKind, value: str, about: str | None, words: ChangeWords
    ) -> Changed:
        """Raises UnclearChange."""
        found = _value(kind, value, words)
        about = tidy(about)[:MOST_CHARACTERS] or None if about and kind in SETS else None
        fact = _fact(kind, found, about, words)
        if any(_is_same(standing_fact, fact) for standing_fact in self.standing()):
            raise UnclearChange("That is noted already: nothing was changed.")
        rivals = [
            standing_fact
            for standing_fact in self.standing()
            if _takes_its_place(fact, standing_fact)
        ]
        alike = [standing_fact for standing_fact in self.standing() if standing_fact.kind == kind]
        if kind in SETS and not rivals and len(alike) >= MOST_OF_A_KIND:
            rivals = alike[:1]
        return self._noted(fact, rivals, words)

    def correct(self, which: str, value: str, words: ChangeWords) -> Changed:
        """Raises UnclearChange."""
        old = self.the_one(which)
        found = _value(old.kind, value, words)
        return self._noted(_fact(old.kind, found, old.about, words), [old], words)

    def forget(self, which: str, words: ChangeWords) -> Changed:
        """Raises UnclearChange."""
        those = self.standing() if plain(which) == ALL else self._meant(which)
        if not those:
            raise UnclearChange(f"Nothing of that kind is noted. {self._listed()}")
        if len({fact.kind for fact in those}) > 1 and plain(which) != ALL:
            raise UnclearChange(f"Several facts fit; ask which of them is meant. {_list(those)}")
        several = {"several": ", ".join(named(fact.kind, fact.value) for fact in those)}
        gone = _fact_fields(those[0]) if len(those) == 1 else several
        facts_text = "; ".join(in_words(fact, self.language) for fact in those)
        return Changed({"forgotten": gone, "told": facts_text}, self._dropped(those, words))

    def _noted(self, fact: Fact, rivals: Sequence[Fact], words: ChangeWords) -> Changed:
        gone = self._dropped(rivals, words)
        self.fresh.append(fact)
        result: Json = {"noted": _fact_fields(fact), "told": in_words(fact, self.language)}
        if rivals:
            before = ", ".join(_named(rival, self.language) for rival in rivals)
            result["told"] = receipts.instead(result["told"], before, self.language)
            result["instead_of"] = ", ".join(named(rival.kind, rival.value) for rival in rivals)
        learned = ProfileLearned(
            kind=fact.kind,
            value=fact.value,
            about=fact.about,
            zone=fact.zone,
            said=words.line(),
            source=words.source,
            call=words.call,
        )
        return Changed(result, [*gone, learned])

    def _dropped(self, those: Sequence[Fact], words: ChangeWords) -> list[Event]:
        if any(fact in self.fresh for fact in those):
            raise UnclearChange("A call beside this one has just noted that. Say once what holds.")
        if not those:
            return []
        facts = [fact.fact for fact in those]
        self.gone.update(facts)
        return [ProfileForgotten(facts=facts, source=words.source, call=words.call)]

    def the_one(self, which: str) -> Fact:
        """Raises UnclearChange where there is none, or several fit."""
        meant = self._meant(which)
        if not meant:
            raise UnclearChange(f"There is no such fact; note it with remember. {self._listed()}")
        if len(meant) > 1:
            raise UnclearChange(f"Several facts fit; ask which of them is meant. {_list(meant)}")
        return meant[0]

    def _meant(self, which: str) -> list[Fact]:
        """By kind, by whom it is about, by value, or as the fact's whole line; else by words."""
        wanted = plain(tidy(which).replace("_", " "))
        if not wanted:
            return []
        facts = self.standing()
        by_name = [fact for fact in facts if wanted in _names(fact)]
        words = set(wanted.split())
        return by_name or [fact for fact in facts if words <= set(plain(fact.line()).split())]

    def _listed(self) -> str:
        facts = self.standing()
        return _list(facts) if facts else "Nothing is noted of the user yet."


def in_words(fact: Fact | ProfileLearned, language: str) -> str:
    """As the user is told of it: "home: Lisbon (Europe/Lisbon)"."""
    value = _named(fact, language)
    return receipts.of_fact(fact.kind, value, fact.about, fact.zone, language)


def _named(fact: Fact | ProfileLearned, language: str) -> str:
    return named(fact.kind, fact.value, str(locale_of(language)))


def _value(kind: ProfileKind, value: str, words: ChangeWords) -> NamedValue:
    if kind in TEXTS and not is_of(value, words.typed):
        raise UnclearChange("Give the value in the user's own words, as they stand in `said`.")
    found = value_of(kind, value)
    if found is None:
        raise UnclearChange(f"{kind} must be {FORMS[kind]}; ask the user where it is not clear.")
    return found


def _fact(kind: ProfileKind, value: NamedValue, about: str | None, words: ChangeWords) -> Fact:
    return Fact(
        fact=words.call,
        kind=kind,
        value=value.text,
        about=about,
        zone=value.zone,
        source=words.source,
        at=words.at,
        said=words.line(),
        call=words.call,
    )


def _fact_fields(fact: Fact) -> Json:
    fields: Json = {fact.kind: named(fact.kind, fact.value)}
    if fact.about:
        fields["about"] = fact.about
    if fact.zone:
        fields["its_zone"] = fact.zone
    return fields


def _names(fact: Fact) -> set[str]:
    kind = plain(fact.kind.replace("_", " "))
    about = plain(fact.about or "")
    names = {kind, plain(fact.line()), plain(fact.value)}
    return names | {about, f"{kind} {about}", f"{kind} ({about})"} if about else names


def _list(facts: Sequence[Fact]) -> str:
    return f"Noted: {'; '.join(fact.line() for fact in facts)}."


def _is_same(fact: Fact, other: Fact) -> bool:
    return (fact.kind, plain(fact.about or ""), plain(fact.value)) == (
        other.kind,
        plain(other.about or ""),
        plain(other.value),
    )


def _takes_its_place(new: Fact, old: Fact) -> bool:
    """Of a kind that one holds of, any other; a place of the same name; people stand together."""
    if new.kind != old.kind:
        return False
    if new.kind == "place":
        return new.about is not None and plain(new.about) == plain(old.about or "")
    return new.kind not in SETS
