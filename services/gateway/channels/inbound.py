"""A message at Twilio as a message of ours."""

from typing import Literal

from contracts.conversation import Media, MessageReceived
from services.gateway.channels.forms import InboundForm
from services.gateway.channels.zones import guessed
from taskflow import clock

Kind = Literal["text", "button", "media", "location", "other"]


def addresses(form: InboundForm) -> list[str]:
    """Phone and business-scoped id, whichever are there, the phone first."""
    found = (form.from_, form.external_user_id)
    return list(dict.fromkeys(address for address in found if address))


def message(form: InboundForm) -> MessageReceived:
    guess = guessed(addresses(form), clock.utc_now())
    return MessageReceived(
        message_sid=form.message_sid,
        channel="whatsapp",
        kind=_kind(form),
        text=clean(_text(form)),
        profile_name=clean(form.profile_name) or None,
        media=_media(form) or None,
        zone=guess.zone,
        zone_ambiguous=guess.ambiguous,
    )


def _kind(form: InboundForm) -> Kind:
    if form.media:
        return "media"
    if form.button_payload or form.button_text or form.list_id:
        return "button"
    if form.latitude and form.longitude:
        return "location"
    return "text"


def _text(form: InboundForm) -> str:
    body = form.body or form.button_text or form.list_title
    if not (form.latitude and form.longitude):
        return body
    place = ", ".join(filter(None, (form.label, form.address)))
    where = f"(location: {form.latitude}, {form.longitude}"
    return f"{where}{f'; {place}' if place else ''}){f' {body}' if body else ''}"


def _media(form: InboundForm) -> list[Media]:
    return [
        Media(url=one.url, content_type=one.content_type.partition(";")[0]) for one in form.media
    ]


def clean(text: str) -> str:
    """PostgreSQL's JSON has no NUL, UTF-8 no lone surrogates; invisible tags hide instructions."""
    text = text.replace("\x00", "").encode("utf-8", errors="replace").decode()
    return "".join(character for character in text if not 0xE0000 <= ord(character) <= 0xE007F)
