"""The report as one page that needs nothing but itself."""

from collections.abc import Callable, Sequence
from datetime import datetime
from importlib.resources import files

from jinja2 import Environment, StrictUndefined

from contracts.event import Json
from services.agent.what_if import words
from services.agent.what_if.comparing import (
    CHANGES,
    Change,
    Piece,
    beside,
    change,
    pieces,
    words_in,
)
from services.agent.what_if.report import Report, asked_otherwise
from services.agent.what_if.rerun import Rerun
from services.agent.what_if.runs import Run
from taskflow.cli.rendering import COVERED
from taskflow.foreign_text import for_html

_JINJA = Environment(
    autoescape=True,
    finalize=for_html,
    undefined=StrictUndefined,
    trim_blocks=False,
    keep_trailing_newline=True,
)


def rendered(report: Report, made_at: datetime, *, open_: bool) -> str:
    """HTML; people's words and the model's are only ever text in it."""
    template = files("services.agent.what_if").joinpath("page.html.j2").read_text("utf-8")
    changes = report.changes()
    return _JINJA.from_string(template).render(
        summary=report.summary(),
        changes=[{**_named(name), "count": count} for name, count in changes.items()],
        sums=sums(report),
        turns=[_turn(turn, report, open_=open_) for turn in report.turns],
        prices=report.prices,
        opened=open_,
        made_at=f"{made_at:%Y-%m-%d %H:%M} UTC",
    )


def sums(report: Report) -> list[dict[str, str]]:
    """The table of totals, as the terminal shows it too."""
    old = [turn.recorded for turn in report.turns]
    new = [turn.anew for turn in report.turns]
    rows: tuple[tuple[str, Callable[[Sequence[Run]], str]], ...] = (
        ("tool calls", lambda runs: f"{sum(len(run.calls) for run in runs)}"),
        ("replies caught", lambda runs: f"{sum(run.caught for run in runs)}"),
        ("tokens", lambda runs: f"{sum(run.tokens for run in runs):,}"),
        ("cost", lambda runs: words.sum_of_money(report.cost(runs), report.prices)),
        ("model's time", lambda runs: words.seconds(sum(run.model_ms for run in runs))),
    )
    return [{"name": name, "recorded": render(old), "anew": render(new)} for name, render in rows]


def _named(name: Change) -> dict[str, str]:
    return {"name": name, "label": CHANGES[name], "css": name.replace(" ", "-")}


def _turn(rerun: Rerun, report: Report, *, open_: bool) -> Json:
    before, after = pieces(rerun.recorded.reply or words.NONE, rerun.anew.reply or words.NONE)
    messages = rerun.start.messages
    return {
        "change": _named(change(rerun.recorded, rerun.anew)),
        "at": f"{rerun.start.began.recorded_at:%Y-%m-%d %H:%M} UTC",
        "user": str(rerun.user)[:8],
        "asked_otherwise": asked_otherwise(rerun),
        "messages": messages if open_ else [COVERED for _ in messages],
        "calls": _calls(rerun, open_=open_),
        "before": before if open_ else [_covered(before)],
        "after": after if open_ else [_covered(after)],
        "recorded": figures(rerun.recorded, report),
        "anew": figures(rerun.anew, report),
    }


def _calls(rerun: Rerun, *, open_: bool) -> list[Json]:
    return [
        {
            "recorded": old and words.call(old, open_=open_),
            "anew": new and words.call(new, open_=open_),
            "source": words.source(new, rerun.sources),
        }
        for old, new in beside(rerun.recorded.calls, rerun.anew.calls)
    ]


def _covered(parts: Sequence[Piece]) -> Piece:
    own = words_in(parts, changed=True)
    return Piece(f"{COVERED} {words_in(parts)} words, {own} of them only here", changed=False)


def figures(run: Run, report: Report) -> str:
    cost = words.money(report.prices.cost(run.usage), report.prices)
    steps = f"{run.steps} step{'s' if run.steps != 1 else ''}"
    return " · ".join(
        [words.outcome(run), steps, f"{run.tokens:,} tokens", cost, words.seconds(run.model_ms)]
    )
