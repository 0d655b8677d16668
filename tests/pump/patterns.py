"""Every pattern of the project: by the modules' own values, and by the source's syntax.

Run as a program it prints them as JSON: it has to watch the modules while they are imported.
"""

import ast
import dataclasses
import importlib
import json
import pkgutil
import re
import sys
import warnings
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import Any

PACKAGES = ("contracts", "taskflow", "services", "simulators")
MADE_LATER: Mapping[str, Iterable[str]] = {
    "simulators.gemini.brain.memory:_joined": [r"(?:below|at|every)\b"],
    "simulators.gemini.brain.replies.profile:_names": [r"(?<!\w)New\ York(?!\w)"],
    "taskflow.time_travel.replacing:__init__": [r"(?<!\w)(?:Ada\ Lovelace|Ada)(?!\w)"],
    # What tools declare for their arguments.
    "simulators.gemini.brain.schema:_text": [
        r"^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d)?$",
        r"^[A-Z]{3}$",
    ],
}
"""By module and function: patterns that are made when it is called, of what it is called with."""
_SEARCHES = frozenset({"split", "sub", "subn", "findall", "finditer", "search"})
_METHODS = _SEARCHES | {"match", "fullmatch"}
_FLAGS_AT = {"compile": 1, "sub": 4, "subn": 4, "split": 3}
Ways = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Found:
    where: str
    """Module, and the name or the line in it."""
    pattern: str
    flags: int
    ways: Ways
    """How it is used: search, match, fullmatch."""


@dataclass(slots=True)
class Source:
    """One module and what its text says."""

    module: ModuleType
    tree: ast.Module

    @property
    def name(self) -> str:
        return self.module.__name__

    def assigned(self) -> set[str]:
        """The names that it gives values to, rather than imports."""
        found: set[str] = set()
        for node in self.tree.body:
            targets = node.targets if isinstance(node, ast.Assign) else []
            targets = [node.target] if isinstance(node, ast.AnnAssign) else targets
            found |= {
                one.id for each in targets for one in ast.walk(each) if isinstance(one, ast.Name)
            }
        return found

    def uses(self) -> dict[str, set[str]]:
        """By the name before the dot, the methods of a pattern that are called on it."""
        found: dict[str, set[str]] = defaultdict(set)
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Attribute) and node.attr in _METHODS:
                base = node.value
                name = base.id if isinstance(base, ast.Name) else getattr(base, "attr", None)
                if name and name != "re":
                    found[name].add(node.attr)
        return found

    def sites(self) -> Iterator[tuple[ast.Call, str]]:
        """Calls such as re.sub(…), each with the function that it stands in."""
        yield from self._sites(self.tree, "")

    def _sites(self, node: ast.AST, function: str) -> Iterator[tuple[ast.Call, str]]:
        for child in ast.iter_child_nodes(node):
            inner = child.name if isinstance(child, (ast.FunctionDef, ast.AsyncFunctionDef)) else ""
            if isinstance(child, ast.Call) and _is_of_re(child.func):
                yield child, function
            yield from self._sites(child, inner or function)


@dataclass(slots=True)
class Collection:
    found: dict[tuple[str, int], Found] = field(default_factory=dict)
    lost: list[str] = field(default_factory=list)

    def keep(self, where: str, pattern: Any, flags: int, ways: Ways) -> None:
        if isinstance(pattern, bytes):
            pattern, flags = pattern.decode("latin-1"), flags | re.ASCII
        flags &= ~re.UNICODE
        before = self.found.get((pattern, flags))
        if before:
            where, ways = before.where, tuple(sorted({*before.ways, *ways}))
        self.found[pattern, flags] = Found(where, pattern, flags, ways)

    def knows(self, pattern: Any) -> bool:
        return any(pattern == known for known, _ in self.found)


def _is_of_re(called: ast.expr) -> bool:
    return (
        isinstance(called, ast.Attribute)
        and isinstance(called.value, ast.Name)
        and called.value.id == "re"
        and called.attr in {*_METHODS, "compile"}
    )


def sources() -> list[Source]:
    found = []
    for package in PACKAGES:
        root = importlib.import_module(package)
        names = [info.name for info in pkgutil.walk_packages(root.__path__, f"{package}.")]
        for name in (package, *names):
            if not name.endswith("__main__"):
                module = importlib.import_module(name)
                found.append(Source(module, ast.parse(Path(module.__file__ or "").read_text())))
    return found


def watched() -> tuple[list[Source], dict[tuple[str, int], list[re.Pattern[Any]]]]:
    """The modules, and which patterns were compiled at which line while they were imported."""
    made: dict[tuple[str, int], list[re.Pattern[Any]]] = defaultdict(list)
    really = re.compile

    def compiling(pattern: Any, flags: Any = 0) -> re.Pattern[Any]:
        compiled = really(pattern, flags)
        caller = sys._getframe(1)
        made[caller.f_code.co_filename, caller.f_lineno].append(compiled)
        return compiled

    re.compile = compiling  # type: ignore[assignment]
    try:
        return sources(), made
    finally:
        re.compile = really  # type: ignore[assignment]


def discovered() -> Collection:
    """Every pattern, and the places whose pattern could not be found."""
    warnings.simplefilter("ignore")
    loaded, made = watched()
    uses = {one.name: one.uses() for one in loaded}
    assigned = {one.name: one.assigned() for one in loaded}
    everywhere: dict[str, set[str]] = defaultdict(set)
    for each in uses.values():
        for name, methods in each.items():
            everywhere[name] |= methods
    kept, seen = Collection(), set[int]()
    for source in loaded:
        own = assigned[source.name]
        for name, value in list(vars(source.module).items()):
            is_class = isinstance(value, type) and value.__module__ == source.name
            if name not in own and not is_class:
                continue
            for where, pattern, owner in _within(value, name, source.name, seen):
                last = where.rpartition(".")[2].partition("[")[0]
                known = uses[owner].get(last, set())
                if not known and "[" in where:
                    known = _in_loops(uses[owner], assigned[owner])
                if not known and not last.startswith("_"):
                    # A private name means something else in another module.
                    known = everywhere.get(last, set())
                kept.keep(f"{source.name}:{where}", pattern.pattern, pattern.flags, _ways(known))
    for source in loaded:
        for call, function in source.sites():
            _keep_called(kept, source, call, function, made)
    return kept


def _within(
    value: Any, name: str, owner: str, seen: set[int], depth: int = 0
) -> Iterator[tuple[str, re.Pattern[Any], str]]:
    """Patterns in a value, each with its name and the module whose code uses it by that name."""
    if isinstance(value, re.Pattern):
        yield name, value, owner
        return
    if depth > 6 or id(value) in seen or isinstance(value, (str, bytes, int, float, ModuleType)):
        return
    seen.add(id(value))
    kind = value if isinstance(value, type) else type(value)
    ours = kind.__module__.partition(".")[0] in PACKAGES
    if isinstance(value, dict):
        inner = [(f"{name}[{n}]", one) for n, pair in enumerate(value.items()) for one in pair]
    elif isinstance(value, (list, tuple, set, frozenset)):
        inner = [(f"{name}[{n}]", one) for n, one in enumerate(value)]
    elif dataclasses.is_dataclass(value) and not isinstance(value, type):
        owner = kind.__module__ if ours else owner
        fields = [each.name for each in dataclasses.fields(value)]
        inner = [(f"{name}.{each}", getattr(value, each, None)) for each in fields]
    elif ours and hasattr(value, "__dict__"):
        owner = kind.__module__
        inner = [(f"{name}.{each}", one) for each, one in list(vars(value).items())]
    else:
        return
    for each, one in inner:
        yield from _within(one, each, owner, seen, depth + 1)


def _in_loops(uses: Mapping[str, set[str]], assigned: set[str]) -> set[str]:
    """The methods that a module calls on names that stand for one pattern after the other."""
    called = [methods for name, methods in uses.items() if name not in assigned]
    # Which is a string's method as well.
    return set[str]().union(*called) - {"split"}


def _ways(methods: Iterable[str]) -> Ways:
    """Where nothing is known it is searched for, which costs the most."""
    ways = {"search" if one in _SEARCHES else one for one in methods} or {"search"}
    return tuple(sorted(ways - {"match"} if "search" in ways else ways))


def _keep_called(
    kept: Collection,
    source: Source,
    call: ast.Call,
    function: str,
    made: Mapping[tuple[str, int], list[re.Pattern[Any]]],
) -> None:
    where, method = f"{source.name}:{call.lineno}", call.func.attr  # type: ignore[attr-defined]
    lines = range(call.lineno, (call.end_lineno or call.lineno) + 1)
    here = [one for line in lines for one in made.get((source.module.__file__ or "", line), [])]
    if method == "compile" and here:
        for one in here:
            if not kept.knows(one.pattern):
                kept.keep(where, one.pattern, one.flags, ("search",))
        return
    try:
        pattern, flags = _evaluated(call, method, source.module)
    except (NameError, TypeError, AttributeError, IndexError):
        later = MADE_LATER.get(f"{source.name}:{function}", ())
        for one in later:
            kept.keep(f"{source.name}:{function}", one, re.IGNORECASE, ("search",))
        if not later:
            kept.lost.append(f"{where} in {function or 'the module'}")
        return
    kept.keep(where, pattern, flags, _ways({method} - {"compile"}))


def _evaluated(call: ast.Call, method: str, module: ModuleType) -> tuple[Any, int]:
    """The pattern and the flags of a call that is made of the module's own values."""

    def value(node: ast.expr) -> Any:
        return eval(compile(ast.Expression(node), "", "eval"), vars(module))

    pattern = value(call.args[0])
    flags = next((one.value for one in call.keywords if one.arg == "flags"), None)
    place = _FLAGS_AT.get(method, 2)
    if flags is None and len(call.args) > place:
        flags = call.args[place]
    if isinstance(pattern, re.Pattern):
        return pattern.pattern, pattern.flags
    if not isinstance(pattern, (str, bytes)):
        raise TypeError(pattern)
    return pattern, int(value(flags)) if flags is not None else 0


if __name__ == "__main__":
    collected = discovered()
    json.dump(
        [[dataclasses.asdict(one) for one in collected.found.values()], collected.lost], sys.stdout
    )
