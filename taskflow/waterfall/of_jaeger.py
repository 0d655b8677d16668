"""Traces as Jaeger v2 tells them: its stable query API, which speaks OTLP's JSON."""

import json
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, cast
from urllib.parse import urlsplit

from taskflow.errors import VendorUnavailable
from taskflow.waterfall.bars import Bar, Link

ASK_SECONDS = 5.0
_LOOPBACK = {"127.0.0.1", "localhost", "::1"}
_KINDS = (None, "internal", "server", "client", "producer", "consumer")
_FAILED = 2
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_NOTED = {
    "taskflow.outcome": "{}",
    "http.response.status_code": "{}",
    "taskflow.event.types": "{}",
    "taskflow.delivery": "delivery {}",
    "taskflow.attempt": "attempt {}",
    "http.request.resend_count": "resent {} times",
    "taskflow.part": "part {} from 0",
    "gen_ai.response.finish_reasons": "{}",
    "gen_ai.usage.input_tokens": "{} tokens in",
    "gen_ai.usage.output_tokens": "{} out",
    "taskflow.cost.usd": "${:.4f}",
    "taskflow.search.engine": "{}",
    "taskflow.late_s": "{:.1f} s late",
}
"""In this order."""
_USUAL = {
    "taskflow.outcome": ("Appended", "done"),
    "taskflow.delivery": (1,),
    "taskflow.attempt": (1,),
    "taskflow.part": (0,),
}
"""Not worth a word."""
_REMARKS = "@jaeger@"
"""What Jaeger itself says of a span: it doubts the clocks of all that begins after its parent."""

Json = dict[str, Any]


def fetch(url: str, trace: str) -> list[Bar]:
    """The spans of a trace at Jaeger's `url`; empty where it has none.

    Raises VendorUnavailable where no Jaeger v2 answers there.
    """
    asked = f"{url.rstrip('/')}/api/v3/traces/{trace}"
    handlers = [urllib.request.ProxyHandler({})] if urlsplit(url).hostname in _LOOPBACK else []
    try:
        with urllib.request.build_opener(*handlers).open(asked, timeout=ASK_SECONDS) as answer:
            trace_json: Json = json.load(answer)
            return bars(trace_json)
    except urllib.error.HTTPError as error:
        error.close()
        if error.code == 404:
            return []
        raise VendorUnavailable(f"Jaeger at {url} answered {error.code}") from None
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        why = getattr(error, "reason", None) or type(error).__name__
        raise VendorUnavailable(f"no Jaeger v2 answers at {url} ({why})") from None


def bars(trace_json: Json) -> list[Bar]:
    """Of an answer of `/api/v3/traces/{id}`. Raises KeyError and its like for anything else."""
    return [
        _bar(span, _values(group["resource"]))
        for group in trace_json["result"]["resourceSpans"]
        for scope in group["scopeSpans"]
        for span in scope["spans"]
    ]


def _bar(span: Json, resource: Mapping[str, Any]) -> Bar:
    attributes = _values(span)
    failed = span.get("status", {}).get("code") in {_FAILED, "STATUS_CODE_ERROR"}
    return Bar(
        id=span["spanId"],
        parent=span.get("parentSpanId") or None,
        name=span["name"],
        service=resource.get("service.name", "?"),
        start=_moment(span["startTimeUnixNano"]),
        end=_moment(span["endTimeUnixNano"]),
        kind=_kind(span.get("kind", 0)),
        error=str(attributes.get("error.type", "error")) if failed else None,
        notes=list(_notes(attributes)),
        links=[Link(link["traceId"], link["spanId"], "follows") for link in span.get("links", ())],
        attributes={**resource, **attributes},
    )


def _kind(span_kind: int | str) -> str | None:
    """Some write the number, some the name that OTLP gives it."""
    return (
        span_kind.removeprefix("SPAN_KIND_").lower()
        if isinstance(span_kind, str)
        else _KINDS[span_kind]
    )


def _moment(nanoseconds: str | int) -> datetime:
    return _EPOCH + timedelta(microseconds=int(nanoseconds) / 1000)


def _values(of: Json) -> dict[str, Any]:
    return {
        attribute["key"]: _value(attribute["value"])
        for attribute in of.get("attributes", ())
        if not attribute["key"].startswith(_REMARKS)
    }


def _value(any_value: Json) -> Any:
    ((kind, value),) = any_value.items()
    match kind:
        case "intValue":
            return int(value)
        case "arrayValue":
            return [_value(member) for member in cast("Json", value).get("values", ())]
        case _:
            return value


def _notes(attributes: Mapping[str, Any]) -> Iterator[str]:
    for name, said in _NOTED.items():
        value = attributes.get(name)
        if value is not None and value not in _USUAL.get(name, ()):
            yield said.format(_listed(value))


def _listed(value: Any) -> Any:
    return ", ".join(map(str, cast("list[Any]", value))) if isinstance(value, list) else value
