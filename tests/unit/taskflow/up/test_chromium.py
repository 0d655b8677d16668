"""A Chromium is found where it may be, and set up where it can be; never a failure."""

import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from taskflow.process import chromium
from taskflow.up.chromium import run, set_up


@pytest.fixture
def bare(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine without any; what is put into the folder is on PATH."""
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("PLAYWRIGHT_BROWSERS_PATH", str(tmp_path / "playwright"))
    monkeypatch.setattr(chromium, "PLACES", ())
    return tmp_path


def put(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("#!/bin/sh\n")
    path.chmod(0o755)
    return path


def test_there_may_be_none(bare: Path) -> None:
    assert chromium.find() is None
    assert chromium.find("chromium") is None


def test_what_is_named_is_taken_and_nothing_else(bare: Path) -> None:
    system, mine = put(bare / "chromium"), put(bare / "elsewhere" / "mine")
    assert chromium.find() == system
    assert chromium.find(str(mine)) == mine
    assert chromium.find("chromium") == system
    assert chromium.find("missing") is None


def test_playwrights_own_comes_before_the_systems(bare: Path) -> None:
    put(bare / "chromium")
    revision = chromium._builds()[0]["revision"]
    folder = bare / "playwright" / f"chromium_headless_shell-{revision}"
    own = put(folder / "chrome-linux" / "headless_shell")
    assert chromium.find() != own, "its download was broken off"
    (folder / "INSTALLATION_COMPLETE").touch()
    assert chromium.find() == own


def test_nothing_is_done_where_there_is_one(bare: Path) -> None:
    there, said = put(bare / "chromium"), list[str]()

    assert set_up(said.append, run=_never) == there
    assert said == []


def test_playwright_is_asked_first_then_the_distribution(
    bare: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(bare / "apt-get")
    monkeypatch.setattr("os.geteuid", lambda: 0)
    asked, said = list[str](), list[str]()

    def only_apt(command: Sequence[str], seconds: float, env: Mapping[str, str]) -> bool:
        asked.append(Path(command[0]).name if "apt" in command[0] else command[2])
        if "apt" in command[0]:
            put(bare / "chromium-headless-shell")
            return True
        return False

    assert set_up(said.append, run=only_apt) == bare / "chromium-headless-shell"
    assert asked == ["playwright", "apt-get"]
    assert len(said) == 1


def test_who_may_not_install_is_told_how(bare: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put(bare / "apt-get")
    monkeypatch.setattr("os.geteuid", lambda: 1000)
    said = list[str]()

    assert set_up(said.append, run=lambda command, *_: "apt" in command[0]) is None
    assert "taskflow browser" in said[-1]


def test_a_name_that_is_wrong_is_said_and_nothing_installed(bare: Path) -> None:
    said = list[str]()
    assert set_up(said.append, run=_never, named="nonsense") is None
    assert "TASKFLOW_CHROMIUM names nonsense" in said[0]


def test_a_command_is_ended_with_its_children_when_its_time_is_up() -> None:
    assert run(["/bin/sh", "-c", "exit 0"], 10, {})
    assert not run(["/bin/sh", "-c", "exit 1"], 10, {})
    assert not run(["/bin/sh", "-c", "sleep 60 & wait"], 0.2, {})
    assert not run([str(Path("/nowhere") / "to be found")], 1, {})
    assert shutil.which("sh")


def _never(*_: object) -> bool:
    raise AssertionError("nothing is to be installed")
