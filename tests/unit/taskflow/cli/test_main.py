"""The command itself: what it imports, and what it says where a part is not installed."""

import subprocess
import sys

import pytest
from typer.testing import CliRunner

from taskflow.cli import main as command
from taskflow.cli.families import FAMILIES

HEAVY = ("asyncpg", "nats", "opentelemetry", "aiohttp", "rich.console", "structlog", "pydantic")


def test_it_imports_what_a_command_needs_only_when_that_runs() -> None:
    told = "import sys, taskflow.cli.main; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", told], capture_output=True, text=True, check=True)
    assert set(HEAVY) & set(done.stdout.split()) == set()


@pytest.mark.parametrize("family", [*FAMILIES])
def test_a_family_has_its_commands(family: str) -> None:
    runner = CliRunner()
    assert family in runner.invoke(command.app, ["--help"]).stdout
    told = runner.invoke(command.app, [family, "--help"])
    assert told.exit_code == 0
    assert f"{family} [OPTIONS] COMMAND" in told.stdout


def test_a_part_that_is_not_installed_is_one_clear_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def lacks(name: str) -> None:
        raise ModuleNotFoundError(f"No module named {name!r}", name=name)

    monkeypatch.setattr(command, "app", lambda **_: lacks("google.genai"))
    with pytest.raises(SystemExit) as ended:
        command.main()
    assert ended.value.code == 1
    told = capsys.readouterr().err
    assert told.startswith("taskflow: this installation has not the extra")
    assert "'google.genai'" in told

    monkeypatch.setattr(command, "app", lambda **_: lacks("taskflow.nowhere"))
    with pytest.raises(ModuleNotFoundError):
        command.main()
