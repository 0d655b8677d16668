"""Probes, signs of life and the reading of all: whatever is away, hangs or was killed."""

import asyncio
import json
import re
import time
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import aiohttp
import asyncpg
import pytest
from typer.testing import CliRunner

from taskflow.cli import main as cli
from taskflow.errors import Configuration
from taskflow.health import heartbeats, stored
from taskflow.health.diagnosis import diagnose
from taskflow.health.facts import Dependency
from taskflow.health.heartbeats import live
from taskflow.process.service import Runtime, running
from taskflow.process.settings import RuntimeSettings
from tests.support.eventually import eventually
from tests.support.proxy import Proxy

pytestmark = pytest.mark.integration
HANGS_SECONDS = 3.0
"""That a reading may take, whatever is down."""
_A_ROW = """
insert into service_instances
       (instance, service, version, host, pid, address, told, started_at, seen_at)
values (gen_random_uuid(), $1, $2, 'host', 1, $3, $4, now() - interval '1 day',
        now() - make_interval(secs => $5))
"""
_UPDATES = "select n_tup_upd from pg_stat_user_tables where relname = 'service_instances'"


@asynccontextmanager
async def idle(_: Runtime) -> AsyncGenerator[None]:
    yield


@pytest.fixture
async def proxies(settings: RuntimeSettings) -> AsyncGenerator[dict[str, Proxy]]:
    """Hops before PostgreSQL and NATS."""
    (directory,) = parse_qs(urlsplit(settings.dsn).query)["host"]
    bus = urlsplit(settings.nats_url)
    found = {
        "postgres": Proxy.before(Path(directory) / ".s.PGSQL.5432"),
        "nats": Proxy.before((str(bus.hostname), int(bus.port or 0))),
    }
    for proxy in found.values():
        await proxy.start()
    yield found
    for proxy in found.values():
        await proxy.stop()


@pytest.fixture
async def service(settings: RuntimeSettings, proxies: dict[str, Proxy]) -> AsyncGenerator[Runtime]:
    """An agent without work, behind the hops."""
    database, bus = urlsplit(settings.dsn), urlsplit(settings.nats_url)
    who = bus.netloc.rpartition("@")[0]
    settings = RuntimeSettings(
        **settings.model_dump(exclude={"database_url", "nats_url"}),
        database_url=f"postgresql://{database.username}@127.0.0.1:{proxies['postgres'].port}"
        f"{database.path}?sslmode=disable",
        nats_url=f"nats://{who}{'@' if who else ''}127.0.0.1:{proxies['nats'].port}",
    )
    async with running("agent", settings, idle) as runtime:
        await runtime.client
        yield runtime
        for proxy in proxies.values():
            proxy.heal()


async def get(runtime: Runtime, path: str) -> tuple[int, str]:
    url = f"http://{runtime.probes.address}{path}"
    async with aiohttp.ClientSession() as http, http.get(url) as answer:
        return answer.status, await answer.text()


async def ready(runtime: Runtime) -> tuple[int, dict[str, Any]]:
    status, body = await get(runtime, "/ready")
    return status, json.loads(body)


async def test_every_service_answers_its_probes(service: Runtime) -> None:
    service.probes.also["browser"] = lambda: Dependency(ok=False, error="none here")

    assert await get(service, "/live") == (200, "live\n")
    status, told = await ready(service)
    assert status == 200
    assert told["postgres"]["ok"]
    assert told["nats"] == {"ok": True, "needed": True}
    assert told["browser"] == {"ok": False, "error": "none here", "needed": False}
    assert (await get(service, "/metrics"))[0] == 200
    assert (await get(service, "/health"))[0] == 404


async def test_a_hanging_postgresql_is_told_in_time_and_taken_back(
    service: Runtime, proxies: dict[str, Proxy]
) -> None:
    await service.health.read()
    proxies["postgres"].black_hole = True
    began = time.monotonic()
    readings = await asyncio.gather(*(service.health.read() for _ in range(20)))
    status, told = await ready(service)
    took = time.monotonic() - began

    assert took < 2 * HANGS_SECONDS, "one reading, and one answer to /ready"
    assert {one.postgres.error for one in readings} == {"no answer within 2 s"}
    assert all(one.nats.ok and one.stored is None for one in readings)
    assert (status, told["nats"]["ok"], told["postgres"]["ok"]) == (503, True, False)
    assert (await get(service, "/live"))[0] == 200
    # Twenty readers and a prober hold two connections, not twenty-one.
    assert service.pool.get_size() - service.pool.get_idle_size() <= 4

    proxies["postgres"].heal()

    async def is_back() -> bool:
        return (await service.health.read()).postgres.ok

    await eventually(is_back, seconds=15)
    assert (await ready(service))[0] == 200


async def test_a_hanging_nats_is_told_in_time_and_the_client_survives_it(
    service: Runtime, proxies: dict[str, Proxy]
) -> None:
    proxies["nats"].black_hole = True
    began = time.monotonic()
    reading = await service.health.read()

    assert time.monotonic() - began < HANGS_SECONDS
    assert reading.nats.error == "no answer within 2 s"
    assert reading.postgres.ok
    assert reading.consumers == {}

    proxies["nats"].heal()

    async def is_back() -> bool:
        return (await service.health.read()).nats.ok

    await eventually(is_back)
    # The answers that came too late broke nothing: the same client goes on.
    assert service.client.result().is_connected
    assert set((await service.health.read()).consumers) == {
        "agent",
        "gateway",
        "tools",
        "scheduler",
    }


async def test_a_lost_nats_makes_a_service_unready_and_its_own_sign_says_so(
    service: Runtime, proxies: dict[str, Proxy], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stored, "STARTING_SECONDS", 0)
    proxies["nats"].refusing = True
    proxies["nats"].cut()

    async def is_unready() -> bool:
        status, told = await ready(service)
        return status == 503 and told["nats"]["error"] == "the connection is lost"

    async def tells_others() -> bool:
        facts = (await service.health.read()).stored
        return facts is not None and facts.services["agent"].lacks == ("nats",)

    await eventually(is_unready)
    await eventually(tells_others)


async def test_a_taken_port_is_one_clear_line(settings: RuntimeSettings, service: Runtime) -> None:
    port = int(service.probes.address.rpartition(":")[2])
    taken = settings.model_copy(update={"taskflow_probe_port": port})

    with pytest.raises(Configuration, match=f"port {port} on .* set TASKFLOW_PROBE_PORT to a free"):
        async with running("tools", taken, idle):
            pass


async def test_an_instance_is_known_while_it_lives_and_not_missed_after(
    settings: RuntimeSettings, database: str
) -> None:
    connection = await asyncpg.connect(database)
    async with running("tools", settings, idle) as runtime:
        await eventually(lambda: live(connection))
        (known,) = await live(connection)
        assert (known["service"], known["instance"]) == ("tools", runtime.instance)
        assert known["address"] == runtime.probes.address

    assert await live(connection) == []
    # Nothing beats on after the last word.
    assert await connection.fetchval("select count(*) from service_instances") == 0
    await connection.close()


async def test_a_sign_of_life_costs_one_small_row_every_two_seconds(
    settings: RuntimeSettings, database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A hundred signs at once: they change their row in place, and wait for no disk."""
    monkeypatch.setattr(heartbeats, "EVERY_SECONDS", 0.01)
    connection = await asyncpg.connect(database)
    async with running("tools", settings, idle):

        async def many() -> bool:
            await connection.execute("select pg_stat_clear_snapshot()")
            return await connection.fetchval(_UPDATES) >= 100

        await eventually(many)
        rows = await connection.fetchval("select count(*) from service_instances")
        size = await connection.fetchval("select pg_table_size('service_instances')")
    await connection.close()

    assert rows == 1
    assert size < 100_000
    assert "synchronous_commit', 'off'" in heartbeats._SEEN


async def test_a_mixed_set_and_a_killed_instance_are_told_apart(
    service: Runtime, database: str
) -> None:
    lacking = '{"nats": {"ok": false, "needed": true}, "browser": {"ok": false, "needed": false}}'
    rows = [
        ("gateway", "0.1.0", "10.0.0.1:8000", "{}", 1),
        ("gateway", "0.2.0", "10.0.0.2:8000", "{}", 1),
        ("gateway", "0.1.0", "10.0.0.3:8000", "{}", 40),
        ("tools", "0.1.0", "10.0.0.4:9000", lacking, 0),
        ("scheduler", "0.0.9", None, "{}", 8),
        ("scheduler", "0.0.9", None, "{}", 4_000),
    ]
    connection = await asyncpg.connect(database)
    await connection.executemany(_A_ROW, rows)
    addresses = {row["address"] for row in await live(connection)}
    await connection.close()

    facts = (await service.health.read()).stored
    assert facts is not None
    gateway, scheduler = facts.services["gateway"], facts.services["scheduler"]
    assert (gateway.instances, gateway.lost, gateway.versions) == (2, 1, ("0.1.0", "0.2.0"))
    assert facts.services["tools"].lacks == ("nats",)
    assert (scheduler.instances, scheduler.lost, scheduler.versions) == (0, 1, ())
    assert 8 <= (scheduler.seen_s or 0) < 12
    assert addresses >= {"10.0.0.1:8000", "10.0.0.2:8000", "10.0.0.4:9000"}
    assert "10.0.0.3:8000" not in addresses
    assert diagnose(await service.health.read()).headline.startswith(
        "tools: lives, and cannot reach NATS; scheduler: nobody has been seen for"
    )


async def test_doctor_tells_the_same_and_what_to_do(
    settings: RuntimeSettings, database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    connection = await asyncpg.connect(database)
    for service in ("gateway", "tools", "scheduler"):
        await connection.execute(_A_ROW, service, "0.1.0", None, "{}", 0)
    await connection.execute(_A_ROW, "agent", "0.1.0", None, "{}", 8)
    await connection.close()
    monkeypatch.setenv("DATABASE_URL", database)
    monkeypatch.setenv("NATS_URL", settings.nats_url)
    monkeypatch.setenv("TASKFLOW_HOME", str(settings.taskflow_home))
    monkeypatch.setenv("TASKFLOW_MASTER_KEY", settings.taskflow_master_key.get_secret_value())

    result = await asyncio.to_thread(CliRunner().invoke, cli.app, ["doctor", "--json"])

    told = {one["what"]: one for one in map(json.loads, result.output.splitlines())}
    assert result.exit_code == 1
    assert told["agent"]["says"].startswith("nobody has been seen for")
    assert "taskflow run agent" in told["agent"]["do"]
    assert told["tools"]["says"].startswith("1 instance, 0.1.0")
    assert told["connections"]["ok"]
    assert re.fullmatch(r"\d+ of 97 in use", told["connections"]["says"])
    assert told["relay"] == {"what": "relay", "ok": True, "says": "all is published", "do": ""}
    assert {"moves", "projections", "dead letters", "consumers", "NATS"} <= told.keys()
