"""Each request of `taskflow connect` to Twilio, by the vendor's OpenAPI files."""

import base64
import json
from collections.abc import Mapping
from typing import Any, cast
from urllib.parse import urlencode, urlsplit

from taskflow.cli.connecting.settings import ConnectSettings
from taskflow.cli.web import NoAnswer, WebAnswer, ask
from taskflow.foreign_text import for_log

API = "https://api.twilio.com"
MESSAGING = "https://messaging.twilio.com"
SENDERS = "/v2/Channels/Senders"
MAX_PAGES = 20
LONGEST = 300
"""Characters of Twilio's own words that are told."""

Resource = Mapping[str, Any]


class TwilioRefused(Exception):
    """Twilio's answer is none of success; `code` is its own, 0 where it gave none."""

    def __init__(self, answer: WebAnswer) -> None:
        facts = answer.json_object()
        code, said = facts.get("code"), facts.get("message") or facts.get("detail") or ""
        self.status = answer.status
        self.code = code if isinstance(code, int) else 0
        self.retry_after = answer.retry_after if answer.retry_after.isdecimal() else ""
        super().__init__(words(said))


class TwilioConnection:
    """Raises TwilioRefused, and NoAnswer."""

    def __init__(self, settings: ConnectSettings) -> None:
        sid, token = settings.twilio_account_sid, settings.twilio_auth_token.get_secret_value()
        login = base64.b64encode(f"{sid}:{token}".encode()).decode()
        self._headers = {"Authorization": f"Basic {login}", "Accept": "application/json"}
        self._account = f"{settings.twilio_api_url or API}/2010-04-01/Accounts/{sid}"
        self._senders = f"{settings.twilio_api_url or MESSAGING}{SENDERS}"

    def account(self) -> Resource:
        return self._asked("GET", f"{self._account}.json")

    def sender(self, address: str) -> Resource | None:
        """None where the account has not registered this one, as with the sandbox's."""
        query = urlencode({"Channel": "whatsapp"})
        for _ in range(MAX_PAGES):
            page = self._asked("GET", f"{self._senders}?{query}")
            for sender in _resources(page.get("senders")):
                if sender.get("sender_id") == address:
                    return sender
            # Its query alone: the key goes to no host that an answer names.
            following = _resource(page.get("meta")).get("next_page_url")
            query = urlsplit(following).query if isinstance(following, str) else ""
            if not query:
                return None
        raise NoAnswer(f"more than {MAX_PAGES} pages of senders")

    def set_webhook(self, sender: Resource, url: str) -> None:
        """POST to `url`; the rest of its webhook stays. Done a moment after Twilio says so."""
        webhook = {**webhook_of(sender), "callback_url": url, "callback_method": "POST"}
        self._asked(
            "POST",
            f"{self._senders}/{sender.get('sid')}",
            "application/json",
            json.dumps({"webhook": webhook}).encode(),
        )

    def send(self, sender: str, receiver: str, text: str) -> Resource:
        form = {"From": sender, "To": receiver, "Body": text}
        url, kind = f"{self._account}/Messages.json", "application/x-www-form-urlencoded"
        return self._asked("POST", url, kind, urlencode(form).encode())

    def message(self, sid: str) -> Resource:
        return self._asked("GET", f"{self._account}/Messages/{sid}.json")

    def _asked(self, method: str, url: str, kind: str = "", body: bytes | None = None) -> Resource:
        headers = {**self._headers, "Content-Type": kind} if kind else self._headers
        answer = ask(method, url, headers=headers, body=body)
        if not 200 <= answer.status < 300:
            raise TwilioRefused(answer)
        return answer.json_object()


def webhook_of(sender: Resource) -> Resource:
    return _resource(sender.get("webhook"))


def offline_reasons(sender: Resource) -> str:
    reasons = _resources(sender.get("offline_reasons"))
    return "; ".join(words(reason.get("message")) for reason in reasons)


def words(said: object) -> str:
    """Twilio's own, made safe for one line."""
    return for_log(str(said or ""))[:LONGEST]


def _resource(value: object) -> Resource:
    return cast("dict[str, Any]", value) if isinstance(value, dict) else {}


def _resources(value: object) -> list[Resource]:
    return (
        [_resource(member) for member in cast("list[object]", value)]
        if isinstance(value, list)
        else []
    )
