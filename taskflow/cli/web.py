"""One request over the internet: bounded, and never sent on to where a redirect points."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from http.client import HTTPException
from typing import Any, cast
from urllib.error import URLError
from urllib.request import HTTPErrorProcessor, Request, build_opener

from taskflow.foreign_text import for_log

SECONDS = 10.0
MOST = 1_000_000
"""Bytes of an answer that are read."""


class NoAnswer(Exception):
    """Why there is none, in words."""


@dataclass(frozen=True, slots=True)
class WebAnswer:
    status: int
    body: bytes
    retry_after: str

    def json_object(self) -> Mapping[str, Any]:
        """Its JSON object; empty where it is none."""
        try:
            parsed: object = json.loads(self.body)
        except (ValueError, RecursionError):
            return {}
        return cast("dict[str, Any]", parsed) if isinstance(parsed, dict) else {}


class _AsItIs(HTTPErrorProcessor):
    """Every status is an answer: a redirect would take the key, or a signed form, elsewhere."""

    def http_response(self, request: Request, response: Any) -> Any:  # noqa: ARG002
        return response

    https_response = http_response


def ask(
    method: str,
    url: str,
    *,
    headers: Mapping[str, str] | None = None,
    body: bytes | None = None,
    seconds: float = SECONDS,
) -> WebAnswer:
    """Of an http(s) URL. Raises NoAnswer."""
    request = Request(url, body, dict(headers or {}), method=method)  # noqa: S310 - see above
    try:
        with build_opener(_AsItIs).open(request, timeout=seconds) as answer:
            return WebAnswer(
                answer.status, answer.read(MOST), answer.headers.get("Retry-After") or ""
            )
    except URLError as error:
        raise NoAnswer(for_log(str(error.reason))[:200]) from None
    except (OSError, HTTPException, ValueError) as error:
        raise NoAnswer(type(error).__name__) from None
