"""Wires the gateway; nothing is wired elsewhere."""

import asyncio
import contextlib
import errno
import socket
from collections.abc import AsyncGenerator, Generator
from contextlib import asynccontextmanager
from datetime import timedelta

import structlog
import uvicorn
from fastapi import FastAPI

from services.gateway.backfill import Backfill
from services.gateway.counters import Counters
from services.gateway.database_clock import DatabaseClock
from services.gateway.decider import FOLD
from services.gateway.effects import Effects
from services.gateway.handlers import subscribe
from services.gateway.media import Pictures
from services.gateway.pacing import Pacing
from services.gateway.pages import Pages
from services.gateway.settings import GatewaySettings
from services.gateway.signature import Callbacks, PictureLinks
from services.gateway.twilio import Twilio
from services.gateway.webhooks import Intake, Webhooks
from taskflow import clock
from taskflow.errors import Configuration
from taskflow.media import Media
from taskflow.service import Runtime, run
from taskflow.watchdog import Moves

KEEP_ALIVE = 75
"""Seconds; longer than callers keep theirs, or they would write into a closing connection."""

BACKLOG = 2048

log = structlog.get_logger()


class _Server(uvicorn.Server):
    """The runtime owns the process's signals."""

    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None]:
        yield


@asynccontextmanager
async def gateway(runtime: Runtime, settings: GatewaySettings) -> AsyncGenerator[None]:
    if not settings.taskflow_check_signatures:
        log.warning("signatures.not_checked", danger="anybody can write in anybody's name")
    twilio = Twilio(settings)
    callbacks = Callbacks(settings.master_key, settings.public_url)
    intake = Intake(runtime.log, runtime.vault)
    pacing = Pacing(settings.taskflow_send_per_second)
    counters, now = Counters(), DatabaseClock(runtime.pool).now
    links = PictureLinks(settings.master_key, settings.public_url)
    pictures = Pictures(Media(runtime.pool, runtime.vault), links, counters)
    effects = Effects(
        runtime.log,
        runtime.vault,
        twilio,
        callbacks=callbacks,
        pictures=pictures,
        pacing=pacing,
        now=now,
        counters=counters,
        unknown_for=timedelta(seconds=settings.taskflow_unknown_seconds),
    )
    subscribe(runtime, effects)
    runtime.project(Moves("gateway", FOLD, lambda lane: lane.driver, runtime.folds))
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    app.include_router(Webhooks(settings, intake, runtime.folds, callbacks, counters).router())
    app.include_router(pictures.router())
    checked = settings.taskflow_check_signatures
    app.include_router(Pages(runtime, counters, checked, clock.monotonic()).router())
    try:
        async with serving(app, settings.taskflow_gateway_host, settings.taskflow_gateway_port):
            every_s = settings.taskflow_backfill_seconds
            backfill = Backfill(twilio, intake, runtime.pool, every_s=every_s)
            runtime.background(backfill.run(), "backfill")
            yield
    finally:
        await twilio.close()


@asynccontextmanager
async def serving(app: FastAPI, host: str, port: int) -> AsyncGenerator[None]:
    """The app on a socket of its own, until the block is left and requests in flight are done."""
    with _bound(host, port) as listening:
        config = uvicorn.Config(
            app,
            timeout_keep_alive=KEEP_ALIVE,
            access_log=False,
            log_config=None,
            lifespan="off",
            timeout_graceful_shutdown=5,
        )
        server = _Server(config)
        task = asyncio.create_task(server.serve([listening]))
        try:
            yield
        finally:
            server.should_exit = True
            await task


def _bound(host: str, port: int) -> socket.socket:
    listening = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
        # Two sockets may bind one port; it is the second to listen that is refused.
        listening.listen(BACKLOG)
    except OSError as error:
        listening.close()
        why = (
            f"port {port} on {host} is in use; set TASKFLOW_GATEWAY_PORT to a free one"
            if error.errno == errno.EADDRINUSE
            else f"cannot listen on {host}, port {port} ({error.strerror}); "
            "set TASKFLOW_GATEWAY_HOST and TASKFLOW_GATEWAY_PORT"
        )
        raise Configuration(why) from error
    return listening


def main() -> None:
    settings = GatewaySettings.load()
    run("gateway", settings, lambda runtime: gateway(runtime, settings))
