"""How full JetStream's store is, by the server's own word.

A store that is full refuses every wake-up, and then nobody is answered. So the stream is given a
part of it, and discards its oldest events when that is used up: the log has them all.
"""

import urllib.request
from dataclasses import dataclass
from urllib.error import URLError

import orjson

from taskflow.errors import Configuration

TIMEOUT = 5.0
STREAM_SHARE = 0.8
"""Of the store: the rest is room for its indexes, and for streams that a replay makes."""
NEARLY_FULL = 0.9
"""More than the stream may take: something else grows there."""


@dataclass(frozen=True, slots=True)
class BusStore:
    """Bytes on the disk of one server."""

    used: int
    size: int
    """As configured (`max_file_store`)."""

    @property
    def share(self) -> float:
        return self.used / self.size if self.size > 0 else 0.0

    @property
    def for_stream(self) -> int:
        return int(self.size * STREAM_SHARE)


def store_of(monitor_url: str) -> BusStore:
    """Blocking. Raises Configuration when nobody answers there, or without JetStream."""
    url = f"{monitor_url.rstrip('/')}/jsz"
    try:
        with urllib.request.urlopen(url, timeout=TIMEOUT) as answer:  # noqa: S310 - an operator's setting
            jsz = orjson.loads(answer.read())
        return BusStore(used=int(jsz["storage"]), size=int(jsz["config"]["max_storage"]))
    except (URLError, TimeoutError, ValueError, KeyError) as error:
        raise Configuration(f"NATS_MONITOR_URL does not tell of a store at {url}") from error
