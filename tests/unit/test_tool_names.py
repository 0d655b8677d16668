"""Nobody knows a tool by its name: what the house must know of one, it says of itself."""

import ast
import inspect
import re
from collections.abc import Iterator
from pathlib import Path

import taskflow
from tests.support.offers import TOOLS

ROOT = Path(taskflow.__file__).parents[1]
EXCUSED = {
    "contracts/declared_before.py": "what tables of names said before tools said it themselves",
    "services/agent/judging/own_writes.py": "the one call that is answered by a fixed question",
}
"""Modules that may know names, each with its reason."""


def modules() -> Iterator[Path]:
    for top in ("services", "taskflow", "contracts"):
        yield from (ROOT / top).rglob("*.py")


def own_modules() -> dict[str, str]:
    """By a tool's name, the module that does it."""
    return {tool.name: str(Path(inspect.getfile(tool.run)).relative_to(ROOT)) for tool in TOOLS}


def texts(tree: ast.Module) -> Iterator[ast.Constant]:
    """All but what is documentation."""
    documented = {
        id(node.value)
        for body in (getattr(one, "body", None) for one in ast.walk(tree))
        if isinstance(body, list)
        for node in body
        if isinstance(node, ast.Expr)
    }
    for node in ast.walk(tree):
        is_text = isinstance(node, ast.Constant) and isinstance(node.value, str)
        if is_text and id(node) not in documented:
            yield node


def named_elsewhere(path: Path, source: str, own: dict[str, str]) -> list[str]:
    """A name of one word is one only if nothing stands beside it."""
    there = str(path.relative_to(ROOT))
    names = [name for name, module in own.items() if module != there]
    return [
        f"{there}:{text.lineno} knows {name}"
        for text in texts(ast.parse(source))
        for name in names
        if (re.search(rf"\b{name}\b", text.value) if "_" in name else text.value == name)
    ]


def test_no_module_but_its_own_knows_a_tool_by_its_name() -> None:
    own = own_modules()
    found = {
        str(path.relative_to(ROOT)): named
        for path in modules()
        if (named := named_elsewhere(path, path.read_text(), own))
    }
    assert {path: named for path, named in found.items() if path not in EXCUSED} == {}
    assert EXCUSED.keys() <= found.keys(), "an excuse that is needed no more"


def test_a_name_in_another_module_is_found() -> None:
    path = ROOT / "services" / "agent" / "decider.py"
    own = {"set_alarm": "services/scheduler/tools.py", "hum": "services/scheduler/tools.py"}
    source = '"""Not set_alarm here."""\nA = ["a set_alarm", "hum", "humming"]'
    assert named_elsewhere(path, source, own) == [
        "services/agent/decider.py:2 knows set_alarm",
        "services/agent/decider.py:2 knows hum",
    ]
    assert named_elsewhere(ROOT / "services/scheduler/tools.py", source, own) == []


def test_every_module_that_makes_a_tool_is_known_here() -> None:
    making = {
        str(path.relative_to(ROOT))
        for path in modules()
        if any(
            isinstance(node, ast.Call) and getattr(node.func, "id", None) == "Tool"
            for node in ast.walk(ast.parse(path.read_text()))
        )
    }
    assert making == set(own_modules().values())
