"""Names the host of an absolute-form request target, which uvicorn drops."""

import httptools
from starlette.types import Scope
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

TARGET_HOST = "taskflow.target_host"
"""In a scope's extensions: `host[:port]` of an absolute-form target (RFC 9112, 3.2.2)."""


class TargetProtocol(HttpToolsProtocol):
    def on_headers_complete(self) -> None:
        if not self.url.startswith((b"/", b"*")):
            extensions = self.scope.setdefault("extensions", {})
            extensions[TARGET_HOST] = {"host": _host(self.url)}  # pyright: ignore[reportArgumentType]
        super().on_headers_complete()


def target_host(scope: Scope) -> str | None:
    """None where the target is a path, as a client that speaks to its own server sends."""
    named = scope.get("extensions", {}).get(TARGET_HOST)
    return named["host"] if named else None


def _host(url: bytes) -> str:
    """Lower case, and empty where the target names none."""
    try:
        parts = httptools.parse_url(url)
    except httptools.HttpParserInvalidURLError:
        return ""
    host = (parts.host or b"").decode("latin-1").lower()
    return f"{host}:{parts.port}" if parts.port else host
