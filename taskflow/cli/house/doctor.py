"""`taskflow doctor`: each dependency, and what to do about it."""

import asyncio
import base64
from collections.abc import AsyncGenerator, Callable
from contextlib import AsyncExitStack
from dataclasses import asdict, dataclass

import asyncpg
from nats.aio.client import Client
from rich.table import Table
from rich.text import Text

from taskflow.bus import durability, store, topology
from taskflow.cli.console import SafeConsole
from taskflow.cli.operator import POOL_SIZE, OperatorSettings, bus
from taskflow.cli.output import echo_json
from taskflow.cli.web import NoAnswer, ask
from taskflow.errors import Configuration, TaskFlowError
from taskflow.health.diagnosis import diagnose
from taskflow.health.reading import Health
from taskflow.log.archive.manifest import MANIFEST
from taskflow.postgres import database, migrate
from taskflow.postgres.connection_use import connection_use
from taskflow.privacy.sealing import MasterKey, UnopenableSeal
from taskflow.process import chromium, walls

VENDOR_SECONDS = 5.0
_FEWER = "see PostgresConnectionsRunOut in the runbook"
_A_KEY = "select user_id, wrapped_key from vault_keys limit 1"
_ROOM = """
select max(end_position) - (select last_value from events_position),
       exists (select from events_rest)
  from events_partitions
"""
_ARCHIVES = "select name from archives where dropped_at is not null order by first_position"


@dataclass(frozen=True, slots=True)
class Finding:
    what: str
    ok: bool
    says: str
    do: str = ""


async def examine(*, json: bool) -> bool:
    """Prints every finding; whether all are well."""
    findings = [finding async for finding in _findings()]
    if json:
        for finding in findings:
            echo_json(asdict(finding))
    else:
        table = Table("", "what", "finding", "what to do")
        for finding in findings:
            mark = Text("ok", "green") if finding.ok else Text("!!", "red")
            table.add_row(mark, finding.what, finding.says, finding.do)
        SafeConsole().print(table)
    return all(finding.ok for finding in findings)


async def _findings() -> AsyncGenerator[Finding]:
    try:
        settings = OperatorSettings.load()
    except Configuration as error:
        yield Finding("settings", ok=False, says=str(error), do="set them in .env")
        return
    yield Finding("settings", ok=True, says="complete")
    async for finding in _database(settings):
        yield finding
    async with AsyncExitStack() as stack:
        client = None
        try:
            client = await stack.enter_async_context(bus(settings.nats_url))
            yield await _bus(client, settings)
        except Configuration as error:
            yield _no_bus(error)
        for finding in await _house(settings, client):
            yield finding
    for vendor in VENDORS:
        yield await asyncio.to_thread(vendor, settings)


async def _database(settings: OperatorSettings) -> AsyncGenerator[Finding]:
    try:
        connection = await database.connect(settings.dsn, "taskflow-doctor")
    except asyncpg.TooManyConnectionsError:
        yield Finding("connections", ok=False, says="PostgreSQL has none left", do=_FEWER)
        return
    except (*database.UNAVAILABLE, asyncpg.PostgresError) as error:
        do = "start it, or mend DATABASE_URL; a missing role means `taskflow migrate`"
        yield Finding("PostgreSQL", ok=False, says=f"no connection: {type(error).__name__}", do=do)
        return
    try:
        version = await connection.fetchval("show server_version")
        yield Finding("PostgreSQL", ok=True, says=f"version {version}")
        yield await _connections(connection)
        lacking = await migrate.pending(connection)
        says = f"missing: {', '.join(lacking)}" if lacking else "up to date"
        yield Finding("schema", not lacking, says, "run `taskflow migrate`" if lacking else "")
        if lacking:
            return
        for check in (_master_key, _partitions, _archives):
            yield await check(connection, settings)
    finally:
        await connection.close()


async def _connections(connection: asyncpg.Connection) -> Finding:
    use = await connection_use(connection)
    ok, says = not use.is_nearly_full, f"{use.used} of {use.most} in use"
    return Finding("connections", ok, says, "" if ok else _FEWER)


async def _master_key(connection: asyncpg.Connection, settings: OperatorSettings) -> Finding:
    row = await connection.fetchrow(_A_KEY)
    if row is None:
        return Finding("master key", ok=True, says="no user yet to try it on")
    try:
        MasterKey(*settings.master_keys).unwrap(row["wrapped_key"], row["user_id"])
    except UnopenableSeal:
        do = "restore the TASKFLOW_MASTER_KEY that this database was written with"
        return Finding("master key", ok=False, says="does not open users' keys", do=do)
    return Finding("master key", ok=True, says="opens users' keys")


async def _partitions(connection: asyncpg.Connection, _: OperatorSettings) -> Finding:
    room, late = await connection.fetchrow(_ROOM) or (0, False)
    if late:
        says = "events lie in the default one: the next was not made in time"
        return Finding("partitions", ok=False, says=says, do="start a service: it makes them")
    do = "start a service: it makes the next one" if room <= 0 else ""
    return Finding("partitions", room > 0, f"{room:,} positions ahead of the log", do)


async def _archives(connection: asyncpg.Connection, settings: OperatorSettings) -> Finding:
    folder = settings.archive_folder
    names = [row["name"] for row in await connection.fetch(_ARCHIVES)]
    if lacking := [name for name in names if not (folder / name / MANIFEST).exists()]:
        says = f"{', '.join(lacking)} not in {folder}"
        do = "bring them back, or set TASKFLOW_ARCHIVE to the folder that holds them"
        return Finding("archives", ok=False, says=says, do=do)
    return Finding("archives", ok=True, says=f"{len(names)} in {folder}" if names else "none")


async def _bus(client: Client, settings: OperatorSettings) -> Finding:
    try:
        if lacking := await topology.missing(client):
            says = f"missing: {', '.join(lacking)}"
            return Finding("NATS", ok=False, says=says, do="run `taskflow provision`")
        if settings.nats_monitor_url:
            await durability.require_sync_always(settings.nats_monitor_url)
            full = (await asyncio.to_thread(store.store_of, settings.nats_monitor_url)).share
            if full > store.NEARLY_FULL:
                says = f"its store is {full:.0%} full: once it is, nobody is answered"
                return Finding("NATS", ok=False, says=says, do="see NatsStoreFills in the runbook")
        if not await topology.is_limited(client):
            says = "the stream has no limit in bytes: it may fill the store"
            return Finding(
                "NATS", ok=False, says=says, do="set NATS_MONITOR_URL, then `taskflow provision`"
            )
    except TaskFlowError as error:
        return _no_bus(error)
    return Finding("NATS", ok=True, says="stream and consumers in place")


def _no_bus(error: TaskFlowError) -> Finding:
    return Finding("NATS", ok=False, says=str(error), do="start it, or mend NATS_URL")


async def _house(settings: OperatorSettings, client: Client | None) -> list[Finding]:
    """What the status page shows, as far as there is a server to ask."""
    pool = await database.pool(settings.dsn, "taskflow-doctor", size=POOL_SIZE)
    try:
        health = Health(pool, lambda: client)
        reading = await health.read()
        await health.close()
    finally:
        pool.terminate()  # to close it would wait for a server that hangs
    found = diagnose(reading)
    signs = [*found.services, *found.work] if reading.stored else found.work
    return [
        Finding(sign.part, sign.state != "bad", sign.says, sign.do if sign.state == "bad" else "")
        for sign in signs
    ]


def _twilio(settings: OperatorSettings) -> Finding:
    sid, token = settings.twilio_account_sid, settings.twilio_auth_token.get_secret_value()
    if not (sid and token):
        return _not_set("Twilio", "TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN")
    login = base64.b64encode(f"{sid}:{token}".encode()).decode()
    url = f"{settings.twilio_api_url}/2010-04-01/Accounts/{sid}/Messages.json?PageSize=1"
    return _asked("Twilio", url, {"Authorization": f"Basic {login}"}, "TWILIO_AUTH_TOKEN")


def _gemini(settings: OperatorSettings) -> Finding:
    key = settings.gemini_api_key.get_secret_value()
    if not key:
        return _not_set("Gemini", "GEMINI_API_KEY")
    url = f"{settings.gemini_api_url}/v1/models"
    return _asked("Gemini", url, {"x-goog-api-key": key}, "GEMINI_API_KEY")


def _serpapi(settings: OperatorSettings) -> Finding:
    key = settings.serpapi_api_key.get_secret_value()
    if not key:
        return _not_set("SerpAPI", "SERPAPI_API_KEY")
    url = f"{settings.serpapi_url}/account.json?api_key={key}"
    return _asked("SerpAPI", url, {}, "SERPAPI_API_KEY")


def _chromium(settings: OperatorSettings) -> Finding:
    if found := chromium.find(settings.taskflow_chromium):
        try:
            around = walls.standing(found)
        except walls.NoWalls as error:
            return Finding("Chromium", ok=False, says=str(error), do="see docs/tools.md, its walls")
        return Finding("Chromium", ok=True, says=f"{found}; {around.says()}", do=around.do())
    if settings.taskflow_chromium:
        says = f"TASKFLOW_CHROMIUM names {settings.taskflow_chromium}, which is no program here"
        return Finding("Chromium", ok=False, says=says, do=chromium.HOW)
    says = "none here: pages whose price is made by scripts stay unclear"
    return Finding("Chromium", ok=True, says=says, do=chromium.HOW)


VENDORS: tuple[Callable[[OperatorSettings], Finding], ...] = (
    _twilio,
    _gemini,
    _serpapi,
    _chromium,
)


def _not_set(vendor: str, names: str) -> Finding:
    return Finding(vendor, ok=True, says=f"{names} not set here: `make run` simulates it")


def _asked(vendor: str, url: str, headers: dict[str, str], key: str) -> Finding:
    """The cheapest authenticated call; what it says of the key."""
    try:
        status = ask("GET", url, headers=headers, seconds=VENDOR_SECONDS).status
    except NoAnswer as error:
        says = f"does not answer: {error}"
        return Finding(vendor, ok=False, says=says, do="check the network, or its *_URL setting")
    if not 200 <= status < 300:
        return Finding(vendor, ok=False, says=f"answers {status}", do=f"check {key}")
    return Finding(vendor, ok=True, says="answers, and takes the key")
