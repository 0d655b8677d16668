"""The account and its registered senders, as Twilio writes them; what an operator set at them."""

import hmac
import json
from dataclasses import dataclass, field
from typing import Any, Literal, cast, get_args

from simulators.settings import SimulatorSettings
from simulators.twilio.errors import TwilioError
from simulators.twilio.resource import API_VERSION
from simulators.twilio.validation import is_url

SANDBOX = "whatsapp:+14155238886"
"""Shared by all accounts, so it is among the senders of none."""
SENDER_SID = "XE" + "0" * 32
"""Of the first; the others are counted on."""
CREATED = "Tue, 24 Nov 2026 10:00:00 +0000"
PAGE = 50
METHODS = frozenset({"POST", "PUT"})
WEBHOOK = ("callback_url", "fallback_url", "status_callback_url")

AccountStatus = Literal["active", "suspended", "closed"]
SenderStatus = Literal[
    "CREATING",
    "ONLINE",
    "OFFLINE",
    "PENDING_VERIFICATION",
    "VERIFYING",
    "ONLINE:UPDATING",
    "TWILIO_REVIEW",
    "DRAFT",
    "STUBBED",
]
SENDER_STATUSES: tuple[SenderStatus, ...] = get_args(SenderStatus)

Webhook = dict[str, str | None]


@dataclass
class Account:
    settings: SimulatorSettings
    status: AccountStatus = "active"
    sender_status: SenderStatus = "ONLINE"
    webhooks: dict[str, Webhook] = field(default_factory=dict[str, Webhook])
    """By a sender's sid, what was set by the API, over what the settings say."""

    def forget(self) -> None:
        self.status, self.sender_status, self.webhooks = "active", "ONLINE", {}

    def token_of(self, sid: str) -> str:
        """That lets whoever was sent on take a message's media."""
        secret = self.settings.twilio_auth_token.get_secret_value().encode()
        return hmac.new(secret, sid.encode(), "sha256").hexdigest()[:32]

    def target(self, sender: str) -> tuple[str, str]:
        """Where a message to one is posted, and the URL that is signed for it."""
        sid = next((sid for sid, address in self._registered().items() if address == sender), "")
        signed = self._webhook(sid)["callback_url"] or ""
        usual = self.settings.signed_webhook_url
        return (self.settings.webhook_url if signed == usual else signed), signed

    def resource(self) -> dict[str, Any]:
        sid = self.settings.twilio_account_sid
        uri = f"/{API_VERSION}/Accounts/{sid}"
        return {
            "auth_token": self.settings.twilio_auth_token.get_secret_value(),
            "date_created": CREATED,
            "date_updated": CREATED,
            "friendly_name": "TaskFlow's simulated account",
            "owner_account_sid": sid,
            "sid": sid,
            "status": self.status,
            "subresource_uris": {"messages": f"{uri}/Messages.json"},
            "type": "Full",
            "uri": f"{uri}.json",
        }

    def senders(self, channel: str, base: str) -> dict[str, Any]:
        """The only page. Raises TwilioError 20001 for another channel."""
        if channel not in {"whatsapp", "rcs"}:
            raise TwilioError(20001, "Channel")
        registered = self._registered() if channel == "whatsapp" else {}
        url = f"{base}?PageSize={PAGE}&Page=0&Channel={channel}"
        meta = {
            "page": 0,
            "page_size": PAGE,
            "first_page_url": url,
            "previous_page_url": None,
            "url": url,
            "next_page_url": None,
            "key": "senders",
        }
        return {"senders": [self._sender(sid, f"{base}/{sid}") for sid in registered], "meta": meta}

    def sender(self, sid: str, url: str, path: str) -> dict[str, Any]:
        """Raises TwilioError 20404 for one that the account has not."""
        if sid not in self._registered():
            raise TwilioError(20404, path)
        return self._sender(sid, url)

    def update(self, sid: str, url: str, path: str, body: bytes) -> dict[str, Any]:
        """Its webhook alone is changed here. Raises TwilioError 20404, 20001."""
        self.sender(sid, url, path)
        self.webhooks[sid] = {**self.webhooks.get(sid, {}), **_webhook(body)}
        return {**self._sender(sid, url), "status": "ONLINE:UPDATING"}

    def _registered(self) -> dict[str, str]:
        """Addresses by sid."""
        of_its_own = (sender for sender in self.settings.senders if sender != SANDBOX)
        return {f"XE{number:032x}": sender for number, sender in enumerate(of_its_own)}

    def _webhook(self, sid: str) -> Webhook:
        usual: Webhook = {
            "callback_url": self.settings.signed_webhook_url,
            "callback_method": "POST",
            "fallback_url": None,
            "fallback_method": "POST",
            "status_callback_url": None,
            "status_callback_method": "POST",
        }
        return {**usual, **self.webhooks.get(sid, {})}

    def _sender(self, sid: str, url: str) -> dict[str, Any]:
        offline = {
            "code": "63119",
            "message": "The sender is offline",
            "more_info": "https://www.twilio.com/docs/errors/63119",
        }
        return {
            "sid": sid,
            "status": self.sender_status,
            "sender_id": self._registered()[sid],
            "configuration": None,
            "webhook": self._webhook(sid),
            "profile": None,
            "properties": {"quality_rating": "HIGH", "messaging_limit": "250 Customers/24hr"},
            "offline_reasons": [offline] if self.sender_status == "OFFLINE" else None,
            "compliance": None,
            "url": url,
        }


def _webhook(body: bytes) -> Webhook:
    try:
        asked: object = json.loads(body)
    except ValueError:
        raise TwilioError(20001, "body") from None
    if not isinstance(asked, dict):
        raise TwilioError(20001, "body")
    webhook = cast("dict[str, object]", asked).get("webhook")
    if webhook is None:
        return {}
    if not isinstance(webhook, dict):
        raise TwilioError(20001, "webhook")
    return {name: _checked(name, value) for name, value in cast("Webhook", webhook).items()}


def _checked(name: str, value: object) -> str | None:
    if value is None:
        return None
    is_right = (
        isinstance(value, str)
        and (name not in WEBHOOK or is_url(value))
        and (not name.endswith("_method") or value in METHODS)
    )
    if not is_right:
        raise TwilioError(20001, f"webhook.{name}")
    return cast("str", value)
