"""The operator's commands, on a stack that works."""

import asyncio
import itertools
import json
from collections.abc import Callable
from importlib.metadata import version

import pytest
from click.testing import Result
from typer.testing import CliRunner

from contracts.event import all_events
from taskflow.cli import main
from taskflow.cli.house import asyncapi
from taskflow.errors import Configuration
from tests.support.stack import SERVICES, Stack, wait_until

pytestmark = pytest.mark.e2e

_numbers = itertools.count(15553000001)
Taskflow = Callable[..., str]


@pytest.fixture
def user() -> str:
    return f"+{next(_numbers)}"


@pytest.fixture
def taskflow(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> Taskflow:
    for name, value in stack.env.items():
        monkeypatch.setenv(name, value)

    def run(*arguments: str, code: int = 0) -> str:
        result = CliRunner().invoke(main.app, arguments, catch_exceptions=False)
        assert result.exit_code == code, result.output
        return result.output

    return run


def test_show_tells_a_conversation_covered_or_open(
    stack: Stack, user: str, taskflow: Taskflow
) -> None:
    stack.say(user, "hello there")
    stack.await_replies(user, 1)

    covered, opened = taskflow("show", user), taskflow("show", user, "--open")
    assert "message.received" in covered
    assert "hello there" not in covered
    assert "hello there" in opened
    lines = [json.loads(line) for line in taskflow("show", user, "--json").splitlines()]
    assert lines[0]["type"] == "message.received"
    assert lines[0]["stream"] in taskflow("show", lines[0]["stream"])


def test_tools_are_on_offer(taskflow: Taskflow) -> None:
    told = taskflow("show", "tools")

    for tool in ("search_flights", "search_web", "set_reminder"):
        assert tool in told


def test_a_stranger_is_told_as_such(taskflow: Taskflow) -> None:
    with pytest.raises(Configuration, match="nobody is known"):
        taskflow("show", "+10000000000")
    with pytest.raises(Configuration, match="no stream"):
        taskflow("show", "conversation-nobody")


def test_tail_shows_what_comes_and_filters(stack: Stack, user: str, taskflow: Taskflow) -> None:
    stack.say(user, "first")
    stack.await_replies(user, 1)

    async def listen() -> str:
        tail = asyncio.to_thread(
            taskflow, "tail", "--type", "message.*", "--user", user, "--count", "1", "--open"
        )
        listening = asyncio.create_task(tail)
        for n in range(20):
            await asyncio.sleep(0.3)
            if listening.done():
                break
            await asyncio.to_thread(stack.say, user, f"again {n}")
        return await listening

    told = asyncio.run(listen())
    assert "message.received" in told
    assert "again" in told


def doctor() -> Result:
    return CliRunner().invoke(main.app, ["doctor"], env={"COLUMNS": "160"})


@pytest.mark.usefixtures("taskflow")
def test_doctor_finds_all_well() -> None:
    wait_until(lambda: doctor().exit_code == 0, 20, lambda: doctor().output)

    told = doctor().output
    for part in ("PostgreSQL", "NATS", *SERVICES, "relay", "projections", "moves", "dead letters"):
        assert part in told
    assert f"1 instance, {version('taskflow')}" in told
    assert "!!" not in told


def test_doctor_says_what_to_do(taskflow: Taskflow, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://nobody@127.0.0.1:1/none")
    monkeypatch.setenv("NATS_URL", "nats://127.0.0.1:1")
    monkeypatch.setenv("GEMINI_API_KEY", "wrong")
    monkeypatch.delenv("SERPAPI_API_KEY")
    findings = [json.loads(line) for line in taskflow("doctor", "--json", code=1).splitlines()]

    ok = {finding["what"]: finding["ok"] for finding in findings}
    assert ok["PostgreSQL"] is ok["NATS"] is ok["Gemini"] is False
    assert ok["SerpAPI"] is True
    assert all(finding["do"] for finding in findings if not finding["ok"])


def test_migrate_and_provision_change_nothing_the_second_time(taskflow: Taskflow) -> None:
    assert "up to date" in taskflow("migrate")
    assert "are in place" in taskflow("provision")


def test_a_forgotten_user_cannot_be_read(stack: Stack, user: str, taskflow: Taskflow) -> None:
    stack.say(user, "my secret")
    stack.await_replies(user, 1)
    stream = json.loads(taskflow("show", user, "--json").splitlines()[0])["stream"]
    refused = CliRunner().invoke(main.app, ["forget", user], input="n\n")
    assert refused.exit_code == 1
    assert "taskflow export" in refused.stderr
    assert "my secret" in taskflow("show", user, "--open")

    assert "is forgotten" in taskflow("forget", user, "--yes")
    told = taskflow("show", stream, "--open")
    assert "user.forgotten" in told
    assert "my secret" not in told


def test_the_asyncapi_document_is_fresh_and_staleness_is_told(
    taskflow: Taskflow, monkeypatch: pytest.MonkeyPatch, tmp_path
) -> None:
    assert "is fresh" in taskflow("asyncapi", "--check")
    monkeypatch.chdir(tmp_path)
    with pytest.raises(Configuration, match="is stale"):
        taskflow("asyncapi", "--check")
    (tmp_path / "docs").mkdir()
    taskflow("asyncapi")
    assert all(type_ in asyncapi.DOCUMENT.read_text() for type_ in all_events())


def test_versions_and_wrong_services(taskflow: Taskflow) -> None:
    assert taskflow("--version").startswith("taskflow 0.")
    with pytest.raises(Configuration, match="there is no service"):
        taskflow("run", "nothing")


def test_the_pages_of_the_gateway(stack: Stack) -> None:
    health = stack.get(f"{stack.gateway}/health")
    assert health["dependencies"]["postgres"]["ok"]
    assert set(health["services"]) >= {"gateway", "agent", "tools", "scheduler"}
    assert stack.get(f"{stack.gateway}/ready")["nats"]["ok"]
    for path, holds in (("/", "TaskFlow"), ("/live", "live")):
        assert holds in stack.text(f"{stack.gateway}{path}")
    assert "taskflow_relay_lag" in stack.text(f"{stack.gateway_inner}/metrics")
    targets = stack.get(f"{stack.gateway_inner}/metrics/targets")
    assert {one["labels"]["service"] for one in targets} == set(SERVICES)
    for one in targets:
        (address,) = one["targets"]
        assert "taskflow_pool_connections" in stack.text(f"http://{address}/metrics")
        assert stack.text(f"http://{address}/live") == "live\n"
        assert stack.get(f"http://{address}/ready")["postgres"]["ok"]
        assert set(one["labels"]) == {"service", "instance", "version"}
    assert "Twilio" in stack.text(f"{stack.gateway}/webhook")
