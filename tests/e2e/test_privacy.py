"""What people write, and who they are, stands nowhere in plain text; strangers are turned away."""

import asyncio
import base64
import json
import re
import subprocess
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Generator
from pathlib import Path
from uuid import UUID

import asyncpg
import pytest
from typer.testing import CliRunner

from contracts import slots, streams
from contracts.conversation import HistorySummarized, Usage
from taskflow.cli import main
from taskflow.cli.operator import operator
from taskflow.embedded import binaries
from taskflow.log.appending import Write
from taskflow.privacy.media import MediaStore
from taskflow.privacy.sealing import MasterKey
from tests.support.otlp import Receiver, receiver
from tests.support.servers import nats_server, postgres_server
from tests.support.spans import told as spans_of
from tests.support.stack import SERVICES, Stack, wait_until
from tests.support.unwrapping import blobs_of, opened_by

pytestmark = pytest.mark.e2e

CANARY = "zebrafinch"
USER = "+491713334441"
BYSTANDER = "+15553334442"
KEY_GONE_SECONDS = 60
KEPT_BY_ID = {"vault_people"}
"""Beside the log: that there was such a user, and when they were forgotten."""


@pytest.fixture(scope="module")
def collector() -> Generator[Receiver]:
    with receiver() as opened:
        yield opened


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory, collector: Receiver) -> Generator[Stack]:
    """A stack that heard the canary, with every kind of fact about it."""
    with postgres_server() as postgres, nats_server() as bus, pytest.MonkeyPatch.context() as patch:
        stack = Stack(tmp_path_factory.mktemp("private"), postgres, bus)
        try:
            stack.prepare()
            stack.start(
                "simulators",
                *SERVICES,
                OTEL_EXPORTER_OTLP_ENDPOINT=collector.url,
                OTEL_BSP_SCHEDULE_DELAY="200",
                OTEL_METRIC_EXPORT_INTERVAL="2000",
                TASKFLOW_LOG_LEVEL="DEBUG",
            )
            page = f"{stack.sim}/shop/p/trail-shoe?q={CANARY}"
            call = {
                "name": "set_reminder",
                "args": {
                    "text": CANARY,
                    "date": "2030-01-01",
                    "time": "09:00",
                    "said": [f"remind me of the {CANARY}"],
                },
            }
            web = {"name": "search_web", "args": {"query": f"what is a {CANARY}"}}
            said = ["tell me when this is below 1"]
            watch = {"name": "watch_price", "args": {"url": page, "below": 1, "said": said}}
            name = {"kind": "name", "value": CANARY, "said": [f"My name is {CANARY.title()}"]}
            calls = [call, web, watch, {"name": "remember", "args": name}]
            stack.script(USER, {"calls": calls}, {"text": f"Done, {CANARY}."})
            asked = f"remind me of the {CANARY}, and tell me when this is below 1: {page}"
            stack.say(USER, f"My name is {CANARY.title()}. {asked}", profile_name=CANARY)
            stack.say(BYSTANDER, "hello from beside")
            stack.await_replies(USER, 1)
            stack.await_replies(BYSTANDER, 1)
            stack.say(USER, "", voice=f"what is a {CANARY}")
            stack.await_replies(USER, 2)
            for name, value in stack.env.items():
                patch.setenv(name, value)
            asyncio.run(_more())
            yield stack
        finally:
            stack.stop()


async def _more() -> None:
    """A picture and a summary, which take long conversations to come by."""
    async with operator() as me:
        user = await me.user_of(USER)
        await MediaStore(me.pool, me.vault).put(user, "image/png", CANARY.encode())
        summary = HistorySummarized(
            number=0,
            covers_from=1,
            covers_upto=1,
            turns=1,
            text=f"They are fond of the {CANARY}.",
            model="gemini-3.8-flash",
            prompt_version="summary-v1",
            usage=Usage(),
        )
        stream = streams.conversation(user)
        await me.log.append([Write(stream, [summary], user)], slots.summary(stream, 0))


def _forms(word: str) -> set[bytes]:
    """As it stands, in UTF-16, and inside of base64 at each of three places."""
    places = (base64.b64encode(b"." * n + word.encode())[4 if n else 0 : -4] for n in range(3))
    return {word.encode(), word.encode("utf-16-le"), word.encode("utf-16-be"), *places}


_FORMS = re.compile(
    b"|".join(
        re.escape(form)
        for word in (CANARY, CANARY.title(), CANARY.upper(), USER.lstrip("+"))
        for form in sorted(_forms(word))
    )
)


def plain_in(blob: bytes) -> bool:
    return _FORMS.search(blob) is not None


def test_the_search_finds_what_it_looks_for() -> None:
    for n in range(4):
        assert plain_in(base64.b64encode(b"x" * n + CANARY.encode() + b"yy"))
    assert plain_in(f"whatsapp:{USER}".encode("utf-16-le"))
    assert not plain_in(b"goldfinch")


def dump_of(stack: Stack) -> bytes:
    return subprocess.run(
        [binaries.postgres_binary("pg_dump"), "--dbname", stack.postgres.dsn],
        capture_output=True,
        check=True,
    ).stdout


def test_the_database_has_no_plain_text(told: Stack) -> None:
    dump = dump_of(told)

    for type_ in ("message.received", "profile.learned", "reminder.set", "watch.set"):
        assert type_.encode() in dump
    assert b"history.summarized" in dump
    assert not plain_in(dump)


def test_the_bus_has_no_plain_text(told: Stack) -> None:
    files = [path for path in told.bus.store.rglob("*") if path.is_file()]
    assert any(b"message.received" in path.read_bytes() for path in files)

    assert not [path for path in files if plain_in(path.read_bytes())]


def test_the_logs_have_no_plain_text(told: Stack) -> None:
    files = [*_logs(told.home / "logs"), *(told.home / f"{name}.out" for name in SERVICES)]
    assert any(b"message.taken" in path.read_bytes() for path in files)

    leaks = [line for path in files for line in path.read_bytes().splitlines() if plain_in(line)]
    assert not leaks


def _logs(folder: Path) -> list[Path]:
    return [folder / f"{name}.jsonl" for name in SERVICES]


def test_spans_and_metrics_have_no_plain_text(told: Stack, collector: Receiver) -> None:
    """What a turn's trace holds is for tests/e2e/test_traces.py."""
    # Each process exports when it likes: the last of them may come after the reply.
    wait_until(lambda: "execute_tool search_web" in {one.name for one in spans_of(collector)}, 20)
    wait_until(lambda: any(path.endswith("/v1/metrics") for path, _ in collector.received), 20)

    assert not any(plain_in(body) for _, body in list(collector.received))


def test_a_bad_signature_is_403_and_leaves_no_row(told: Stack) -> None:
    before = asyncio.run(_count(told))
    form = {"MessageSid": "SM" + "b" * 32, "From": f"whatsapp:{USER}", "Body": "let me in"}
    request = urllib.request.Request(
        f"{told.gateway}/webhook",
        data=urllib.parse.urlencode(form).encode(),
        headers={"X-Twilio-Signature": "AAAAAAAAAAAAAAAAAAAAAAAAAAA="},
    )
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(request, timeout=10)

    assert refused.value.code == 403
    assert asyncio.run(_count(told)) == before


async def _count(stack: Stack) -> int:
    connection = await asyncpg.connect(stack.postgres.dsn)
    count = await connection.fetchval("select count(*) from events where type = 'message.received'")
    await connection.close()
    return count


def taskflow(*arguments: str) -> str:
    result = CliRunner().invoke(main.app, arguments, catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.stdout


async def _rows_beside_the_log(user: str) -> dict[str, int]:
    """In every table that names users, of whichever projection."""
    async with operator() as me:
        tables = await me.pool.fetch(
            "select c.table_name from information_schema.columns c join information_schema.tables t"
            " using (table_schema, table_name) where c.column_name = 'user_id'"
            " and t.table_type = 'BASE TABLE' and t.table_schema = 'public'"
        )
        names = {row["table_name"] for row in tables} - KEPT_BY_ID
        return {
            name: count
            for name in sorted(names)
            if not name.startswith("events")
            if (count := await me.pool.fetchval(_COUNT.format(name), user))
        }


_COUNT = "select count(*) from {} where user_id = $1"


async def _rows_of_the_bystander() -> set[str]:
    async with operator() as me:
        user = await me.user_of(BYSTANDER)
        return {
            row[0]
            for table in (
                "events",
                "vault_people",
                "vault_keys",
                "vault_addresses",
                "history_words",
            )
            for row in await me.pool.fetch(
                f"select '{table}' || t::text from {table} t where user_id = $1", user
            )
        }


async def _id_of(number: str) -> str:
    async with operator() as me:
        return str(await me.user_of(number))


@pytest.mark.long
def test_a_user_is_forgotten_at_their_own_word_and_nothing_of_theirs_is_left(
    told: Stack, collector: Receiver
) -> None:
    user, bystander = asyncio.run(_id_of(USER)), asyncio.run(_rows_of_the_bystander())
    beside = UUID(asyncio.run(_id_of(BYSTANDER)))
    assert _readable(told, UUID(user), beside) == {UUID(user), beside}, "the search finds it"
    wait_until(lambda: "watches" in asyncio.run(_rows_beside_the_log(user)), 20)
    asked = len(told.model_calls(USER))
    told.say(USER, "Please forget me")
    question = told.await_replies(USER, 3)[-1]
    assert "cannot be undone" in question
    told.say(USER, "yes")
    assert told.await_replies(USER, 4)[-1].startswith("Goodbye.")
    wait_until(lambda: '"user.forgotten"' in taskflow("show", user, "--json"), 20)
    wait_until(
        lambda: not asyncio.run(_rows_beside_the_log(user)),
        20,
        lambda: f"left: {asyncio.run(_rows_beside_the_log(user))}",
    )
    assert len(told.model_calls(USER)) == asked, "the model heard of it"
    wait_until(lambda: not asyncio.run(_shreds(told)), KEY_GONE_SECONDS)
    assert _readable(told, UUID(user), beside) == {beside}

    assert bystander <= asyncio.run(_rows_of_the_bystander())
    # Twilio's side, and its copies of media; their phone is their own, until it is switched off.
    wait_until(lambda: not _plain_files(told.home / "simulators"), 20)
    assert BYSTANDER in (told.home / "simulators" / "phone.jsonl").read_text("utf-8")
    _every_command_still_works(user)
    told.say(USER, "hello again")
    told.await_replies(USER, 4)
    assert asyncio.run(_id_of(USER)) != user
    _nothing_is_left(told, collector)
    assert _readable(told, UUID(user), beside) == {beside}, "after the next checkpoint"


def _readable(told: Stack, *users: UUID) -> set[UUID]:
    """Whose key opens for whoever has every byte of every home, and the master key."""
    master = MasterKey(base64.b64decode(told.env["TASKFLOW_MASTER_KEY"]))
    homes = (told.postgres.home, told.bus.home, told.home)
    found = opened_by(master, users, [*blobs_of(*homes), dump_of(told)])
    return {user for user, windows in found.items() if windows}


async def _shreds(stack: Stack) -> int:
    connection = await asyncpg.connect(stack.postgres.dsn)
    count = await connection.fetchval("select count(*) from vault_shreds")
    await connection.close()
    return count


def _every_command_still_works(user: str) -> None:
    events = [json.loads(line) for line in taskflow("show", user, "--json").splitlines()]
    reply = next(event["event_id"] for event in events if event.get("type") == "reply.ready")
    assert "[erased]" in taskflow("show", user, "--open")
    assert "[erased]" in taskflow("user", user, "--open")
    assert "[erased]" in taskflow("why", reply, "--open")
    for told in (
        taskflow("show", user, "--open", "--json"),
        taskflow("export", user),
        taskflow("replay", "verify", "--user", user),
        taskflow("replay", "verify"),
        taskflow("projections", "list"),
        taskflow("dlq", "list", "--all"),
        taskflow("verify-log"),
        taskflow("show", BYSTANDER, "--open"),
        taskflow("forget", user, "--yes"),
    ):
        assert not plain_in(told.encode())


def _nothing_is_left(told: Stack, collector: Receiver) -> None:
    async def checkpoint() -> None:
        connection = await asyncpg.connect(told.postgres.dsn)
        await connection.execute("vacuum")
        await connection.execute("checkpoint")
        await connection.close()

    asyncio.run(checkpoint())
    assert not plain_in(dump_of(told))
    places = (told.postgres.home, told.bus.home, told.home)
    # They wrote again: that is the vendors' and the phone's own.
    files = {
        path
        for place in places
        for path in place.rglob("*")
        if path.is_file() and not any(part.startswith("simulators") for part in path.parts)
    }
    assert any("pg_wal" in path.parts for path in files)
    assert [path for path in files if plain_in(_bytes(path))] == []
    assert not any(plain_in(body) for _, body in list(collector.received))


def _plain_files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file() and plain_in(_bytes(path))]


def _bytes(path: Path) -> bytes:
    """Of a file that a running server may have taken away meanwhile: nothing."""
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return b""
