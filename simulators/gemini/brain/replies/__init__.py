"""Tools' answers told to a person, in Markdown as models write it."""

from collections.abc import Callable, Mapping

from simulators.gemini.brain.outcomes import Outcome
from simulators.gemini.brain.phrasing.reminders import ASK_WHICH
from simulators.gemini.brain.replies.flights import tell_flights
from simulators.gemini.brain.replies.plain import excuse, tell_plainly
from simulators.gemini.brain.replies.reminders import tell_cancelled, tell_reminders, tell_set
from simulators.gemini.brain.replies.web import tell_found
from simulators.gemini.brain.toolbox import Skill

_TELL: Mapping[Skill, Callable[[Outcome], str]] = {
    "search_flights": tell_flights,
    "search_web": tell_found,
    "set_reminder": tell_set,
    "list_reminders": tell_reminders,
    "cancel_reminder": tell_cancelled,
}
_DEEDS: Mapping[Skill, str] = {
    "search_flights": "search for flights",
    "search_web": "search the web",
    "set_reminder": "set that reminder",
    "list_reminders": "list your reminders",
    "cancel_reminder": "cancel that reminder",
}


def reply(outcomes: list[Outcome]) -> str:
    """Each outcome in its order; a failure that was mended by a later call is passed over."""
    told = [
        _tell(outcome)
        for index, outcome in enumerate(outcomes)
        if not _is_overtaken(outcome, outcomes[index + 1 :])
    ]
    return "\n\n".join(dict.fromkeys(told))


def _is_overtaken(outcome: Outcome, later: list[Outcome]) -> bool:
    if outcome.skill == "list_reminders":
        return any(other.skill == "cancel_reminder" for other in later)
    same = outcome.args.get("text")
    return outcome.error is not None and any(
        other.skill == outcome.skill and same is not None and other.args.get("text") == same
        for other in later
    )


def _tell(outcome: Outcome) -> str:
    skill = outcome.skill
    if outcome.error is not None:
        deed = _DEEDS[skill] if skill else f"use {outcome.tool}"
        told = f"I could not {deed}: {excuse(outcome.error)}"
        unclear = skill == "cancel_reminder" and "which" in outcome.error.lower()
        return f"{told}\n{ASK_WHICH}" if unclear else told
    return _TELL[skill](outcome) if skill else tell_plainly(outcome)
