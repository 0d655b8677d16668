"""`taskflow metrics`: the catalogue as a table, and whether docs/metrics.md still holds it."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from taskflow.cli.output import echo
from taskflow.errors import Configuration

if TYPE_CHECKING:
    from taskflow.telemetry.instruments import Instrument, MetricLabel

DOCUMENT = Path("docs/metrics.md")
_BEGIN, _END = "<!-- made by `taskflow metrics --write` -->\n", "<!-- end -->"
_WHO = {
    "process": "Every process, of itself",
    "whole": "The gateway, of the whole house",
    "log": "The scheduler that leads, from the log",
}


def metrics(
    *,
    write: Annotated[bool, typer.Option("--write", help="Into docs/metrics.md.")] = False,
    check: Annotated[bool, typer.Option("--check", help="Fail when the file is stale.")] = False,
) -> None:
    """Every metric that /metrics and OTLP tell, with its labels and meaning.

    Example: taskflow metrics
    """
    if not (write or check):
        echo(table(), nl=False)
        return
    stands, wanted = _stands()
    if check and stands != wanted:
        raise Configuration(f"{DOCUMENT} is stale: run `taskflow metrics --write` and commit it")
    if write:
        DOCUMENT.write_text(wanted)
    echo(f"{DOCUMENT} is fresh")


def table() -> str:
    """In Markdown, one part for each who measures."""
    from taskflow.telemetry.metrics import CATALOGUE

    parts: list[str] = []
    for source, who in _WHO.items():
        rows = "".join(_row(instrument) for instrument in CATALOGUE if instrument.source == source)
        head = "| at /metrics | kind | unit | labels | what |\n|---|---|---|---|---|\n"
        parts.append(f"### {who}\n{head}{rows}")
    return "\n".join(parts)


def _stands() -> tuple[str, str]:
    """The document as it is and as it should be."""
    stands = DOCUMENT.read_text() if DOCUMENT.exists() else ""
    before, begin, rest = stands.partition(_BEGIN)
    _, end, after = rest.partition(_END)
    if not (begin and end):
        raise Configuration(f"{DOCUMENT} is not here, or has no lines {_BEGIN.strip()} and {_END}")
    return stands, f"{before}{begin}{table()}{end}{after}"


def _row(instrument: "Instrument") -> str:
    labels = "<br>".join(map(_label, instrument.labels)) or "none"
    unit = instrument.unit.strip("{}")
    cells = (f"`{instrument.prometheus}`", instrument.kind, unit, labels, instrument.meaning)
    return f"| {' | '.join(cells)} |\n"


def _label(label: "MetricLabel") -> str:
    values = ", ".join(label.values) if label.values else f"at most {label.most}, then `other`"
    return f"`{label.name.replace('.', '_')}`: {values}"
