"""Faults that a test or a person asks for; each simulator takes them one by one."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Literal, cast, get_args

from starlette.requests import Request

Vendor = Literal[
    "twilio",
    "twilio-list",
    "twilio-delete",
    "twilio-media",
    "twilio-typing",
    "twilio-account",
    "twilio-content",
    "twilio-callbacks",
    "twilio-delivery",
    "gemini",
    "serpapi",
    "shop",
]
VENDORS: tuple[Vendor, ...] = get_args(Vendor)
CUT = 0
"""The status of a fault that closes the connection without an answer."""
ABORT = "simulators.abort"
"""Key in the ASGI scope's extensions; only `simulators.app.CuttableProtocol` sets it."""


@dataclass(frozen=True)
class Fault:
    """What happens to the next `count` requests of a vendor.

    `status` None keeps the usual answer (a delay alone), 0 cuts the connection; `code` is the
    vendor's own error number; `retry_after` is in seconds. With `after_accept` the work is done
    and only its answer suffers. "twilio" is sending, "twilio-list" is listing and fetching,
    "twilio-delete" is deleting, "twilio-media" the bytes of media, "twilio-account" all about the
    account and its sender, "twilio-content" all about contents and their approvals;
    "twilio-callbacks": any status drops a callback; "twilio-delivery": an accepted message fails
    later with `code`.
    """

    vendor: Vendor
    status: int | None = None
    delay_ms: int = 0
    after_accept: bool = False
    count: int = 1
    retry_after: int | None = None
    code: int | None = None


class Faults:
    """First in, first out for each vendor."""

    def __init__(self) -> None:
        self._queues: dict[Vendor, list[Fault]] = {}

    def add(self, fault: Fault) -> None:
        self._queues.setdefault(fault.vendor, []).append(fault)

    def take(self, vendor: Vendor) -> Fault | None:
        """The fault that this request must suffer; counts it as spent."""
        queue = self._queues.get(vendor)
        if not queue:
            return None
        first = queue[0]
        if first.count > 1:
            queue[0] = replace(first, count=first.count - 1)
        else:
            queue.pop(0)
        return replace(first, count=1)

    def waiting(self) -> list[Fault]:
        return [fault for queue in self._queues.values() for fault in queue]

    def clear(self) -> None:
        self._queues.clear()


async def linger(fault: Fault | None) -> None:
    if fault and fault.delay_ms:
        await asyncio.sleep(fault.delay_ms / 1000)


async def cut(request: Request) -> None:
    """Close the client's connection; whatever is answered afterwards goes nowhere."""
    extensions = cast("dict[str, Callable[[], None]]", request.scope.get("extensions") or {})
    abort = extensions.get(ABORT)
    if abort is None:
        raise RuntimeError("this server cannot cut connections: run it by simulators.app")
    abort()
    while (await request.receive())["type"] != "http.disconnect":
        pass
