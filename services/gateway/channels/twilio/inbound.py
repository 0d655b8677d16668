"""A message at Twilio as a message of ours."""

import re
from typing import Literal

from contracts import buttons
from contracts.conversation import Media, MessageReceived
from services.gateway.channels.twilio.forms import InboundForm
from services.gateway.channels.zones import guessed
from services.gateway.consent import Word
from taskflow import clock
from taskflow.foreign_text import storable
from taskflow.privacy.addresses import kind_of

_MESSAGE_SID = re.compile(r"[A-Z]{2}[0-9a-fA-F]{32}")

Kind = Literal["text", "button", "media", "location", "other"]


def addresses(form: InboundForm) -> list[str]:
    """Phone and business-scoped id, whichever are there; the one that was written from first.

    Of two phones or two ids, only that one: the other may be somebody else's.
    """
    also = form.external_user_id
    return [form.from_, also] if also and kind_of(also) != kind_of(form.from_) else [form.from_]


def message(form: InboundForm) -> MessageReceived:
    guess = guessed(addresses(form), clock.utc_now())
    return MessageReceived(
        message_ref=form.message_sid,
        channel="whatsapp",
        kind=_kind(form),
        text=storable(_text(form)),
        profile_name=storable(form.profile_name) or None,
        media=_media(form) or None,
        zone=guess.zone,
        zone_ambiguous=guess.ambiguous,
        forwarded=form.is_forwarded,
        quotes=_quoted(form.original_replied_message_sid),
        pressed=_pressed(form.button_payload or form.list_id),
        sender=form.to,
    )


def marked(form: InboundForm) -> Word | None:
    """What Twilio took it for, and acted upon, whatever its text says."""
    found: dict[str, Word] = {"STOP": "stop", "START": "start", "HELP": "help"}
    return found.get(form.opt_out_type.upper())


def _quoted(sid: str) -> str | None:
    """Anything else than a reference of Twilio's names no message."""
    return sid if _MESSAGE_SID.fullmatch(sid) else None


def _pressed(payload: str) -> str | None:
    """Anything else than a payload of ours stands for nothing: what the button says is all."""
    return payload if buttons.read(payload) else None


def _kind(form: InboundForm) -> Kind:
    if form.media:
        return "media"
    if form.button_payload or form.button_text or form.list_id:
        return "button"
    if form.latitude and form.longitude:
        return "location"
    # A reaction, a poll, a kind of tomorrow: Twilio tells of it, and not what it says.
    return "text" if form.body else "other"


def _text(form: InboundForm) -> str:
    body = form.body or form.button_text or form.list_title
    if not (form.latitude and form.longitude):
        return body
    place = ", ".join(filter(None, (form.label, form.address)))
    where = f"(location: {form.latitude}, {form.longitude}"
    return f"{where}{f'; {place}' if place else ''}){f' {body}' if body else ''}"


def _media(form: InboundForm) -> list[Media]:
    return [
        Media(url=medium.url, content_type=medium.content_type.partition(";")[0])
        for medium in form.media
    ]
