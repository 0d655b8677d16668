"""Tools' answers told to a person, in Markdown as models write it."""

from collections.abc import Callable, Mapping, Sequence

from simulators.gemini.brain.confirming import CODE
from simulators.gemini.brain.intents import Intent
from simulators.gemini.brain.outcomes import Outcome
from simulators.gemini.brain.phrasing.prices import PriceWish
from simulators.gemini.brain.phrasing.reminders import ASK_WHICH as ASK_WHICH_REMINDER
from simulators.gemini.brain.phrasing.watching import ASK_WHICH as ASK_WHICH_WATCH
from simulators.gemini.brain.phrasing.watching import ASK_WHOSE
from simulators.gemini.brain.replies.flights import tell_flights
from simulators.gemini.brain.replies.plain import excuse, tell_plainly
from simulators.gemini.brain.replies.prices import tell_price
from simulators.gemini.brain.replies.products import tell_products
from simulators.gemini.brain.replies.profile import tell_dropped, tell_facts, tell_noted
from simulators.gemini.brain.replies.proposal import tell_proposed
from simulators.gemini.brain.replies.quiet import tell_quiet
from simulators.gemini.brain.replies.recalled import tell_recalled
from simulators.gemini.brain.replies.reminders import (
    tell_cancelled,
    tell_changed,
    tell_reminders,
    tell_set,
)
from simulators.gemini.brain.replies.watches import (
    tell_history,
    tell_running,
    tell_stopped,
    tell_watches,
    tell_watching,
)
from simulators.gemini.brain.replies.web import tell_found
from simulators.gemini.brain.toolbox import Skill

_TELL: Mapping[Skill, Callable[[Outcome], str]] = {
    "search_flights": tell_flights,
    "search_web": tell_found,
    "set_reminder": tell_set,
    "list_reminders": tell_reminders,
    "cancel_reminder": tell_cancelled,
    "change_reminder": tell_changed,
    "search_products": tell_products,
    "watch_price": tell_watching,
    "list_watches": tell_watches,
    "stop_watch": tell_stopped,
    "price_history": tell_history,
    "list_running": tell_running,
    "search_history": tell_recalled,
    "remember": tell_noted,
    "correct": tell_noted,
    "forget_fact": tell_dropped,
    "list_facts": tell_facts,
    "send_my_data": lambda _: SENDING_DATA,
    "set_quiet_hours": tell_quiet,
}
SENDING_DATA = "Here it comes: everything I hold of you."
_DEEDS: Mapping[Skill, str] = {
    "search_flights": "search for flights",
    "search_web": "search the web",
    "set_reminder": "set that reminder",
    "list_reminders": "list your reminders",
    "cancel_reminder": "cancel that reminder",
    "change_reminder": "change that reminder",
    "check_price": "read that page",
    "search_products": "search for products",
    "watch_price": "watch that page",
    "list_watches": "list your watches",
    "stop_watch": "stop that watch",
    "price_history": "show that price's history",
    "list_running": "list what is running for you",
    "search_history": "search our conversation",
    "remember": "note that",
    "correct": "correct that",
    "forget_fact": "forget that",
    "list_facts": "list what I noted",
    "forget_me": "forget you",
    "send_my_data": "send your data",
    "set_quiet_hours": "change your quiet hours",
}
_ASK_WHICH: Mapping[str | None, str] = {
    "cancel_reminder": ASK_WHICH_REMINDER,
    "stop_watch": ASK_WHICH_WATCH,
    "price_history": ASK_WHOSE,
}
# Lists that were asked for only to find what to take away.
_LISTED_FOR: Mapping[str | None, Skill] = {
    "list_reminders": "cancel_reminder",
    "list_watches": "stop_watch",
}


def reply(outcomes: list[Outcome], intents: Sequence[Intent] = ()) -> str:
    """Each outcome in its order; a failure that was mended by a later call is passed over."""
    paragraphs = [
        _tell(outcome, intents)
        for index, outcome in enumerate(outcomes)
        if not _is_overtaken(outcome, outcomes[index + 1 :])
    ]
    return "\n\n".join(dict.fromkeys(paragraphs))


def _is_overtaken(outcome: Outcome, later: list[Outcome]) -> bool:
    if after := _LISTED_FOR.get(outcome.skill):
        return any(other.skill == after for other in later)
    same = outcome.args.get("text")
    return outcome.error is not None and any(
        other.skill == outcome.skill and same is not None and other.args.get("text") == same
        for other in later
    )


def _tell(outcome: Outcome, intents: Sequence[Intent]) -> str:
    skill = outcome.skill
    if outcome.code == CODE:
        return tell_proposed(outcome)
    if outcome.error is not None:
        deed = _DEEDS[skill] if skill else f"use {outcome.tool}"
        failure = f"I could not {deed}: {excuse(outcome.error)}"
        unclear = skill in _ASK_WHICH and "which" in outcome.error.lower()
        return f"{failure}\n{_ASK_WHICH[skill]}" if unclear else failure
    if skill == "check_price":
        return tell_price(outcome, _asked(outcome, intents))
    return _TELL[skill](outcome) if skill else tell_plainly(outcome)


def _asked(outcome: Outcome, intents: Sequence[Intent]) -> PriceWish | None:
    """What was asked of the page that this call looked at."""
    return next(
        (
            intent.wish
            for intent in intents
            if isinstance(intent.wish, PriceWish) and intent.wish.url in outcome.args.values()
        ),
        None,
    )
