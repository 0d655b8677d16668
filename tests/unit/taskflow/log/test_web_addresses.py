"""Which addresses a conversation was told, and how they are compared."""

import asyncio
from typing import Any
from uuid import UUID

import pytest

from contracts import slots, streams
from contracts.conversation import MessageReceived, ReplyReady
from contracts.event import Event
from contracts.streams import UserId
from contracts.tools import ToolFinished
from taskflow.log import web_addresses
from taskflow.log.appending import Write
from taskflow.log.web_addresses import (
    PART,
    NotAnAddress,
    canonical,
    stands_in_conversation,
    urls_in,
)
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


NAMES = [
    f"{name}.example"
    for name in ("told", "found", "in.text", "in.summary", "page", "ours", "bobs", "later")
]


async def test_only_the_users_words_and_searches_tell_addresses() -> None:
    log = MemoryLog()
    stream = streams.conversation(ADA)
    await say(log, ADA, message("look at https://told.example/"))
    await say(log, ADA, found("any_search", finds_addresses=True, result={
        "pages": [{"link": "https://found.example/", "snippet": "https://in.text.example/ buy"}],
        "summary": "- x\n  https://in.summary.example/",
    }))  # fmt: skip
    await say(log, ADA, found("any_look", result={"url": "https://page.example/", "n": 1}))
    await say(log, ADA, ReplyReady(turn=None, kind="answer", text="https://ours.example/"))
    await say(log, BOB, message("https://bobs.example/"))
    upto = len(log.stream(stream))
    await say(log, ADA, message("https://later.example/"))

    asked = [f"https://{name}/" for name in NAMES]
    assert [url for url in asked if await stands_in_conversation(log, stream, upto, url)] == [
        "https://told.example/",
        "https://found.example/",
    ]


async def test_what_was_said_long_ago_is_found_and_others_have_their_turn_meanwhile() -> None:
    log, stream = MemoryLog(), streams.conversation(ADA)
    await say(log, ADA, message("https://first.example/"))
    for n in range(3 * PART):
        await say(log, ADA, message(f"no address {n}"))
    turns = 0

    async def somebody_else() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    beside = asyncio.create_task(somebody_else())
    assert await stands_in_conversation(log, stream, 3 * PART + 1, "https://first.example/")
    assert turns >= 3 * PART
    assert not await stands_in_conversation(log, stream, 3 * PART + 1, "https://never.example/")
    beside.cancel()


async def test_only_so_many_of_the_newest_events_are_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(web_addresses, "EVENTS", PART + 1)
    log, stream = MemoryLog(), streams.conversation(ADA)
    for n in range(PART + 2):
        await say(log, ADA, message(f"https://n{n}.example/"))

    assert await stands_in_conversation(log, stream, PART + 2, "https://n1.example/")
    assert not await stands_in_conversation(log, stream, PART + 2, "https://n0.example/")


def message(text: str) -> MessageReceived:
    return MessageReceived(message_ref="SM1", channel="whatsapp", kind="text", text=text)


def found(tool: str, **told: Any) -> ToolFinished:
    return ToolFinished(call=UUID(int=9), tool=tool, took_ms=1, **told)


async def say(log: MemoryLog, user: UserId, event: Event) -> None:
    slot = slots.message(str(len(log.all())))
    await log.append([Write(streams.conversation(user), [event], user)], slot)
