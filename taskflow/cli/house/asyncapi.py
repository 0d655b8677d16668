"""`taskflow asyncapi`: the document in docs/, and whether it is fresh."""

from importlib.metadata import version as package_version
from pathlib import Path

import yaml

from contracts import asyncapi
from taskflow.bus.topology import ROOT
from taskflow.cli.output import echo
from taskflow.errors import Configuration

DOCUMENT = Path("docs/asyncapi.yaml")


def rendered() -> str:
    document = asyncapi.document(ROOT, package_version("taskflow"))
    header = "# Made by `taskflow asyncapi` from contracts/; do not edit.\n"
    return header + yaml.safe_dump(document, sort_keys=False, allow_unicode=True, width=100)


def write_document() -> None:
    DOCUMENT.write_text(rendered())
    echo(f"wrote {DOCUMENT}")


def check_document() -> None:
    if not DOCUMENT.exists() or DOCUMENT.read_text() != rendered():
        raise Configuration(f"{DOCUMENT} is stale: run `taskflow asyncapi` and commit it")
    echo(f"{DOCUMENT} is fresh")
