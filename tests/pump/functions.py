"""The functions that take foreign text, by the doors through which it comes.

A message, a button or a profile's name; a form of Twilio's; a model's answer and its arguments; a
reply; an address. Each takes one text here, and what it answers or refuses does not matter.
"""

# ruff: noqa: E501, Q003 - a table is read by its lines

import contextlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from contracts.recorded import Message
from services.agent import decider
from services.agent.asking import results
from services.agent.judging import addresses, grounding, private, proposals, truth
from services.agent.judging.addresses import Known
from services.agent.judging.answer_size import LONGEST_TEXT, fitted
from services.agent.judging.answers import Circumstances, answered, telling_again
from services.agent.judging.policy import Standing
from services.agent.leaving import leaving
from services.agent.memory import index_words, zone_answer
from services.agent.memory.profile import reading
from services.agent.what_if import comparing
from services.gateway.channels import inbound, parts, signature, zones
from services.gateway.channels.formatting import for_whatsapp
from services.gateway.channels.forms import Unusable, inbound_form
from services.scheduler import meant, recurrence, rule_words
from services.scheduler.tools import SetReminder
from services.scheduler.watches import words as watch_words
from services.tools.browsing import fetcher
from services.tools.egress import targets
from services.tools.egress.refused import EgressRefused
from services.tools.pages import reading as reading_of_pages
from services.tools.pages.locale_hints import Hints
from services.tools.pages.page import Page
from services.tools.pages.prices import currencies, mentions, money, price_text
from services.tools.searching import airports, shopping
from simulators.gemini.brain import planner
from simulators.gemini.errors import GoogleError
from simulators.gemini.wire import GenerateRequest
from simulators.phone import address
from simulators.serpapi import google
from simulators.serpapi.errors import Refused
from simulators.twilio import validation
from simulators.twilio.errors import TwilioError
from taskflow import foreign_text, tooling
from taskflow.log import told
from taskflow.process import reporting
from tests.pump.cost import KB, LARGE
from tests.support.events import answer, offer
from tests.support.memory_log import START

BODY = 64 * KB
"""A webhook's body, and so a message."""
TURN = UUID(int=42)
_SID = "SM" + "a" * 32


@dataclass(frozen=True, slots=True)
class TextFunction:
    name: str
    call: Callable[[str], object]
    largest: int
    """Characters that can come, or that are tried where a limit is kept inside."""
    times: float = 250
    """Plain passes over the text that it may take."""
    growth: bool = True
    """Whether its growth is judged: not where it is bounded by a size within those tried."""


HOME = Hints(("de",), ("DE",))
LONGEST_QUERY = 2_000
"""Characters that a look-up sends at most."""


def _told_of(text: str) -> object:
    facts = [private.PrivateFact("name", "Ada"), private.PrivateFact("home", "Lisbon")]
    return private.told({"query": text}, facts, [text], Known())


def _message(text: str) -> object:
    form = {
        "MessageSid": [_SID],
        "AccountSid": ["AC" + "0" * 32],
        "From": ["whatsapp:+4915112345678"],
        "To": ["whatsapp:+14155238886"],
        "NumMedia": ["0"],
        "Body": [text],
    }
    more = {"ProfileName": [text], "Label": [text], "Latitude": ["1"], "Longitude": ["1"]}
    try:
        return inbound.message(inbound_form({**form, **more}))
    except Unusable as refused:
        return refused


def _signed(text: str) -> object:
    return signature.is_twilios(["token"], "https://a.example/webhook", {"Body": [text]}, "x")


def _given(*said: str) -> Circumstances:
    pay = offer("pay_bill").model_copy(update={"effect": "confirm"})
    remind = offer("set_reminder").model_copy(update={"effect": "own", "grounded": ["text"]})
    return Circumstances(
        offered={"search_web": offer(), "pay_bill": pay, "set_reminder": remind},
        zone="Europe/Berlin",
        zone_known=False,
        now=START + timedelta(days=1),
        in_reply_to="SM1",
        may_repair=True,
        may_catch=False,
        standing=Standing(said=said),
    )


def _answered(text: str) -> object:
    """What a model's words go through: cut, judged, corrected, quoted if they must be again."""
    content, finish = fitted({"role": "model", "parts": [{"text": text}]}, "STOP")
    fact = answer(TURN, 1, text="").model_copy(update={"content": content, "finish_reason": finish})
    return telling_again(answered(fact, _given()), {UUID(int=7): text})


def _called(text: str) -> object:
    calls = (("pay_bill", {"sum": text, text[:50]: 1}), ("set_reminder", {"text": text[:500]}))
    content, finish = fitted(answer(TURN, 1, calls=calls).content, "STOP")
    fact = answer(TURN, 1, text="").model_copy(update={"content": content, "finish_reason": finish})
    return answered(fact, _given(text, text, text))


def _brain(text: str) -> object:
    contents = [{"role": "user", "parts": [{"text": text}]}]
    request: Any = GenerateRequest.model_validate({"contents": contents})
    return planner.decide(request)


def _shortened(text: str) -> object:
    """What is stored has no half of a surrogate pair."""
    stored = text.encode("utf-8", "replace").decode()
    return results.shortened({"pages": [{"text": stored}, stored]})


def _order(text: str) -> object:
    return validation.parse_form(f"Body={text}&To={text}".encode("utf-8", "replace"))


def _placed(text: str) -> object:
    with contextlib.suppress(tooling.Refused):
        return airports.resolve(text[: airports.MOST_CHARACTERS])


def _page(html: str) -> object:
    page = Page("https://shop.example.com/p/shoe", html, 200, "http", None, START)
    return reading_of_pages.read(page, product="trail shoe")


def _page_of(text: str) -> object:
    """The text where people see it, and where metadata hold it."""
    script = f'<script type="application/ld+json">{text}</script>'
    meta = '<meta property="og:price:amount" content="{}">'.format(text.replace('"', ""))
    shown = f"<main><h1>Trail shoe</h1><p class='price'>{text}</p><p>{text}</p></main>"
    return _page(f"<html lang=en><head>{script}{meta}</head><body>{shown}</body></html>")


ALL = [
    TextFunction("gateway form", lambda t: signature.parsed(f"Body={t}".encode("utf-8", "replace")), BODY),
    TextFunction("gateway signature", _signed, BODY),
    TextFunction("gateway message", _message, BODY),
    TextFunction("gateway address", zones.zone_of, BODY),
    TextFunction("gateway formatting", for_whatsapp, LARGE, 1_500, growth=False),
    TextFunction("gateway parts", lambda t: parts.parts_of(t, below_a_picture=True), BODY, 1_500, growth=False),
    TextFunction("agent stop word", decider.is_stop_word, BODY),
    TextFunction("agent zone answer", zone_answer._named, BODY),
    TextFunction("agent profile", reading.read, BODY, 1_500, growth=False),
    TextFunction("agent leaving", leaving.asks, BODY, 1_500, growth=False),
    TextFunction("agent leaving again", leaving._says_yes_again, BODY, 1_500, growth=False),
    TextFunction("agent yes", proposals.is_affirmative, BODY),
    TextFunction("agent index words", lambda t: index_words.stems(index_words.words(t)), BODY, 700, growth=False),
    TextFunction("agent grounding", lambda t: grounding.stands(t[:1_000], [t, t, t]), BODY, 700, growth=False),
    TextFunction("agent grounded number", lambda t: grounding.stands(7, [t, t, t]), BODY, 900, growth=False),
    TextFunction("agent claims", truth.claims, LONGEST_TEXT, 1_500, growth=False),
    TextFunction("agent corrected", lambda t: truth.corrected(t, ["book", "remind"]), LONGEST_TEXT, 1_200, growth=False),
    TextFunction("agent answer", _answered, LARGE, 1_500, growth=False),
    TextFunction("agent calls", _called, LARGE, 1_500, growth=False),
    TextFunction("agent addresses", lambda t: addresses.checked(t, Known([t])), LARGE, 1_500, growth=False),
    TextFunction("agent private words", _told_of, LONGEST_QUERY, 1_500, growth=False),
    TextFunction("operator terminal", foreign_text.for_terminal, BODY, 700),
    TextFunction("agent proposal shown", proposals._without_imitations, LARGE),
    TextFunction("agent result", _shortened, LARGE),
    TextFunction("agent what-if", lambda t: comparing.words_in(comparing.pieces("a", t[:4_000])[1]), BODY, 700, growth=False),
    TextFunction("told addresses", told.urls_in, LARGE, 500),
    TextFunction("told address", told.canonical, LARGE),
    TextFunction("contracts message", Message.model_validate_json, LARGE),
    TextFunction("taskflow report", reporting._frame, BODY),
    TextFunction("scheduler zone", recurrence.check_zone, BODY, 1_500, growth=False),
    TextFunction("scheduler rule", lambda t: recurrence.check_rule("2026-12-01T09:00:00", t[:200]), KB, 1_500, growth=False),
    TextFunction("scheduler rule kept", lambda t: meant.as_meant("2026-12-31T09:00:00", f"FREQ=MONTHLY;{t}", "UTC"), LARGE),
    TextFunction("scheduler rule told", lambda t: rule_words.rule_in_words(f"FREQ=MONTHLY;BYDAY={t}", "2026-12-31T09:00:00"), BODY, 700, growth=False),
    TextFunction("scheduler arguments", lambda t: SetReminder.model_validate({"text": t, "at": t, "rrule": t}), LARGE),
    TextFunction("tools place", _placed, KB, 1_500, growth=False),
    TextFunction("scheduler title", lambda t: watch_words.name_of(t, "https://a.b"), BODY),
    TextFunction("tools page", _page, BODY, 1_500, growth=False),
    TextFunction("tools page of a text", _page_of, BODY, 1_500, growth=False),
    TextFunction("tools offer", lambda t: shopping.offers([{"title": t, "source": t, "price": t, "link": t}], "EUR"), BODY),
    TextFunction("tools encoding", lambda t: fetcher._decoded(t.encode("utf-8", "replace"), None), BODY),
    TextFunction("tools mentions", lambda t: list(mentions.mentions(t, HOME)), BODY, 1_500, growth=False),
    TextFunction("tools price", lambda t: price_text.price_of(t, HOME, t), BODY, 700, growth=False),
    TextFunction("tools number", lambda t: money.number_of(t, ","), BODY),
    TextFunction("tools currency", lambda t: currencies.currency_of(t, HOME), BODY),
    TextFunction("tools address", targets.of_url, BODY),
    TextFunction("tools authority", targets.of_authority, BODY),
    TextFunction("simulators brain", _brain, BODY, 3_000, growth=False),
    TextFunction("simulators search", lambda t: google.search({"q": t[:2_048]}), KB * 4, 1_500, growth=False),
    TextFunction("simulators order", _order, BODY),
    TextFunction("simulators address", address.is_address, BODY),
]  # fmt: skip
BY_NAME = {one.name: one for one in ALL}

REFUSALS = (
    ValueError, LookupError, RecursionError, ArithmeticError, EgressRefused, GoogleError, TwilioError,
    Refused,
)  # fmt: skip
"""What a door says of a text that it does not take."""


def read(function: TextFunction, text: str) -> None:
    """What it thinks of a text does not matter, how long it thinks does."""
    with contextlib.suppress(*REFUSALS):
        function.call(text)


NAMED = (
    "[", "**a ", "__a ", "~~a ", "[](http://a", "https://a/)", ".", "\n", " ", "if i'll remind you ",
    ", ", ",", "yes x, ", "a. ", "and ",
)  # fmt: skip
"""What stopped a service once."""
FOREIGN = (
    *NAMED, "# ###", "no ", "not ", "please ", "i like ", "my name is ", "remember that i ", "forget me ",
    "http://", "https://a.b/c_d ", "www.a.", "a@", "a.b.", "1,", "1 ", "1.299 ", "7:30 ", "+49 ", "%41", "&a=", "\"", "'",
    "(", "]", "{", "{\"a\":", "[[", "<a ", "</", "&amp;", "<!--", "`", "```\n", "~~~\n", "> ", "- ", "\n- a", "1. ",
    "| a ", "\n|-", "\\", "\\\n", "***a", "*a_", "_a_ ", "![](", ": ", "; ", "? ", "! ", "-", "--", "/", "=",
    "\t", "\r\n", "\x0b", "a", "A", "aa ", "FREQ=DAILY;", "BYDAY=MO,", "from a to ", "watch the ", "find a flight ",
    "shall i do this", "reply yes\n", "I've set a reminder. ", "I'll let you know ", "ich habe ", "$1, ",
    "1€", "1万", "1.5 Mio. ", "€ 1 ", "12x de R$", "ab ", "/kg ", "1€-", "S2 ", "-", "~", "M€",
)  # fmt: skip
