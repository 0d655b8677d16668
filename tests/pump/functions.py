"""The functions that take foreign text, by the doors through which it comes.

A message, a button or a profile's name; a form of Twilio's; a model's answer and its arguments; a
reply; an address. Each takes one text here, and what it answers or refuses does not matter.
"""

# ruff: noqa: E501, Q003 - a table is read by its lines

import contextlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any, get_args
from uuid import UUID

from contracts import buttons
from contracts.conversation import Button, MessageReceived, ReplyReady, Usage
from contracts.declarations import Argument
from contracts.media import MediaKept
from contracts.places import Location
from contracts.profile import ProfileKind
from contracts.recorded import Message, Recorded
from services.agent import decider
from services.agent.asking import cards, hearing, messages, results, second_look
from services.agent.asking.attachments import Attachment, WithMedia
from services.agent.asking.gemini import Answer
from services.agent.buttons import offering
from services.agent.exporting import workbook
from services.agent.judging import addresses, private, proposals
from services.agent.judging.addresses import KnownAddresses
from services.agent.judging.answer_size import fitted
from services.agent.judging.answers import Circumstances, answered, telling_again
from services.agent.judging.evidence import arguments, wishes, words
from services.agent.judging.own_writes import OwnCall
from services.agent.judging.verdicts import Standing
from services.agent.memory import index_words
from services.agent.memory.fact_tools import FactKeeping
from services.agent.memory.profile.facts import Profile
from services.agent.speaking import identifying
from services.agent.what_if import comparing
from services.gateway.channels import kinds, zones
from services.gateway.channels.twilio import inbound, pins, quick_replies, signature, urlencoded
from services.gateway.channels.twilio.attachments import Attachments
from services.gateway.channels.twilio.forms import Unusable, inbound_form
from services.gateway.saying import digest, parts
from services.gateway.saying.formatting import for_whatsapp
from services.scheduler import meant, recurrence, rule_words
from services.scheduler.tools import SetReminder
from services.scheduler.watches import words as watch_words
from services.scheduler.when import zone_names
from services.scheduler.when.arguments import When
from services.scheduler.when.resolver import resolve
from services.tools.browsing import fetcher
from services.tools.egress import targets
from services.tools.egress.refused import EgressRefused
from services.tools.pages import reading as reading_of_pages
from services.tools.pages.locale_hints import Hints
from services.tools.pages.page import Page
from services.tools.pages.prices import currencies, mentions, money, price_text
from services.tools.searching import airports, shopping
from services.tools.searching.flight_arguments import FlightSearch
from simulators.gemini.brain import planner
from simulators.gemini.errors import GoogleError
from simulators.gemini.wire import GenerateRequest
from simulators.phone import address
from simulators.serpapi import google
from simulators.serpapi.errors import SearchRefused
from simulators.twilio import validation
from simulators.twilio.errors import TwilioError
from taskflow import foreign_text, tooling
from taskflow import zones as clock_zones
from taskflow.log import web_addresses
from taskflow.process import reporting
from taskflow.process.senders import senders_of
from taskflow.time_travel.replacing import Replacing
from taskflow.words import labels, languages, typed
from taskflow.words.languages import LANGUAGES
from tests.pump.cost import KB, LARGE
from tests.support.events import answer, offer, own_words
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


_KEPT = MediaKept(
    message=UUID(int=1),
    index=0,
    of=1,
    media=UUID(int=2),
    content_type="audio/ogg",
    size=1,
    sha256="0",
)
HOME = Hints(("de",), ("DE",))
LONGEST_QUERY = 2_000
"""Characters that a look-up sends at most."""


def _told_of(text: str) -> object:
    facts = [private.PrivateFact("name", "Ada"), private.PrivateFact("home", "Lisbon")]
    return private.leak_in({"query": text}, facts, [text], KnownAddresses())


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
    remind = offer("set_reminder").model_copy(
        update={"effect": "own", "declared": [Argument(name="text", evidence="text")]}
    )
    return Circumstances(
        offered={"search_web": offer(), "pay_bill": pay, "set_reminder": remind},
        zone="Europe/Berlin",
        zone_known=False,
        now=START + timedelta(days=1),
        in_reply_to="SM1",
        may_repair=True,
        may_catch=False,
        standing=Standing(typed=own_words(*said), now=said),
    )


def _search_for(text: str) -> object:
    route = {"origin": text, "destination": text, "departure_date": "2026-12-04"}
    forms = dict.fromkeys(("airlines", "avoid_airports", "outbound_times", "layover_minutes"), text)
    return FlightSearch.model_validate({**route, **forms, "further_flights": [text]})


def _answered(text: str) -> object:
    """What a model's words go through: cut, judged, corrected, quoted if they must be again."""
    content, finish = fitted({"role": "model", "parts": [{"text": text}]}, "STOP")
    fact = answer(TURN, 1, text="").model_copy(update={"content": content, "finish_reason": finish})
    return telling_again(answered(fact, _given()), {UUID(int=7): text}, "en")


def _medium(text: str) -> object:
    """A file's type and its first bytes, as anybody may send them."""
    data = text.encode("utf-8", "replace")
    announced = kinds.named(text)
    return kinds.may_be_kept(announced), kinds.kept_as(announced, data[: kinds.HEAD])


def _medium_at(text: str) -> object:
    """An address of media, in a form's bounds."""
    twilio = Attachments.__new__(Attachments)
    twilio._messages = "https://api.twilio.com/"
    return twilio._place(twilio._messages + text[:2_048])


def _heard(text: str) -> object:
    said = {"role": "model", "parts": [{"text": text}]}
    told = hearing.accepted(Answer(said, "STOP", Usage(), None, "m", 1), _KEPT)
    note = Attachment("audio/ogg", _KEPT, told)
    sent = {"message_ref": "SM", "channel": "whatsapp", "kind": "text", "text": text}
    message = WithMedia.model_construct(
        **{**dict(MessageReceived.model_validate(sent)), "attachments": (note,)}
    )
    recorded = Recorded(
        event=message, event_id=UUID(int=1), stream="s", version=1, position=1, transaction_id=1,
        user_id=None, cause=None, correlation=UUID(int=1), trace=None, recorded_at=START,
    )  # fmt: skip
    reply = ReplyReady(turn=TURN, kind="answer", text="Done.")
    return hearing.heard_first([reply], [recorded], "en"), messages.words(message, None, set())


def _looked(text: str) -> object:
    content, finish = fitted({"role": "model", "parts": [{"text": text}]}, "STOP")
    return second_look.accepted(Answer(content, finish, Usage(), None, "m", 1), {"set_reminder"})


def _replied(text: str) -> object:
    told = {"text": text, "language": text, "says_done": [text, text[:50]], "suggestions": [text]}
    content, finish = fitted(answer(TURN, 1, calls=(("reply", told),)).content, "STOP")
    fact = answer(TURN, 1, text="").model_copy(update={"content": content, "finish_reason": finish})
    return answered(fact, replace(_given(), may_catch=False))


def _called(text: str) -> object:
    calls = (
        ("pay_bill", {"sum": text, text[:50]: 1}),
        ("set_reminder", {"text": text[:500], "said": [text[:900]]}),
    )
    content, finish = fitted(answer(TURN, 1, calls=calls).content, "STOP")
    fact = answer(TURN, 1, text="").model_copy(update={"content": content, "finish_reason": finish})
    return answered(fact, _given(text, text, text))


def _wished(text: str) -> object:
    """A span of a model's against four messages of its user's, none of which is what it says."""
    return wishes.wish([text[:1_000], text[:900] + "9", "remind me"], own_words(*[text] * 4))


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


def _remembered(text: str) -> object:
    """A fact of each kind, its value and the user's words of that text."""
    now = datetime(2026, 11, 23, tzinfo=UTC)
    sent = MessageReceived(message_ref="SM", channel="whatsapp", kind="text", text=text)
    typed = Recorded(
        event=sent, event_id=UUID(int=1), stream="s", version=1, position=1, transaction_id=1,
        user_id=None, cause=None, correlation=UUID(int=1), trace=None, recorded_at=now,
    )  # fmt: skip
    keeping = FactKeeping(Profile(), [typed], now, "UTC")
    calls = [
        OwnCall(UUID(int=2), "remember", {"kind": kind, "value": text[:120], "said": [text]})
        for kind in get_args(ProfileKind)
    ]
    return [[keeping.is_loose(call) for call in calls], keeping.done(calls)]


ALL = [
    TextFunction("gateway form", lambda t: urlencoded.parsed(f"Body={t}".encode("utf-8", "replace")), BODY),
    TextFunction("gateway signature", _signed, BODY),
    TextFunction("gateway message", _message, BODY),
    TextFunction("gateway address", zones.zone_of, BODY),
    TextFunction("gateway formatting", for_whatsapp, LARGE, 1_500, growth=False),
    TextFunction("gateway parts", lambda t: parts.parts_of(t, below_a_picture=True), BODY, 1_500, growth=False),
    TextFunction("a button's payload", buttons.read, BODY),
    TextFunction("gateway pins", lambda t: pins.fields(Location(latitude=1.5, longitude=2.5, name=t, address=t)), LARGE, 700),
    TextFunction("senders", senders_of, LARGE, 700),
    TextFunction("gateway buttons", lambda t: quick_replies.over_buttons(t, [Button(payload="yes", label="Yes")]), LARGE, 700),
    TextFunction("a digest", lambda t: digest.fitting([t] * 3, t[:20]), BODY, 4_500, growth=False),
    TextFunction("a label", lambda t: labels.shortened(t, 24), BODY, 700, growth=False),
    TextFunction("own data", lambda t: workbook.workbook([workbook.SheetTable(t, [[t, t]])], b""), LARGE, 1_500),
    TextFunction("agent suggestions", lambda t: offering.suggested([t, t[:20]], ["set_reminder"], "", "en"), BODY, 1_500, growth=False),
    TextFunction("gateway medium", _medium, BODY),
    TextFunction("gateway medium's place", _medium_at, BODY),
    TextFunction("agent voice note", _heard, LARGE, 700, growth=False),
    TextFunction("agent contact card", lambda t: cards.as_text(t.encode("utf-8", "replace")), LARGE, 1_500),
    TextFunction("agent stop word", decider.is_stop_word, BODY),
    TextFunction("agent languages", identifying.likelihoods, BODY, 1_500, growth=False),
    TextFunction("a typed word", lambda t: typed.YES.is_said(t, LANGUAGES), BODY),
    TextFunction("whose typed word", lambda t: typed.language_of(t, LANGUAGES), BODY),
    TextFunction("agent yes", lambda t: proposals.is_affirmative(t, ["de"]), BODY),
    TextFunction("agent remembered", _remembered, BODY, 1_500, growth=False),
    TextFunction("agent index words", lambda t: index_words.stems(index_words.words(t)), BODY, 700, growth=False),
    TextFunction("agent look", _looked, LARGE, 700, growth=False),
    TextFunction("agent wish", _wished, LARGE, 1_500, growth=False),
    TextFunction("agent own text", lambda t: arguments.is_own_text(t[:1_000], [t, t, t]), LARGE, 1_500, growth=False),
    TextFunction("agent own number", lambda t: arguments.is_own_number(7, [t, t, t]), LARGE, 1_500, growth=False),
    TextFunction("agent quotes", words.quotes, LARGE),
    TextFunction("agent reply", _replied, LARGE, 1_500, growth=False),
    TextFunction("agent answer", _answered, LARGE, 1_500, growth=False),
    TextFunction("agent calls", _called, LARGE, 1_500, growth=False),
    TextFunction("agent addresses", lambda t: addresses.checked(t, KnownAddresses([t])), LARGE, 1_500, growth=False),
    TextFunction("agent private words", _told_of, LONGEST_QUERY, 1_500, growth=False),
    TextFunction("recorded case", Replacing({"Ada": "Robin", "New York": "Exampleton"}).text, BODY, 1_500, growth=False),
    TextFunction("foreign text, as the log keeps it", foreign_text.storable, BODY),
    TextFunction("a tag of a language", languages.is_tag, BODY),
    TextFunction("operator terminal", foreign_text.for_terminal, BODY, 700),
    TextFunction("agent proposal shown", proposals._without_imitations, LARGE),
    TextFunction("agent result", _shortened, LARGE),
    TextFunction("agent what-if", lambda t: comparing.words_in(comparing.pieces("a", t[:4_000])[1]), BODY, 700, growth=False),
    TextFunction("told addresses", web_addresses.urls_in, LARGE, 500),
    TextFunction("told address", web_addresses.canonical, LARGE),
    TextFunction("contracts message", Message.model_validate_json, LARGE),
    TextFunction("taskflow report", reporting._frame, BODY),
    TextFunction("zone name", clock_zones.known, LARGE),
    TextFunction("scheduler when", lambda t: resolve(When.model_validate({"date": t, "time": t, "until": t, "zone": t[:64]}), "UTC", START, START), LARGE),
    TextFunction("scheduler zone named", lambda t: zone_names.named(t[:64], START), LARGE),
    TextFunction("scheduler zone", recurrence.check_zone, BODY, 1_500, growth=False),
    TextFunction("scheduler rule", lambda t: recurrence.check_rule("2026-12-01T09:00:00", t[:200]), KB, 1_500, growth=False),
    TextFunction("scheduler rule kept", lambda t: meant.as_meant("2026-12-31T09:00:00", f"FREQ=MONTHLY;{t}", "UTC"), LARGE),
    TextFunction("scheduler rule told", lambda t: rule_words.rule_in_words(f"FREQ=MONTHLY;BYDAY={t}", "2026-12-31T09:00:00"), BODY, 700, growth=False),
    TextFunction("scheduler arguments", lambda t: SetReminder.model_validate({"text": t, "at": t, "rrule": t}), LARGE),
    TextFunction("tools place", _placed, KB, 1_500, growth=False),
    TextFunction("scheduler title", lambda t: watch_words.name_of(t, "https://a.b"), BODY),
    TextFunction("tools page", _page, BODY, 1_500, growth=False),
    TextFunction("tools page of a text", _page_of, BODY, 1_500, growth=False),
    TextFunction("tools flights", _search_for, LARGE),
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
    SearchRefused,
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
