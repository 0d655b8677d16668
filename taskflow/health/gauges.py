"""How the whole house stands, as gauges: read in the background, never by whoever scrapes.

What is not known is left out: a zero would hide an alarm. Every replica of the gateway says the
same, so that one looks at the largest of them, not at their sum.
"""

import asyncio
import ssl
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from urllib.parse import urlsplit

import asyncpg
import structlog
from cryptography import x509

from taskflow import clock
from taskflow.bus import durability
from taskflow.bus.store import store_of
from taskflow.errors import Configuration
from taskflow.health.facts import HealthReading
from taskflow.health.reading import Health
from taskflow.postgres.connection_use import connection_use
from taskflow.postgres.database import UNAVAILABLE
from taskflow.telemetry import metrics
from taskflow.telemetry.instruments import Gauge

EVERY_SECONDS = 5.0
SELDOM_SECONDS = 60.0
CONNECT_SECONDS = 5.0

_ACTIVE = """
select count(*) filter (where last_message_at > now() - interval '1 day') as day,
       count(*) as week
  from users where last_message_at > now() - interval '7 days'
"""
_TEMPLATE_PEOPLE = "select count(*) from template_people where at > now() - interval '24 hours'"
_STORED = (
    *(metrics.RELAY_LAG, metrics.RELAY_OLDEST, metrics.PROJECTION_LAG, metrics.DEAD_LETTERS),
    *(metrics.MOVES_OLDEST, metrics.SHREDS_OLDEST, metrics.INSTANCES),
    metrics.TAKEOVER_IDLE,
)

WHOLE = [
    instrument
    for instrument in metrics.CATALOGUE
    if isinstance(instrument, Gauge) and instrument.source == "whole"
]

log = structlog.get_logger()


@dataclass(slots=True)
class Gauges:
    health: Health
    pool: asyncpg.Pool
    public_url: str
    nats_monitor_url: str | None
    template_limit: int | None = None
    """Of people in 24 hours; None: no limit."""
    _due: dict[str, float] = field(default_factory=dict[str, float], init=False)

    async def keep_reading(self) -> None:
        """For ever. Whatever goes wrong here costs gauges, never the service."""
        while True:
            try:
                tell(await self.health.read())
                await self._read_seldom()
            except Exception:
                log.exception("gauges.failed")
                for gauge in WHOLE:
                    gauge.drop()
            await asyncio.sleep(EVERY_SECONDS)

    async def _read_seldom(self) -> None:
        await self._ask(metrics.CONNECTIONS, self._count_connections)
        await self._ask(metrics.ACTIVE_USERS, self._count_users)
        await self._ask(metrics.TEMPLATE_PEOPLE, self._count_template_people)
        if self.template_limit:
            metrics.TEMPLATE_LIMIT.set(self.template_limit)
        if self.nats_monitor_url:
            await self._ask(metrics.NATS_SYNCS, self._ask_nats)
            await self._ask(metrics.NATS_STORE, self._ask_store)
        if self.public_url.startswith("https://"):
            await self._ask(metrics.CERTIFICATE, self._ask_certificate)

    async def _ask(self, about: Gauge, ask: Callable[[], Awaitable[None]]) -> None:
        if clock.monotonic() < self._due.get(about.name, 0.0):
            return
        self._due[about.name] = clock.monotonic() + SELDOM_SECONDS
        try:
            await ask()
        except (*UNAVAILABLE, asyncpg.PostgresError, Configuration, ValueError) as error:
            about.drop()
            log.warning("gauge.unknown", gauge=about.name, error=type(error).__name__)

    async def _count_connections(self) -> None:
        use = await connection_use(self.pool)
        metrics.CONNECTIONS.set(use.used)
        metrics.CONNECTIONS_LIMIT.set(use.most)

    async def _count_users(self) -> None:
        row = await self.pool.fetchrow(_ACTIVE)
        metrics.ACTIVE_USERS.replace(dict(row) if row else {})

    async def _count_template_people(self) -> None:
        metrics.TEMPLATE_PEOPLE.set(await self.pool.fetchval(_TEMPLATE_PEOPLE))

    async def _ask_nats(self) -> None:
        assert self.nats_monitor_url
        syncs = await asyncio.to_thread(durability.syncs_always, self.nats_monitor_url)
        metrics.NATS_SYNCS.set(int(syncs))

    async def _ask_store(self) -> None:
        assert self.nats_monitor_url
        metrics.NATS_STORE.set((await asyncio.to_thread(store_of, self.nats_monitor_url)).share)

    async def _ask_certificate(self) -> None:
        url = urlsplit(self.public_url)
        ends_at = await certificate_ends(url.hostname or "", url.port or 443)
        metrics.CERTIFICATE.set((ends_at - clock.utc_now()).total_seconds())


def tell(reading: HealthReading) -> None:
    """Sets what this reading knows, and drops what it does not."""
    up = {"postgres": reading.postgres.ok, "nats": reading.nats.ok}
    metrics.DEPENDENCY_UP.replace({name: int(ok) for name, ok in up.items()})
    consumers = {
        name: backlog for name, backlog in reading.consumers.items() if backlog is not None
    }
    metrics.CONSUMER_LAG.replace({name: backlog.waiting for name, backlog in consumers.items()})
    metrics.CONSUMER_UNACKED.replace({name: backlog.unacked for name, backlog in consumers.items()})
    stored = reading.stored
    if stored is None:
        for gauge in _STORED:
            gauge.drop()
        return
    metrics.RELAY_LAG.set(stored.relay.events)
    metrics.RELAY_OLDEST.set(stored.relay.oldest_s)
    metrics.PROJECTION_LAG.replace({name: lag.events for name, lag in stored.projections.items()})
    metrics.MOVES_OLDEST.set(max((move.oldest_s for move in stored.moves.values()), default=0.0))
    metrics.SHREDS_OLDEST.set(stored.shreds_oldest_s)
    metrics.TAKEOVER_IDLE.set(stored.takeover_idle_s)
    _of_services(metrics.DEAD_LETTERS, stored.dead_letters)
    present = {name: presence.instances for name, presence in stored.services.items()}
    _of_services(metrics.INSTANCES, present)


def _of_services(gauge: Gauge, counts: dict[str, int]) -> None:
    """None of a service is a zero: that is known."""
    gauge.replace({name: counts.get(name, 0) for name in metrics.SERVICES})


async def certificate_ends(host: str, port: int) -> datetime:
    """When the certificate that is shown there ends, whether it is good or not. Raises OSError."""
    trusting = ssl.create_default_context()
    trusting.check_hostname, trusting.verify_mode = False, ssl.CERT_NONE
    async with asyncio.timeout(CONNECT_SECONDS):
        _, writer = await asyncio.open_connection(host, port, ssl=trusting, server_hostname=host)
    try:
        shown: bytes = writer.get_extra_info("ssl_object").getpeercert(binary_form=True)
    finally:
        writer.transport.abort()
    return x509.load_der_x509_certificate(shown).not_valid_after_utc.astimezone(UTC)
