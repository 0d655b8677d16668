"""Addresses that a conversation was told: the user's own, and those that a search found.

Only these are opened. An address of the model's making could carry what it knows to a stranger.
"""

import asyncio
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

from contracts.conversation import MessageReceived
from contracts.recorded import Recorded
from contracts.tools import ToolFinished
from taskflow.log.event_log import Log

EVENTS = 5000
"""Of the conversation's end: a thousand turns and more."""
PART = 100
"""Events that are read at a time."""
MAX_URL = 4096
LONGEST = 65_536
"""Characters of a text that are read for addresses: as many as a webhook's body has bytes."""
_PORTS = {"http": 80, "https": 443}
_IN_PROSE = re.compile(r"https?://[^\s<>\"]+", re.IGNORECASE)
# As people type it: with a path, or with www before it.
_BARE = re.compile(
    r"(?<![\w@./:-])(?:www\.[\w-]+(?:\.[\w-]+)+(?::\d+)?|[\w-]+(?:\.[\w-]+)*\.[^\W\d_]{2,}(?::\d+)?(?=/))"
    r"(?:/[^\s<>\"]*)?",
    re.IGNORECASE,
)
_TRAILING = ".,;:!?'\"*~…»”\u2019\u203a"
_PAIRS = {")": "(", "]": "[", "}": "{"}


class NotAnAddress(ValueError):
    """Nothing that a page could be opened at; the text says why."""


def canonical(url: str) -> str:
    """One writing for what is the same address. Raises NotAnAddress."""
    text = _without_trail(url.strip().strip("<>"))
    if len(text) > MAX_URL or re.search(r"[\x00-\x20\x7f\\]", text):
        raise NotAnAddress("That is not a web address.")
    try:
        parts = urlsplit(text)
        host, port = parts.hostname, parts.port
    except ValueError:
        raise NotAnAddress("That is not a web address.") from None
    scheme = parts.scheme.lower()
    if scheme not in _PORTS or not host:
        raise NotAnAddress("Only http and https addresses can be opened.")
    if "@" in parts.netloc:
        raise NotAnAddress("An address with a name and password in it is not opened.")
    shown = f"[{host}]" if ":" in host else host.removesuffix(".")
    if port is not None and port != _PORTS[scheme]:
        shown = f"{shown}:{port}"
    query = f"?{parts.query}" if parts.query else ""
    return f"{scheme}://{shown}{parts.path or '/'}{query}"


def urls_in(text: str) -> frozenset[str]:
    """Canonical; an address without its scheme stands for both of them."""
    text = text[:LONGEST]
    said = [found[0] for found in _IN_PROSE.finditer(text)]
    for found in _BARE.finditer(_IN_PROSE.sub(" ", text)):
        said += [f"https://{found[0]}", f"http://{found[0]}"]
    return frozenset(_canonicals(said))


async def stands_in_conversation(log: Log, stream: str, upto: int, url: str) -> bool:
    """Whether a canonical address stands in the messages or the search results of a conversation.

    Up to a version of it, the newest first: what one asks for was mostly said just now. Somebody
    may have said very much, so others have their turn after each event.
    """
    oldest = max(0, upto - EVENTS)
    while upto > oldest:
        events = await log.read_end(stream, upto, min(PART, upto - oldest))
        for recorded in reversed(events):
            if url in await _told_by(log, recorded):
                return True
            await asyncio.sleep(0)
        upto -= PART
    return False


async def _told_by(log: Log, recorded: Recorded[Any]) -> frozenset[str]:
    match recorded.event:
        case MessageReceived():
            text = (await log.opened(recorded)).event.text
            return urls_in(text) if isinstance(text, str) else frozenset()
        case ToolFinished(finds_addresses=True):
            result = (await log.opened(recorded)).event.result
            return frozenset(_canonicals(_links(result)))
        case _:
            return frozenset()


def _links(value: object) -> Iterator[str]:
    """Values that are addresses as a whole: one within a page's text is the page's word."""
    match value:
        case str() if value.startswith(("http://", "https://")) and not re.search(r"\s", value):
            yield value
        case dict():
            for inner in value.values():  # pyright: ignore[reportUnknownVariableType]
                yield from _links(inner)  # pyright: ignore[reportUnknownArgumentType]
        case list():
            for inner in value:  # pyright: ignore[reportUnknownVariableType]
                yield from _links(inner)  # pyright: ignore[reportUnknownArgumentType]
        case _:
            pass


def _canonicals(said: "list[str] | Iterator[str]") -> Iterator[str]:
    for url in said:
        try:
            yield canonical(url)
        except NotAnAddress:
            continue


def _without_trail(text: str) -> str:
    """Without the punctuation of the sentence it stood in."""
    # A closing bracket belongs to the address if it was opened there.
    closing = {last: text.count(last) - text.count(opening) for last, opening in _PAIRS.items()}
    end = len(text)
    while end:
        last = text[end - 1]
        if last in _PAIRS and closing[last] > 0:
            closing[last] -= 1
        elif last not in _TRAILING:
            break
        end -= 1
    return text[:end]
