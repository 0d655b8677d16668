"""Commands that bring the database and the bus to what this release needs."""

import asyncio

from pydantic import AliasChoices, Field, SecretStr

from taskflow.bus import store, topology
from taskflow.bus.permissions import PROVISION_URL
from taskflow.bus.relay import BUS_AWAY
from taskflow.cli.operator import OfTheHouse, bus
from taskflow.cli.output import echo
from taskflow.errors import Configuration
from taskflow.postgres.database import UNAVAILABLE
from taskflow.postgres.migrate import migrate


class DatabaseSettings(OfTheHouse):
    database_url: SecretStr = Field(examples=["postgresql://user:password@host:5432/taskflow"])


class BusSettings(OfTheHouse):
    nats_url: str = Field(
        examples=["nats://127.0.0.1:4222"],
        validation_alias=AliasChoices(PROVISION_URL, "NATS_URL"),
    )
    """Of a login that may make streams; a running house tells its own beside the operator's."""
    nats_monitor_url: str | None = Field(default=None, examples=["http://127.0.0.1:8222"])
    """Tells how large the store is, of which the stream takes a part."""


async def migrate_database() -> None:
    settings = DatabaseSettings.load()
    try:
        applied = await migrate(settings.database_url.get_secret_value())
    except UNAVAILABLE as error:
        raise Configuration(
            f"PostgreSQL at DATABASE_URL does not answer ({type(error).__name__})"
        ) from error
    echo(f"applied: {', '.join(applied)}" if applied else "the schema is up to date")


async def provision_bus(replicas: int | None, every: float | None) -> None:
    """Once, or for ever: a bus that lost its store has its streams again within `every` seconds."""
    settings = BusSettings.load()
    is_announced = False
    while True:
        try:
            async with bus(settings.nats_url) as client:
                await topology.provision(client, replicas, await _room(settings))
        except (Configuration, *BUS_AWAY) as error:
            if every is None:
                raise Configuration(f"NATS at NATS_URL: {error}") from error
            echo(f"not provisioned: {error}")
            is_announced = False
        else:
            if not is_announced:
                consumers = ", ".join(consumer.service for consumer in topology.CONSUMERS)
                echo(f"stream {topology.STREAM} and consumers {consumers} are in place")
            is_announced = True
        if every is None:
            return
        await asyncio.sleep(every)


async def _room(settings: BusSettings) -> int | None:
    """Bytes that the stream may take; None where nobody tells how large the store is."""
    if settings.nats_monitor_url is None:
        return None
    return (await asyncio.to_thread(store.store_of, settings.nats_monitor_url)).for_stream
