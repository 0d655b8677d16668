"""Each thing that must hold between a phone and the gateway: what holds, or what is wrong.

From outside in: what Twilio knows of us, what anybody reaches of us, what Twilio is told to call.
"""

import ipaddress
import socket
import threading
from collections.abc import Generator
from dataclasses import dataclass
from typing import Literal
from urllib.parse import urlsplit

from contracts.replies import LOST, WINDOW_SHUT
from taskflow import clock
from taskflow.cli.connecting.settings import SANDBOX, ConnectSettings
from taskflow.cli.connecting.twilio import (
    Resource,
    TwilioConnection,
    TwilioRefused,
    offline_reasons,
    webhook_of,
    words,
)
from taskflow.cli.web import NoAnswer, ask

State = Literal["ok", "wrong", "open"]

TEXT = "TaskFlow reaches this phone."
LOOK_SECONDS = 0.5
DELIVERED_WITHIN = 60.0
SET_WITHIN = 15.0
ARRIVED = frozenset({"delivered", "read"})
ERRORS = "https://www.twilio.com/docs/errors/"
KEYS = "copy Account SID and Auth Token from console.twilio.com into .env"
NOT_JOINED = 63015
SANDBOX_PAGE = "console.twilio.com, Messaging, Try it out, Send a WhatsApp message"
SANDBOX_STEPS = (
    f"at {SANDBOX_PAGE}, Sandbox settings: put {{}} into When a message comes in, choose POST, Save"
)


@dataclass(frozen=True, slots=True)
class Check:
    what: str
    state: State
    """"open": nobody but a person can tell."""
    says: str
    do: str = ""


def every(
    settings: ConnectSettings, twilio: TwilioConnection, *, to: str | None, set_webhook: bool
) -> Generator[Check]:
    """What a wrong one makes pointless is left out."""
    account = of_account(twilio)
    yield account
    senders = settings.senders if account.state == "ok" else ()
    found = {address: of_sender(address, twilio) for address in senders}
    for sender, _ in found.values():
        yield sender
    yield from of_public_url(settings)
    for address, (sender, resource) in found.items():
        if sender.state == "ok":
            yield _webhook(settings, twilio, address, resource, set_it=set_webhook)
            if to:
                yield round_trip(twilio, address, to)


def _webhook(
    settings: ConnectSettings,
    twilio: TwilioConnection,
    address: str,
    resource: Resource | None,
    *,
    set_it: bool,
) -> Check:
    if resource:
        return of_webhook(settings, twilio, address, resource, set_it=set_it)
    says = "Twilio lets no program see or set the sandbox's"
    return Check("webhook", "open", says, SANDBOX_STEPS.format(settings.webhook))


def of_account(twilio: TwilioConnection) -> Check:
    try:
        account = twilio.account()
    except (TwilioRefused, NoAnswer) as error:
        return _failed("account", error)
    if account.get("status") != "active":
        says = f"Twilio says it is {words(account.get('status')) or 'no account'}"
        return Check("account", "wrong", says, "look at console.twilio.com")
    return Check("account", "ok", f"active, {words(account.get('type'))}; Twilio takes the key")


def of_sender(address: str, twilio: TwilioConnection) -> tuple[Check, Resource | None]:
    """With the sender as Twilio tells it; None for the sandbox's."""
    try:
        sender = twilio.sender(address)
    except (TwilioRefused, NoAnswer) as error:
        return _failed("sender", error), None
    if sender is None and address == SANDBOX:
        says = "the sandbox's: who wants to write to it joins first, for three days"
        return Check("sender", "ok", says), None
    if sender is None:
        says = f"the account has no WhatsApp sender {address}"
        do = "set TWILIO_WHATSAPP_FROM to one of console.twilio.com, Messaging, WhatsApp senders"
        return Check("sender", "wrong", says, do), None
    status = words(sender.get("status"))
    if not status.startswith("ONLINE"):
        why = offline_reasons(sender)
        says = f"{address} is {status}" + (f": {why}" if why else "")
        return Check("sender", "wrong", says, "mend it at Twilio; only ONLINE ones send"), sender
    return Check("sender", "ok", f"{address} is registered and {status}"), sender


def of_public_url(settings: ConnectSettings) -> Generator[Check]:
    """As anybody reaches it; a message is not faked, for only Twilio can sign one."""
    reach = _reach(settings)
    yield reach
    if reach.state == "ok":
        yield _refusal(settings)


def _reach(settings: ConnectSettings) -> Check:
    what, url = "PUBLIC_URL", settings.public_url
    parts = urlsplit(url)
    if settings.twilio_api_url is None:
        if parts.scheme != "https":
            return Check(what, "wrong", f"{url} is not https", "give it a certificate, or a tunnel")
        if not _is_public(parts.hostname or ""):
            says = f"{url} leads to this machine or a network of its own: Twilio cannot call it"
            return Check(what, "wrong", says, "set it to a public name, or start with --tunnel")
    try:
        answer = ask("GET", settings.webhook)
    except NoAnswer as error:
        do = "is the gateway up, and its name, certificate and tunnel right?"
        return Check(what, "wrong", f"{settings.webhook} does not answer: {error}", do)
    facts = answer.json_object()
    if answer.status != 200 or "taskflow" not in facts:
        says = f"{settings.webhook} answers {answer.status}, and not as TaskFlow's gateway"
        return Check(what, "wrong", says, f"lead it to port {settings.taskflow_gateway_port}")
    if facts.get("url") != settings.webhook:
        says = f"the gateway there checks signatures for {words(facts.get('url'))}"
        return Check(what, "wrong", says, f"start it with PUBLIC_URL={url}")
    return Check(what, "ok", f"{settings.webhook} is TaskFlow's gateway")


def _refusal(settings: ConnectSettings) -> Check:
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    try:
        status = ask("POST", settings.webhook, headers=form, body=b"").status
    except NoAnswer as error:
        return Check("signatures", "wrong", f"a POST has no answer: {error}", "let POST through")
    if status != 403:
        says = f"a message that nobody signed is answered {status}, not 403"
        do = "let POST through to the gateway, and leave TASKFLOW_CHECK_SIGNATURES alone"
        return Check("signatures", "wrong", says, do)
    return Check("signatures", "ok", "a message that Twilio did not sign is refused")


def of_webhook(
    settings: ConnectSettings,
    twilio: TwilioConnection,
    address: str,
    sender: Resource,
    *,
    set_it: bool,
) -> Check:
    if _is_set(settings, sender):
        says = f"Twilio posts messages to {address} to {settings.webhook}"
        return Check("webhook", "ok", says)
    if not set_it:
        webhook = webhook_of(sender)
        callback_url = words(webhook.get("callback_url")) or "nowhere"
        by = words(webhook.get("callback_method"))
        says = f"Twilio sends messages to {address} to {callback_url} by {by}"
        do = f"say --set-webhook, or put {settings.webhook} with POST at the sender yourself"
        return Check("webhook", "wrong", says, do)
    try:
        twilio.set_webhook(sender, settings.webhook)
        until = clock.monotonic() + SET_WITHIN
        while clock.monotonic() < until:
            now = twilio.sender(address)
            if now and _is_set(settings, now):
                says = f"set now: Twilio posts messages to {address} to {settings.webhook}"
                return Check("webhook", "ok", says)
            _pause()
    except (TwilioRefused, NoAnswer) as error:
        return _failed("webhook", error)
    says = f"taken, but not in force after {SET_WITHIN:.0f} s"
    return Check("webhook", "wrong", says, "run this again in a minute")


def _is_set(settings: ConnectSettings, sender: Resource) -> bool:
    """What follows a `#` tunes Twilio's patience, and is no part of the address."""
    webhook = webhook_of(sender)
    address = str(webhook.get("callback_url") or "").partition("#")[0]
    return address == settings.webhook and webhook.get("callback_method") == "POST"


def round_trip(twilio: TwilioConnection, address: str, to: str) -> Check:
    """One message, never sent twice: where its outcome is unknown, that is said."""
    try:
        sent = twilio.send(address, f"whatsapp:{to}", TEXT)
        sid, until = words(sent.get("sid")), clock.monotonic() + DELIVERED_WITHIN
        while (status := sent.get("status")) not in ARRIVED | LOST and clock.monotonic() < until:
            _pause()
            sent = twilio.message(sid)
    except (TwilioRefused, NoAnswer) as error:
        return _failed("round trip", error)
    if status in ARRIVED:
        says = f"a message from {address} to {to} is {status} ({sid})"
        return Check("round trip", "ok", says)
    if status in LOST:
        return _lost(address, to, sent)
    says = f"a message to {to} is still {words(status)} after {DELIVERED_WITHIN:.0f} s ({sid})"
    return Check("round trip", "wrong", says, "is the phone on, and has it WhatsApp?")


def _lost(address: str, to: str, sent: Resource) -> Check:
    code = sent.get("error_code")
    number = address.removeprefix("whatsapp:")
    do = {
        NOT_JOINED: f"from {to}, send `join <the words at {SANDBOX_PAGE}>` to {number}",
        WINDOW_SHUT: f"from {to}, write anything to {number} first: that opens 24 hours",
    }.get(code if isinstance(code, int) else 0, f"see {ERRORS}{words(code)}")
    says = f"a message to {to} is {sent.get('status')}, {words(code)}: "
    return Check("round trip", "wrong", says + words(sent.get("error_message")), do)


def _failed(what: str, error: TwilioRefused | NoAnswer) -> Check:
    if isinstance(error, NoAnswer):
        return Check(what, "wrong", f"Twilio does not answer: {error}", "look at the network")
    says = f"Twilio answers {error.status}, {error.code}: {error}"
    if error.status == 401:
        return Check(what, "wrong", says, KEYS)
    if error.status == 429:
        return Check(what, "wrong", says, f"wait {error.retry_after or 60} s, then again")
    return Check(what, "wrong", says, f"see {ERRORS}{error.code}" if error.code else "try again")


def _is_public(host: str) -> bool:
    """Unknown names pass: the request tells what is wrong with them."""
    try:
        found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        return True
    return all(ipaddress.ip_address(str(answer[4][0])).is_global for answer in found)


def _pause() -> None:
    threading.Event().wait(LOOK_SECONDS)
