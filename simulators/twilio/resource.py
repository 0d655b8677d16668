"""The Message resource, one and listed, as Twilio writes it."""

from datetime import UTC, date, datetime
from email.utils import format_datetime, parsedate_to_datetime
from typing import Any
from urllib.parse import parse_qsl

from simulators.phone.message import ChatMessage
from simulators.twilio.errors import TwilioError
from simulators.twilio.paging import DEFAULT_PAGE, page_of

API_VERSION = "2010-04-01"


def message_resource(message: ChatMessage, account: str) -> dict[str, Any]:
    uri = f"/{API_VERSION}/Accounts/{account}/Messages/{message.sid}"
    unassigned = message.status == "accepted"
    return {
        "account_sid": account,
        "api_version": API_VERSION,
        "body": message.body,
        "date_created": _rfc2822(message.at),
        "date_sent": _rfc2822(message.sent_at) if message.sent_at else None,
        "date_updated": _rfc2822(message.updated),
        "direction": "inbound" if message.direction == "inbound" else "outbound-api",
        "error_code": message.error_code,
        "error_message": message.error_message,
        "from": None if unassigned else message.from_,
        "messaging_service_sid": message.messaging_service,
        "num_media": "1" if message.media_url else "0",
        "num_segments": "0" if unassigned else "1",
        "price": None,
        "price_unit": None,
        "sid": message.sid,
        "status": message.status,
        "subresource_uris": {"media": f"{uri}/Media.json"},
        "to": message.to,
        "uri": f"{uri}.json",
    }


def media_sid(message: ChatMessage) -> str:
    return media_sid_of(message.sid)


def media_sid_of(sid: str) -> str:
    return f"ME{sid[2:]}"


def media_resource(message: ChatMessage, account: str) -> dict[str, Any]:
    """Of a message that has media: one, on WhatsApp."""
    sid = media_sid(message)
    return {
        "account_sid": account,
        "content_type": message.media_type or "application/octet-stream",
        "date_created": _rfc2822(message.at),
        "date_updated": _rfc2822(message.updated),
        "parent_sid": message.sid,
        "sid": sid,
        "uri": f"/{API_VERSION}/Accounts/{account}/Messages/{message.sid}/Media/{sid}.json",
    }


def media_list_resource(message: ChatMessage, account: str) -> dict[str, Any]:
    base = f"/{API_VERSION}/Accounts/{account}/Messages/{message.sid}/Media.json"
    uri = f"{base}?PageSize={DEFAULT_PAGE}&Page=0"
    media = [media_resource(message, account)] if message.media_url else []
    return {
        "end": max(len(media) - 1, 0),
        "first_page_uri": uri,
        "media_list": media,
        "next_page_uri": None,
        "page": 0,
        "page_size": DEFAULT_PAGE,
        "previous_page_uri": None,
        "start": 0,
        "uri": uri,
    }


def list_resource(messages: list[ChatMessage], account: str, query: str) -> dict[str, Any]:
    """One page, newest first. Raises TwilioError 20001 for a filter that makes no sense."""
    asked = dict(parse_qsl(query))
    found = [message for message in reversed(messages) if _matches(message, asked)]
    page = page_of(found, query)
    base = f"/{API_VERSION}/Accounts/{account}/Messages.json"
    start = page.number * page.size
    return {
        "end": max(start + len(page.shown) - 1, 0),
        "first_page_uri": page.first(base),
        "next_page_uri": page.next(base),
        "page": page.number,
        "page_size": page.size,
        "previous_page_uri": page.previous(base),
        "messages": [message_resource(message, account) for message in page.shown],
        "start": start,
        "uri": f"{base}?{query}" if query else page.first(base),
    }


def _matches(message: ChatMessage, asked: dict[str, str]) -> bool:
    if "To" in asked and message.to != asked["To"]:
        return False
    if "From" in asked and message.from_ != asked["From"]:
        return False
    for name in ("DateSent", "DateSent<", "DateSent>"):
        if name in asked and not _sent(message.sent_at, name[len("DateSent") :], asked[name]):
            return False
    return True


def _sent(at: datetime | None, sign: str, value: str) -> bool:
    """Twilio's `DateSent>=` is the parameter `DateSent>`: both signs include the given moment."""
    asked = _moment(value)
    if at is None:
        return False
    sent = at.replace(microsecond=0) if isinstance(asked, datetime) else at.date()
    match sign:
        case "<":
            return sent <= asked
        case ">":
            return sent >= asked
        case _:
            return at.date() == (asked.date() if isinstance(asked, datetime) else asked)


def _moment(value: str) -> datetime | date:
    """A date alone means its whole day, in GMT."""
    for read in (date.fromisoformat, datetime.fromisoformat, parsedate_to_datetime):
        try:
            moment = read(value)
        except ValueError:
            continue
        if isinstance(moment, datetime):
            moment = moment.replace(tzinfo=moment.tzinfo or UTC).astimezone(UTC)
        return moment
    raise TwilioError(20001, "DateSent")


def _rfc2822(moment: datetime) -> str:
    return format_datetime(moment.astimezone(UTC))
