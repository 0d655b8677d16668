"""SerpApi by its own client, which blocks: in a bounded thread pool, and never quoted in an error.

Its exceptions hold the whole URL, key included; only their status and their `error` field are used.
"""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any, cast
from urllib.parse import urlsplit

import serpapi  # pyright: ignore[reportMissingTypeStubs]
import structlog
from opentelemetry.trace import SpanKind
from serpapi.exceptions import (  # pyright: ignore[reportMissingTypeStubs]
    HTTPError,
    SerpApiError,
)

from contracts.event import Json
from services.tools.settings import ToolsSettings
from taskflow import failpoints
from taskflow.errors import VendorUnavailable
from taskflow.telemetry.tracing import span
from taskflow.tooling import Refused

CALL_SECONDS = 12.0
ATTEMPTS = 2
SEARCH = "/search"
PASSING = frozenset({-1, 500, 502, 503, 504})
NOT_NOW = "The search service does not answer at the moment."
QUOTA = "The search service's allowance is used up for now."
_NO_RESULTS = "hasn't returned any results"

log = structlog.get_logger()


class SerpApi:
    def __init__(self, settings: ToolsSettings) -> None:
        key = settings.serpapi_api_key.get_secret_value()
        self._client: Any = serpapi.Client(api_key=key, timeout=CALL_SECONDS)
        if settings.serpapi_url:
            self._client.BASE_DOMAIN = settings.serpapi_url
        self._host = urlsplit(self._client.BASE_DOMAIN).hostname or ""
        self._threads = ThreadPoolExecutor(settings.serpapi_threads, "serpapi")

    def close(self) -> None:
        self._threads.shutdown(wait=False, cancel_futures=True)

    async def search(self, engine: str, **parameters: str) -> Json:
        """The vendor's answer; empty results are an answer. Raises Refused, VendorUnavailable."""
        for attempt in range(1, ATTEMPTS + 1):
            try:
                with span(
                    f"GET {SEARCH}", SpanKind.CLIENT, attributes=self._about(engine, attempt)
                ):
                    return await self._once({"engine": engine, **parameters})
            except HTTPError as error:
                status = int(cast("Any", error).status_code)
                if status not in PASSING or attempt == ATTEMPTS:
                    raise _as_ours(status, cast("Any", error).error) from None
            except (SerpApiError, TimeoutError):
                if attempt == ATTEMPTS:
                    raise VendorUnavailable(NOT_NOW) from None
        raise AssertionError("unreachable: the last attempt returns or raises")

    def _about(self, engine: str, attempt: int) -> dict[str, str | int]:
        about: dict[str, str | int] = {
            "http.request.method": "GET",
            "url.template": SEARCH,
            "server.address": self._host,
            "taskflow.search.engine": engine,
        }
        return about | ({"http.request.resend_count": attempt - 1} if attempt > 1 else {})

    async def _once(self, parameters: dict[str, str]) -> Json:
        # The client writes the key into the parameters it is given: a fresh dict each time.
        search: Callable[[], Any] = partial(self._client.search, dict(parameters))
        async with failpoints.SEARCH_CALL, asyncio.timeout(CALL_SECONDS + 1):
            work = asyncio.get_running_loop().run_in_executor(self._threads, search)
            found: Json = (await work).as_dict()
        error = str(found.get("error") or "")
        if error and _NO_RESULTS not in error:
            raise Refused(f"The search service says: {error}")
        return found


def _as_ours(status: int, said: str | None) -> Exception:
    if status == 400:
        return Refused(f"The search service refused: {said or 'a bad request'}")
    if status == 429:
        log.error("serpapi.quota", status=status)
        return VendorUnavailable(QUOTA)
    log.error("serpapi.failed", status=status)
    return VendorUnavailable(NOT_NOW)
