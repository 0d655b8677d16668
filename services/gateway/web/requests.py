"""How long each request took and how it was answered, by the route's template."""

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from taskflow import clock
from taskflow.telemetry.metrics import HTTP_DURATION


class Requests:
    """Around the whole app; the route is known once the app has found it."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began, status = clock.monotonic(), 500

        async def send_noting_status(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self._app(scope, receive, send_noting_status)
        finally:
            labels = {
                "http.request.method": scope["method"],
                "http.route": _route(scope),
                "http.response.status_code": str(status),
            }
            HTTP_DURATION.record(clock.monotonic() - began, labels)


def _route(scope: Scope) -> str:
    """A route without parameters is its own template; what nobody serves has none."""
    if "route" in scope:
        return scope["route"].path
    return scope["path"] if "endpoint" in scope and not scope.get("path_params") else "none"
