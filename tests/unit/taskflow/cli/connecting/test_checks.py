"""What Twilio itself would meet: no simulator has a network's names, nor more than one page."""

import json
import socket
from typing import Any

import pytest
from pydantic import SecretStr

from taskflow.cli.connecting import checks, twilio
from taskflow.cli.connecting.settings import ConnectSettings
from taskflow.cli.connecting.twilio import TwilioConnection
from taskflow.cli.web import NoAnswer, WebAnswer

OWN = "whatsapp:+15557650001"


def settings(**more: Any) -> ConnectSettings:
    given = {
        "public_url": "https://bot.example.org",
        "twilio_account_sid": "AC" + "7" * 32,
        "twilio_auth_token": SecretStr("a token"),
        "twilio_whatsapp_from": OWN,
        "twilio_api_url": None,
    }
    return ConnectSettings.load(_env_file=None, **{**given, **more})


@pytest.mark.parametrize(
    ("url", "address", "says"),
    [
        ("http://bot.example.org", "93.184.215.14", "is not https"),
        ("https://bot.example.org", "127.0.0.1", "Twilio cannot call it"),
        ("https://bot.example.org", "10.1.2.3", "Twilio cannot call it"),
        ("https://bot.example.org", "fd00::1", "Twilio cannot call it"),
        ("https://192.168.1.7:8443", "192.168.1.7", "Twilio cannot call it"),
        ("https://bot.example.org", "93.184.215.14", "does not answer: nobody is there"),
    ],
)
def test_twilio_reaches_public_addresses_by_https(
    monkeypatch: pytest.MonkeyPatch, url: str, address: str, says: str
) -> None:
    def nobody(*_: Any, **__: Any) -> WebAnswer:
        raise NoAnswer("nobody is there")

    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    found = [(family, socket.SOCK_STREAM, 6, "", (address, 0))]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: found)
    monkeypatch.setattr(checks, "ask", nobody)
    (check,) = checks.of_public_url(settings(public_url=url))

    assert check.state == "wrong"
    assert says in check.says


def paged(pages: list[Any], asked: list[str]) -> Any:
    def ask(method: str, url: str, **_: Any) -> WebAnswer:
        asked.append(url)
        return WebAnswer(200, json.dumps(pages[len(asked) - 1]).encode(), "")

    return ask


def test_a_sender_is_found_on_a_later_page_and_no_other_host_is_asked(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: list[str] = []
    following = "https://evil.example/v2/Channels/Senders?Channel=whatsapp&PageToken=PT1&Page=1"
    pages = [
        {"senders": [{"sender_id": "whatsapp:+1555"}], "meta": {"next_page_url": following}},
        {"senders": [{"sender_id": OWN, "sid": "XE1"}], "meta": {"next_page_url": None}},
    ]
    monkeypatch.setattr(twilio, "ask", paged(pages, asked))

    assert (TwilioConnection(settings()).sender(OWN) or {})["sid"] == "XE1"
    senders = "https://messaging.twilio.com/v2/Channels/Senders?Channel=whatsapp"
    assert asked == [senders, f"{senders}&PageToken=PT1&Page=1"]


@pytest.mark.parametrize(
    "page", [[], {}, {"senders": 7}, {"senders": [7, None]}, {"senders": [], "meta": 7}]
)
def test_a_list_that_is_none_holds_no_sender(monkeypatch: pytest.MonkeyPatch, page: Any) -> None:
    monkeypatch.setattr(twilio, "ask", paged([page], []))

    assert TwilioConnection(settings()).sender(OWN) is None


def test_pages_without_an_end_are_left(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    page = {"senders": [], "meta": {"next_page_url": "https://x.example/?Page=1"}}
    monkeypatch.setattr(twilio, "ask", paged([page] * 1000, asked))

    with pytest.raises(NoAnswer):
        TwilioConnection(settings()).sender(OWN)
    assert len(asked) == twilio.MAX_PAGES


def test_what_twilio_says_stays_on_one_line() -> None:
    said = twilio.words("\x1b[2J\nok  webhook: all is well" + "x" * 10_000)

    assert "\n" not in said
    assert "\x1b" not in said
    assert len(said) == twilio.LONGEST


def test_a_tuned_address_is_the_same_address() -> None:
    sender = {
        "webhook": {
            "callback_url": "https://bot.example.org/webhook#rc=3&rp=all",
            "callback_method": "POST",
        }
    }
    check = checks.of_webhook(settings(), TwilioConnection(settings()), OWN, sender, set_it=True)

    assert check.state == "ok"
