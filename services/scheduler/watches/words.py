"""What watches say to people: goals, alerts, and pages that cannot be read any more."""

import re
from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from urllib.parse import urlsplit

from contracts.readings import ReadingOutcome
from contracts.watches import WatchAlerted
from services.scheduler.watches.decider import Watch, threshold
from taskflow import zones
from taskflow.words import values
from taskflow.words.languages import SOURCE
from taskflow.words.message import Message

LONGEST_TITLE = 80
_MARKS = re.compile(r"[*_~`\s]+")

_LOST = Message(
    "⚠️ I cannot read the page of **{name}** any more: {why}. "
    "I keep trying now and then, and you will hear from me when it matters."
)
_NEVER_READ = Message(
    "⚠️ I could not read the page of **{name}** that you asked me to watch: {why}. "
    "I tried twice, and I keep trying now and then."
)
_WHY: Mapping[ReadingOutcome, Message] = {
    "blocked": Message("the shop turns me away"),
    "not_found": Message("the page is gone"),
    "unclear": Message("I cannot tell its price for certain"),
    "unreachable": Message("the shop does not answer"),
}
_LOST_ANYHOW = Message("it does not answer as it did")
_NEVER_READ_ANYHOW = Message("it does not answer as it should")

_BELOW = Message("below {amount}")
_DOWN = Message("down by {percent}")
_DOWN_TO = Message("down by {percent}, to {amount} or less")
_IN_STOCK = Message("back in stock")

_IS_BELOW = Message("📉 **{name}** is now {now}, below your {limit}.")
_IS_BELOW_AND_WAS = Message("📉 **{name}** is now {now} (it was {was}), below your {limit}.")
_IS_DOWN = Message("📉 **{name}** is now {now}: {percent} down from {first}.")
_IS_DOWN_AND_WAS = Message(
    "📉 **{name}** is now {now} (it was {was}): {percent} down from {first}."
)
_IS_BACK = Message("📦 **{name}** is back in stock.")
_IS_BACK_AT = Message("📦 **{name}** is back in stock at {now}.")
_OTHER_CURRENCY = Message("(The page's prices are in {currency}.)")
_SEEN = Message("_Seen at {time}, checked twice._")


def money(amount: Decimal, currency: str | None, language: str = SOURCE) -> str:
    """`€79.90`; the bare number where no currency is known."""
    return values.money(amount, currency, language)


def name_of(title: str | None, url: str) -> str:
    """The page's words, without what WhatsApp would take for markup; else where it is."""
    words = _MARKS.sub(" ", title or "").strip()
    if not words:
        return urlsplit(url).hostname or url
    return words if len(words) <= LONGEST_TITLE else f"{words[: LONGEST_TITLE - 1].rstrip()}…"


def goal_of(state: Watch, language: str = SOURCE) -> str:
    match state.goal:
        case "below":
            return _BELOW.said(language, amount=_limit(state, language))
        case "drop":
            assert state.drop_percent is not None, "such a watch has a percentage"
            limit, percent = threshold(state), values.percent(state.drop_percent, language)
            if limit is None:
                return _DOWN.said(language, percent=percent)
            amount = money(limit, state.currency, language)
            return _DOWN_TO.said(language, percent=percent, amount=amount)
        case "back_in_stock":
            return _IN_STOCK.said(language)


def _limit(state: Watch, language: str) -> str:
    assert state.below is not None, "such a watch has an amount"
    return money(state.below, state.currency or state.told_currency, language)


def alert(
    state: Watch, alerted: WatchAlerted, name: str, url: str, seen_at: datetime, *, language: str
) -> str:
    """One alert: what it is now, what it was, where, and how fresh that is."""
    there = seen_at.astimezone(zones.of(state.zone))
    seen = _SEEN.said(language, time=values.clock_time(there, language))
    what = _news(state, alerted, name, language)
    if state.goal == "below" and state.told_currency not in {None, alerted.currency}:
        what += f" {_OTHER_CURRENCY.said(language, currency=alerted.currency)}"
    return f"{what}\n{url}\n{seen}"


def _news(state: Watch, alerted: WatchAlerted, name: str, language: str) -> str:
    def amount_text(amount: Decimal | None) -> str:
        return "" if amount is None else money(amount, alerted.currency, language)

    now, was = amount_text(alerted.now), amount_text(alerted.was)
    match state.goal:
        case "below":
            news = _IS_BELOW_AND_WAS if was else _IS_BELOW
            limit = _limit(state, language)
            return news.said(language, name=name, now=now, was=was, limit=limit)
        case "drop":
            news = _IS_DOWN_AND_WAS if was else _IS_DOWN
            down = values.percent(_percent_down(state.first, alerted.now), language)
            first = amount_text(state.first)
            return news.said(language, name=name, now=now, was=was, percent=down, first=first)
        case "back_in_stock" if now:
            return _IS_BACK_AT.said(language, name=name, now=now)
        case "back_in_stock":
            return _IS_BACK.said(language, name=name)


def lost(name: str, url: str, outcome: ReadingOutcome, language: str) -> str:
    why = _WHY.get(outcome, _LOST_ANYHOW).said(language)
    return f"{_LOST.said(language, name=name, why=why)}\n{url}"


def never_read(name: str, url: str, outcome: ReadingOutcome, language: str) -> str:
    why = _WHY.get(outcome, _NEVER_READ_ANYHOW).said(language)
    return f"{_NEVER_READ.said(language, name=name, why=why)}\n{url}"


def _percent_down(first: Decimal | None, now: Decimal | None) -> int:
    return round(100 * (1 - now / first)) if first and now is not None else 0
