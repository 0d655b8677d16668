"""`taskflow trace` over a recorded log in a real database; with a Jaeger and without."""

import asyncio
import json
from collections.abc import Callable
from pathlib import Path
from uuid import UUID

import asyncpg
import pytest
from typer.testing import CliRunner, Result

from contracts import slots
from contracts.streams import conversation, profile
from taskflow.cli import main
from taskflow.errors import Configuration
from taskflow.time_travel.why import trace_id
from tests.support import recorded
from tests.support.filled import ADA, GONE, NUMBER
from tests.support.jaeger import ANSWER, query_server

pytestmark = pytest.mark.integration

Taskflow = Callable[..., Result]
EVENTS = recorded.of(ADA)
OF_JAEGER = json.loads(ANSWER.read_bytes())["result"]["resourceSpans"][0]["scopeSpans"][0]["spans"]


def first(type_: str) -> UUID:
    return next(one.event_id for one in EVENTS if one.event.type == type_)


def trace_of(type_: str) -> str:
    found = trace_id(next(one for one in EVENTS if one.event.type == type_))
    assert found
    return found


@pytest.fixture
def taskflow(told_of_filled: Path, monkeypatch: pytest.MonkeyPatch) -> Taskflow:

    def run(*arguments: str, jaeger: str = "") -> Result:
        monkeypatch.setenv("TASKFLOW_JAEGER_URL", jaeger)
        result = CliRunner().invoke(main.app, ["trace", *arguments], catch_exceptions=False)
        assert result.exit_code == 0, result.output
        return result

    return run


def as_object(result: Result) -> dict:
    return json.loads(result.stdout)


def test_a_turn_is_found_by_whatever_is_known_of_it(taskflow: Taskflow) -> None:
    sids = {
        type_: next(one.event.message_ref for one in EVENTS if one.event.type == type_)
        for type_ in ("message.received", "reply.sent")
    }
    reply = first("reply.ready")
    for name in (
        str(reply),
        str(reply)[:8],
        str(first("tool.requested")),
        first("tool.finished").hex,
        *sids.values(),
        trace_of("message.received"),
    ):
        found = as_object(taskflow(name, "--json"))
        assert found["trace"] == trace_of("message.received"), name
        assert found["source"] == "log"
        assert len(found["bars"]) == 12
    for name in (NUMBER, str(ADA), conversation(ADA)):
        last = [one for one in EVENTS if one.event.type in {"reply.ready", "message.received"}][-1]
        assert as_object(taskflow(name, "--json"))["trace"] == trace_id(last), name


def test_the_log_alone_tells_a_turn_and_what_it_led_to(taskflow: Taskflow) -> None:
    told = taskflow(str(first("reminder.set"))).stdout
    assert "11 events of 3 services" in told
    assert "told by the log" in told
    assert "scheduler.set_reminder" in told
    assert f"→ led to reminder.fired: taskflow trace {trace_of('reminder.fired')}" in told
    assert "mum" not in told
    assert "[erased]" not in taskflow(str(GONE)).stdout


def test_what_the_tables_know_of_tries_and_of_open_work_is_told(
    taskflow: Taskflow, filled: str
) -> None:
    call, reply = first("tool.requested"), first("reply.ready")
    asyncio.run(
        _execute(
            filled,
            f"insert into attempts values ('tools', '{slots.outcome(call)}', 2)",
            f"""insert into moves (stream, service, driver, since, nudged)
                values ('{conversation(ADA)}', 'gateway', '{reply}', now(), 1)""",
            f"""insert into dead_letters
                  (service, event_id, error_code, error, attempts, message)
                values ('gateway', '{reply}', 'refused', '', 5, '')""",
        )
    )
    try:
        bars = {bar["id"]: bar for bar in as_object(taskflow(str(reply), "--json"))["bars"]}
        assert "tools: delivery 3" in bars[str(first("tool.finished"))]["notes"]
        assert bars[str(reply)]["notes"] == [
            "answer",
            "given up by gateway after 5 tries: refused",
            "gateway is to move next, woken 1 times",
        ]
    finally:
        tables = ("attempts", "moves", "dead_letters")
        asyncio.run(_execute(filled, *(f"delete from {table}" for table in tables)))


async def _execute(dsn: str, *statements: str) -> None:
    connection = await asyncpg.connect(dsn)
    for statement in statements:
        await connection.execute(statement)
    await connection.close()


def test_jaeger_tells_what_it_has_and_the_log_the_rest(taskflow: Taskflow) -> None:
    with query_server() as url:
        spans = as_object(taskflow(OF_JAEGER[0]["traceId"], "--json", jaeger=url))
        assert (spans["source"], spans["bars"][0]["name"]) == ("Jaeger", "POST /webhook")
        assert spans["link"] == f"{url}/trace/{spans['trace']}"
        assert f"told by Jaeger at {url}" in taskflow(spans["trace"], jaeger=url).stdout

        reply = str(first("reply.ready"))
        rest = taskflow(reply, "--json", jaeger=url)
        assert as_object(rest)["source"] == "log"
        assert rest.stderr == f"Jaeger at {url} does not have it, or no longer: told by the log\n"
        assert taskflow(reply, "--log", jaeger=url).stderr == ""


def test_of_a_jaeger_that_is_away_the_log_tells(taskflow: Taskflow) -> None:
    told = taskflow(str(first("reply.ready")), jaeger="http://127.0.0.1:1")
    assert "no Jaeger v2 answers at http://127.0.0.1:1" in told.stderr
    assert "told by the log" in told.stdout


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("zzz", "nothing is known as 'zzz'; give a reply's id"),
        ("deadbeef", "nothing is known as 'deadbeef'"),
        ("SM" + "0" * 32, "no reply went out as SM0"),
        ("f" * 32, f"the log knows no trace {'f' * 32}"),
        (profile(ADA), "holds no message and no reply"),
    ],
)
def test_what_is_unknown_is_told(taskflow: Taskflow, name: str, says: str) -> None:
    with pytest.raises(Configuration, match=says):
        taskflow(name)
