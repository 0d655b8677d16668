"""What a reader is asked, and what it answers: lengths, JSON and UTF-8, never an object of code.

A page and its product, answered by a reading; or a robots.txt and an address, by a truth value.
"""

import json
import struct
from datetime import datetime
from typing import Any

from protego import Protego
from pydantic import TypeAdapter

from services.tools.pages.page import Page, PageReading
from services.tools.pages.reading import read

AGENT = "TaskFlow"
"""As which we read robots.txt."""

LENGTHS = struct.Struct("!III")
"""Of the question's three parts: the page's facts, its HTML, and what a browser shows of it."""
LENGTH = struct.Struct("!I")
MOST_ANSWER = 65_536
"""Bytes: a title, an evidence and a note, each bounded, take far less."""
_READ, _BOOL = TypeAdapter(PageReading), TypeAdapter(bool)


def question(page: Page, product: str | None) -> bytes:
    about = {
        "url": _clean(page.url),
        "status": page.status,
        "read_by": page.read_by,
        "at": page.at.isoformat(),
        "product": None if product is None else _clean(product),
        "has_visible": page.visible is not None,
    }
    return _packed(about, page.html, page.visible or "")


def robots_question(rules: str, url: str) -> bytes:
    """Whether these rules let our robot look at the address."""
    return _packed({"robots": _clean(url)}, rules, "")


def answer_to(about: bytes, text: bytes, visible: bytes) -> bytes:
    """In the reader."""
    asked: dict[str, Any] = json.loads(about)
    if "robots" in asked:
        allowed = Protego.parse(text.decode()).can_fetch(asked["robots"], AGENT)
        encoded = _BOOL.dump_json(allowed)
    else:
        encoded = _READ.dump_json(_read(asked, text, visible))
    return LENGTH.pack(len(encoded)) + encoded


def reading(encoded: bytes) -> PageReading:
    """Raises ValueError for what is no reading."""
    return _READ.validate_json(encoded)


def truth(encoded: bytes) -> bool:
    """Raises ValueError for what is neither true nor false."""
    return _BOOL.validate_json(encoded)


def _read(asked: dict[str, Any], html: bytes, visible: bytes) -> PageReading:
    page = Page(
        url=asked["url"],
        html=html.decode(),
        status=asked["status"],
        read_by=asked["read_by"],
        visible=visible.decode() if asked["has_visible"] else None,
        at=datetime.fromisoformat(asked["at"]),
    )
    return read(page, product=asked["product"])


def _packed(about: dict[str, Any], *texts: str) -> bytes:
    parts = (json.dumps(about).encode(), *map(_bytes, texts))
    return LENGTHS.pack(*map(len, parts)) + b"".join(parts)


def _bytes(text: str) -> bytes:
    # A page may hold halves of characters, which stand for nothing.
    return text.encode("utf-8", "replace")


def _clean(text: str) -> str:
    return _bytes(text).decode()
