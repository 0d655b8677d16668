"""What can go wrong, in two branches; the branch decides what happens to the message.

TaskFlowError
|- Retryable          redelivered with a growing delay
|  |- ConcurrentAppend
|  |- BehindTheLog
|  |- VendorUnavailable
|- Permanent          parked at once
   |- UnknownEvent, UndecodableMessage, SealedForEver, ...
Configuration         stops a start with one clear line
"""


class TaskFlowError(Exception):
    code = "error"


class Retryable(TaskFlowError):
    """Trying again later may help. `delay` (seconds) overrides the growing delay."""

    code = "retryable"

    def __init__(self, message: str, *, delay: float | None = None) -> None:
        super().__init__(message)
        self.delay = delay


class Permanent(TaskFlowError):
    """Trying again cannot help: the message is parked with this error."""

    code = "permanent"


class Configuration(TaskFlowError):
    """A setting or a part of the machine keeps TaskFlow from starting; the text names the mend."""

    code = "configuration"


class ConcurrentAppend(Retryable):
    """Another writer moved the stream first; fold and decide again."""

    code = "concurrent_append"

    def __init__(self, stream: str, expected_version: int) -> None:
        super().__init__(f"stream {stream!r} is no longer at version {expected_version}")
        self.stream, self.expected_version = stream, expected_version


class BehindTheLog(Retryable):
    """A fold does not hold the delivered event yet (a lagging read): never ack on it."""

    code = "behind_the_log"


class UnknownEvent(Retryable):
    """A type or version that only newer code knows: hand it back, a newer replica will take it."""

    code = "unknown_event"


class VendorUnavailable(Retryable):
    """A vendor answered that it cannot serve now, or did not answer."""

    code = "vendor_unavailable"


class UndecodableMessage(Permanent):
    """What came over the bus is not an event of ours."""

    code = "undecodable_message"


class SealedForEver(Permanent):
    """The key of this user was destroyed: the text cannot be read again."""

    code = "sealed_for_ever"
