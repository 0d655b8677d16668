"""Addresses whose page killed its reader: left alone for an hour, then for twice as long each time.

In this process's memory: another replica, or this one after a restart, pays once for itself.
"""

import hashlib
from dataclasses import dataclass

from cachetools import LRUCache

from taskflow import clock

FIRST_SECONDS, LONGEST_SECONDS = 3_600.0, 86_400.0
MOST = 10_000
"""Addresses, of some 200 bytes each."""


@dataclass(frozen=True, slots=True)
class _Rest:
    until: float
    seconds: float


class Unreadable:
    def __init__(self) -> None:
        self._known: LRUCache[bytes, _Rest] = LRUCache(MOST)

    def rests(self, url: str) -> bool:
        known = self._known.get(_key(url))
        return known is not None and clock.monotonic() < known.until

    def note(self, url: str) -> None:
        known = self._known.get(_key(url))
        seconds = min(known.seconds * 2, LONGEST_SECONDS) if known else FIRST_SECONDS
        self._known[_key(url)] = _Rest(clock.monotonic() + seconds, seconds)

    def forget(self, url: str) -> None:
        """It was read after all."""
        self._known.pop(_key(url), None)


def _key(url: str) -> bytes:
    return hashlib.sha256(url.encode("utf-8", "replace")).digest()
