"""`taskflow logs`: one message's lines out of all services' files, by what a real log knows."""

import asyncio
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from taskflow.cli import main
from taskflow.cli.house import logs
from taskflow.errors import Configuration
from taskflow.time_travel.why import trace_id
from tests.support import recorded
from tests.support.eventually import eventually
from tests.support.filled import ADA, NUMBER

pytestmark = pytest.mark.integration

Taskflow = Callable[..., Result]
EVENTS = recorded.of(ADA)
MESSAGE = EVENTS[0]
TURN = [one for one in EVENTS if trace_id(one) == trace_id(MESSAGE)]
DELIVERED = next(one for one in EVENTS if one.event.type == "reply.delivered")
WRITERS = {"message": "gateway", "reply": "gateway", "tool": "tools", "reminder": "scheduler"}
UNKNOWN = "SM" + "0" * 32


def line(of: Any, **more: Any) -> dict[str, Any]:
    return {
        "service": WRITERS.get(of.event.type.split(".")[0], "agent"),
        "timestamp": of.recorded_at.isoformat(),
        "level": "info",
        "event": of.event.type,
        "trace_id": trace_id(of),
        **more,
    }


def write(home: Path, *lines: dict[str, Any], rotated: str = "") -> None:
    (home / "logs").mkdir(exist_ok=True)
    for one in lines:
        with (home / "logs" / f"{one['service']}.jsonl{rotated}").open("a") as file:
            file.write(json.dumps(one) + "\n")


@pytest.fixture
def home(told_of_filled: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where each event has a line; the first turn's lines are rotated away already."""
    monkeypatch.setenv("COLUMNS", "200")
    for event in EVENTS:
        ids = {"event_id": str(event.event_id)}
        if sid := getattr(event.event, "message_ref", None):
            ids["message_ref"] = sid
        write(told_of_filled, line(event, **ids), rotated=".1" if event in TURN else "")
    failed = {"class": "RequestRefused", "text": "Twilio refused it", "frames": ["a.py:1 send"]}
    cause = {"class": "ConnectError", "frames": ["b.py:2 connect"]}
    write(
        told_of_filled,
        line(TURN[-1], level="warning", event="send.later", exception={**failed, "from": cause}),
    )
    write(told_of_filled, {"service": "agent", "timestamp": "2026-01-01T00:00:00Z", "event": "x"})
    return told_of_filled


def run(*arguments: str) -> Result:
    result = CliRunner().invoke(main.app, ["logs", *arguments], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result


def told(*arguments: str) -> list[dict[str, Any]]:
    return [json.loads(one) for one in run(*arguments, "--json").stdout.splitlines()]


def test_a_message_is_found_by_whatever_is_known_of_it(home: Path) -> None:
    reply = next(one for one in TURN if one.event.type == "reply.ready").event_id
    sent = next(one for one in TURN if one.event.type == "reply.sent")
    whole = {str(one.event_id) for one in TURN} | {str(DELIVERED.event_id)}
    for name in (
        MESSAGE.event.message_ref,
        sent.event.message_ref,
        str(MESSAGE.event_id),
        str(reply),
        str(reply)[:8],
        str(DELIVERED.event_id).upper(),
    ):
        lines = told("--message", name)
        assert {one["event_id"] for one in lines if "event_id" in one} == whole, name
        assert [one["timestamp"] for one in lines] == sorted(one["timestamp"] for one in lines)
        assert {one["service"] for one in lines} == {"gateway", "agent", "tools"}
    assert len(told("--message", str(trace_id(MESSAGE)))) == len(TURN) + 1
    for name in (NUMBER, str(ADA)):
        assert len(told("--message", name)) == len(EVENTS) + 1, name


def test_people_read_who_said_what_and_why_it_failed(home: Path) -> None:
    output = run("--message", MESSAGE.event.message_ref).stdout
    assert output.splitlines()[0].split()[1:] == ["gateway", "info", "message.received"]
    assert "RequestRefused: Twilio refused it\n" in output
    assert output.index("a.py:1 send") < output.index("ConnectError\n") < output.index("b.py:2")
    assert str(trace_id(MESSAGE)) not in output


def test_only_what_is_grave_enough_is_told(home: Path) -> None:
    sid = MESSAGE.event.message_ref
    assert [one["event"] for one in told("--message", sid, "--level", "warning")] == ["send.later"]
    nothing = run("--message", sid, "--level", "ERROR")
    assert nothing.stdout == ""
    assert "13 lines, none of them ERROR or graver" in nothing.stderr
    with pytest.raises(Configuration, match=r"--level wants one of DEBUG, .*, not 'loud'"):
        run("--message", sid, "--level", "loud")


def test_without_postgresql_the_lines_themselves_lead_on(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://127.0.0.1:1/none")
    by_sid = run("--message", MESSAGE.event.message_ref, "--json")
    assert len(by_sid.stdout.splitlines()) == len(TURN) + 1
    assert "by the lines alone: PostgreSQL does not answer" in by_sid.stderr
    by_trace = run("--message", str(trace_id(MESSAGE)), "--json")
    assert by_trace.stdout == by_sid.stdout
    assert by_trace.stderr == "", "nobody was asked"


def test_what_is_nowhere_is_named_and_where_it_was_looked_for(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    where = rf"{UNKNOWN}: read {len(EVENTS) + 2} lines of \d files in {home}/logs; give a Mess"
    with pytest.raises(Configuration, match=where):
        run("--message", UNKNOWN)
    monkeypatch.setenv("TASKFLOW_HOME", str(home / "elsewhere"))
    elsewhere = (
        r"no logs in .*elsewhere/logs; is TASKFLOW_HOME .* kubectl -n taskflow logs .*tail=-1"
    )
    with pytest.raises(Configuration, match=elsewhere):
        run("--message", UNKNOWN)


async def test_following_tells_lines_once_even_those_that_came_before_the_log_knew(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from taskflow import clock

    monkeypatch.setattr(logs, "LOOK_SECONDS", 0.02)
    monkeypatch.setattr(logs, "ASK_SECONDS", 0.1)
    spoken: list[str] = []
    monkeypatch.setattr(logs.typer, "echo", spoken.append)
    known = logs.wanted
    hidden, late = {"trace"}, {"event": "late", "level": "info", "service": "agent"}
    late |= {"timestamp": clock.utc_now().isoformat(), "trace_id": "d" * 32}

    async def not_yet(me: Any, name: str) -> Any:
        found = await known(me, name)
        return found if hidden else logs.WantedLines(found.what, found.ids | {"d" * 32})

    monkeypatch.setattr(logs, "wanted", not_yet)
    sid = MESSAGE.event.message_ref
    following = asyncio.create_task(logs.tell_logs(sid, level="DEBUG", follow=True, json=True))
    await eventually(lambda: len(spoken) == len(TURN) + 2)
    write(home, late, {**late, "event": "at once", "message_ref": sid})
    await eventually(lambda: len(spoken) == len(TURN) + 3)
    assert json.loads(spoken[-1])["event"] == "at once"
    hidden.clear()
    await eventually(lambda: len(spoken) == len(TURN) + 4)
    assert json.loads(spoken[-1])["event"] == "late"
    await asyncio.sleep(0.1)
    following.cancel()
    await asyncio.gather(following, return_exceptions=True)
    assert len(spoken) == len(TURN) + 4
