"""What a reading of health holds. Ages are in seconds; what is not known is None, never zero."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Dependency:
    ok: bool
    latency_ms: float | None = None
    error: str | None = None


@dataclass(frozen=True, slots=True)
class Presence:
    """Of one service: its instances, by their own signs of life."""

    instances: int = 0
    """That live."""
    lost: int = 0
    """That ended lately without a word, or hang."""
    versions: tuple[str, ...] = ()
    seen_s: float | None = None
    """Since the last sign of any; None: never seen, or not for a day."""
    age_s: float | None = None
    """Of the oldest that lives."""
    lacks: tuple[str, ...] = ()
    """What one that lives says it needs and cannot reach."""


@dataclass(frozen=True, slots=True)
class RelayLag:
    events: int
    """Up to COUNTED."""
    oldest_s: float


@dataclass(frozen=True, slots=True)
class OpenMoves:
    open: int
    oldest_s: float


@dataclass(frozen=True, slots=True)
class ConsumerBacklog:
    waiting: int
    """Messages that were not delivered yet."""
    unacked: int
    redelivered: int


@dataclass(frozen=True, slots=True)
class DatabaseReading:
    """What PostgreSQL knows."""

    services: dict[str, Presence]
    relay: RelayLag
    projections: dict[str, RelayLag]
    dead_letters: dict[str, int]
    moves: dict[str, OpenMoves]
    shreds_oldest_s: float
    """Since the oldest forgetting whose key still stands in PostgreSQL's files; 0: none does."""
    last_message_s: float | None
    last_event_s: float | None
    takeover_idle_s: float = 0.0
    """How long the quietest operator who has the word says nothing; 0: nobody has it."""


@dataclass(frozen=True, slots=True)
class HealthReading:
    postgres: Dependency
    nats: Dependency
    stored: DatabaseReading | None = None
    """None while PostgreSQL does not answer: not known is not zero."""
    consumers: dict[str, ConsumerBacklog | None] = field(
        default_factory=dict[str, ConsumerBacklog | None]
    )
    """None: NATS has no such consumer. Empty while NATS does not answer."""
