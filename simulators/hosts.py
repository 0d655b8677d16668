"""Only calls that name us by a name of ours: a stranger's page cannot read a developer's phone.

DNS rebinding lets a page of evil.example turn that name to 127.0.0.1 and read what is here as its
own; the browser still says `Host: evil.example`.
"""

from collections.abc import Collection
from http import HTTPStatus
from ipaddress import ip_address
from urllib.parse import urlsplit

from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

REFUSED = (
    "Misdirected: the simulators answer to localhost, and to the names in TASKFLOW_SIM_HOSTS\n"
)


class OwnNames:
    def __init__(self, app: ASGIApp, names: Collection[str]) -> None:
        """`names` in lower case, beside loopback's."""
        self._app, self._names = app, frozenset(names)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or self._is_for_us(scope):
            await self._app(scope, receive, send)
        else:
            refusal = PlainTextResponse(REFUSED, HTTPStatus.MISDIRECTED_REQUEST)
            await refusal(scope, receive, send)

    def _is_for_us(self, scope: Scope) -> bool:
        """By its one Host; the port may be that of a tunnel."""
        hosts = [value for name, value in scope["headers"] if name == b"host"]
        return len(hosts) == 1 and self._is_ours(hosts[0].decode("latin-1"))

    def _is_ours(self, host: str) -> bool:
        try:
            parts = urlsplit(f"//{host}")
            name, _ = parts.hostname or "", parts.port
        except ValueError:
            return False
        if parts.netloc != host or "@" in host:
            return False
        name = name.removesuffix(".")
        return name == "localhost" or name in self._names or _is_loopback(name)


def _is_loopback(name: str) -> bool:
    try:
        return ip_address(name).is_loopback
    except ValueError:
        return False
