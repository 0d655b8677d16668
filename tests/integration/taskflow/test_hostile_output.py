"""Every command is fed what a hostile stranger wrote, and no raw control reaches the operator."""

import asyncio
import json
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import asyncpg
import click
import pytest
import typer
from typer.testing import CliRunner

from contracts import slots, streams
from contracts.conversation import MessageReceived, ReplyReady
from contracts.streams import UserId, conversation
from contracts.templates import TemplateCreated, TemplateReviewed
from services.gateway.templates.wording import Declared
from taskflow.cli import main
from taskflow.cli.connecting import connect
from taskflow.cli.connecting.checks import Check
from taskflow.cli.operator import operator
from taskflow.cli.people.chat import ChatConnection
from taskflow.errors import TaskFlowError
from taskflow.log.appending import Because, Write
from tests.support.filled import ADA, NUMBER

pytestmark = pytest.mark.integration

HOSTILE = (
    "\x1b[2J\x1b]52;c;aGk=\x07 \x1b]8;;http://evil\x1b\\x \x9b31m \x9d0;t\x9c \x00 \x08\r\x7f\x85"
    " \u2028\u2029\u202e\u2066\u061c\u200b\ufeff\u2060 \U000e0041\U000e0100 [bold red]x[/] :smile:"
)
RAW = {"Cc", "Cf", "Cs", "Zl", "Zp"}
FEEDS: dict[str, list[list[str]]] = {
    "show": [[NUMBER, "--open", "--diff"], [NUMBER, "--open", "--json"], [HOSTILE]],
    "user": [[NUMBER, "--open"], [NUMBER, "--open", "--json"], [HOSTILE]],
    "why": [[NUMBER, "--open"], [NUMBER, "--open", "--json"], [HOSTILE]],
    "trace": [[NUMBER, "--log"], [NUMBER, "--log", "--json"], [HOSTILE]],
    "evaluate record": [[NUMBER], [HOSTILE], [NUMBER, "--language", HOSTILE]],
    "export": [[NUMBER], [NUMBER, "--json"], [HOSTILE]],
    "logs": [
        ["--message", str(ADA)],
        ["--message", str(ADA), "--json"],
        ["--message", HOSTILE],
        ["--message", str(ADA), "--level", HOSTILE],
    ],
    "dlq list": [[], ["--json"], ["--all"]],
    "dlq show": [["1"], ["1", "--json"]],
    "dlq retry": [["1"]],
    "dlq drop": [["1"]],
    "forget": [[HOSTILE, "--yes"]],
    "hand-back": [[HOSTILE], [NUMBER]],
    "takeover": [[HOSTILE], [NUMBER, "--by", HOSTILE, "--say", HOSTILE], [NUMBER]],
    "archive": [["--before", HOSTILE]],
    "verify-log": [[], ["--json"], ["--head", HOSTILE]],
    "tail": [["--type", HOSTILE, "--count", "0"], ["--user", HOSTILE]],
    "run": [[HOSTILE]],
    "log-level": [[HOSTILE]],
    "metrics": [[]],
    "failpoints": [[]],
    "projections lag": [[], ["--json"]],
    "projections list": [[], ["--json"]],
    "projections rebuild": [[HOSTILE]],
    "projections drop": [[HOSTILE]],
    "backfill": [["--since", HOSTILE]],
    "templates list": [[], ["--json"]],
    "templates status": [[], ["--json"]],
    "templates sync": [[]],
    "templates preview": [["reminder", "en", "--text", HOSTILE], [HOSTILE]],
    "replay what-if": [["--stream", HOSTILE]],
    "replay publish": [["--stream", HOSTILE]],
    "replay verify": [[], ["--stream", HOSTILE]],
}
QUIET = {"up", "migrate", "provision", "doctor", "browser", "rewrap-keys", "asyncapi"}
"""They print names and figures of our own alone, or start what another test starts."""

APART = {"chat", "connect"}
"""They wait for others, and have a test each below."""


def commands() -> Iterator[str]:
    def below(group: Any, context: click.Context, before: str) -> Iterator[str]:
        for name in group.list_commands(context):
            found = group.get_command(context, name)
            if hasattr(found, "list_commands"):
                yield from below(found, click.Context(found), f"{before}{name} ")
            else:
                yield f"{before}{name}"

    group = typer.main.get_command(main.app)
    return below(group, click.Context(group), "")  # pyright: ignore[reportArgumentType]


def acting(text: str) -> list[str]:
    return sorted(
        {f"{ord(one):x}" for one in text if unicodedata.category(one) in RAW and one not in "\n\t"}
    )


@pytest.fixture
def hostile(told_of_filled: Path) -> Path:
    asyncio.run(_write())
    folder = told_of_filled / "logs"
    folder.mkdir(exist_ok=True)
    line = {"timestamp": "2026-11-24T15:00:00Z", "level": "error", "service": HOSTILE}
    facts = line | {"event": HOSTILE, "stream": conversation(ADA), "said": HOSTILE}
    text = json.dumps(facts, ensure_ascii=False)
    (folder / "gateway.jsonl").write_text(f"{text}\n", "utf-8", "replace")
    return told_of_filled


async def _write() -> None:
    async with operator() as me:
        said = MessageReceived(
            message_ref="SM" + "e" * 32, channel="whatsapp", kind="text", text=HOSTILE
        )
        stream = conversation(ADA)
        write = Write(stream, [said], UserId(ADA))
        (received,) = (await me.log.append([write], slots.message(said.message_ref))).events
        reply = ReplyReady(turn=None, kind="answer", text=HOSTILE)
        because = Because.of(received)
        await me.log.append([Write(stream, [reply], UserId(ADA))], slots.retry(ADA), because)
        await _park(me.pool, stream)
        declared = Declared("reminder", "en")
        template = TemplateCreated(
            template="HX1", purpose="reminder", language="en", body=declared.body
        )
        reason = HOSTILE.replace("\x00", "")
        rejected = TemplateReviewed(template="HX1", status="rejected", reason=reason)
        write = Write(streams.TEMPLATES, [template, rejected], None)
        await me.log.append([write], slots.template("reminder", "en", declared.body))


async def _park(pool: asyncpg.Pool, stream: str) -> None:
    error = HOSTILE.replace("\x00", "")
    await pool.execute(
        "insert into dead_letters (service, stream, type, error_code, error, attempts, message) "
        "values ($1, $2, $1, $1, $1, 1, $1)",
        error,
        stream,
    )


def test_no_command_prints_what_acts(hostile: Path, capsys: pytest.CaptureFixture[str]) -> None:
    wrong: list[str] = []
    for name in commands():
        for arguments in FEEDS.get(name, []):
            result = CliRunner().invoke(main.app, [*name.split(), *arguments])
            told = result.output
            if isinstance(result.exception, TaskFlowError):
                with pytest.raises(SystemExit):
                    main._give_up(str(result.exception))
                told += capsys.readouterr().err
            wrong += [f"{name}: {acting(told)}"] if acting(told) else []
            if name in {"show", "user", "why", "export", "logs"} and HOSTILE not in arguments:
                assert "[bold red]" in told, (name, arguments, told)
    assert wrong == []


def test_every_command_is_fed() -> None:
    fed = {*FEEDS, *QUIET, *APART}
    assert [name for name in commands() if name not in fed] == []


def test_a_chat_shows_nothing_that_acts(hostile: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def look(_: ChatConnection) -> list[dict[str, Any]]:
        return [{"text": HOSTILE, "picture": HOSTILE}]

    monkeypatch.setattr(ChatConnection, "look", look)
    result = CliRunner().invoke(main.app, ["chat", "ada"], input="/quit\n")

    assert result.exit_code == 0, result.exception
    assert result.output.count("[bold red]") >= 2
    assert set(acting(result.output)) <= {"2066"}, acting(result.output)
    assert HOSTILE not in result.output


def test_what_twilio_answers_is_told_without_acting(capsys: pytest.CaptureFixture[str]) -> None:
    connect._tell(Check("a sender", "wrong", HOSTILE, HOSTILE), json=False)
    connect._tell(Check("a sender", "wrong", HOSTILE, HOSTILE), json=True)

    told = capsys.readouterr().out
    assert told.count("[bold red]") == 4
    assert acting(told) == []
