"""Commands with commands of their own, imported with their first use: all take a second."""

from collections.abc import Mapping
from importlib import import_module
from typing import Any

import typer
from typer.core import TyperGroup

FAMILIES: Mapping[str, str] = {
    "dlq": "taskflow.cli.house.dlq",
    "evaluate": "taskflow.cli.past.evaluate",
    "projections": "taskflow.cli.house.projections",
    "replay": "taskflow.cli.replaying.replay",
    "templates": "taskflow.cli.house.templates",
}
"""Each in the `app` of a module."""


class Families(TyperGroup):
    def list_commands(self, ctx: Any) -> list[str]:
        return [*FAMILIES, *super().list_commands(ctx)]

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        if module := FAMILIES.get(cmd_name):
            family = typer.main.get_group(import_module(module).app)
            family.name = cmd_name
            return family
        return super().get_command(ctx, cmd_name)
