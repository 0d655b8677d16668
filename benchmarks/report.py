"""Figures for people: a table in the terminal, docs/performance.json, .md and a plot."""

import json
import os
import platform
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import matplotlib as mpl
from matplotlib.figure import Figure as Drawing
from rich.console import Console
from rich.table import Table

from benchmarks.figures import Figure, from_json, to_json

DOCS = Path(__file__).parent.parent / "docs"
JSON, PAGE, PLOT = DOCS / "performance.json", DOCS / "performance.md", "images/performance.svg"
MOST_SHOWN = 1.5
"""Of a floor, in the plot."""
BEGIN, END = "<!-- figures: written by make bench -->", "<!-- end of figures -->"


def show(figures: Sequence[Figure]) -> None:
    table = Table("figure", "value", "floor", "ratio", "target", "", box=None)
    for one in figures:
        table.add_row(one.name, _value(one), _floor(one), _ratio(one), _target(one), _mark(one))
    Console().print(table)


def write(figures: Sequence[Figure], *, sections: Sequence[str]) -> None:
    """Takes the place of the same sections' figures of the run before; leaves the others."""
    standing = (
        [from_json(said) for said in json.loads(JSON.read_text())["figures"]]
        if (JSON.exists())
        else []
    )
    measured = {_section(one) for one in figures}
    kept = [one for one in standing if _section(one) not in measured]
    order = {name: n for n, name in enumerate(sections)}
    both = sorted([*kept, *figures], key=lambda one: order.get(_section(one), len(order)))
    about = {
        "date": date.today().isoformat(),  # noqa: DTZ011 - the day of a run, for people
        "machine": f"{os.cpu_count()} cores, {platform.system()} {platform.machine()}",
        "python": platform.python_version(),
    }
    said = {**about, "figures": [to_json(one) for one in both]}
    JSON.write_text(json.dumps(said, indent=1) + "\n")
    before, _, rest = PAGE.read_text().partition(BEGIN)
    _, _, after = rest.partition(END)
    heading = f"{about['date']}, {about['machine']}, Python {about['python']}, every process on it."
    PAGE.write_text(f"{before}{BEGIN}\n{heading}\n\n{_markdown(both)}\n{END}{after}")
    _plot(both, DOCS / PLOT)


def _markdown(figures: Sequence[Figure]) -> str:
    lines = [
        "| figure | what | value | floor | ratio | target | |",
        "|---|---|---|---|---|---|---|",
    ]
    lines += [
        f"| `{one.name}` | {one.what} | {_value(one)} | {_floor(one)} | {_ratio(one)} "
        f"| {_target(one)} | {_mark(one)} |"
        for one in figures
    ]
    return "\n".join(lines)


def _plot(figures: Sequence[Figure], to: Path) -> None:
    """Each figure's share of its floor; for times and sizes, how often the floor fits in."""
    mpl.rcParams["svg.hashsalt"] = "taskflow"
    compared = [(one, one.ratio) for one in figures if one.ratio]
    shares = [
        min(ratio if one.more_is_better else 1 / ratio, MOST_SHOWN) for one, ratio in compared
    ]
    height = 1 + 0.32 * len(compared)
    drawing = Drawing(figsize=(8, height), layout="constrained")
    axes = drawing.subplots()
    axes.barh([one.name for one, _ in compared], shares, color="#128c7e")
    for n, (one, _) in enumerate(compared):
        if one.target and one.target.ratio:
            wanted = one.target.ratio if one.more_is_better else 1 / one.target.ratio
            axes.plot([wanted, wanted], [n - 0.4, n + 0.4], color="#d94f30")
    axes.axvline(1, color="#555", linewidth=1)
    axes.invert_yaxis()
    axes.set_xlabel("share of the floor (1 = raw clients doing the same hops); red: the target")
    to.parent.mkdir(exist_ok=True)
    drawing.savefig(to, metadata={"Date": None})


def _section(figure: Figure) -> str:
    return figure.name.partition(".")[0]


def _number(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


def _value(one: Figure) -> str:
    return f"{_number(one.value)} {one.unit}"


def _floor(one: Figure) -> str:
    return f"{_number(one.floor)} ({one.floor_is})" if one.floor else ""


def _ratio(one: Figure) -> str:
    return f"{one.ratio:.2f}" if one.ratio else ""


def _target(one: Figure) -> str:
    if one.target is None:
        return ""
    sign = "≥" if one.more_is_better else "≤"
    wanted = [f"{sign} {_number(one.target.value)}"] if one.target.value is not None else []
    wanted += [f"{sign} {one.target.ratio:g} of its floor"] if one.target.ratio else []
    return ", ".join(wanted)


def _mark(one: Figure) -> str:
    return {None: "", True: "reached", False: "missed"}[one.reached]
