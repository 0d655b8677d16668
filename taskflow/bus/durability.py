"""A NATS that acknowledges before it writes to disk loses messages with the power."""

import asyncio
import urllib.request
from urllib.error import URLError

import orjson

from taskflow.errors import Configuration

TIMEOUT = 5.0


async def require_sync_always(monitor_url: str | None) -> None:
    """Raises Configuration unless the server says `sync_interval: always` of itself."""
    if not monitor_url:
        raise Configuration(
            "NATS_MONITOR_URL is not set: production checks there that NATS has "
            "sync_interval: always, for example http://nats:8222"
        )
    if not await asyncio.to_thread(syncs_always, monitor_url):
        raise Configuration(
            "this NATS acknowledges before it writes to disk: set jetstream.sync_interval to always"
        )


def syncs_always(monitor_url: str) -> bool:
    """Raises Configuration when nobody answers there."""
    url = f"{monitor_url.rstrip('/')}/varz"
    try:
        with urllib.request.urlopen(url, timeout=TIMEOUT) as answer:  # noqa: S310 - an operator's setting
            varz = orjson.loads(answer.read())
    except (URLError, TimeoutError, ValueError) as error:
        raise Configuration(f"NATS_MONITOR_URL does not answer at {url}") from error
    return bool(varz.get("jetstream", {}).get("config", {}).get("sync_always"))
