"""Decides what a model would: which tools to call, what to ask, what to say."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from pydantic import JsonValue

from simulators.gemini.answers import Call, Decision
from simulators.gemini.brain.intents import Intent, Kind, read_intents
from simulators.gemini.brain.memory import resumed
from simulators.gemini.brain.now import Now, read_now
from simulators.gemini.brain.outcomes import Outcome, outcomes_of
from simulators.gemini.brain.phrasing import talk
from simulators.gemini.brain.replies import reply
from simulators.gemini.brain.schema import Unfit, fit, is_numeric
from simulators.gemini.brain.toolbox import Skill, Toolbox, toolbox_of
from simulators.gemini.wire import GenerateRequest

_CANNOT = {
    "search_flights": "look for flights",
    "search_web": "search the web",
    "set_reminder": "set reminders",
    "list_reminders": "list reminders",
    "cancel_reminder": "cancel reminders",
}
_SKILLS: Mapping[Kind, Skill] = {
    "flight": "search_flights",
    "remind": "set_reminder",
    "list": "list_reminders",
    "cancel": "cancel_reminder",
    "search": "search_web",
}
_MUST_CALL = "ANY"


@dataclass(frozen=True)
class Move:
    """What one intent comes to: a call, or words."""

    call: Call | None = None
    words: str | None = None
    is_idle: bool = False
    """Mere pleasantry, left out where there is something to report."""


def decide(request: GenerateRequest) -> Decision:
    """The same request gets the same decision; without a time in it, the clock of UTC counts."""
    now, tools = read_now(request), toolbox_of(request)
    intents = read_intents(resumed(request, now), now)
    outcomes = outcomes_of(request)
    if outcomes:
        return _after_results(intents, outcomes, tools, now)
    moves = [_move(intent, tools, now) for intent in intents]
    calls = tuple(move.call for move in moves if move.call)
    if calls:
        return Decision(calls=calls)
    if request.tool_config.function_calling_config.mode == _MUST_CALL:
        return _forced(request, tools)
    return Decision(text=_joined(moves) or talk.lost("", tools))


def _after_results(
    intents: list[Intent], outcomes: list[Outcome], tools: Toolbox, now: Now
) -> Decision:
    again = [
        call
        for intent in intents
        if (call := _retry(intent, outcomes, tools) or _second_step(intent, outcomes, tools))
    ]
    if again:
        return Decision(calls=tuple(again))
    said = reply(outcomes)
    moves = [_move(intent, tools, now) for intent in intents if intent.kind != "lost"]
    spoken = [move.words for move in moves if move.words and not move.is_idle]
    return Decision(text="\n\n".join([said, *spoken]))


def _move(intent: Intent, tools: Toolbox, now: Now) -> Move:
    if skill := _SKILLS.get(intent.kind):
        return _use(skill, intent, tools)
    if intent.kind == "clock":
        zone = now.zone or "UTC"
        return Move(words=f"It is {now.wall:%H:%M} on {_day(now.wall)} ({zone}).")
    if intent.kind == "talk":
        return Move(words=talk.small_talk(intent.said, tools), is_idle=True)
    return Move(words=talk.lost(intent.said, tools))


def _use(skill: Skill, intent: Intent, tools: Toolbox) -> Move:
    """A call if the tool is offered and nothing is missing."""
    declaration = tools.get(skill)
    if declaration is None:
        return Move(words=talk.no_tool(_CANNOT[skill], tools))
    if question := intent.question():
        return Move(words=question)
    if skill == "cancel_reminder" and _needs_the_number(intent, tools):
        listing = tools.get("list_reminders")
        if listing is None:
            return Move(words="Please tell me the number of the reminder to cancel.")
        return Move(call=Call(listing.name, {}))
    try:
        return Move(call=Call(declaration.name, fit(declaration, _slots(intent))))
    except Unfit as error:
        return Move(words=f"I would need to know this first: {str(error).replace('_', ' ')}.")


def _slots(intent: Intent) -> dict[str, JsonValue]:
    if intent.flight:
        return intent.flight.slots()
    if intent.reminder:
        return intent.reminder.slots()
    return {"which": intent.which, "query": intent.query}


def _needs_the_number(intent: Intent, tools: Toolbox) -> bool:
    return is_numeric(tools["cancel_reminder"], "which") and not str(intent.which).isdecimal()


def _second_step(intent: Intent, outcomes: list[Outcome], tools: Toolbox) -> Call | None:
    """Cancel by words where the tool wants a number: the list has just come back."""
    if intent.kind != "cancel" or "cancel_reminder" not in tools:
        return None
    if any(outcome.skill == "cancel_reminder" for outcome in outcomes):
        return None
    words = str(intent.which).lower().split()
    for outcome in outcomes:
        for item in outcome.items("reminders") if outcome.skill == "list_reminders" else []:
            if all(word in str(item.get("text", "")).lower() for word in words):
                declaration = tools["cancel_reminder"]
                return Call(declaration.name, fit(declaration, {"which": item.get("number")}))
    return None


def _retry(intent: Intent, outcomes: list[Outcome], tools: Toolbox) -> Call | None:
    """A time "in a minute" may be over before the tool runs: once more, a minute later."""
    when = intent.reminder.when if intent.reminder else None
    if intent.reminder is None or when is None or not when.is_relative:
        return None
    tried = [
        outcome
        for outcome in outcomes
        if outcome.skill == "set_reminder" and intent.reminder.text in outcome.args.values()
    ]
    if len(tried) != 1 or "past" not in (tried[0].error or ""):
        return None
    declaration = tools.get("set_reminder")
    if declaration is None:
        return None
    later = (when.at + timedelta(minutes=1)).isoformat(timespec="seconds")
    return Call(declaration.name, fit(declaration, {**intent.reminder.slots(), "at": later}))


def _forced(request: GenerateRequest, tools: Toolbox) -> Decision:
    """Mode ANY leaves no choice: search for the words, or admit that no call comes to mind."""
    words = request.last_user_text()
    if "search_web" in tools and words:
        declaration = tools["search_web"]
        return Decision(calls=(Call(declaration.name, fit(declaration, {"query": words})),))
    return Decision(finish_reason="MALFORMED_FUNCTION_CALL")


def _joined(moves: list[Move]) -> str:
    """Without pleasantries if there is anything else to say."""
    useful = [move.words for move in moves if move.words and not move.is_idle]
    idle = [move.words for move in moves if move.words and move.is_idle]
    return "\n\n".join(dict.fromkeys(useful or idle))


def _day(moment: datetime) -> str:
    return f"{moment:%A} {moment.day} {moment:%B %Y}"
