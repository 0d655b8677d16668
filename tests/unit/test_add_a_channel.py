"""The page that adds a channel is done, word for word, in a copy of the tree."""

import sys
from pathlib import Path

import pytest

from tests.support.copied_tree import ROOT, copied, followed, ran, versions_written

PAGE = ROOT / "docs" / "how-to" / "add-a-channel.md"
SUITE = Path("tests/contract/gateway/channels")
ADDED = ("tests/unit/gateway/channels/spool", "tests/integration/gateway/channels/spool")
STANDING = (
    *("tests/unit/contracts", "tests/unit/gateway/channels/test_by_address.py"),
    *(
        "tests/unit/taskflow/up/test_env_example.py",
        "tests/unit/taskflow/process/test_variables.py",
    ),
)
"""Tests that were there before, of what the page changes."""

pytestmark = pytest.mark.long


@pytest.fixture(scope="module")
def files(tree: Path) -> list[str]:
    """Python of the page's own, by its paths."""
    return [name for name in followed(PAGE, tree) if name.endswith(".py")]


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return copied(
        tmp_path_factory.mktemp("tree"),
        *("contracts", "taskflow", "services", "simulators", "tests/support", "pyproject.toml"),
        "docs/asyncapi.yaml",
        *("tests/conftest.py", "tests/contract/simulators/twilio/world.py", str(SUITE)),
        *(
            "tests/integration/gateway/conftest.py",
            "tests/k8s",
            "deploy",
            ".env.example",
            *STANDING,
        ),
    )


def test_it_passes_the_contract_suite_and_its_own_tests(tree: Path, files: list[str]) -> None:
    assert "samples/message.received.v8.json" in versions_written(tree)
    run = ran(
        *(tree, sys.executable, "-m", "pytest", "-vv", "-p", "no:cacheprovider"),
        *(str(SUITE), *ADDED, *STANDING),
    )
    assert run.returncode == 0, run.stdout + run.stderr
    suite = (ROOT / SUITE / "test_channel.py").read_text("utf-8")
    assert run.stdout.count("[spool") >= suite.count("async def test_")
    assert all(name in run.stdout for name in files if Path(name).name.startswith("test_"))


def test_it_breaks_no_wall_and_no_rule_of_form(tree: Path, files: list[str]) -> None:
    for tool, *arguments in (
        ["lint-imports", "--no-cache"],
        ["ruff", "check", *files],
        ["ruff", "format", "--check", *files],
    ):
        run = ran(tree, str(Path(sys.executable).with_name(tool)), *arguments)
        assert run.returncode == 0, run.stdout + run.stderr
