"""A service's process: what every one of them has, started in order and stopped with grace."""

import asyncio
import contextlib
import os
import signal
from collections.abc import AsyncGenerator, Callable, Coroutine
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID

import asyncpg
import structlog
import uvloop
from nats.aio.client import Client

from taskflow import clock, failpoints
from taskflow.bus import bus, durability, topology
from taskflow.bus.dead_letters import Attempts, DeadLetters
from taskflow.bus.relay import BUS_AWAY, Relay
from taskflow.errors import Configuration
from taskflow.forgetting.notices import Forgotten
from taskflow.health.heartbeats import Heartbeats
from taskflow.health.probes import Probes
from taskflow.health.reading import Health
from taskflow.log.event_log import EventLog
from taskflow.log.group_commit import GroupCommit
from taskflow.log.snapshots import Folds
from taskflow.postgres import database, migrate
from taskflow.postgres.database import UNAVAILABLE
from taskflow.postgres.wakeups import Wakeups
from taskflow.privacy import objects
from taskflow.privacy.media import MediaStore
from taskflow.privacy.sealing import MasterKey
from taskflow.privacy.vault import Vault
from taskflow.process import memory, variables
from taskflow.process.http_server import serving
from taskflow.process.reporting import reported
from taskflow.process.settings import RuntimeSettings
from taskflow.projecting.projector import GATHER_SECONDS, Projection, Projector
from taskflow.telemetry import logs, loop_lag, metrics, tracing
from taskflow.telemetry.levels import Levels

SESSIONS = ("append", "listen")
"""A connection each, in every service, beside its pool and those of its followers."""
AHEAD_SECONDS = 3_600.0
"""A whole partition lies ahead: a log that fills one in an hour takes 2,800 events a second."""
PROVISION_SECONDS = 0.5
_AHEAD = "select events_ahead()"
_BUSY = (asyncpg.LockNotAvailableError, asyncpg.DeadlockDetectedError)

log = structlog.get_logger()


@dataclass(slots=True)
class Runtime:
    """What a service is built from; nothing here is global."""

    service: str
    settings: RuntimeSettings
    instance: UUID
    pool: asyncpg.Pool
    vault: Vault
    log: EventLog
    folds: Folds
    attempts: Attempts
    dead_letters: DeadLetters
    wakeups: Wakeups
    forgotten: Forgotten
    broker: bus.Broker
    client: asyncio.Future[Client]
    """Done once NATS is reached."""
    health: Health
    probes: Probes
    _tasks: list[asyncio.Task[None]] = field(default_factory=list)
    failed: asyncio.Event = field(default_factory=asyncio.Event)
    _stopping: bool = False

    def media(self) -> MediaStore:
        """Raises Configuration for a TASKFLOW_MEDIA that is neither a folder nor a bucket."""
        return media_store(self.settings, self.pool, self.vault)

    def background(self, work: Coroutine[Any, Any, None], name: str) -> None:
        """Runs for as long as the service does; its failure ends the service."""
        task = asyncio.create_task(work, name=name)
        task.add_done_callback(self._ended)
        self._tasks.append(task)

    def project(self, what: Projection, *, gather: float = GATHER_SECONDS) -> Projector:
        dsn = self.settings.dsn
        projector = Projector(dsn, self.pool, self.log, self.wakeups, what, gather=gather)
        self.background(projector.run(), what.name)
        return projector

    def _ended(self, task: asyncio.Task[None]) -> None:
        """Nothing in the background may end by itself unheard, a cancelled one neither."""
        if task.cancelled():
            if not self._stopping:
                log.error("task.cancelled", task=task.get_name())
                self.failed.set()
        elif error := task.exception():
            log.error("task.failed", task=task.get_name(), exc_info=error)
            self.failed.set()

    async def stop_background(self) -> None:
        self._stopping = True
        # Again and again: a library's wait_for may swallow a cancel that meets its answer.
        while running := [task for task in self._tasks if not task.done()]:
            for task in running:
                task.cancel()
            await asyncio.wait(running, timeout=1)


Service = Callable[[Runtime], AbstractAsyncContextManager[None]]
"""Wires a service onto a runtime: subscribers and background work."""


@asynccontextmanager
async def runtime(
    service: str, settings: RuntimeSettings, instance: UUID | None = None
) -> AsyncGenerator[Runtime]:
    dsn = settings.dsn
    name = f"taskflow-{service}"
    append, listen = (f"{name}-{session}" for session in SESSIONS)
    pool = database.pool(dsn, name, size=settings.taskflow_pool_size)
    vault = Vault(pool, MasterKey(*settings.master_keys))
    group = GroupCommit(dsn, append)
    event_log = EventLog(pool, vault, group, settings.archive_folder)
    wakeups = Wakeups(dsn, listen)
    client: asyncio.Future[Client] = asyncio.get_running_loop().create_future()
    health = Health(pool, lambda: client.result() if client.done() else None)
    opened = Runtime(
        service=service,
        settings=settings,
        instance=instance or clock.new_id(),
        pool=pool,
        vault=vault,
        log=event_log,
        folds=Folds(event_log, pool),
        attempts=Attempts(pool, service),
        dead_letters=DeadLetters(pool, event_log, service),
        wakeups=wakeups,
        forgotten=Forgotten(pool, vault, wakeups),
        broker=bus.broker(settings.nats_url, name),
        client=client,
        health=health,
        probes=Probes(health),
    )
    async with pool:
        try:
            yield opened
        finally:
            await opened.stop_background()
            await health.close()
            await group.close()


@asynccontextmanager
async def running(
    service: str, settings: RuntimeSettings, build: Service, instance: UUID | None = None
) -> AsyncGenerator[Runtime]:
    """The whole service, in this process; leaving it stops it with grace."""
    async with (
        runtime(service, settings, instance) as opened,
        build(opened),
        _answering_probes(opened),
    ):
        heart = Heartbeats(opened.pool, service, opened.instance, opened.probes)
        opened.background(opened.wakeups.run(), "wakeups")
        opened.background(opened.forgotten.keep_asking(), "forgotten")
        opened.background(heart.keep_beating(), "heartbeat")
        opened.background(_partitions_ahead(opened), "partitions")
        opened.background(_join_the_bus(opened), "bus")
        opened.background(loop_lag.keep_measuring(), "loop-lag")
        metrics.POOL_LIMIT.set(opened.pool.get_max_size())
        try:
            with metrics.POOL.asking(lambda: _pool_use(opened.pool)):
                yield opened
        finally:
            with contextlib.suppress(Exception):
                async with asyncio.timeout(bus.GRACE_SECONDS + 5):
                    await opened.broker.stop()
            await heart.end()


@asynccontextmanager
async def _answering_probes(opened: Runtime) -> AsyncGenerator[None]:
    """On a port of their own, unless the service has mounted them."""
    if opened.probes.address:
        yield
        return
    settings, app = opened.settings, opened.probes.app()
    host, port = settings.taskflow_probe_host, settings.taskflow_probe_port
    async with serving(app, host, port, settings="TASKFLOW_PROBE") as address:
        opened.probes.address = address
        yield


async def _join_the_bus(opened: Runtime) -> None:
    client = await opened.broker.connect()
    if opened.settings.taskflow_production:
        await durability.require_sync_always(opened.settings.nats_monitor_url)
    await _until_provisioned(client, opened.service)
    opened.client.set_result(client)
    await opened.broker.start()
    for pulling in opened.broker.pulls:
        opened.background(pulling.ended(), "pulling")
    opened.background(Levels(opened.service, opened.instance).serve(client), "levels")
    log.info("service.ready")
    if ready := os.environ.get("TASKFLOW_READY_FILE"):
        await asyncio.to_thread(Path(ready).touch)


async def _until_provisioned(client: Client, service: str) -> None:
    """Nobody else may make streams and consumers than `taskflow provision`."""
    has_warned = False
    while True:
        try:
            lacking = await topology.missing(client, service)
        except BUS_AWAY as error:
            lacking = [type(error).__name__]
        if not lacking:
            return
        if not has_warned:
            log.warning("bus.not_provisioned", missing=lacking, do="taskflow provision")
            has_warned = True
        await asyncio.sleep(PROVISION_SECONDS)


async def keep_relaying(opened: Runtime) -> None:
    """Background work of whichever service brings events to the bus."""
    client = await opened.client
    await Relay(opened.settings.dsn, opened.log, client, opened.wakeups).run()


def _pool_use(pool: asyncpg.Pool) -> dict[str, float]:
    idle = pool.get_idle_size()
    return {"idle": idle, "used": pool.get_size() - idle}


async def _partitions_ahead(opened: Runtime) -> None:
    """Whoever comes first makes them; one that cannot have its lock now comes again in an hour."""
    while True:
        with contextlib.suppress(*UNAVAILABLE, *_BUSY):
            async with failpoints.PARTITIONS_COMMIT:
                if made := await opened.pool.fetchval(_AHEAD):
                    log.info("partitions.made", count=made)
        await asyncio.sleep(AHEAD_SECONDS)


def run(service: str, settings: RuntimeSettings, build: Service) -> None:
    """The process's main: serves until SIGTERM or SIGINT. Exits 1 on what it cannot mend."""
    memory.keep_private()
    instance = clock.new_id()
    logs.start(
        service,
        settings.taskflow_home,
        settings.taskflow_log_level,
        str(instance),
        settings.taskflow_log_format,
    )
    with reported(settings, service, str(instance)):
        if failpoints.arm_from_environment() and settings.taskflow_production:
            raise Configuration("TASKFLOW_FAILPOINTS is for tests; unset it in production")
        provider = tracing.start(
            service,
            str(instance),
            endpoint=settings.otel_exporter_otlp_endpoint,
            sampler=tracing.sampler(settings.otel_traces_sampler, settings.otel_traces_sampler_arg),
        )
        # All has been read that is read from the environment; what is started inherits the rest.
        variables.forget_secrets()
        try:
            uvloop.run(_serve(service, settings, build, instance))
        finally:
            tracing.stop(provider)


async def _serve(service: str, settings: RuntimeSettings, build: Service, instance: UUID) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    await _check_schema(service, settings)
    async with running(service, settings, build, instance) as opened:
        memory.collect_seldom()
        ended = [asyncio.create_task(stop.wait()), asyncio.create_task(opened.failed.wait())]
        await asyncio.wait(ended, return_when=asyncio.FIRST_COMPLETED)
        for task in ended:
            task.cancel()
        log.info("service.stopping")
    if opened.failed.is_set():
        raise Configuration(f"{service} stopped: a part of it failed, see the log")


async def _check_schema(service: str, settings: RuntimeSettings) -> None:
    """A database that is away may come back; one that lacks migrations will not gain them."""
    try:
        connection = await database.connect(settings.dsn, "taskflow-check")
    except UNAVAILABLE:
        log.warning("database.away_at_start")
        return
    except asyncpg.PostgresError as error:
        raise Configuration(
            f"DATABASE_URL cannot be used ({type(error).__name__}); is `taskflow migrate` done?"
        ) from error
    try:
        if lacking := await migrate.pending(connection):
            raise Configuration(f"run `taskflow migrate` first: {', '.join(lacking)} missing")
        own, acting = database.role_of(service), await connection.fetchval("select current_user")
        if settings.taskflow_production and acting != own:
            raise Configuration(f"DATABASE_URL logs {service} in as {acting}: its own is {own}")
    finally:
        await connection.close()


def media_store(settings: RuntimeSettings, pool: asyncpg.Pool, vault: Vault) -> MediaStore:
    """Raises Configuration for a TASKFLOW_MEDIA that is neither a folder nor a bucket."""
    where = objects.opened(
        settings.taskflow_media,
        key_id=settings.taskflow_media_key_id,
        secret=settings.taskflow_media_secret,
        region=settings.taskflow_media_region,
        endpoint=settings.taskflow_media_endpoint,
    )
    return MediaStore(pool, vault, where)
