"""The command: what is wrong with its options is said before anything is asked or paid for."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer
from rich.console import Console
from typer.testing import CliRunner

from taskflow.cli.replaying import replay, what_if
from taskflow.cli.replaying.what_if import SOME_NOT_ASKED, WantedTurns
from taskflow.errors import Configuration


class Told:
    def __init__(self, unreached: int = 0) -> None:
        self.unreached = unreached

    def show(self, console: Console, *, open_: bool) -> None:
        console.print(f"shown {open_}")

    def lines(self, *, open_: bool) -> Iterator[dict[str, Any]]:
        yield {"turn": "1"}
        yield {"summary": {"open": open_}}

    def page(self, *, open_: bool) -> str:
        return f"<p>{open_}</p>"


def run(*options: str) -> Any:
    return CliRunner().invoke(replay.app, ["what-if", *options])


@pytest.fixture
def played(monkeypatch: pytest.MonkeyPatch) -> list[WantedTurns]:
    wanted: list[WantedTurns] = []

    async def play(what: WantedTurns, progress: Any) -> Told:
        wanted.append(what)
        return Told(unreached=2 if what.model == "away" else 0)

    class Entry:
        name = "agent"

        def load(self) -> Any:
            return play

    monkeypatch.setattr(what_if, "entry_points", lambda group: [Entry()])
    return wanted


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ([], "give either --user"),
        (["--user", "x", "--sample", "3"], "give either --user"),
        (["--sample", "0"], "--sample wants at least 1, not 0"),
        (["--user", "x", "--tools", "live"], "--tools wants recorded or live-read, not 'live'"),
        (["--user", "x", "--from", "soon"], "--from wants a time such as"),
        (["--user", "x", "--from", "1h ago", "--to", "2h ago"], "--from must be before --to"),
        (["--user", "x", "--html", "no/such/page.html"], "there is no folder 'no/such'"),
    ],
)
def test_bad_options_are_said_at_once(
    options: list[str], said: str, played: list[WantedTurns]
) -> None:
    result = run(*options)

    assert isinstance(result.exception, Configuration)
    assert said in str(result.exception)
    assert played == []


def test_without_the_agent_there_is_nobody_to_ask(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(what_if, "entry_points", lambda group: [])

    assert "taskflow[agent]" in str(run("--user", "x").exception)


def test_json_is_one_object_a_line_and_the_page_is_its_owners(
    played: list[WantedTurns], tmp_path: Path
) -> None:
    page = tmp_path / "page.html"
    result = run("--sample", "2", "--tools", "live-read", "--json", "--html", str(page))

    assert [json.loads(line) for line in result.stdout.splitlines()] == [
        {"turn": "1"}, {"summary": {"open": False}},
    ]  # fmt: skip
    assert played == [WantedTurns(sample=2, tools="live-read")]
    assert page.read_text() == "<p>False</p>"
    assert page.stat().st_mode & 0o777 == 0o600


def test_the_exit_code_tells_that_some_turns_could_not_be_asked(played: list[WantedTurns]) -> None:
    assert run("--user", "x", "--open").stdout == "shown True\n"
    assert run("--user", "x").exit_code == 0
    assert run("--user", "x", "--model", "away").exit_code == SOME_NOT_ASKED


def test_help_has_an_example() -> None:
    command = typer.main.get_command(replay.app)

    assert "Example: taskflow replay what-if --user" in command.commands["what-if"].help
