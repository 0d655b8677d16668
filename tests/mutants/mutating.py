"""Mutants of the modules that `[tool.mutmut]` names, all of them in one import of each module.

mutmut changes each function in every way that it knows, and puts a switch before it. An import hook
has Python compile that instead of the file; no file is written.
"""

import difflib
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, SourceFileLoader
from importlib.util import spec_from_file_location
from pathlib import Path
from types import CodeType

import libcst
from mutmut.mutation.file_mutation import MutatedFile, mutate_file_contents
from mutmut.utils.format_utils import orig_function_and_class_names_from_key

_KEPT = {"classmethod", "staticmethod"}
"""Decorators that mutmut goes through by itself."""


@dataclass(frozen=True)
class Mutant:
    name: str
    """By which the switch knows it."""
    file: str
    function: str
    change: str
    """The lines that it takes away, and those that it puts there."""

    @property
    def reached_by(self) -> str:
        """The name of its function in mutmut's record of what a test calls."""
        return self.name.partition("__mutmut_")[0]


class Mutated:
    """One module's source with all of its mutants."""

    def __init__(self, file: Path) -> None:
        self.file = str(file)
        self.module = ".".join(file.with_suffix("").parts)
        self._mutated = mutate_file_contents(self.file, undecorated(file.read_text()))
        self.code = self._mutated.code

    def mutants(self) -> list[Mutant]:
        return [
            Mutant(f"{self.module}.{name}", self.file, self._function(name), self._change(name))
            for name in self._mutated.mutant_names
        ]

    def _function(self, name: str) -> str:
        function, class_name = orig_function_and_class_names_from_key(name)
        return f"{class_name}.{function}" if class_name else function

    def _change(self, name: str) -> str:
        original = f"{name.partition('__mutmut_')[0]}__mutmut_orig"
        return change(_lines_of(self._mutated, original), _lines_of(self._mutated, name))


def _lines_of(mutated: MutatedFile, name: str) -> list[str]:
    """Without its signature's name, which is not the same in two mutants."""
    span = mutated.line_span_by_function_name[name]
    lines = mutated.code.splitlines()[span.start - 1 : span.end]
    return [line.replace(name, "") for line in lines]


def change(before: Sequence[str], after: Sequence[str]) -> str:
    compared = difflib.unified_diff(before, after, n=0, lineterm="")
    return "\n".join(
        f"{line[0]} {line[1:].strip()}"
        for line in compared
        if not line.startswith(("---", "+++", "@@"))
    )


def undecorated(source: str) -> str:
    """`f = property(f)` below it in place of `@property` above it, which mutmut leaves out."""
    return libcst.parse_module(source).visit(_Undecorating()).code


class _Undecorating(libcst.CSTTransformer):
    def leave_FunctionDef(  # noqa: N802 - libcst names it
        self, original_node: libcst.FunctionDef, updated_node: libcst.FunctionDef
    ) -> libcst.FunctionDef | libcst.FlattenSentinel[libcst.BaseStatement]:
        decorators = [one.decorator for one in updated_node.decorators]
        if not decorators or any(
            isinstance(one, libcst.Name) and one.value in _KEPT for one in decorators
        ):
            return updated_node
        value: libcst.BaseExpression = updated_node.name
        for decorator in reversed(decorators):
            value = libcst.Call(decorator, [libcst.Arg(value)])
        bound = libcst.Assign([libcst.AssignTarget(updated_node.name)], value)
        return libcst.FlattenSentinel(
            [updated_node.with_changes(decorators=()), libcst.SimpleStatementLine([bound])]
        )


class _Loader(SourceFileLoader):
    def __init__(self, mutated: Mutated) -> None:
        super().__init__(mutated.module, mutated.file)
        self._code = mutated.code

    def get_code(self, fullname: str) -> CodeType:
        return compile(self._code, self.path, "exec", dont_inherit=True)


class _Finder(MetaPathFinder):
    def __init__(self, modules: Mapping[str, Mutated]) -> None:
        self._modules = modules

    def find_spec(self, fullname: str, path: object, target: object = None) -> ModuleSpec | None:
        mutated = self._modules.get(fullname)
        if mutated is None:
            return None
        return spec_from_file_location(fullname, mutated.file, loader=_Loader(mutated))


def install(modules: Iterable[Mutated]) -> None:
    by_name = {mutated.module: mutated for mutated in modules}
    assert not by_name.keys() & sys.modules.keys()
    sys.meta_path.insert(0, _Finder(by_name))
