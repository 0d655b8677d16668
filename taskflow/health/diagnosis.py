"""What a reading means, in words: for people on the page and in the terminal."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from taskflow.bus import topology
from taskflow.health.facts import (
    ConsumerBacklog,
    DatabaseReading,
    Dependency,
    HealthReading,
    Presence,
)
from taskflow.health.stored import COUNTED
from taskflow.telemetry.metrics import SERVICES

RELAY_SECONDS = 10.0
"""It publishes within milliseconds."""
PROJECTION_SECONDS = 60.0
MOVE_SECONDS = 120.0
"""The watchdog wakes what stands so long."""
SHRED_SECONDS = 60.0
"""Promised for a forgotten key; seconds are usual."""
TAKEOVER_SECONDS = 7_200.0
"""After so long without a line the agent hands back by itself."""
WAITING = 1_000
"""Messages before one consumer: more than a busy minute's."""

State = Literal["ok", "note", "bad", "unknown"]
"""`note` is worth knowing and nothing to mend."""
_NAMES = {"nats": "NATS", "postgres": "PostgreSQL"}


@dataclass(frozen=True, slots=True)
class HealthSign:
    part: str
    state: State
    says: str
    do: str = ""


@dataclass(frozen=True, slots=True)
class Diagnosis:
    status: Literal["ok", "degraded", "down"]
    """`down`: no message can be taken."""
    headline: str
    services: list[HealthSign]
    dependencies: list[HealthSign]
    work: list[HealthSign]


def diagnose(reading: HealthReading) -> Diagnosis:
    services = _services(reading)
    dependencies = [
        _dependency("PostgreSQL", reading.postgres, "start it, or mend DATABASE_URL"),
        _dependency("NATS", reading.nats, "start it, or mend NATS_URL"),
    ]
    work = [*_work(reading.stored), *_consumers(reading.consumers)]
    bad = [sign for sign in (*dependencies, *services, *work) if sign.state == "bad"]
    if not reading.postgres.ok:
        headline = "PostgreSQL is away: no message can be taken"
        return Diagnosis("down", headline, services, dependencies, work)
    if bad:
        return Diagnosis("degraded", _headline(bad), services, dependencies, work)
    return Diagnosis("ok", "All is well", services, dependencies, work)


def _headline(bad: list[HealthSign]) -> str:
    """The first two things that are wrong, each with all that share it."""
    whose: dict[str, list[str]] = {}
    for sign in bad:
        whose.setdefault(sign.says, []).append(sign.part)
    causes = [f"{listed(parts)}: {says}" for says, parts in whose.items()]
    more = [f"and {len(causes) - 2} more"] if len(causes) > 2 else []
    return "; ".join([*causes[:2], *more])


def listed(names: Sequence[str]) -> str:
    """a; a and b; a, b and c."""
    return " and ".join(filter(None, (", ".join(names[:-1]), names[-1])))


def span(seconds: float) -> str:
    """8 s, 5 min, 3.2 h, 12 days."""
    if seconds < 120:
        return f"{max(0.0, seconds):.0f} s"
    if seconds < 7_200:
        return f"{seconds / 60:.0f} min"
    return f"{seconds / 3600:.1f} h" if seconds < 172_800 else f"{seconds / 86_400:.0f} days"


def _services(reading: HealthReading) -> list[HealthSign]:
    if reading.stored is None:
        why = "not known while PostgreSQL is away"
        return [HealthSign(name, "unknown", why) for name in SERVICES]
    found = reading.stored.services
    names = [*SERVICES, *sorted(found.keys() - set(SERVICES))]
    return [_service(name, found.get(name, Presence())) for name in names]


def _service(name: str, of: Presence) -> HealthSign:
    start = f"start it: `taskflow run {name}`, or `make run` for all"
    if not of.instances:
        if of.seen_s is None:
            return HealthSign(name, "bad", "nobody is there", start)
        return HealthSign(name, "bad", f"nobody has been seen for {span(of.seen_s)}", start)
    if of.lacks:
        lacking = listed([_NAMES.get(lack, lack) for lack in of.lacks])
        return HealthSign(name, "bad", f"lives, and cannot reach {lacking}", f"see {lacking}")
    count = "1 instance" if of.instances == 1 else f"{of.instances} instances"
    says = f"{count}, {listed(of.versions)}, up {span(of.age_s or 0)}"
    if of.lost:
        return HealthSign(name, "note", f"{says}; {of.lost} more ended without a word")
    return HealthSign(name, "ok", says)


def _versions(found: dict[str, Presence]) -> Iterator[HealthSign]:
    of: dict[str, list[str]] = {}
    for name, presence in found.items():
        for version in presence.versions:
            of.setdefault(version, []).append(name)
    if len(of) > 1:
        versions_text = "; ".join(
            f"{version} ({', '.join(names)})" for version, names in sorted(of.items())
        )
        yield HealthSign("versions", "note", f"a change is rolling: {versions_text}")


def _dependency(name: str, of: Dependency, mend: str) -> HealthSign:
    if not of.ok:
        return HealthSign(name, "bad", of.error or "away", mend)
    return HealthSign(name, "ok", f"answers in {of.latency_ms} ms")


def _work(stored: DatabaseReading | None) -> Iterator[HealthSign]:
    if stored is None:
        return
    relay = stored.relay
    yield HealthSign(
        "relay",
        "bad" if relay.oldest_s > RELAY_SECONDS else "ok",
        _behind(relay.events, relay.oldest_s, "all is published", "not published yet"),
        "is NATS there, and does any service run?" if relay.oldest_s > RELAY_SECONDS else "",
    )
    yield _moves(stored)
    late = {
        name: lag for name, lag in stored.projections.items() if lag.oldest_s > PROJECTION_SECONDS
    }
    worst = max(stored.projections.values(), key=lambda lag: lag.oldest_s, default=None)
    yield HealthSign(
        "projections",
        "bad" if late else "ok",
        "; ".join(
            f"{name}: {_behind(lag.events, lag.oldest_s, '', 'behind')}"
            for name, lag in late.items()
        )
        or (
            _behind(worst.events, worst.oldest_s, f"{len(stored.projections)} up to date", "behind")
            if worst
            else "none yet"
        ),
        "see `taskflow projections lag`" if late else "",
    )
    letters = stored.dead_letters
    said = ", ".join(f"{count} of {name}" for name, count in sorted(letters.items()))
    do = "see `taskflow dlq list`" if letters else ""
    yield HealthSign("dead letters", "bad" if letters else "ok", said or "none", do)
    yield _shreds(stored.shreds_oldest_s)
    yield _takeovers(stored.takeover_idle_s)
    yield from _versions(stored.services)


def _shreds(oldest_s: float) -> HealthSign:
    part = "forgotten keys"
    if oldest_s > SHRED_SECONDS:
        says = f"one has stood in PostgreSQL's files for {span(oldest_s)}"
        do = "does the scheduler run? Its line `shredding.held` names what holds the key"
        return HealthSign(part, "bad", says, do)
    return HealthSign(part, "ok", "being destroyed" if oldest_s else "all are destroyed")


def _takeovers(idle_s: float) -> HealthSign:
    part = "takeovers"
    if idle_s > TAKEOVER_SECONDS:
        says = f"an operator has the word and has said nothing for {span(idle_s)}"
        return HealthSign(
            part, "bad", says, "does the agent run? It hands back; so does `hand-back`"
        )
    if idle_s:
        return HealthSign(part, "note", f"the quietest operator spoke {span(idle_s)} ago")
    return HealthSign(part, "ok", "nobody has taken over")


def _moves(stored: DatabaseReading) -> HealthSign:
    slow = {name: owed for name, owed in stored.moves.items() if owed.oldest_s > MOVE_SECONDS}
    if slow:
        says = ", ".join(
            f"{name} has owed a move for {span(owed.oldest_s)}"
            for name, owed in sorted(slow.items())
        )
        return HealthSign(
            "moves", "bad", says, "see `taskflow dlq list`, and the logs of that service"
        )
    count = sum(move.open for move in stored.moves.values())
    return HealthSign(
        "moves", "ok", f"{count:,} under way" if count else "nobody waits for anything"
    )


def _consumers(consumers: dict[str, ConsumerBacklog | None]) -> Iterator[HealthSign]:
    if not consumers:
        return
    if lacking := [name for name, backlog in consumers.items() if backlog is None]:
        says = f"NATS has none for {', '.join(lacking)}"
        yield HealthSign("consumers", "bad", says, "run `taskflow provision`")
        return
    there = {name: backlog for name, backlog in consumers.items() if backlog is not None}
    far = {
        name: backlog
        for name, backlog in there.items()
        if backlog.waiting > WAITING or backlog.unacked >= topology.MAX_ACK_PENDING
    }
    backlogs = [
        f"{backlog.waiting:,} wait for {name}, {backlog.unacked:,} in its hands"
        for name, backlog in (far or there).items()
        if backlog.waiting or backlog.unacked
    ]
    yield HealthSign(
        "consumers",
        "bad" if far else "ok",
        "; ".join(backlogs) or "no message waits",
        f"is {', '.join(far)} overloaded? start more of them" if far else "",
    )


def _behind(events: int, seconds: float, none: str, what: str) -> str:
    if not events:
        return none
    many = f"{COUNTED:,} or more" if events >= COUNTED else f"{events:,}"
    return f"{many} event{'s' * (events > 1)} {what}, the oldest for {span(seconds)}"
