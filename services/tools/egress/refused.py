"""Why the wall did not let something through: a code, never a name or an address."""

from typing import Literal

import structlog
from opentelemetry import metrics

Reason = Literal[
    "credential",
    "malformed",
    "method",
    "scheme",
    "userinfo",
    "host",
    "port",
    "address",
    "name",
    "unresolved",
    "unreachable",
    "timeout",
    "too_big",
    "too_many",
]

log = structlog.get_logger()
_refused = metrics.get_meter("taskflow").create_counter(
    "taskflow.egress.refused", description="Requests for pages that the wall refused, by reason"
)


class EgressRefused(Exception):
    """`reason` is all that may be told of it."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason)
        self.reason: Reason = reason


class Refusals:
    """Counts them; a page that is refused a thousand times fills no log."""

    def __init__(self) -> None:
        self.counts: dict[Reason, int] = {}

    def note(self, reason: Reason) -> None:
        times = self.counts.get(reason, 0) + 1
        self.counts[reason] = times
        _refused.add(1, {"reason": reason})
        if times & (times - 1) == 0:
            log.warning("egress.refused", reason=reason, times=times)
