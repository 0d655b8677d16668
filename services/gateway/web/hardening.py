"""What every answer of the gateway says to a browser, and whom it is not for."""

from urllib.parse import urlsplit

from starlette.datastructures import MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from taskflow.process.request_target import target_host

NOTHING = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
HEADERS = {
    "Content-Security-Policy": NOTHING,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
}
"""Of an answer that does not bring its own."""
_PORTS = {"http": 80, "https": 443}


class Hardening:
    def __init__(self, app: ASGIApp, public_url: str) -> None:
        self._app = app
        parts = urlsplit(public_url)
        host, usual = (parts.hostname or "").lower(), _PORTS[parts.scheme]
        port = parts.port or usual
        self._hosts = {f"{host}:{port}", *([host] if port == usual else [])}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def hardened(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        asked = target_host(scope)
        if asked is not None and asked not in self._hosts:
            refusal = PlainTextResponse("another host is asked for; call PUBLIC_URL", 421)
            await refusal(scope, receive, hardened)
            return
        await self._app(scope, receive, hardened)
