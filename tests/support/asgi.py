"""Requests to an app in memory: no socket, redirects followed within the app."""

from dataclasses import dataclass
from typing import Any

import orjson
from starlette.types import ASGIApp, Message

ORIGIN = "http://shop.test"
MOST_HOPS = 5


@dataclass(frozen=True)
class Answer:
    url: str
    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode()

    def json(self) -> Any:
        return orjson.loads(self.body)


class Browser:
    def __init__(self, app: ASGIApp, origin: str = ORIGIN) -> None:
        self._app, self._origin = app, origin

    async def get(self, path: str) -> Answer:
        for _ in range(MOST_HOPS):
            answer = await self.once("GET", path)
            target = answer.headers.get("location", "")
            if not target.startswith(self._origin):
                return answer
            path = target.removeprefix(self._origin)
        raise AssertionError(f"more than {MOST_HOPS} redirects, the last to {path}")

    async def post(self, path: str, body: object) -> Answer:
        return await self.once("POST", path, orjson.dumps(body))

    async def once(self, method: str, path: str, body: bytes = b"") -> Answer:
        """One request, without redirects."""
        bare, _, query = path.partition("?")
        host = self._origin.partition("://")[2]
        scope = {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": method,
            "scheme": "http",
            "path": bare,
            "raw_path": bare.encode(),
            "query_string": query.encode(),
            "root_path": "",
            "headers": [(b"host", host.encode()), (b"content-type", b"application/json")],
            "server": (host, 80),
            "client": ("127.0.0.1", 1),
        }
        sent: list[Message] = []

        async def receive() -> Message:
            return {"type": "http.request", "body": body, "more_body": False}

        async def send(message: Message) -> None:
            sent.append(message)

        await self._app(scope, receive, send)
        start = sent[0]
        headers = {name.decode().lower(): value.decode() for name, value in start["headers"]}
        whole = b"".join(m.get("body", b"") for m in sent if m["type"] == "http.response.body")
        return Answer(self._origin + path, start["status"], headers, whole)
