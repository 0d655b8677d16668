"""The report on a terminal."""

from collections.abc import Sequence

from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from services.agent.what_if import page, words
from services.agent.what_if.comparing import CHANGES, Change, Piece, beside, change, pieces
from services.agent.what_if.report import Report, asked_otherwise
from services.agent.what_if.rerun import Rerun
from services.agent.what_if.runs import Run

_STYLES: dict[Change, str] = {
    "same": "green",
    "wording": "cyan",
    "tools": "yellow",
    "outcome": "bold red",
    "not asked": "bold magenta",
}


def show(console: Console, report: Report, *, open_: bool) -> None:
    asked = Text(f"{len(report.turns)} turns", "bold").append(", asked anew", "not bold")
    console.print(asked, end=" ")
    console.print(Text(f"of {report.model} with prompt {report.prompt}, tools {report.tools}"))
    if open_:
        for turn in report.turns:
            _turn(console, turn, report)
    elif report.turns:
        console.print(_listed(report))
    console.print(_sums(report))
    console.print(_changes(report))
    for limit in report.limits():
        console.print(Padding(Text(f"· {limit}", "dim"), (0, 0, 0, 1)))


def _listed(report: Report) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for name in ("at", "user", "changed", "calls"):
        table.add_column(name, header_style="dim")
    for name in ("model's time", "cost"):
        table.add_column(name, header_style="dim", justify="right")
    for turn in report.turns:
        what = change(turn.recorded, turn.anew)
        table.add_row(
            f"{turn.start.began.recorded_at.astimezone():%m-%d %H:%M}",
            str(turn.user)[:8],
            Text(CHANGES[what], _STYLES[what]),
            Text(_calls(turn)),
            f"{words.seconds(turn.recorded.model_ms)} → {words.seconds(turn.anew.model_ms)}",
            f"{_cost(turn.recorded, report)} → {_cost(turn.anew, report)}",
        )
    return table


def _calls(rerun: Rerun) -> str:
    old, new = (
        ", ".join(words.call(made, open_=False) for made in run.calls) or words.NONE
        for run in (rerun.recorded, rerun.anew)
    )
    if old != new:
        return f"{old} → {new}"
    return f"{old}, other arguments" if change(rerun.recorded, rerun.anew) == "tools" else old


def _cost(run: Run, report: Report) -> str:
    cost = report.prices.cost(run.usage)
    return "unknown" if cost is None else f"{cost:.4f}"


def _turn(console: Console, rerun: Rerun, report: Report) -> None:
    what = change(rerun.recorded, rerun.anew)
    at = f"{rerun.start.began.recorded_at.astimezone():%Y-%m-%d %H:%M:%S}"
    console.rule(Text.assemble(f"{at}  {str(rerun.user)[:8]}  ", (CHANGES[what], _STYLES[what])))
    for message in rerun.start.messages:
        console.print(Text(f"> {words.printable(message)}", "bold"))
    table = Table(box=None, pad_edge=False, padding=(0, 2, 1, 0), expand=True)
    table.add_column("recorded", ratio=1, header_style="dim")
    table.add_column("anew", ratio=1, header_style="dim")
    for old, new in beside(rerun.recorded.calls, rerun.anew.calls):
        left = words.call(old, open_=True) if old else words.NONE
        right = words.call(new, open_=True) if new else words.NONE
        where = words.source(new, rerun.sources)
        table.add_row(
            Text(left, "blue"), Text.assemble((right, "blue"), (f"  {where}" * bool(where), "red"))
        )
    before, after = pieces(rerun.recorded.reply or words.NONE, rerun.anew.reply or words.NONE)
    table.add_row(_styled(before, "red strike"), _styled(after, "green"))
    table.add_row(
        Text(page.figures(rerun.recorded, report), "dim"),
        Text(page.figures(rerun.anew, report), "dim"),
    )
    console.print(table)
    if asked_otherwise(rerun):
        console.print(Text("this release asked another question than was recorded", "dim"))


def _styled(parts: Sequence[Piece], style: str) -> Text:
    rendered = Text()
    for part in parts:
        rendered.append(words.printable(part.text), style if part.changed else "")
    return rendered


def _sums(report: Report) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 3, 0, 0))
    for name in ("", "recorded", "anew"):
        table.add_column(name, header_style="dim", justify="right" if name else "left")
    for row in page.sums(report):
        table.add_row(*row.values())
    return table


def _changes(report: Report) -> Text:
    rendered = Text()
    for name, count in report.changes().items():
        if count or name != "not asked":
            rendered.append(f"{count} {CHANGES[name]}   ", _STYLES[name] if count else "dim")
    return rendered
