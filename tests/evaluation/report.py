"""What was measured, as a table on the terminal and as a page."""

from collections.abc import Sequence
from html import escape
from pathlib import Path

from rich.console import Console
from rich.table import Table

from tests.evaluation.cases import LANGUAGES
from tests.evaluation.judging import SORTS, Sort
from tests.evaluation.real import Repeated
from tests.evaluation.suites import Result

_STYLE = """body{font:15px/1.5 system-ui,sans-serif;max-width:70rem;margin:2rem auto;padding:0 1rem}
table{border-collapse:collapse;margin:1rem 0}td,th{border:1px solid #ccc;padding:.25rem .6rem;
text-align:right}td:first-child,th:first-child{text-align:left}.bad{background:#fdd}
li{unicode-bidi:plaintext}"""

Rows = Sequence[Sequence[str]]


def show(results: Sequence[Result], real: Repeated | None, console: Console) -> bool:
    """Whether every bound of the scripted runs holds; a real model has none."""
    for title, rows in _tables(results, real):
        table = Table(title=title, title_justify="left")
        for column, name in enumerate(rows[0]):
            table.add_column(name, justify="left" if column == 0 else "right")
        for row in rows[1:]:
            table.add_row(*row)
        console.print(table)
    exceeded = [line for one in results for line in one.exceeded]
    for line in exceeded:
        console.print(f"not reached: {line}", markup=False)
    return not exceeded


def write(results: Sequence[Result], real: Repeated | None, page: Path) -> None:
    """A page of its own, without scripts. What people and models wrote is escaped."""
    tables = "".join(f"<h2>{escape(t)}</h2>{_html(rows)}" for t, rows in _tables(results, real))
    failures = "".join(f"<li>{escape(line)}</li>" for line in _failures(results, real))
    page.write_text(
        "<!doctype html><html lang=en><meta charset=utf-8><title>Evaluation</title>"
        f"<style>{_STYLE}</style><h1>Evaluation</h1>{tables}"
        f"<h2>What was not as the cases say</h2><ul>{failures}</ul></html>\n",
        encoding="utf-8",
    )


def _tables(results: Sequence[Result], real: Repeated | None) -> list[tuple[str, Rows]]:
    tables: list[tuple[str, Rows]] = []
    if results:
        tables = [("Scripted models", _suites(results)), ("Needless questions", _asked(results))]
    return [*tables, *([(f"{real.model}, {real.times} times each", _real(real))] if real else [])]


def _suites(results: Sequence[Result]) -> Rows:
    head = ["", "cases", "left out", "as they should be", *SORTS]
    return [head, *([one.suite.name, str(len(one.runs)), *_counts(one)] for one in results)]


def _counts(one: Result) -> list[str]:
    counts = [_of(one, sort) for sort in SORTS]
    return [str(one.left_out), str(sum(run.passed for run in one.runs)), *counts]


def _of(one: Result, sort: Sort) -> str:
    count = one.count(sort)
    return f"{count} ({one.share(sort):.1%})" if sort == "question" else str(count)


def _asked(results: Sequence[Result]) -> Rows:
    """By language: what one language's people are asked too often drowns in a sum."""
    those = [one for one in results if "question" in one.suite.most]
    head = ["", *LANGUAGES]
    return [head, *([one.suite.name, *_by_language(one)] for one in those)]


def _by_language(one: Result) -> list[str]:
    asked = one.by_language("question")
    return [str(asked.get(language, 0)) for language in LANGUAGES]


def _real(real: Repeated) -> Rows:
    head = ["", "cases", "pass^1", f"pass^{real.times}", "US$ a case", "s a turn", "s, 95 %"]
    rows = [real.row("all", lambda _: True)]
    rows += [real.row(name, lambda case, name=name: case.language == name) for name in LANGUAGES]
    return [head, *rows]


def _failures(results: Sequence[Result], real: Repeated | None) -> list[str]:
    runs = [(one.suite.name, run) for one in results for run in one.runs]
    runs += [(real.model, run) for run in real.runs] if real else []
    return [
        f"{name}: {run.case.conversation.id}: {', '.join(run.of(*SORTS))}"
        for name, run in runs
        if not run.passed
    ]


def _html(rows: Rows) -> str:
    head = "".join(f"<th>{escape(name)}</th>" for name in rows[0])
    body = "".join(
        "<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>" for row in rows[1:]
    )
    return f"<table><tr>{head}</tr>{body}</table>"
