"""Calls that follow from what the tools have just answered."""

from simulators.gemini.answers import PlannedCall
from simulators.gemini.brain.intents import Intent
from simulators.gemini.brain.outcomes import Outcome
from simulators.gemini.brain.schema import fit, is_numeric
from simulators.gemini.brain.toolbox import Skill, Toolbox
from simulators.gemini.wire import FunctionDeclaration, JsonObject


def listing_before(skill: Skill, intent: Intent, tools: Toolbox) -> FunctionDeclaration | None:
    """The list to read first: to find a number for words, or the only watch there is."""
    which = intent.slots().get("which")
    if skill == "cancel_reminder" and which and not str(which).isdecimal():
        by_number = is_numeric(tools["cancel_reminder"], "which")
        return tools.get("list_reminders") if by_number else None
    return tools.get("list_watches") if skill == "stop_watch" and which is None else None


def next_call(intent: Intent, outcomes: list[Outcome], tools: Toolbox) -> PlannedCall | None:
    """None where the outcomes settle it."""
    if intent.kind == "cancel":
        return _cancel_listed(intent, outcomes, tools)
    return _stop_the_only_one(intent, outcomes, tools) if intent.kind == "stop_watch" else None


def _cancel_listed(intent: Intent, outcomes: list[Outcome], tools: Toolbox) -> PlannedCall | None:
    """Cancel by words where the tool wants a number: the list has just come back."""
    words = str(intent.slots().get("which")).lower().split()
    for item in _just_listed("list_reminders", "cancel_reminder", outcomes, tools):
        if all(word in str(item.get("text", "")).lower() for word in words):
            declaration = tools["cancel_reminder"]
            return PlannedCall(declaration.name, fit(declaration, {"which": item.get("number")}))
    return None


def _stop_the_only_one(
    intent: Intent, outcomes: list[Outcome], tools: Toolbox
) -> PlannedCall | None:
    """Words such as "stop watching it" name none: there is no question if there is only one."""
    listed = _just_listed("list_watches", "stop_watch", outcomes, tools)
    if intent.slots().get("which") is not None or len(listed) != 1:
        return None
    declaration = tools["stop_watch"]
    return PlannedCall(declaration.name, fit(declaration, {"which": listed[0].get("number")}))


def question_left(intent: Intent, outcomes: list[Outcome]) -> str | None:
    """Which of several, once they are listed."""
    if intent.kind != "stop_watch" or intent.slots().get("which") is not None:
        return None
    lists = [outcome for outcome in outcomes if outcome.skill == "list_watches"]
    several = any(len(each.items("watches")) > 1 for each in lists)
    return intent.question() if several else None


def _just_listed(
    listing: Skill, taking: Skill, outcomes: list[Outcome], tools: Toolbox
) -> list[JsonObject]:
    """What a list has brought, as long as nothing was taken from it."""
    if taking not in tools or any(outcome.skill == taking for outcome in outcomes):
        return []
    lists = [outcome for outcome in outcomes if outcome.skill == listing]
    return [item for each in lists for item in each.items("reminders", "watches")]
