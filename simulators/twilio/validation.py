"""What Twilio checks before it accepts a message; everything else fails later, by callback."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlsplit

from simulators.phone.address import is_address
from simulators.phone.message import WHATSAPP
from simulators.phone.store import Phone
from simulators.twilio.content import StoredContents
from simulators.twilio.errors import TwilioError
from simulators.twilio.opt_out import has_opted_out
from simulators.twilio.places import PARAMETER, SentPlace, place_in
from simulators.twilio.rendering import Rendered, render, values_of

BODY_LIMIT = 1600
"""Characters; Twilio's own limit, under WhatsApp's 4096 (error 21617)."""
_MESSAGING_SERVICE = re.compile("MG[0-9a-fA-F]{32}")

Form = dict[str, list[str]]


@dataclass(frozen=True)
class Order:
    """A message that Twilio will take."""

    user: str
    business: str
    body: str
    media_url: str | None = None
    place: SentPlace | None = None
    """Whose name the body is."""
    content: Rendered | None = None
    messaging_service: str | None = None
    status_callback: str | None = None


def parse_form(body: bytes) -> Form:
    form: Form = {}
    for name, value in parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True):
        form.setdefault(name, []).append(value)
    return form


def first(form: Form, name: str) -> str:
    return form.get(name, [""])[0]


def validate(
    form: Form,
    senders: Sequence[str],
    phone: Phone,
    contents: StoredContents,
    *,
    keeps_consent: bool,
) -> Order:
    """The order in the form; `senders` are the account's WhatsApp addresses.

    Where Twilio keeps consent, nobody is written to after their STOP.

    Raises TwilioError, in the order in which Twilio looks.
    """
    to, service = first(form, "To").strip(), first(form, "MessagingServiceSid")
    if not to:
        raise TwilioError(21604)
    content = _content(form, contents)
    body, media = (content.body, content.media_url) if content else _free_form(form)
    place = None if content else place_in(form.get(PARAMETER, []))
    user = _recipient(to)
    sender = _sender(first(form, "From").strip(), service, senders)
    business = sender.removeprefix(WHATSAPP)
    if to == sender:
        raise TwilioError(63031, to)
    if keeps_consent and has_opted_out(phone.chat(user), business):
        raise TwilioError(21610)
    return Order(
        user=user,
        business=business,
        body=body,
        media_url=media,
        place=place,
        content=content,
        messaging_service=service or None,
        status_callback=_callback(first(form, "StatusCallback")),
    )


def _content(form: Form, contents: StoredContents) -> Rendered | None:
    """What the form's ContentSid names; it supersedes a Body and a MediaUrl beside it."""
    sid, variables = first(form, "ContentSid"), first(form, "ContentVariables")
    if not sid:
        if variables:
            raise TwilioError(21654)
        return None
    known = contents.get(sid)
    if known is None:
        raise TwilioError(21655, sid)
    content = render(known, values_of(variables))
    if len(content.body) > BODY_LIMIT:
        raise TwilioError(21617)
    if content.media_url is not None and not is_url(content.media_url):
        raise TwilioError(21620)
    return content


def _free_form(form: Form) -> tuple[str, str | None]:
    body, media = first(form, "Body"), form.get("MediaUrl", [])
    if not (body or media):
        raise TwilioError(21619)
    if len(body) > BODY_LIMIT:
        raise TwilioError(21617)
    if len(media) > 1:
        raise TwilioError(21623)
    if media and not is_url(media[0]):
        raise TwilioError(21620)
    return body, media[0] if media else None


def _recipient(to: str) -> str:
    user = to.removeprefix(WHATSAPP)
    if not is_address(user):
        raise TwilioError(21211, to)
    if not to.startswith(WHATSAPP):
        raise TwilioError(21910)
    return user


def _sender(given: str, service: str, senders: Sequence[str]) -> str:
    """Of a Messaging Service's, the first."""
    if service:
        if not _MESSAGING_SERVICE.fullmatch(service):
            raise TwilioError(20404, f"/Services/{service}")
    elif not given:
        raise TwilioError(21603)
    elif not is_address(given.removeprefix(WHATSAPP)):
        raise TwilioError(21212, given)
    elif not given.startswith(WHATSAPP):
        raise TwilioError(21910)
    elif given not in senders:
        raise TwilioError(21606, given)
    return senders[0] if service else given


def _callback(url: str) -> str | None:
    if url and not is_url(url):
        raise TwilioError(21609, url)
    return url or None


def is_url(value: str) -> bool:
    parts = urlsplit(value)
    return parts.scheme in {"http", "https"} and bool(parts.hostname)
