"""One plain request through the wall: rewritten from what was checked, answered within its caps."""

from collections.abc import Iterable

import h11

from services.tools.egress.refused import EgressRefused
from services.tools.egress.targets import Target

METHODS = frozenset({b"GET", b"HEAD", b"POST", b"OPTIONS"})
_HOP_BY_HOP = frozenset(
    {
        b"connection",
        b"keep-alive",
        b"proxy-authenticate",
        b"proxy-authorization",
        b"proxy-connection",
        b"proxy-status",  # ours to say: RFC 9209
        b"te",
        b"trailer",
        b"upgrade",
        b"expect",
        b"forwarded",
        b"via",
    }
)

Headers = list[tuple[bytes, bytes]]


def check(request: h11.Request) -> None:
    """What two servers could read in two ways is read by neither. Raises EgressRefused."""
    names = [name for name, _ in request.headers]
    if b"transfer-encoding" in names and b"content-length" in names:
        raise EgressRefused("malformed")
    if request.method not in METHODS:
        raise EgressRefused("method")


def asked(request: h11.Request, target: Target) -> h11.Request:
    """As it goes to the server. The Host is the checked one, whatever the request says."""
    headers = _end_to_end(request.headers)
    kept = [(name, value) for name, value in headers if name != b"host"]
    return h11.Request(
        method=request.method,
        target=target.path.encode("ascii"),
        headers=[(b"host", target.authority.encode("ascii")), *kept, (b"connection", b"close")],
    )


def answered(response: h11.Response) -> h11.Response:
    """As it goes back."""
    headers = _end_to_end(response.headers)
    if any(name == b"transfer-encoding" for name, _ in headers):
        headers = [(name, value) for name, value in headers if name != b"content-length"]
    return h11.Response(status_code=response.status_code, headers=headers, reason=response.reason)


def _end_to_end(headers: Iterable[tuple[bytes, bytes]]) -> Headers:
    given = list(headers)
    named = {
        header.strip().lower()
        for name, value in given
        if name == b"connection"
        for header in value.split(b",")
    }
    # What frames the body, names the host, or is kept for the user's sake cannot be hidden so.
    named -= {b"transfer-encoding", b"content-length", b"host"}
    return [(name, value) for name, value in given if name not in _HOP_BY_HOP | named]
