"""Levels of running services' consoles: changed over core NATS, and back by themselves.

Every instance hears and answers for itself. Nothing is kept: a restart begins at the settings'
level.
"""

import asyncio
from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID

import structlog
from nats.aio.client import Client
from nats.aio.msg import Msg
from pydantic import BaseModel, Field, ValidationError

from taskflow import clock
from taskflow.telemetry import logs

SUBJECT = "taskflow.levels"
LONGEST_SECONDS = 7 * 86_400

Level = Literal["DEBUG", "INFO", "WARNING", "ERROR"]

log = structlog.get_logger()


class LevelChange(BaseModel):
    service: str | None = None
    """None: all of them."""
    level: Level | None = None
    """None only asks."""
    seconds: float | None = Field(default=None, gt=0, le=LONGEST_SECONDS)
    """None: until the next change, or the end."""


class ServiceLevel(BaseModel):
    service: str
    instance: UUID
    level: str
    was: str
    until: datetime | None
    """Then it goes back to `settled`."""
    settled: str


class Levels:
    """Of this process."""

    def __init__(self, service: str, instance: UUID) -> None:
        self._service, self._instance = service, instance
        self._settled = logs.level()
        self._until: datetime | None = None
        self._going_back: asyncio.TimerHandle | None = None

    async def serve(self, client: Client) -> None:
        """For ever."""

        async def take(message: Msg) -> None:
            try:
                change = LevelChange.model_validate_json(message.data)
            except ValidationError as error:
                log.warning("level.not_understood", faults=error.error_count())
                return
            if change.service in {None, self._service}:
                await message.respond(self._changed(change).model_dump_json().encode())

        subscription = await client.subscribe(SUBJECT, cb=take)
        try:
            await asyncio.get_running_loop().create_future()
        finally:
            self._go_back()
            if not client.is_closed:
                await subscription.unsubscribe()

    def _changed(self, change: LevelChange) -> ServiceLevel:
        was = logs.level()
        if change.level is not None:
            self._set(change.level, change.seconds)
        return ServiceLevel(
            service=self._service,
            instance=self._instance,
            level=logs.level(),
            was=was,
            until=self._until,
            settled=self._settled,
        )

    def _set(self, level: Level, seconds: float | None) -> None:
        self._go_back()
        log.info("level.changed", to=level, was=logs.level(), for_s=seconds)
        logs.set_level(level)
        if seconds is None:
            self._settled = level
            return
        self._until = clock.utc_now() + timedelta(seconds=seconds)
        self._going_back = asyncio.get_running_loop().call_later(seconds, self._go_back)

    def _go_back(self) -> None:
        if self._going_back is not None:
            self._going_back.cancel()
            self._going_back = self._until = None
            logs.set_level(self._settled)
            log.info("level.back", to=self._settled)
