"""The architecture as a test: folders that say what they are for, on floors that are kept."""

import ast
import re
import shutil
import subprocess
import sys
import tomllib
from collections import Counter
from pathlib import Path

import pytest

import taskflow

ROOT = Path(taskflow.__file__).parents[1]
MOST, FEWEST = 15, 3
SMALL = {
    "services/agent/leaving": "the two ends of one act; a third module would be made up",
    "taskflow/limits": "the arithmetic of a rate, and how replicas share one",
}
"""Folders of fewer than three modules, each with its reason."""
SHARED_NAMES = {
    "Effects": "what a service does beside deciding; each has its own, and none meets another",
    "Message": "an event's message on the bus, and a text of the catalogue as gettext calls it",
}
"""Public classes of one name in several modules, each with its reason."""
NAMELESS = {"common", "utils", "core", "misc"}
SETTINGS = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]
CONTRACTS = SETTINGS["importlinter"]["contracts"]
BREACHES = {
    "services know taskflow and contracts; taskflow knows contracts; contracts know nobody": (
        "contracts/slots.py",
        "taskflow.clock",
    ),
    "services meet only on the bus": ("services/agent/state.py", "services.tools.settings"),
    "no two neighbours import each other in a circle": (
        "taskflow/log/following.py",
        "taskflow.log.event_log",
    ),
    "taskflow's rooms stand in floors": ("taskflow/privacy/sealing.py", "taskflow.bus.topology"),
    "commands stand above what they share": ("taskflow/cli/times.py", "taskflow.cli.house.doctor"),
    "the agent's rooms stand in floors": (
        "services/agent/judging/policy.py",
        "services.agent.asking.gemini",
    ),
    "what changes a profile knows its values": (
        "services/agent/memory/profile/values/currencies.py",
        "services.agent.memory.profile.changing",
    ),
    "the gateway decides; its channels carry": (
        "services/gateway/saying/parts.py",
        "services.gateway.effects",
    ),
    "the tools' rooms stand in floors": (
        "services/tools/egress/wall.py",
        "services.tools.browsing.looking",
    ),
    "a page is read by independent readers": (
        "services/tools/pages/visible/stock.py",
        "services.tools.pages.structured.json_ld",
    ),
    "the scheduler's watches stand above its reminders": (
        "services/scheduler/recurrence.py",
        "services.scheduler.watches.words",
    ),
    "deciders do no I/O": ("services/scheduler/decider.py", "taskflow.privacy.vault"),
}
"""A module that is made to import what its contract forbids."""


def folders() -> list[Path]:
    found = [path.parent for top in ("taskflow", "services") for path in (ROOT / top).rglob("*.py")]
    return sorted(set(found))


def name(folder: Path) -> str:
    return str(folder.relative_to(ROOT))


def modules(folder: Path) -> list[Path]:
    return [path for path in folder.glob("*.py") if path.name != "__init__.py"]


@pytest.mark.parametrize("folder", folders(), ids=name)
def test_a_folder_is_of_a_size_to_be_seen_at_once(folder: Path) -> None:
    rooms = [path.parent for path in folder.glob("*/__init__.py")]
    assert len(modules(folder)) <= MOST
    assert len(modules(folder)) + len(rooms) >= FEWEST or SMALL.get(name(folder))


def test_only_small_folders_are_excused() -> None:
    assert [folder for folder in SMALL if len(modules(ROOT / folder)) >= FEWEST] == []


@pytest.mark.parametrize("folder", folders(), ids=name)
def test_a_folder_says_what_it_is_for_whom_it_imports_and_where_to_begin(folder: Path) -> None:
    assert folder.name not in NAMELESS
    doc = ast.get_docstring(ast.parse((folder / "__init__.py").read_text())) or ""
    purpose, imports, begin = [line for line in doc.splitlines() if line]
    assert purpose.endswith(".")
    assert imports.split()[0] in {"Imports", "Each"}
    mentioned = re.findall(r"[\w/]+\.py", begin)
    assert begin.startswith("Begin with ")
    assert name(folder) == "services" or all((folder / path).exists() for path in mentioned)
    assert mentioned


def test_a_public_class_has_a_name_of_its_own() -> None:
    defined = Counter(
        node.name
        for top in ("contracts", "taskflow", "services", "simulators")
        for path in (ROOT / top).rglob("*.py")
        for node in ast.parse(path.read_text(encoding="utf-8")).body
        if isinstance(node, ast.ClassDef) and not node.name.startswith("_")
    )
    assert {name for name, count in defined.items() if count > 1} == set(SHARED_NAMES)
    assert len(SHARED_NAMES) <= 5


def test_every_contract_has_a_breach_that_is_tried() -> None:
    assert [contract["name"] for contract in CONTRACTS] == list(BREACHES)


def test_a_breach_of_each_contract_is_found(tmp_path: Path) -> None:
    for top in ("contracts", "taskflow", "services", "simulators"):
        shutil.copytree(ROOT / top, tmp_path / top, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    assert not broken(tmp_path)
    for path, imported in BREACHES.values():
        with (tmp_path / path).open("a") as module:
            module.write(f"\nimport {imported}\n")
    assert set(broken(tmp_path)) == set(BREACHES)


def broken(tree: Path) -> list[str]:
    """The names of the contracts that do not hold there."""
    run = subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-cache"],
        cwd=tree,
        env={"PYTHONPATH": str(tree), "COLUMNS": "400", "PATH": ""},
        capture_output=True,
        text=True,
        check=False,
    )
    assert "Contracts: " in run.stdout, run.stdout + run.stderr
    return re.findall(r"^(.+) BROKEN$", run.stdout, re.MULTILINE)
