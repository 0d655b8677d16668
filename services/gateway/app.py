"""Wires the gateway; nothing is wired elsewhere."""

from collections.abc import AsyncGenerator, Awaitable, Callable, Coroutine, Mapping
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from typing import Any

import structlog
from fastapi import FastAPI
from fastapi.telemetry import TelemetryConfig
from starlette.applications import Starlette
from starlette.routing import Route

from services.gateway import consent
from services.gateway.channels.by_address import ByAddress
from services.gateway.channels.erasing import Erasing
from services.gateway.channels.heard import StatusNotes
from services.gateway.channels.intake import Intake
from services.gateway.channels.keeping import MediaKeeping
from services.gateway.channels.links import CallbackLinks, PictureLinks
from services.gateway.channels.media import Pictures
from services.gateway.channels.pacing import Pacing, rate_of_sender
from services.gateway.channels.restored import Restored
from services.gateway.channels.terminal.door import Door
from services.gateway.channels.terminal.terminal import Terminal
from services.gateway.channels.twilio.attachments import Attachments
from services.gateway.channels.twilio.backfill import Backfill
from services.gateway.channels.twilio.contents import Contents
from services.gateway.channels.twilio.looking import keep_looking
from services.gateway.channels.twilio.sweeping import Sweeping
from services.gateway.channels.twilio.twilio import Twilio
from services.gateway.effects import Effects
from services.gateway.handlers import subscribe
from services.gateway.lane import FOLD
from services.gateway.settings import GatewaySettings
from services.gateway.templates.catalogue import Templates
from services.gateway.templates.following import Following
from services.gateway.templates.syncing import Syncing
from services.gateway.web.hardening import Hardening
from services.gateway.web.pages import StatusPages
from services.gateway.web.requests import Requests
from services.gateway.webhooks import Webhooks
from taskflow import clock
from taskflow.health.gauges import Gauges
from taskflow.limits.buckets import Bucket
from taskflow.postgres.database_clock import DatabaseClock
from taskflow.process.http_server import serving
from taskflow.process.service import Runtime, run
from taskflow.process.watchdog import Moves

FOLLOWERS = ("moves-gateway",)
"""A connection to PostgreSQL each, beside the pool."""
OWN_SPANS: TelemetryConfig = {"tracing": False, "metrics": False, "logs": False}
"""FastAPI's would hold the query, and know nothing of the turn that a callback belongs to."""

log = structlog.get_logger()


@asynccontextmanager
async def gateway(runtime: Runtime, settings: GatewaySettings) -> AsyncGenerator[None]:
    if not settings.taskflow_check_signatures:
        log.warning("signatures.not_checked", danger="anybody can write in anybody's name")
    has_terminal = settings.terminal()
    twilio = Twilio(settings)
    callbacks = CallbackLinks(settings.master_keys, settings.public_url)
    intake = Intake(runtime.log, runtime.vault, runtime.folds)
    heard = StatusNotes(runtime.log, runtime.folds)
    pacing = _pacing(runtime, settings)
    links = PictureLinks(settings.master_keys, settings.public_url)
    media = runtime.media()
    pictures = Pictures(media, links)
    terminal = Terminal(runtime.log, runtime.vault, pictures)
    channel = ByAddress({"whatsapp": twilio, "terminal": terminal})
    templates = Templates(runtime.folds)
    restored_to = settings.taskflow_restored_to
    effects = Effects(
        runtime.log,
        runtime.vault,
        channel,
        pictures=pictures,
        now=DatabaseClock(runtime.pool).now,
        unknown_for=timedelta(seconds=settings.taskflow_unknown_seconds),
        templates=templates,
        restored=Restored(channel, runtime.pool, restored_to) if restored_to else None,
    )
    attachments = Attachments(settings)
    keeping = MediaKeeping(runtime.log, media, attachments, runtime.attempts)
    erasing = Erasing(runtime.log, channel)
    subscribe(runtime, effects, pacing, erasing, keeping, senders=settings.senders)
    runtime.project(Moves("gateway", FOLD, lambda lane: lane.driver, runtime.folds))
    # A redirect would go to whatever Host the caller names.
    app = FastAPI(
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        telemetry=OWN_SPANS,
        redirect_slashes=False,
    )
    app.add_middleware(Hardening, public_url=settings.public_url)
    app.add_middleware(Requests)
    app.include_router(Webhooks(settings, intake, heard, callbacks).router())
    app.include_router(pictures.router())
    pages = StatusPages(runtime, settings, clock.monotonic())
    app.include_router(pages.router())
    app.router.routes.extend(runtime.probes.health_routes())
    inner = Starlette(routes=[*runtime.probes.routes(), Route("/metrics/targets", pages.targets)])
    if has_terminal:
        inner.router.routes.extend(Door(settings.master_keys, intake, terminal).routes())
    # Messages are taken while NATS is away: they wait in the log.
    runtime.probes.needs = ("postgres",)
    host, port = settings.taskflow_gateway_host, settings.taskflow_gateway_port
    inner_host, inner_port = (
        settings.taskflow_gateway_inner_host,
        settings.taskflow_gateway_inner_port,
    )
    try:
        async with (
            serving(app, host, port, settings="TASKFLOW_GATEWAY"),
            serving(inner, inner_host, inner_port, settings="TASKFLOW_GATEWAY_INNER") as address,
        ):
            runtime.probes.address = address
            looks = {
                "backfill": Backfill(
                    twilio, intake, runtime.pool, settings.taskflow_webhook_seconds
                ).once,
                "sweep": Sweeping(twilio, runtime.vault, heard).once,
            }
            _go_on_beside(runtime, settings, looks, templates)
            yield
    finally:
        await attachments.close()
        await twilio.close()


def _go_on_beside(
    runtime: Runtime,
    settings: GatewaySettings,
    looks: Mapping[str, Callable[[datetime], Awaitable[int]]],
    templates: Templates,
) -> None:
    """What nobody asks for: looks into Twilio's lists, what becomes of the templates, gauges."""
    for name, once in looks.items():
        looking = keep_looking(
            once, settings.taskflow_backfill_seconds, interrupted=f"{name}.interrupted"
        )
        runtime.background(looking, name)
    runtime.background(_followed(runtime, settings, templates), "templates")
    gauges = Gauges(
        runtime.health,
        runtime.pool,
        settings.public_url,
        settings.nats_monitor_url,
        settings.taskflow_template_people or None,
    )
    runtime.background(gauges.keep_reading(), "gauges")


def _pacing(runtime: Runtime, settings: GatewaySettings) -> Pacing:
    rate = rate_of_sender(settings.taskflow_send_per_second)
    turns = {name: Bucket(runtime.pool, f"sender {name}", rate) for name in settings.senders}
    return Pacing(turns, settings.taskflow_user_burst)


def _followed(
    runtime: Runtime, settings: GatewaySettings, templates: Templates
) -> Coroutine[Any, Any, None]:
    contents = Contents(
        settings.twilio_account_sid, settings.twilio_auth_token, settings.twilio_api_url
    )
    syncing = Syncing(runtime.log, templates, contents)
    return Following(runtime.log, templates, contents).keep_following(
        settings.taskflow_templates_seconds,
        syncing if settings.taskflow_templates_sync else None,
    )


def main() -> None:
    settings = GatewaySettings.load()
    consent.load()
    run("gateway", settings, lambda runtime: gateway(runtime, settings))
