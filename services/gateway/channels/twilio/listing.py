"""Messages as Twilio lists them, of one sender of ours or of several."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, cast

from services.gateway.channels.channel import ListedMessage

LATEST = datetime.max.replace(tzinfo=UTC)


def listed(message: Any, base_url: str, *, to_us: bool) -> ListedMessage:
    links = cast("dict[str, str]", message.subresource_uris or {})
    has_media = "media" in links and str(message.num_media or "0") != "0"
    theirs, ours = (message.from_, message.to) if to_us else (message.to, message.from_)
    return ListedMessage(
        message_ref=str(message.sid),
        body=str(message.body or ""),
        address=str(theirs),
        sender=str(ours),
        at=message.date_sent or message.date_created,
        media=f"{base_url}{links['media']}" if has_media else None,
        status=str(message.status or "sent"),
        code=_code(message.error_code),
    )


def newest_first(messages: Sequence[ListedMessage]) -> list[ListedMessage]:
    """Of several senders; what is not dated yet is the newest, and one sender's order stays."""
    return sorted(messages, key=lambda message: message.at or LATEST, reverse=True)


def _code(error_code: object) -> int | None:
    digits = str(error_code or "")
    return int(digits) if digits.isascii() and digits.isdecimal() and len(digits) < 7 else None
