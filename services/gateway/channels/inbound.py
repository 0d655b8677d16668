"""A Twilio webhook's parameters as a message of ours. Unknown parameters are tolerated."""

import re
from collections.abc import Mapping, Sequence
from typing import Literal

from contracts.conversation import Media, MessageReceived
from services.gateway.channels.zones import zone_of

SID = re.compile(r"(SM|MM)[0-9a-fA-F]{32}\Z")
Kind = Literal["text", "button", "media", "location", "other"]
Form = Mapping[str, Sequence[str]]


class Unusable(ValueError):
    """A parameter is missing or is not what Twilio sends; names it."""


def first(form: Form, name: str) -> str:
    values = form.get(name)
    return values[0] if values else ""


def sid(form: Form) -> str:
    """The message's name at Twilio. Raises Unusable."""
    value = first(form, "MessageSid")
    if not value:
        raise Unusable("parameter MessageSid is missing")
    if not SID.match(value):
        raise Unusable("parameter MessageSid is not SM or MM and 32 hex digits")
    return value


def addresses(form: Form) -> list[str]:
    """Phone and business-scoped id, whichever are there, the phone first."""
    found = [first(form, "From"), first(form, "ExternalUserId")]
    return list(dict.fromkeys(_channelled(address) for address in found if address))


def _channelled(address: str) -> str:
    return address if address.startswith("whatsapp:") else f"whatsapp:{address}"


def message(form: Form) -> MessageReceived:
    """Raises Unusable."""
    message_sid = sid(form)
    if not first(form, "From"):
        raise Unusable("parameter From is missing")
    media = _media(form)
    return MessageReceived(
        message_sid=message_sid,
        channel="whatsapp",
        kind=_kind(form, has_media=bool(media)),
        text=clean(_text(form)),
        profile_name=clean(first(form, "ProfileName")) or None,
        media=media or None,
        zone=zone_of(first(form, "From")),
    )


def _kind(form: Form, *, has_media: bool) -> Kind:
    if has_media:
        return "media"
    if first(form, "ButtonPayload") or first(form, "ButtonText") or first(form, "ListId"):
        return "button"
    if first(form, "Latitude") and first(form, "Longitude"):
        return "location"
    return "text"


def _text(form: Form) -> str:
    body = first(form, "Body")
    if not body:
        body = first(form, "ButtonText") or first(form, "ListTitle")
    if not (first(form, "Latitude") and first(form, "Longitude")):
        return body
    place = ", ".join(filter(None, (first(form, "Label"), first(form, "Address"))))
    where = f"(location: {first(form, 'Latitude')}, {first(form, 'Longitude')}"
    return f"{where}{f'; {place}' if place else ''}){f' {body}' if body else ''}"


def _media(form: Form) -> list[Media]:
    count = first(form, "NumMedia")
    return [
        Media(url=url, content_type=first(form, f"MediaContentType{n}").partition(";")[0])
        for n in range(min(int(count), 10) if count.isdecimal() else 0)
        if (url := first(form, f"MediaUrl{n}"))
    ]


def clean(text: str) -> str:
    """PostgreSQL's JSON has no NUL, UTF-8 no lone surrogates; invisible tags hide instructions."""
    text = text.replace("\x00", "").encode("utf-8", errors="replace").decode()
    return "".join(character for character in text if not 0xE0000 <= ord(character) <= 0xE007F)
