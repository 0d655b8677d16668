"""What operator commands share: settings that find a running `taskflow up`, and a log to read."""

import asyncio
import os
import re
from collections.abc import AsyncGenerator, Generator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self
from uuid import UUID

import asyncpg
import nats
import nats.errors
from nats.aio.client import Client
from pydantic import AliasChoices, Field, SecretStr

from contracts import streams
from contracts.channels import CHANNELS
from contracts.streams import UserId
from taskflow.bus import permissions
from taskflow.bus.dead_letters import DeadLetters
from taskflow.errors import Configuration
from taskflow.log.event_log import EventLog
from taskflow.log.group_commit import GroupCommit
from taskflow.postgres import database
from taskflow.privacy.addresses import CHANNEL
from taskflow.privacy.sealing import MasterKey
from taskflow.privacy.vault import Vault
from taskflow.process.settings import RuntimeSettings, Settings
from taskflow.time_travel.unknown import PastLog

POOL_SIZE = 2
SESSIONS = ("append", "listen")
"""The connections to PostgreSQL that one command may have beside its pool."""
CONNECT_SECONDS = 3.0
"""The client tries a refused connection for two minutes by itself."""
KINDS = (streams.CONVERSATION, streams.PROFILE, streams.REMINDER, streams.WATCH)
_MARKS = [mark for marks in CHANNELS.values() for mark in marks.references]
MESSAGE_REF = re.compile(rf"(?:{'|'.join(_MARKS)})[0-9a-f]{{32}}", re.IGNORECASE)
"""A message by its channel's reference."""
RUN_ENV = "run.env"
"""In the home of a running `taskflow up`: how to reach what it started."""


class OfTheHouse(Settings):
    """Where a setting is not set, that of the `taskflow up` of this home."""

    @classmethod
    def env_files(cls) -> Sequence[Path]:
        home = Path(os.environ.get("TASKFLOW_HOME", ".taskflow"))
        return (home / RUN_ENV, *super().env_files())

    @classmethod
    def load(cls, **given: Any) -> Self:
        try:
            return super().load(**given)
        except Configuration as error:
            raise Configuration(f"{error}; or start `make run` first") from None


class OperatorSettings(OfTheHouse, RuntimeSettings):
    twilio_account_sid: str = ""
    twilio_auth_token: SecretStr = SecretStr("")
    twilio_api_url: str = "https://api.twilio.com"
    twilio_whatsapp_from: str = ""
    public_url: str = ""
    gemini_api_key: SecretStr = Field(
        default=SecretStr(""), validation_alias=AliasChoices("GEMINI_API_KEY", "GOOGLE_API_KEY")
    )
    gemini_api_url: str = "https://generativelanguage.googleapis.com"
    serpapi_api_key: SecretStr = SecretStr("")
    serpapi_url: str = "https://serpapi.com"
    taskflow_chromium: str | None = None
    taskflow_jaeger_url: str = ""
    """Where traces can be looked at; empty: their ids are told."""


@dataclass(frozen=True, slots=True)
class Operator:
    settings: OperatorSettings
    pool: asyncpg.Pool
    master: MasterKey
    vault: Vault
    log: EventLog
    dead_letters: DeadLetters

    async def stream_of(self, name: str) -> str:
        """A stream by its name, a conversation by its user's id, phone or business-scoped id."""
        if name.startswith(KINDS) or name in {streams.TOOLS, streams.TEMPLATES}:
            return name
        return streams.conversation(await self.user_of(name))

    async def user_of(self, name: str) -> UserId:
        try:
            return UserId(UUID(name))
        except ValueError:
            is_whole = name.startswith(tuple(marks.address for marks in CHANNELS.values()))
            address = name if is_whole else f"{CHANNEL}{name}"
        if user := await self.vault.known(address):
            return user
        raise Configuration(
            f"nobody is known as {name!r}; give a stream (conversation-<id>, profile-<id>, "
            "reminder-<id>, watch-<id>, tools, templates), a user id, or an address such as "
            "+15551230001"
        )


@asynccontextmanager
async def operator() -> AsyncGenerator[Operator]:
    settings = OperatorSettings.load()
    async with _reached(settings, settings.dsn, EventLog) as found:
        yield found


@asynccontextmanager
async def reader() -> AsyncGenerator[Operator]:
    """As `operator`, of whom PostgreSQL takes no write.

    Its log also shows what only newer releases know, as events that nobody can fold.
    """
    settings = OperatorSettings.load()
    async with _reached(settings, read_only(settings.dsn), PastLog) as found:
        yield found


def read_only(dsn: str) -> str:
    return database.with_setting(dsn, "default_transaction_read_only", "on")


@asynccontextmanager
async def owner(
    *, read_only: bool = False
) -> AsyncGenerator[tuple[asyncpg.Connection, OperatorSettings]]:
    """A connection as the tables' owner, whom no timeout ends. Raises Configuration."""
    settings = OperatorSettings.load()
    server_settings = {
        "application_name": "taskflow-owner",
        "default_transaction_read_only": "on" if read_only else "off",
        "enable_seqscan": "off",
        "enable_bitmapscan": "off",
        "jit": "off",
    }
    with owners_errors():
        connection = await asyncpg.connect(
            settings.dsn, timeout=database.CONNECT_TIMEOUT, server_settings=server_settings
        )
        try:
            yield connection, settings
        finally:
            await connection.close()


@contextmanager
def owners_errors() -> Generator[None]:
    """Of work as the owner, in a line with its mend. Raises Configuration."""
    try:
        yield
    except asyncpg.UndefinedTableError as error:
        raise Configuration("the database lacks migrations: run `taskflow migrate`") from error
    except asyncpg.InsufficientPrivilegeError as error:
        raise Configuration(
            f"this needs the owner of the tables ({error}): set DATABASE_URL to the login that "
            "`taskflow migrate` uses"
        ) from error
    except database.UNAVAILABLE as error:
        raise Configuration(
            f"PostgreSQL does not answer ({type(error).__name__}); is `make run` running? "
            "Then run this again: it goes on where it stood"
        ) from error


@asynccontextmanager
async def _reached(
    settings: OperatorSettings, dsn: str, log_of: type[EventLog]
) -> AsyncGenerator[Operator]:
    pool = database.pool(dsn, "taskflow-operator", size=POOL_SIZE)
    group = GroupCommit(dsn, "taskflow-operator")
    async with pool:
        try:
            await pool.fetchval("select 1")
            master = MasterKey(*settings.master_keys)
            vault = Vault(pool, master)
            log = log_of(pool, vault, group, settings.archive_folder)
            yield Operator(settings, pool, master, vault, log, DeadLetters(pool, log, "operator"))
        except database.UNAVAILABLE as error:
            raise Configuration(
                f"PostgreSQL does not answer ({type(error).__name__}); is `make run` running?"
            ) from error
        finally:
            await group.close()


async def _quiet(_: Exception) -> None:
    """The client would log each try; we say it once."""


@asynccontextmanager
async def bus(url: str) -> AsyncGenerator[Client]:
    try:
        async with asyncio.timeout(CONNECT_SECONDS):
            client = await nats.connect(
                url,
                allow_reconnect=False,
                error_cb=_quiet,
                inbox_prefix=permissions.inbox_prefix(url).encode(),
            )
    except (OSError, nats.errors.Error, TimeoutError) as error:
        raise Configuration(
            f"NATS does not answer ({type(error).__name__}); is `make run` running?"
        ) from error
    try:
        yield client
    finally:
        await client.close()
