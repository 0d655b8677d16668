"""The whole house in gauges; what is not known is not told."""

import asyncio
import ssl
from collections.abc import AsyncGenerator, Generator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, cast

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from taskflow.bus import topology
from taskflow.health import gauges
from taskflow.health.facts import (
    ConsumerBacklog,
    DatabaseReading,
    Dependency,
    HealthReading,
    OpenMoves,
    Presence,
    RelayLag,
)
from taskflow.health.gauges import Gauges, certificate_ends, tell
from taskflow.health.reading import Health
from taskflow.postgres import database as db
from taskflow.telemetry import metrics
from tests.support.eventually import eventually
from tests.support.metering import Meter, metering

pytestmark = pytest.mark.integration
UP, DOWN = Dependency(ok=True), Dependency(ok=False, error="away")
STORED = DatabaseReading(
    services={"agent": Presence(instances=2), "tools": Presence(instances=0, lost=1)},
    relay=RelayLag(7, 1.5),
    projections={"usage": RelayLag(3, 0.5)},
    dead_letters={"gateway": 4},
    moves={"agent": OpenMoves(1, 2.0), "gateway": OpenMoves(1, 9.0)},
    shreds_oldest_s=7.0,
    last_message_s=1.0,
    last_event_s=1.0,
)
GOOD = HealthReading(UP, UP, STORED, {"agent": ConsumerBacklog(5, 6, 0), "tools": None})
_USER = """
insert into users values (gen_random_uuid(), now(), now() - make_interval(hours => $1), 1, null)
"""


@pytest.fixture
def meter() -> Generator[Meter]:
    with metering() as opened:
        yield opened


def test_a_reading_is_told(meter: Meter) -> None:
    tell(GOOD)

    assert meter.all("taskflow_dependency_up") == {"postgres": 1, "nats": 1}
    assert meter.one("taskflow_relay_lag") == 7
    assert meter.one("taskflow_relay_oldest_seconds") == 1.5
    assert meter.one("taskflow_moves_oldest_seconds") == 9
    assert meter.one("taskflow_shreds_oldest_seconds") == 7
    assert meter.all("taskflow_projection_lag") == {"usage": 3}
    assert meter.all("taskflow_consumer_lag") == {"agent": 5}, "NATS knows no consumer `tools`"
    assert meter.all("taskflow_consumer_unacked") == {"agent": 6}
    none = {"agent": 0, "tools": 0, "scheduler": 0, "gateway": 0}
    assert meter.all("taskflow_dead_letters") == none | {"gateway": 4}
    assert meter.all("taskflow_service_instances") == none | {"agent": 2}


def test_what_is_not_known_any_more_is_left_out(meter: Meter) -> None:
    tell(GOOD)
    tell(HealthReading(DOWN, DOWN))

    whole = {one.prometheus for one in gauges.WHOLE}
    assert whole & set(meter.series) == {"taskflow_dependency_up"}
    assert meter.all("taskflow_dependency_up") == {"postgres": 0, "nats": 0}


@dataclass
class Failing:
    """A health that breaks in a way that nobody foresaw."""

    broken: bool = False

    async def read(self) -> HealthReading:
        if self.broken:
            raise ZeroDivisionError
        return GOOD


def self_signed(folder: Path, ends: datetime) -> ssl.SSLContext:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(ends - timedelta(days=90))
        .not_valid_after(ends)
        .sign(key, hashes.SHA256())
    )
    file = folder / "both.pem"
    plain = serialization.NoEncryption()
    pkcs8 = serialization.PrivateFormat.PKCS8
    file.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, pkcs8, plain)
        + certificate.public_bytes(serialization.Encoding.PEM)
    )
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(file)
    return context


@asynccontextmanager
async def https(folder: Path, ends: datetime) -> AsyncGenerator[int]:
    """The port of one that shows a certificate which ends then."""

    async def hang_up(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.close()

    context = self_signed(folder, ends)
    async with await asyncio.start_server(hang_up, "127.0.0.1", 0, ssl=context) as server:
        yield server.sockets[0].getsockname()[1]


async def test_a_certificates_end_is_read_even_when_it_is_past(tmp_path: Path) -> None:
    ends = datetime(2025, 3, 1, 12, tzinfo=UTC)
    async with https(tmp_path, ends) as port:
        assert await certificate_ends("localhost", port) == ends


async def test_read_in_the_background_and_what_does_not_answer_is_left_out(
    database: str, meter: Meter, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gauges, "SELDOM_SECONDS", 0.0)
    monkeypatch.setattr(gauges, "EVERY_SECONDS", 0.02)
    ends = datetime.now(UTC) + timedelta(days=10)
    async with db.pool(database, "tests") as pool, https(tmp_path, ends) as port:
        for hours in (1, 30, 24 * 8):
            await pool.execute(_USER, hours)
        health = Health(pool, lambda: None)
        url, monitor = f"https://localhost:{port}", "http://127.0.0.1:1"
        reading = asyncio.create_task(Gauges(health, pool, url, monitor).keep_reading())
        await eventually(lambda: meter.one("taskflow_certificate_expires_seconds"))

        assert meter.one("taskflow_certificate_expires_seconds") == pytest.approx(864_000, abs=60)
        assert meter.all("taskflow_users_active") == {"day": 1, "week": 2}
        assert meter.all("taskflow_dependency_up") == {"postgres": 1, "nats": 0}
        assert 1 <= (meter.one("taskflow_postgres_connections") or 0) <= 97
        assert meter.one("taskflow_postgres_connections_limit") == 97, "3 are superusers'"
        assert meter.one("taskflow_relay_lag") == 0
        assert meter.all("taskflow_consumer_lag") == {}
        assert meter.one("taskflow_nats_syncs_always") is None, "its monitor does not answer"
        reading.cancel()
        await health.close()


async def test_a_fault_that_nobody_foresaw_costs_gauges_only(
    database: str, meter: Meter, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gauges, "EVERY_SECONDS", 0.01)
    health = Failing()
    async with db.pool(database, "tests") as pool:
        reading = asyncio.create_task(Gauges(cast("Any", health), pool, "", None).keep_reading())
        await eventually(lambda: meter.one("taskflow_relay_lag") == 7)
        health.broken = True
        await eventually(lambda: meter.one("taskflow_relay_lag") is None)
        health.broken = False
        await eventually(lambda: meter.one("taskflow_relay_lag") == 7)
        reading.cancel()


def test_every_consumer_there_is_has_a_label() -> None:
    labels = metrics.CONSUMER_LAG.labels[0].values
    assert {one.service for one in topology.CONSUMERS} <= set(labels)
