"""Decides what a model would: which tools to call, what to ask, what to say."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from pydantic import JsonValue

from simulators.gemini.answers import Decision, PlannedCall
from simulators.gemini.brain import (
    answering,
    confirming,
    evidence,
    follow_ups,
    giving_way,
    look,
    media,
    spots,
    summary,
    witness,
)
from simulators.gemini.brain.about import read_about
from simulators.gemini.brain.intents import Intent, read_intents
from simulators.gemini.brain.memory import resumed
from simulators.gemini.brain.now import read_now
from simulators.gemini.brain.outcomes import REPLY, Outcome, outcomes_of
from simulators.gemini.brain.phrasing import facts, talk, web
from simulators.gemini.brain.phrasing.profile import asks_for_all
from simulators.gemini.brain.replies import profile, reply
from simulators.gemini.brain.scene import Scene, newest_noted
from simulators.gemini.brain.schema import Unfit, fit
from simulators.gemini.brain.skills import SKILL_OF_KIND
from simulators.gemini.brain.toolbox import Skill, Toolbox, toolbox_of
from simulators.gemini.wire import GenerateRequest

LEFT = "OK, I will leave it."
UNTRUE = "Nothing of that kind has happened just now. What would you like me to do?"

_CANNOT: Mapping[Skill, str] = {
    "search_flights": "look for flights",
    "search_web": "search the web",
    "set_reminder": "set reminders",
    "list_reminders": "list reminders",
    "cancel_reminder": "cancel reminders",
    "change_reminder": "change reminders",
    "check_price": "read prices on pages",
    "search_products": "search for products",
    "watch_price": "watch prices",
    "list_watches": "list watches",
    "stop_watch": "stop watches",
    "price_history": "show a price's history",
    "list_running": "list what is running",
    "search_history": "search our conversation",
    "remember": "note that",
    "correct": "correct that",
    "forget_fact": "forget that",
    "list_facts": "list what I noted",
    "forget_me": "forget you",
    "send_my_data": "send your data",
    "set_quiet_hours": "keep quiet hours",
}
_OF_MEMORY = frozenset({"profile", "correct", "forget"})
"""Without their tool, or with nothing to note, words must do."""
_IN_PLACE_OF: Mapping[Skill, Skill] = {
    "search_products": "search_web",
    "search_history": "search_web",
}
"""Where the first is not offered, the second may know."""
_IN_THEIR_MONEY = frozenset({"flight", "products"})
_IDLE = frozenset({"lost", "talk"})
_MUST_CALL = "ANY"


@dataclass(frozen=True)
class Move:
    """What one intent comes to: a call, or words."""

    call: PlannedCall | None = None
    words: str | None = None
    is_idle: bool = False
    """Mere pleasantry, left out where there is something to report."""


def decide(request: GenerateRequest) -> Decision:
    """The same request gets the same decision; without a time in it, the clock of UTC counts."""
    if summary.is_asked(request):
        return Decision(text=summary.summarized(request))
    if (claims := look.claimed(request)) is not None:
        return Decision(text=claims)
    if (asks := witness.judged(request)) is not None:
        return Decision(text="yes" if asks else "no")
    if way := giving_way.given(request):
        return Decision(calls=(way,))
    decision = evidence.with_words(_decided(request), request)
    if decision.text in answering.sent_back(request):
        decision = Decision(text=UNTRUE)
    return answering.formed(decision, request)


def _decided(request: GenerateRequest) -> Decision:
    tools, outcomes = toolbox_of(request), outcomes_of(request)
    if not outcomes and (answered := _on_their_word(request, tools)):
        return answered
    noted = newest_noted(request.contents)
    spot = spots.newest_spot(request.contents)
    scene = Scene(read_now(request), read_about(request), noted=noted, spot=spot)
    texts, scene = resumed(request, scene)
    intents = _unless_noted(read_intents(texts, scene), scene)
    if outcomes:
        return _after_results(intents, outcomes, tools, scene)
    is_of_media = media.asked_about(texts) or all(intent.kind in _IDLE for intent in intents)
    if is_of_media and (seen := media.seen(request)):
        return Decision(text=seen)
    moves = [_move(intent, tools, scene) for intent in intents]
    calls = tuple(move.call for move in moves if move.call)
    if calls:
        return Decision(calls=calls)
    must_call = request.tool_config.function_calling_config.mode == _MUST_CALL
    if must_call and REPLY not in request.declarations():
        return _forced(request, tools)
    return Decision(text=_joined(moves, scene) or talk.lost("", tools))


def _on_their_word(request: GenerateRequest, tools: Toolbox) -> Decision | None:
    """A "yes" to what was proposed: the same calls with the same arguments, and nothing else."""
    waiting = read_about(request).waiting
    if waiting and (zone := facts.read_zone(request.turn_texts())):
        noted = [_call("remember", zone.slots(), tools)] if "remember" in tools else []
        calls = (*noted, *_offered(waiting, tools))
        return Decision(calls=calls) if calls else None
    answer = confirming.answer_to(request.turn_texts())
    proposed = confirming.proposals(request) or read_about(request).confirmed
    if answer is None or not proposed:
        return None
    if answer == "no":
        return Decision(text=LEFT)
    calls = _offered(proposed, tools)
    return Decision(calls=calls) if calls else None


def _call(skill: Skill, slots: Mapping[str, JsonValue], tools: Toolbox) -> PlannedCall:
    return PlannedCall(tools[skill].name, fit(tools[skill], slots))


def _offered(calls: Iterable[PlannedCall], tools: Toolbox) -> tuple[PlannedCall, ...]:
    offered = {declaration.name for declaration in tools.values()}
    return tuple(call for call in calls if call.name in offered)


def _unless_noted(intents: list[Intent], scene: Scene) -> list[Intent]:
    """Words that say nothing to us said something to whoever keeps the profile."""
    if not (scene.about.noted or scene.about.forgotten):
        return intents
    return [
        Intent("profile", intent.said) if intent.kind == "lost" else intent for intent in intents
    ]


def _after_results(
    intents: list[Intent], outcomes: list[Outcome], tools: Toolbox, scene: Scene
) -> Decision:
    again = [call for intent in intents if (call := follow_ups.next_call(intent, outcomes, tools))]
    if again:
        return Decision(calls=tuple(again))
    said = reply(outcomes, intents)
    moves = [_move(intent, tools, scene) for intent in intents if intent.kind != "lost"]
    spoken = [move.words for move in moves if move.words and not move.is_idle]
    spoken += [ask for intent in intents if (ask := follow_ups.question_left(intent, outcomes))]
    noted = [profile.changed(scene.about)]
    return Decision(
        text="\n\n".join(dict.fromkeys(part for part in (said, *noted, *spoken) if part))
    )


def _move(intent: Intent, tools: Toolbox, scene: Scene) -> Move:
    skill = SKILL_OF_KIND.get(intent.kind)
    if intent.kind == "about" and "list_facts" in tools and asks_for_all(intent.said):
        return Move(call=PlannedCall(tools["list_facts"].name, {}))
    in_words = intent.kind in _OF_MEMORY and (skill not in tools or intent.wish is None)
    if skill and not in_words:
        return _use(skill, intent, tools, scene)
    if intent.kind == "talk":
        return Move(words=talk.small_talk(intent.said, tools), is_idle=True)
    return Move(words=_said(intent, tools, scene))


def _said(intent: Intent, tools: Toolbox, scene: Scene) -> str:
    """What needs no tool."""
    now, about = scene.now, scene.about
    match intent.kind:
        case "clock":
            return f"It is {now.wall:%H:%M} on {_day(now.wall)} ({now.zone or 'UTC'})."
        case "about":
            return profile.tell_known(intent.said, about)
        case "profile":
            return profile.changed(about) or profile.tell_acknowledged(intent.said, about)
        case "forget":
            return profile.changed(about) or profile.NOTHING_TO_FORGET
        case "correct":
            return talk.lost("", tools)
        case _:
            return talk.lost(intent.said, tools)


def _use(skill: Skill, intent: Intent, tools: Toolbox, scene: Scene) -> Move:
    """A call if the tool is offered and nothing is missing."""
    declaration = tools.get(skill)
    if declaration is None and (instead := tools.get(_IN_PLACE_OF.get(skill, skill))):
        return Move(call=PlannedCall(instead.name, fit(instead, {"query": _plainly(intent)})))
    if declaration is None:
        return Move(words=talk.no_tool(_CANNOT[skill], tools))
    if listing := follow_ups.listing_before(skill, intent, tools):
        return Move(call=PlannedCall(listing.name, {}))
    if question := intent.question():
        return Move(words=question)
    try:
        return Move(call=PlannedCall(declaration.name, fit(declaration, _slots(intent, scene))))
    except Unfit as error:
        return Move(words=f"I would need to know this first: {str(error).replace('_', ' ')}.")


def _plainly(intent: Intent) -> str:
    return web.read_query(intent.said) or intent.said


def _slots(intent: Intent, scene: Scene) -> dict[str, JsonValue]:
    """Prices are asked for in their own currency unless they name another, places near them."""
    slots = intent.slots()
    if intent.kind in _IN_THEIR_MONEY and slots.get("currency") is None:
        slots["currency"] = scene.about.of("currency")
    if intent.kind == "search" and spots.is_near(intent.said):
        slots["near"] = scene.spot
    return slots


def _forced(request: GenerateRequest, tools: Toolbox) -> Decision:
    """Mode ANY leaves no choice: search for the words, or admit that no call comes to mind."""
    words = request.last_user_text()
    if "search_web" in tools and words:
        declaration = tools["search_web"]
        return Decision(calls=(PlannedCall(declaration.name, fit(declaration, {"query": words})),))
    return Decision(finish_reason="MALFORMED_FUNCTION_CALL")


def _joined(moves: list[Move], scene: Scene) -> str:
    """Without pleasantries if there is anything else to say."""
    useful = [move.words for move in moves if move.words and not move.is_idle]
    if noted := profile.changed(scene.about):
        useful = [noted, *useful]
    idle = [move.words for move in moves if move.words and move.is_idle]
    return "\n\n".join(dict.fromkeys(useful or idle))


def _day(moment: datetime) -> str:
    return f"{moment:%A} {moment.day} {moment:%B %Y}"
