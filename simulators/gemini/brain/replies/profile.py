"""What is known of the user, from the block that the request brings."""

import re

from pydantic import JsonValue

from simulators.gemini.brain.about import AboutThemselves, SpokenFact
from simulators.gemini.brain.outcomes import Outcome
from simulators.gemini.brain.phrasing import profile
from simulators.gemini.wire import JsonObject

KINDS = frozenset(
    {
        *("name", "home", "zone", "language", "home_airport", "currency"),
        *("preference", "person", "place", "quiet hours"),
    }
)
KNOWN = "This is what you told me:"
NOTHING_KNOWN = "I know nothing about you yet: you have not told me anything to keep in mind."
NOT_KEPT = "Thanks for telling me. I can use it now, but it is not among the facts I keep of you."
NOTHING_TO_FORGET = "There was nothing of that kind to forget."


def changed(about: AboutThemselves) -> str | None:
    """What became known or was taken back just now; None if nothing was."""
    noted = [_as_new(fact, about.forgotten) for fact in about.noted]
    replaced = {fact.kind for fact in about.noted}
    gone = [fact.sentence() for fact in about.forgotten if fact.kind not in replaced]
    sentences: list[str] = []
    if noted:
        sentences.append(f"Noted: {_listed(noted)}.")
    if gone:
        sentences.append(f"Done, I have forgotten that {_listed(gone)}.")
    return " ".join(sentences) or None


def tell_known(said: str, about: AboutThemselves) -> str:
    """All of it, or the one thing that was asked for."""
    if kind := profile.asked_kind(said):
        facts = [fact for fact in about.facts if fact.kind == kind]
        return _one(facts, "where you live" if kind == "home" else f"your {kind}")
    if whom := profile.asked_whom(said):
        facts = [fact for fact in about.facts if (fact.whom or "").lower() == whom]
        return _one(facts, f"who your {whom} is")
    if not about.facts:
        return NOTHING_KNOWN
    listed = "\n".join(f"- {fact.sentence()}" for fact in about.facts)
    return f"{KNOWN}\n{listed}\nSay “forget …” to take any of it back."


def tell_noted(outcome: Outcome) -> str:
    """What the tool says it noted, and what stood there before."""
    noted, before = _of(outcome.get("noted")), outcome.get("instead_of")
    was = f" (no longer {before})" if before else ""
    return f"Noted: {noted.sentence()}{was}." if noted else NOT_KEPT


def tell_dropped(outcome: Outcome) -> str:
    dropped = outcome.get("forgotten")
    if gone := _of(dropped):
        return f"Done, I have forgotten that {gone.sentence()}."
    several = dropped.get("several") if isinstance(dropped, dict) else None
    return f"Done, I have forgotten this: {several}." if several else NOTHING_TO_FORGET


def tell_facts(outcome: Outcome) -> str:
    lines = [
        f"- {fact.sentence()} (said on {item.get('said_on')})"
        for item in outcome.items("facts")
        if (fact := _listed_fact(item))
    ]
    if not lines:
        return NOTHING_KNOWN
    return "\n".join([KNOWN, *lines, "Say “forget …” to take any of it back."])


def _of(fields: JsonValue) -> SpokenFact | None:
    """Of a fact by its kind: {"person": "Maria", "about": "sister"}."""
    given = fields if isinstance(fields, dict) else {}
    kind = next((name for name in given if name in KINDS), None)
    return _listed_fact({**given, "kind": kind, "value": given[kind]}) if kind else None


def _listed_fact(fields: JsonObject) -> SpokenFact | None:
    kind, value, about = (fields.get(name) for name in ("kind", "value", "about"))
    if not isinstance(kind, str) or not isinstance(value, str):
        return None
    return SpokenFact(kind.replace("_", " "), value, about if isinstance(about, str) else None)


def tell_acknowledged(said: str, about: AboutThemselves) -> str:
    """For words about oneself of which nothing new was noted."""
    known = [fact.sentence() for fact in about.facts if _names(said, fact.value)]
    return f"Yes, I know: {_listed(known)}." if known else NOT_KEPT


def _one(facts: list[SpokenFact], what: str) -> str:
    if not facts:
        return f"I do not know {what}: you have not told me."
    sentence = _listed([fact.sentence() for fact in facts])
    return f"{sentence[0].upper()}{sentence[1:]}."


def _names(said: str, value: str) -> bool:
    return bool(re.search(rf"(?<!\w){re.escape(value)}(?!\w)", said, re.IGNORECASE))


def _as_new(fact: SpokenFact, forgotten: tuple[SpokenFact, ...]) -> str:
    before = [old.value for old in forgotten if (old.kind, old.whom) == (fact.kind, fact.whom)]
    return f"{fact.sentence()} (no longer {before[0]})" if before else fact.sentence()


def _listed(phrases: list[str]) -> str:
    return phrases[0] if len(phrases) == 1 else f"{', '.join(phrases[:-1])} and {phrases[-1]}"
