"""What a state of the turn protocol's model is made of."""

from typing import Any, NamedTuple

from tests.protocol.turn_fold import FINISHED, MESSAGE, RETRIED, STOPPED, Log

QUEUED, HELD, ACKED, LOST, GIVEN_UP = "queued", "held", "acked", "lost", "given up with a row"
AT_TOOLS = "at the tools"
ANSWERS = ("reply", "tools", "own", "own and reply", "own and tool and reply", "give way")
"""A reply; two calls; a write of the agent's own, without and with a reply; the same beside
another's call, which drops the reply; giving way to a message that was shown."""
CALLS = frozenset(ANSWERS[1:5])
DELIVERED = frozenset({MESSAGE, FINISHED, STOPPED, RETRIED})


class Budget(NamedTuple):
    """How often what may go wrong still may."""

    arrived: int = 0
    crashes: int = 1
    redeliveries: int = 1
    losses: int = 0
    reminders: int = 0
    stops: int = 0
    toolless: int = 0
    retries: int = 0
    parks: int = 0


class State(NamedTuple):
    log: Log
    bus: tuple[tuple[str, int] | None, ...]
    """Of each event its delivery, and how often it was delivered."""
    handlers: tuple[tuple[Any, ...], ...]
    """(the event whose delivery it is, or -1 for a "stop"; where it stands; what it has read)."""
    budget: Budget
