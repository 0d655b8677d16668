"""What stands under the fields of classes in their source: units, ranges, reasons."""

import ast
import inspect
import pkgutil
import textwrap
from collections.abc import Mapping
from functools import cache
from importlib import import_module
from itertools import pairwise

from pydantic import BaseModel

import contracts


def field_docs(cls: type) -> Mapping[str, str]:
    """By field; a field without such words is not there."""
    (tree,) = ast.parse(textwrap.dedent(inspect.getsource(cls))).body
    body = tree.body if isinstance(tree, ast.ClassDef) else []
    return {
        field.target.id: inspect.cleandoc(below.value.value)
        for field, below in pairwise(body)
        if isinstance(field, ast.AnnAssign)
        and isinstance(field.target, ast.Name)
        and isinstance(below, ast.Expr)
        and isinstance(below.value, ast.Constant)
        and isinstance(below.value.value, str)
    }


@cache
def models() -> Mapping[str, type[BaseModel]]:
    """Every model of the contracts, by its name."""
    modules = [
        import_module(f"{contracts.__name__}.{module.name}")
        for module in pkgutil.iter_modules(contracts.__path__)
    ]
    return {
        name: found
        for module in modules
        for name, found in vars(module).items()
        if isinstance(found, type) and issubclass(found, BaseModel)
    }
