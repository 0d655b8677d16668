"""The page that adds a kind of inbound message is done, word for word, in a copy of the tree."""

import sys
from pathlib import Path

import pytest

from tests.support.copied_tree import ROOT, copied, followed, ran, versions_written

PAGE = ROOT / "docs" / "how-to" / "add-an-inbound-kind.md"
TWILIO = "tests/contract/simulators/twilio"
STANDING = (
    *("tests/unit/contracts/test_contracts.py", "tests/unit/gateway/test_edges.py"),
    *("tests/unit/gateway/channels/twilio/test_inbound.py", f"{TWILIO}/test_phone.py"),
    *("tests/unit/agent/asking/test_messages.py", "tests/unit/agent/asking/test_history.py"),
    f"{TWILIO}/test_inbound.py",
)
"""Tests that were there before, of what the page changes."""

pytestmark = pytest.mark.long


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return copied(
        tmp_path_factory.mktemp("tree"),
        *("contracts", "taskflow", "services", "simulators", "tests/support", "pyproject.toml"),
        "docs/asyncapi.yaml",
        *("tests/conftest.py", "tests/e2e/conftest.py", "tests/golden"),
        *(f"{TWILIO}/world.py", f"{TWILIO}/conftest.py", *STANDING),
    )


@pytest.fixture(scope="module")
def files(tree: Path) -> list[str]:
    """Python that the page writes or changes, by its paths."""
    names = followed(PAGE, tree)
    assert "samples/message.received.v8.json" in versions_written(tree)
    return [name for name in names if name.endswith(".py")]


def test_its_tests_pass(tree: Path, files: list[str]) -> None:
    own = [name for name in files if Path(name).name.startswith("test_")]
    told = passing(tree, *own)
    assert all(f"{name}::" in told for name in own)


def test_those_that_stood_pass(tree: Path, files: list[str]) -> None:
    assert files
    told = passing(tree, *STANDING)
    assert all(name in told for name in STANDING)


def passing(tree: Path, *tests: str) -> str:
    run = ran(tree, sys.executable, "-m", "pytest", "-vv", "-p", "no:cacheprovider", *tests)
    assert run.returncode == 0, run.stdout + run.stderr
    return run.stdout


def test_it_breaks_no_wall_and_no_rule_of_form(tree: Path, files: list[str]) -> None:
    for tool, *arguments in (
        ["lint-imports", "--no-cache"],
        ["ruff", "check", *files],
        ["ruff", "format", "--check", *files],
    ):
        run = ran(tree, str(Path(sys.executable).with_name(tool)), *arguments)
        assert run.returncode == 0, run.stdout + run.stderr
