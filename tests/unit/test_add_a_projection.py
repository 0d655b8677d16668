"""The page that adds a projection is done, word for word, in a copy of the tree."""

import re
import shutil
import sys
import tomllib
from pathlib import Path

import pytest

from tests.support.copied_tree import ROOT, blocks, copied, ran

PAGE = ROOT / "docs" / "how-to" / "add-a-projection.md"
MIGRATION, VIEW, TEST = "0099_tool_counts.sql", "tool_counts.py", "test_tool_counts.py"
INTEGRATION = Path("tests/integration/taskflow")
STANDING = (
    "test_a_rebuild_under_load_ends_with_the_rows_of_the_live_one",
    "test_a_conversation_its_cost_and_its_end",
)
"""Tests that were there before, of all views alike."""

pytestmark = pytest.mark.long


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The tree, and in it what the page adds."""
    copy = copied(
        tmp_path_factory.mktemp("tree"),
        *("contracts", "taskflow", "services", "tests/support", "tests/golden", str(INTEGRATION)),
        *("pyproject.toml", "tests/conftest.py", "docs/security.md"),
        "deploy/k8s/components/nats",
    )
    code = blocks(PAGE)
    (copy / "taskflow/postgres/migrations" / MIGRATION).write_text(code[MIGRATION])
    (copy / "taskflow/views" / VIEW).write_text(code[VIEW])
    (copy / INTEGRATION / TEST).write_text(code[TEST])
    group, line = code["pyproject.toml"].splitlines(keepends=True)
    _replaced(copy / "pyproject.toml", re.escape(group), group + line)
    imported, _, listed = code["views.py"].splitlines(keepends=True)
    views = copy / "taskflow" / "views" / "__init__.py"
    _replaced(views, r"(?m)^VIEWS = .*\n", listed)
    _replaced(views, r"(?m)^from taskflow\.views\.usage ", imported + "from taskflow.views.usage ")
    _install(copy)
    return copy


def _replaced(file: Path, pattern: str, by: str) -> None:
    text, count = re.subn(pattern, lambda _: by, file.read_text("utf-8"))
    assert count == 1, (file.name, pattern)
    file.write_text(text, "utf-8")


def _install(tree: Path) -> None:
    """What the installer makes of the entry points, found before those of the tree itself."""
    project = tomllib.loads((tree / "pyproject.toml").read_text("utf-8"))["project"]
    metadata = tree / f"{project['name']}-{project['version']}.dist-info"
    metadata.mkdir()
    named = f"Metadata-Version: 2.1\nName: {project['name']}\nVersion: {project['version']}\n"
    (metadata / "METADATA").write_text(named)
    groups = [
        "\n".join([f"[{group}]", *(f"{name} = {what}" for name, what in entries.items())])
        for group, entries in project["entry-points"].items()
    ]
    (metadata / "entry_points.txt").write_text("\n\n".join(groups))


def test_its_tests_pass_and_those_that_stood(tree: Path) -> None:
    run = ran(tree, sys.executable, "-m", "tests.support.rights")
    assert run.returncode == 0, run.stdout + run.stderr
    assert "`tool_counts`" in (tree / "docs" / "security.md").read_text("utf-8")
    chosen = " or ".join((Path(TEST).stem, *STANDING))
    run = ran(
        *(tree, sys.executable, "-m", "pytest", "-vv", "-p", "no:cacheprovider"),
        *("-k", chosen, str(INTEGRATION)),
    )
    assert run.returncode == 0, run.stdout + run.stderr
    assert run.stdout.count(f"{TEST}::") >= blocks(PAGE)[TEST].count("def test_")
    assert all(name in run.stdout for name in STANDING)


def test_it_breaks_no_wall_and_no_rule_of_form(tree: Path) -> None:
    for tool, *arguments in (["lint-imports", "--no-cache"], ["ruff", "check", "taskflow/views"]):
        run = ran(tree, str(Path(sys.executable).with_name(tool)), *arguments)
        assert run.returncode == 0, run.stdout + run.stderr


def test_its_code_is_formatted(tmp_path: Path) -> None:
    for name in (VIEW, TEST):
        shutil.copy(ROOT / "pyproject.toml", tmp_path)
        (tmp_path / name).write_text(blocks(PAGE)[name])
        ruff = str(Path(sys.executable).with_name("ruff"))
        assert ran(tmp_path, ruff, "format", "--check", name).returncode == 0
