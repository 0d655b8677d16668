"""Commands that bring the database and the bus to what this release needs."""

import typer
from pydantic import Field, SecretStr

from taskflow import topology
from taskflow.cli.operator import bus
from taskflow.database import UNAVAILABLE
from taskflow.errors import Configuration
from taskflow.migrate import migrate
from taskflow.settings import Settings


class DatabaseSettings(Settings):
    database_url: SecretStr = Field(examples=["postgresql://user:password@host:5432/taskflow"])


class BusSettings(Settings):
    nats_url: str = Field(examples=["nats://127.0.0.1:4222"])


async def migrate_database() -> None:
    settings = DatabaseSettings.load()
    try:
        applied = await migrate(settings.database_url.get_secret_value())
    except UNAVAILABLE as error:
        raise Configuration(
            f"PostgreSQL at DATABASE_URL does not answer ({type(error).__name__})"
        ) from error
    typer.echo(f"applied: {', '.join(applied)}" if applied else "the schema is up to date")


async def provision_bus() -> None:
    settings = BusSettings.load()
    async with bus(settings.nats_url) as client:
        await topology.provision(client)
    consumers = ", ".join(consumer.service for consumer in topology.CONSUMERS)
    typer.echo(f"stream {topology.STREAM} and consumers {consumers} are in place")
