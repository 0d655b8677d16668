"""Whose code makes an event: read from the source, for all of them append by the same function."""

import ast
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib.metadata import entry_points
from importlib.util import find_spec
from pathlib import Path

from contracts.event import all_events
from taskflow.bus.permissions import OPERATOR

SERVICES = "taskflow.services"
RUNTIME, COMMANDS = "taskflow", "taskflow.cli"


@dataclass(frozen=True, slots=True)
class SourceModule:
    """A module: the types of events that it makes, and what it imports."""

    makes: frozenset[str]
    imports: frozenset[str]
    is_package: bool


def recorders() -> Mapping[str, list[str]]:
    """By event type: services, and the operator for people's commands.

    What the runtime makes is made by whoever imports the module that does.
    """
    shared = {
        name: of for name, of in _sources(RUNTIME) if not f"{name}.".startswith(f"{COMMANDS}.")
    }
    exported = {name: of.imports for name, of in shared.items() if of.is_package}
    found: defaultdict[str, set[str]] = defaultdict(set)
    for who, package in _packages().items():
        for source in dict(_sources(package)).values():
            reached = source.imports.union(*(exported.get(name, ()) for name in source.imports))
            for type_ in source.makes.union(
                *(shared[name].makes for name in reached & shared.keys())
            ):
                found[type_].add(who)
    return {type_: sorted(who) for type_, who in found.items()}


def _packages() -> Mapping[str, str]:
    services = {
        entry.name: entry.module.rpartition(".")[0] for entry in entry_points(group=SERVICES)
    }
    return {**services, OPERATOR: COMMANDS}


def _sources(package: str) -> Iterator[tuple[str, SourceModule]]:
    """By module. Raises LookupError where the package is not installed."""
    spec = find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        raise LookupError(f"there is no package {package}")
    folder = Path(spec.submodule_search_locations[0])
    for path in sorted(folder.rglob("*.py")):
        parts = (*package.split("."), *path.relative_to(folder).with_suffix("").parts)
        name = ".".join(part for part in parts if part != "__init__")
        yield name, _read(path)


def _read(path: Path) -> SourceModule:
    classes = {cls.__name__: type_ for type_, cls in all_events().items()}
    makes: set[str] = set()
    imports: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        match node:
            case (
                ast.Call(func=ast.Name(id=name))
                | ast.Call(func=ast.Attribute(value=ast.Name(id=name), attr="model_validate"))
            ) if name in classes:
                makes.add(classes[name])
            case ast.ImportFrom(module=str(module)):
                imports |= {module, *(f"{module}.{alias.name}" for alias in node.names)}
            case ast.Import():
                imports |= {alias.name for alias in node.names}
            case _:
                pass
    return SourceModule(frozenset(makes), frozenset(imports), path.name == "__init__.py")
