"""`taskflow asyncapi`: the document in docs/, and whether it is fresh."""

from importlib.metadata import version as package_version
from pathlib import Path
from typing import Any

import yaml

from taskflow.cli.house.bus_document.document import document
from taskflow.cli.output import echo
from taskflow.errors import Configuration

DOCUMENT = Path("docs/asyncapi.yaml")


class Whole(yaml.SafeDumper):
    """Writes each value where it stands: not all readers know YAML's anchors."""

    def ignore_aliases(self, data: Any) -> bool:  # noqa: ARG002 - PyYAML's own
        return True

    def paragraphs(self, text: str) -> yaml.ScalarNode:
        """Texts of several lines stand as they are read."""
        return self.represent_scalar("tag:yaml.org,2002:str", text, "|" if "\n" in text else None)


Whole.add_representer(str, Whole.paragraphs)


def rendered() -> str:
    header = "# Made by `taskflow asyncapi` from contracts/ and taskflow/bus/; do not edit.\n"
    return header + yaml.dump(
        document(package_version("taskflow")),
        Dumper=Whole,
        sort_keys=False,
        allow_unicode=True,
        width=100,
    )


def write_document() -> None:
    DOCUMENT.write_text(rendered())
    echo(f"wrote {DOCUMENT}")


def check_document() -> None:
    if not DOCUMENT.exists() or DOCUMENT.read_text() != rendered():
        raise Configuration(f"{DOCUMENT} is stale: run `taskflow asyncapi` and commit it")
    echo(f"{DOCUMENT} is fresh")
