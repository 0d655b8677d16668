"""From a person's phone to TaskFlow: what is typed becomes a signed webhook."""

import asyncio
import json
from dataclasses import dataclass, field

import structlog
from starlette.requests import Request

from simulators.context import SimContext
from simulators.ogg import voice_note
from simulators.phone.address import is_hidden
from simulators.phone.message import WHATSAPP, ChatMessage, Contact
from simulators.phone.pictures import on_phone
from simulators.twilio.account import Account
from simulators.twilio.opt_out import ANSWERS, Kind, kind_of_word
from simulators.twilio.resource import API_VERSION, media_sid_of
from simulators.twilio.webhooks import Params, WebhookAnswer, WebhookSender
from taskflow.clock import new_id, utc_now

VOICE = "audio/ogg"
BUTTON = ("ButtonText", "ButtonPayload")

_log = structlog.get_logger()


@dataclass(frozen=True)
class Enclosed:
    """A file that goes with a message."""

    content_type: str
    data: bytes = field(repr=False)
    name: str | None = None
    said: str | None = None
    """Of a voice note."""


@dataclass(frozen=True)
class MapPlace:
    latitude: str
    longitude: str
    label: str = ""
    address: str = ""


@dataclass(frozen=True)
class PhoneInput:
    """What a person does on the phone. `sid` repeats an earlier message, `copies` at once."""

    user: str
    body: str
    to: str = ""
    """A number of the business; empty: that whose message they answer, or the first."""
    profile_name: str = ""
    bsuid: str = ""
    tells_id: bool = True
    button_payload: str | None = None
    is_pick: bool = False
    """Whether that is a choice of a list."""
    quotes: ChatMessage | None = None
    media_url: str | None = None
    media_type: str | None = None
    file: Enclosed | None = None
    """In place of an address: Twilio serves it."""
    api: str = ""
    """Where Twilio is called, for the address of a file."""
    place: MapPlace | None = None
    forwarded: bool = False
    sid: str | None = None
    copies: int = 1


@dataclass(frozen=True)
class Received:
    message: ChatMessage
    answers: list[WebhookAnswer] = field(default_factory=list[WebhookAnswer])


class Inbound:
    def __init__(self, context: SimContext, webhooks: WebhookSender, account: Account) -> None:
        self._settings, self._phone = context.settings, context.phone
        self._copies = context.copies
        self._webhooks, self._account = webhooks, account

    async def press(self, sid: str, title: str) -> Received | None:
        """A button, or a choice, of a message that is on a phone; None if it is not there."""
        message = self._phone.get(sid)
        buttons = message.buttons if message else ()
        button = next((button for button in buttons if button.title == title), None)
        if message is None or button is None:
            return None
        return await self.receive(
            PhoneInput(
                message.user,
                button.title,
                button_payload=button.id,
                is_pick=message.opens is not None,
                quotes=message,
            )
        )

    async def receive(self, typed: PhoneInput) -> Received:
        """Twilio takes the message whether or not TaskFlow does: it stays listed."""
        contact = self._phone.meet(typed.user, typed.profile_name, typed.bsuid)
        is_new = self._phone.get(typed.sid or "") is None
        message = self._take(typed, contact)
        params = self._params(message, contact, typed)
        if service := self._settings.taskflow_sim_messaging_service:
            params["MessagingServiceSid"] = service
            if kind := kind_of_word(message.body):
                params["OptOutType"] = kind
                if is_new:
                    self._answer(message, kind)
        token = str(new_id())
        posts = [self._post(message.to, params, token) for _ in range(typed.copies)]
        answers = await asyncio.gather(*posts)
        self._note(message.sid, answers)
        return Received(self._phone.get(message.sid) or message, list(answers))

    async def _post(self, sender: str, params: Params, token: str) -> WebhookAnswer:
        url, signed = self._account.target(sender)
        return await self._webhooks.post(url, params, token, signed)

    def _take(self, typed: PhoneInput, contact: Contact) -> ChatMessage:
        known = self._phone.get(typed.sid) if typed.sid else None
        if known:
            return known
        now, file = utc_now(), typed.file
        prefix = "MM" if typed.media_url or file else "SM"
        sid = typed.sid or prefix + new_id().hex
        if file:
            self._copies.keep(sid, file.data)
            self._copies.keep(on_phone(sid), file.data)
        return self._phone.put(
            ChatMessage(
                sid=sid,
                direction="inbound",
                user=typed.user,
                body=typed.body,
                status="received",
                at=now,
                updated=now,
                sent_at=now,
                business=self._business(typed),
                media_url=self._url(sid, typed.api) if file else typed.media_url,
                media_type=file.content_type if file else typed.media_type,
                media_kept=file is not None,
                attached=file.content_type if file else None,
                file_name=file.name if file else None,
                said=file.said if file else None,
                place=typed.place and (typed.place.label or "A place"),
                at_degrees=typed.place and (typed.place.latitude, typed.place.longitude),
                address=typed.place.address if typed.place else "",
                forwarded=typed.forwarded,
                bsuid=contact.bsuid,
                replied_to=typed.quotes.sid if typed.quotes else None,
                is_quote=typed.quotes is not None and typed.button_payload is None,
            )
        )

    def _business(self, typed: PhoneInput) -> str:
        """To whom: the number that they name, or that whose message they answer."""
        answered = typed.quotes.business if typed.quotes else ""
        return typed.to or answered or self._settings.business_address

    def _url(self, sid: str, api: str) -> str:
        base = self._settings.twilio_api_url or api
        account = self._settings.twilio_account_sid
        return f"{base}/{API_VERSION}/Accounts/{account}/Messages/{sid}/Media/{media_sid_of(sid)}"

    def _answer(self, message: ChatMessage, kind: Kind) -> None:
        """Twilio's own word on it: on the phone, and in no list of messages."""
        now = utc_now()
        answer = ChatMessage(
            sid="SM" + new_id().hex,
            direction="outbound",
            user=message.user,
            body=ANSWERS[kind],
            status="delivered",
            at=now,
            updated=now,
            sent_at=now,
            business=message.business,
        )
        self._phone.put(answer)
        self._phone.erase(answer.sid)

    def _note(self, sid: str, answers: list[WebhookAnswer]) -> None:
        """One accepted copy is enough: the bubble tells whether TaskFlow has the message."""
        best = min(answers, key=lambda answer: (answer.status is None, answer.status or 0))
        self._phone.amend(sid, webhook_status=best.status, webhook_error=best.error)
        accepted = best.status is not None and best.status < 300
        log = _log.debug if accepted else _log.warning
        log("twilio.webhook_answered", sid=sid, status=best.status, error=best.error)

    def _params(self, message: ChatMessage, contact: Contact, typed: PhoneInput) -> Params:
        digits = contact.user.removeprefix("+")
        about = {"ProfileName": contact.name, "WaId": digits}
        params = {
            "SmsMessageSid": message.sid,
            "NumMedia": "1" if message.media_url else "0",
            "ProfileName": contact.name,
            "MessageType": _type_of(typed, message),
            "SmsSid": message.sid,
            "WaId": digits,
            "SmsStatus": "received",
            "Body": message.body,
            "To": message.to,
            "NumSegments": "1",
            "ReferralNumMedia": "0",
            "MessageSid": message.sid,
            "AccountSid": self._settings.twilio_account_sid,
            "From": message.from_,
            "ExternalUserId": WHATSAPP
            + (contact.user if is_hidden(contact.user) else contact.bsuid),
            "ChannelMetadata": json.dumps({"type": "whatsapp", "data": {"context": about}}),
            "ApiVersion": API_VERSION,
        }
        if not typed.tells_id:
            del params["ExternalUserId"]
        if typed.button_payload is not None:
            title, payload = ("ListTitle", "ListId") if typed.is_pick else BUTTON
            params |= {title: message.body, payload: typed.button_payload}
        if typed.quotes:
            params["OriginalRepliedMessageSid"] = typed.quotes.sid
            params["OriginalRepliedMessageSender"] = typed.quotes.from_
        if typed.forwarded:
            params["Forwarded"] = "true"
        if typed.place:
            place = typed.place
            params |= {"Latitude": place.latitude, "Longitude": place.longitude}
            named = {"Label": place.label, "Address": place.address}
            params |= {name: value for name, value in named.items() if value}
        if message.media_url:
            params["MediaUrl0"] = message.media_url
            params["MediaContentType0"] = message.media_type or "application/octet-stream"
        return params


def _type_of(typed: PhoneInput, message: ChatMessage) -> str:
    """A tap is a "button" under an approved template, and "interactive" under all else."""
    if typed.button_payload is not None:
        is_free_form = typed.quotes is not None and not typed.quotes.is_template
        return "interactive" if is_free_form else "button"
    if typed.place:
        return "location"
    if not message.media_url:
        return "text"
    family = (message.media_type or "").partition("/")[0]
    return family if family in {"image", "audio", "video"} else "document"


def spoken(words: str) -> Enclosed:
    """A voice note in which this is said."""
    return Enclosed(VOICE, voice_note(words), said=words)


def api_url(request: Request) -> str:
    """Where the caller of this simulator finds Twilio."""
    host, port = request.scope["server"]
    return f"http://{host}:{port}/twilio"
