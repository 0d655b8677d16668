"""What watches say to people: goals, alerts, and pages that cannot be read any more."""

import re
from decimal import Decimal
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from babel.numbers import format_currency

from contracts.readings import Reading, ReadingOutcome
from contracts.watches import WatchAlerted
from services.scheduler.watches.decider import Watch, threshold

LONGEST_TITLE = 80
_MARKS = re.compile(r"[*_~`\s]+")

WHY: dict[ReadingOutcome, str] = {
    "blocked": "the shop turns me away",
    "not_found": "the page is gone",
    "unclear": "I cannot tell its price for certain",
    "unreachable": "the shop does not answer",
}


def money(amount: Decimal, currency: str | None) -> str:
    """`€79.90`; the bare number where no currency is known."""
    return (
        f"{amount:,.2f}" if currency is None else format_currency(amount, currency, locale="en_US")
    )


def name_of(title: str | None, url: str) -> str:
    """The page's words, without what WhatsApp would take for markup; else where it is."""
    words = _MARKS.sub(" ", title or "").strip()
    if not words:
        return urlsplit(url).hostname or url
    return words if len(words) <= LONGEST_TITLE else f"{words[: LONGEST_TITLE - 1].rstrip()}…"


def goal_of(state: Watch) -> str:
    match state.goal:
        case "below":
            assert state.below is not None, "such a watch has an amount"
            return f"below {money(state.below, state.currency or state.told_currency)}"
        case "drop":
            limit = threshold(state)
            to = "" if limit is None else f", to {money(limit, state.currency)} or less"
            return f"down by {state.drop_percent:f}%{to}"
        case "back_in_stock":
            return "back in stock"


def alert(state: Watch, alerted: WatchAlerted, name: str, url: str, reading: Reading) -> str:
    """One alert: what it is now, what it was, where, and how fresh that is."""
    seen = f"_Seen at {reading.evidence.at.astimezone(ZoneInfo(state.zone)):%H:%M}, checked twice._"
    now = None if alerted.now is None else money(alerted.now, alerted.currency)
    was = None if alerted.was is None else money(alerted.was, alerted.currency)
    before = f" (it was {was})" if was else ""
    match state.goal:
        case "below":
            what = f"📉 **{name}** is now {now}{before}, below your {goal_of(state)[6:]}."
        case "drop":
            first = money(state.first, alerted.currency) if state.first is not None else ""
            down = _percent_down(state.first, alerted.now)
            what = f"📉 **{name}** is now {now}{before}: {down}% down from {first}."
        case "back_in_stock":
            at = f" at {now}" if now else ""
            what = f"📦 **{name}** is back in stock{at}."
    if state.goal == "below" and state.told_currency not in {None, alerted.currency}:
        what += f" (The page's prices are in {alerted.currency}.)"
    return f"{what}\n{url}\n{seen}"


def lost(name: str, url: str, outcome: ReadingOutcome) -> str:
    why = WHY.get(outcome, "it does not answer as it did")
    return (
        f"⚠️ I cannot read the page of **{name}** any more: {why}. "
        f"I keep trying now and then, and you will hear from me when it matters.\n{url}"
    )


def never_read(name: str, url: str, outcome: ReadingOutcome) -> str:
    why = WHY.get(outcome, "it does not answer as it should")
    return (
        f"⚠️ I could not read the page of **{name}** that you asked me to watch: {why}. "
        f"I tried twice, and I keep trying now and then.\n{url}"
    )


def _percent_down(first: Decimal | None, now: Decimal | None) -> int:
    return round(100 * (1 - now / first)) if first and now is not None else 0
