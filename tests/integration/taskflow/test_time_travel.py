"""The commands that look back, over a recorded log in a real database."""

import asyncio
import base64
import json
from collections.abc import Callable
from pathlib import Path

import asyncpg
import pytest
from typer.testing import CliRunner, Result

from contracts.personal import Sealed
from contracts.streams import conversation, profile
from taskflow.cli import main
from taskflow.cli.operator import reader
from taskflow.errors import Configuration
from taskflow.privacy import sealing
from taskflow.time_travel import why
from tests.support import recorded
from tests.support.filled import ADA, GONE, NUMBER, PICTURE

pytestmark = pytest.mark.integration

Taskflow = Callable[..., Result]


@pytest.fixture
def taskflow(told_of_filled: Path, monkeypatch: pytest.MonkeyPatch) -> Taskflow:
    monkeypatch.setenv("TASKFLOW_JAEGER_URL", "http://jaeger.example:16686/")

    def run(*arguments: str) -> Result:
        result = CliRunner().invoke(main.app, arguments, catch_exceptions=False)
        assert result.exit_code == 0, result.output
        return result

    return run


def last_line(result: Result) -> dict:
    return json.loads(result.stdout.splitlines()[-1])


def replies(user) -> list:
    return why.replies(recorded.of(user))


def test_show_folds_a_stream_up_to_a_version_and_tells_each_change(taskflow: Taskflow) -> None:
    told = taskflow("show", NUMBER, "--version", "8", "--diff", "--open").stdout
    assert "8 of 65 events" in told
    assert "I live in Berlin" in told
    assert "queue[0].sending: nothing → 0" in told

    lines = [
        json.loads(line)
        for line in taskflow("show", NUMBER, "--json", "--diff").stdout.splitlines()
    ]
    assert [line["version"] for line in lines[:-1]] == list(range(1, 66))
    assert lines[0]["payload"]["text"] == "▒▒▒"
    assert {"path": "step", "before": 0, "after": 1} in lines[1]["changes"]["agent"]
    assert set(lines[-1]["states"]) == {"agent", "lane"}


def test_show_at_a_moment_is_show_of_the_version_then(taskflow: Taskflow) -> None:
    lines = taskflow("show", NUMBER, "--json").stdout.splitlines()
    then = json.loads(lines[9])["at"]
    assert last_line(taskflow("show", NUMBER, "--at", then, "--json")) == last_line(
        taskflow("show", NUMBER, "--version", "10", "--json")
    )


def test_show_of_other_streams(taskflow: Taskflow) -> None:
    told = taskflow("show", profile(ADA), "--open").stdout
    assert "value=Ada" in told
    assert "profile.guessed" in told
    assert "no further: profile.guessed, this release does not know it" in told
    assert last_line(taskflow("show", profile(ADA), "--json"))["version"] == 2
    (watch,) = {one.stream for one in recorded.events() if one.stream.startswith("watch-")}
    assert last_line(taskflow("show", watch, "--json"))["states"]["watch"]["amount"] == "65.00"


def test_user_shows_all_of_them_covered_or_open(taskflow: Taskflow) -> None:
    told = taskflow("user", NUMBER).stdout
    assert "call mum" not in told
    assert "open until" in told
    opened = taskflow("user", str(ADA), "--open").stdout
    assert "home: Berlin" in opened
    assert "call mum: 2026-11-24T19:56:51 Europe/Berlin: done, fired 1x" in opened
    assert "65.00 EUR, 3 readings, 1 alerts" in opened
    machine = last_line(taskflow("user", NUMBER, "--json"))
    assert machine["unknown_events"][0]["type"] == "profile.guessed"

    first = json.loads(taskflow("show", NUMBER, "--json").stdout.splitlines()[0])["at"]
    early = last_line(taskflow("user", NUMBER, "--at", first, "--json"))
    assert len(early["conversation"]) == 1
    assert early["profile"] == early["reminders"] == early["watches"] == []


def test_every_reply_in_the_database_traces_back(taskflow: Taskflow) -> None:
    told = [*replies(ADA), *replies(GONE)]
    for one in told:
        found = last_line(taskflow("why", str(one.event_id), "--json"))
        assert found["traces_back"], one
        assert found["reply"]["event_id"] == str(one.event_id)
        assert found["links"][0].startswith("http://jaeger.example:16686/trace/")
    assert len(told) == 11


def test_a_reply_is_found_in_many_ways(taskflow: Taskflow) -> None:
    last = replies(ADA)[-1].event_id
    sid = next(
        one.event.message_ref
        for one in recorded.of(ADA)
        if one.event.type == "reply.sent" and one.event.reply == last
    )
    for name in (str(last)[:8], str(last)[:20], sid, NUMBER, str(ADA), conversation(ADA)):
        found = last_line(taskflow("why", name, "--json"))
        assert found["reply"]["event_id"] == str(last), name
    assert "⏰ call mum" in taskflow("why", NUMBER, "--open").stdout


def test_of_a_forgotten_user_all_commands_work_and_read_erased(taskflow: Taskflow) -> None:
    for arguments in (("show", conversation(GONE)), ("user", str(GONE)), ("why", str(GONE))):
        for more in ((), ("--open",)):
            assert "[erased]" in taskflow(*arguments, *more).stdout
        machine = taskflow(*arguments, "--json").stdout
        assert "[erased]" in machine
        assert '"sealed"' not in machine
    exported = json.loads(taskflow("export", str(GONE), "--json").stdout)
    assert exported["erased"]
    assert {one["text"] for one in exported["messages"]} == {"[erased]"}
    assert exported["addresses"] == exported["media"] == []


def test_an_export_is_whole_readable_private_and_announced(
    taskflow: Taskflow, tmp_path: Path
) -> None:
    file = tmp_path / "ada.json"
    said = taskflow("export", NUMBER, "--into", str(file)).stderr
    assert "their texts stand open in it" in said
    assert "Berlin" not in said
    assert file.stat().st_mode & 0o777 == 0o600

    told = json.loads(file.read_text())
    assert told["addresses"][0]["address"] == f"whatsapp:{NUMBER}"
    assert told["messages"][0]["text"].startswith("hi, I'm Ada")
    assert {one["value"] for one in told["profile"]} == {"Ada", "Berlin"}
    assert base64.b64decode(told["media"][0]["base64"]) == PICTURE
    assert len(told["log"]) == told["events"] == len(recorded.of(ADA)) + 1
    text = json.dumps({**told, "log": [one for one in told["log"] if one["version"] < 3]})
    assert "sealed" not in text


def test_readers_can_write_nothing(taskflow: Taskflow) -> None:
    async def write() -> None:
        async with reader() as me:
            with pytest.raises(asyncpg.ReadOnlySQLTransactionError):
                await me.pool.execute("delete from snapshots")

    asyncio.run(write())


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("show", "nothing"), "nobody is known as 'nothing'; give a stream"),
        (("show", "reminder-nobody"), "no stream is named 'reminder-nobody'"),
        (("show", NUMBER, "--at", "xyz"), "--at wants a time such as"),
        (("show", NUMBER, "--version", "999"), "there is no version 999"),
        (("user", "+4915112345678"), "nobody is known as"),
        (("user", "00000000-0000-0000-0000-000000000001"), "nothing is known of user"),
        (("user", NUMBER, "--at", "2020-01-01"), "nobody was there at 2020-01-01"),
        (("user", NUMBER, "--at", "2999-01-01"), "lies ahead"),
        (("why", "zzz"), "no reply is known as 'zzz'"),
        (("why", "deadbeef"), "no reply is known as 'deadbeef'"),
        (("why", "SM" + "0" * 32), "no reply went out as SM0"),
        (("why", str(recorded.of(ADA)[0].event_id)), "is a message.received, not a reply"),
        (("why", profile(ADA)), "holds no reply yet"),
        (("export", "+4915112345678"), "nobody is known as"),
        (("export", "00000000-0000-0000-0000-000000000001"), "nothing is known of user"),
        (("export", NUMBER, "--into", "/no/such/folder/x"), "there is no folder /no/such/folder"),
        (("export", NUMBER, "--into", "/tmp"), "cannot be written"),
    ],
)
def test_what_cannot_be_told_is_one_clear_line(
    taskflow: Taskflow, arguments: tuple[str, ...], says: str
) -> None:
    with pytest.raises(Configuration) as error:
        taskflow(*arguments)
    assert says in str(error.value)
    assert "\n" not in str(error.value)


def test_a_wrong_master_key_is_told_only_where_texts_are_to_be_opened(
    taskflow: Taskflow, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(
        "TASKFLOW_MASTER_KEY", base64.b64encode(b"another key of tests, 32 bytes..").decode()
    )
    assert "▒▒▒" in taskflow("show", conversation(ADA)).stdout
    with pytest.raises(sealing.UnopenableSeal):
        taskflow("show", conversation(ADA), "--open")


def test_each_command_helps_with_an_example(taskflow: Taskflow) -> None:
    for command in ("show", "user", "why", "export"):
        assert f"Example: taskflow {command}" in taskflow(command, "--help").stdout


def test_the_recording_has_no_secrets_open() -> None:
    gone = [one.event for one in recorded.of(GONE) if one.event.type == "message.received"]
    assert all(isinstance(one.text, Sealed) for one in gone)
