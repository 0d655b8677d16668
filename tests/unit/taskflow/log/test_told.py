"""Which addresses a conversation was told, and how they are compared."""

from typing import Any
from uuid import UUID

import pytest

from contracts import slots, streams
from contracts.conversation import MessageReceived, ReplyReady
from contracts.event import Event
from contracts.streams import UserId
from contracts.tools import ToolFinished
from taskflow.log.appending import Write
from taskflow.log.told import NotAnAddress, canonical, urls_in, urls_told
from tests.support.memory_log import MemoryLog

ADA, BOB = UserId(UUID(int=1)), UserId(UUID(int=2))


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("HTTPS://Shop.Example.COM:443/P/1#top", "https://shop.example.com/P/1"),
        ("http://shop.example.com:80", "http://shop.example.com/"),
        ("http://shop.example.com.:8080/a?b=C&d", "http://shop.example.com:8080/a?b=C&d"),
        ("https://shop.example.com/p/1).", "https://shop.example.com/p/1"),
        ("https://en.example.org/wiki/A_(b)", "https://en.example.org/wiki/A_(b)"),
        ("<https://shop.example.com/p/1>", "https://shop.example.com/p/1"),
        ("http://[::1]:8100/shop/", "http://[::1]:8100/shop/"),
        ("http://127.0.0.1:8100/shop/p/1", "http://127.0.0.1:8100/shop/p/1"),
    ],
)
def test_one_address_has_one_writing(said: str, meant: str) -> None:
    assert canonical(said) == meant
    assert canonical(meant) == meant


@pytest.mark.parametrize(
    "said",
    [
        "",
        "shop",
        "ftp://shop.example.com/",
        "javascript:alert(1)",
        "file:///etc/passwd",
        "http://",
        "https://ada:secret@shop.example.com/",
        "https://shop.example.com@evil.example/",
        "https://@shop.example.com/",
        "http://shop.example.com:x/",
        "http://shop.example.com\\@evil.example/",
        "http://a b/",
        "http://a/" + "b" * 5000,
    ],
)
def test_what_is_no_web_address_is_refused(said: str) -> None:
    with pytest.raises(NotAnAddress):
        canonical(said)


@pytest.mark.parametrize(
    ("text", "urls"),
    [
        ("is this cheap? https://a.example/p/1, or (https://b.example/x)?",
         {"https://a.example/p/1", "https://b.example/x"}),
        ("*https://a.example/p*", {"https://a.example/p"}),
        ("see a.example/p/1.", {"https://a.example/p/1", "http://a.example/p/1"}),
        ("www.a.example", {"https://www.a.example/", "http://www.a.example/"}),
        ("write to ada@a.example/x or e.g. this", set()),
        ("it costs 3.50/kg", set()),
        ("https://ada:pw@a.example/", set()),
    ],
)  # fmt: skip
def test_addresses_are_found_in_what_people_write(text: str, urls: set[str]) -> None:
    assert urls_in(text) == urls


async def test_only_the_users_words_and_searches_tell_addresses() -> None:
    log = MemoryLog()
    stream = streams.conversation(ADA)
    await say(log, ADA, message("look at https://told.example/p/1"))
    await say(log, ADA, found("search_web", {
        "pages": [{"link": "https://found.example/x", "snippet": "https://in.text.example/ buy"}],
        "summary": "- x\n  https://in.summary.example/",
    }))  # fmt: skip
    await say(log, ADA, found("check_price", {"url": "https://page.example/", "n": 1}))
    await say(log, ADA, ReplyReady(turn=None, kind="answer", text="https://ours.example/"))
    await say(log, BOB, message("https://bobs.example/"))
    upto = len(log.stream(stream))
    await say(log, ADA, message("https://later.example/"))

    assert await urls_told(log, stream, upto) == {
        "https://told.example/p/1",
        "https://found.example/x",
    }


def message(text: str) -> MessageReceived:
    return MessageReceived(message_sid="SM1", channel="whatsapp", kind="text", text=text)


def found(tool: str, result: dict[str, Any]) -> ToolFinished:
    return ToolFinished(call=UUID(int=9), tool=tool, result=result, took_ms=1)


async def say(log: MemoryLog, user: UserId, event: Event) -> None:
    slot = slots.message(str(len(log.all())))
    await log.append([Write(streams.conversation(user), [event], user)], slot)
