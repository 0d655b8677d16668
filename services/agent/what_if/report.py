"""What a what-if found: each turn's change, the sums, and what it cannot know. Pure."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from contracts.conversation import Usage
from contracts.event import Json
from services.agent.what_if.calls import Source
from services.agent.what_if.comparing import CHANGES, Change, change, pieces, words_in
from services.agent.what_if.rerun import Rerun
from services.agent.what_if.runs import Made, Run
from taskflow.cli.rendering import COVERED
from taskflow.usage.prices import Prices, Sum

FROM_FACTS = (
    "Each turn begins from the recorded facts before it, so differences do not pile up over a "
    "conversation."
)
SAME_USERS = (
    "Users' messages stay what they were: what they would have written to another reply, nobody "
    "knows."
)
OTHER_WORDS = (
    "A model may put the same answer in other words each time: a run with nothing changed shows "
    "how much it differs by itself."
)
CALLS: dict[Source, str] = {
    "missing": "{} asked for what was never recorded: the model was told so.",
    "not done": (
        "{} would have changed something that was never done: it was not done, and the model was "
        "told so."
    ),
    "approximate": (
        "{} had other arguments than the turn's only call of that tool, and got that one's answer."
    ),
    "live": "{} looked anew: the world may have moved on since then.",
}


@dataclass(slots=True)
class Report:
    model: str
    prompt: str
    """Name and fingerprint of the new run's."""
    tools: str
    prices: Prices
    turns: list[Rerun] = field(default_factory=list[Rerun])
    passed_over: int = 0
    """Turns in the range whose model was never asked, or that have not ended."""
    erased: int = 0
    """Users whose words can no longer be read."""

    def changes(self) -> dict[Change, int]:
        found = Counter(change(turn.recorded, turn.anew) for turn in self.turns)
        return {name: found[name] for name in CHANGES}

    @property
    def unreached(self) -> int:
        return self.changes()["not asked"]

    def cost(self, runs: Sequence[Run]) -> Sum:
        total = Sum()
        for run in runs:
            total.add(self.prices.cost(run.usage))
        return total

    def sources(self) -> Counter[Source]:
        return Counter(source for turn in self.turns for source in turn.sources.values())

    def summary(self) -> Json:
        return {
            "turns": len(self.turns),
            "users": len({turn.user for turn in self.turns}),
            "changes": self.changes(),
            "model": self.model,
            "prompt": self.prompt,
            "tools": self.tools,
            "recorded": self._sums([turn.recorded for turn in self.turns]),
            "anew": self._sums([turn.anew for turn in self.turns]),
            "currency": self.prices.currency,
            "calls_anew": dict(self.sources()),
            "other_questions": sum(map(asked_otherwise, self.turns)),
            "passed_over": self.passed_over,
            "erased": self.erased,
            "limits": self.limits(),
        }

    def _sums(self, runs: Sequence[Run]) -> Json:
        cost = self.cost(runs)
        return {
            "replies_caught": sum(run.caught for run in runs),
            "steps": sum(run.steps for run in runs),
            "calls": sum(len(run.calls) for run in runs),
            "tokens": sum(run.tokens for run in runs),
            "cost": round(cost.known, 6),
            "cost_unknown_turns": cost.unknown,
            "model_ms": sum(run.model_ms for run in runs),
        }

    def limits(self) -> list[str]:
        found = self.sources()
        other = sum(map(asked_otherwise, self.turns))
        lines = [FROM_FACTS, SAME_USERS, OTHER_WORDS]
        lines += [line.format(_count(found[by], "call")) for by, line in CALLS.items() if found[by]]
        if other:
            lines.append(
                f"In {_count(other, 'turn')} the model's first question was not the recorded one, "
                "though prompt and model are: this release builds another from the same facts."
            )
        if self.passed_over:
            lines.append(
                f"{_count(self.passed_over, 'turn')} passed over: not ended, or the model was "
                "never asked."
            )
        if self.erased:
            lines.append(f"{_count(self.erased, 'user')} left out: forgotten, so nothing is left.")
        if self.unreached:
            why = ", ".join(sorted({turn.anew.unreached or "" for turn in self.turns} - {""}))
            lines.append(f"In {_count(self.unreached, 'turn')} the model could not be had ({why}).")
        used = {name for turn in self.turns for name in (*turn.recorded.usage, *turn.anew.usage)}
        if unpriced := sorted(used - set(self.prices.models)):
            lines.append(f"No price is known for {', '.join(unpriced)}.")
        return lines


def asked_alike(rerun: Rerun) -> bool:
    """Whether the model was first asked, byte for byte, what it was asked then."""
    return rerun.recorded.asked == rerun.anew.asked


def asked_otherwise(rerun: Rerun) -> bool:
    """Though prompt and model are the same: this release builds another from the same facts."""
    old, new = rerun.recorded, rerun.anew
    same = (old.prompt, set(old.usage)) == (new.prompt, set(new.usage))
    return same and new.asked is not None and not asked_alike(rerun)


def as_json(rerun: Rerun, prices: Prices, *, open_: bool) -> Json:
    old, new = pieces(rerun.recorded.reply or "", rerun.anew.reply or "")
    return {
        "turn": str(rerun.start.turn),
        "user": str(rerun.user),
        "at": rerun.start.began.recorded_at.isoformat(),
        "change": change(rerun.recorded, rerun.anew),
        "same_question": asked_alike(rerun),
        "messages": rerun.start.messages if open_ else [COVERED for _ in rerun.start.messages],
        "recorded": _side(rerun.recorded, prices, {}, open_=open_),
        "anew": _side(rerun.anew, prices, rerun.sources, open_=open_),
        "words": {
            "recorded": words_in(old),
            "anew": words_in(new),
            "only_recorded": words_in(old, changed=True),
            "only_anew": words_in(new, changed=True),
        },
    }


def _side(run: Run, prices: Prices, sources: Mapping[Any, Source], *, open_: bool) -> Json:
    cost = prices.cost(run.usage)
    return {
        "outcome": run.outcome,
        "reply": run.reply if open_ or run.reply is None else COVERED,
        "calls": [_call(call, sources.get(call.call), open_=open_) for call in run.calls],
        "models": sorted(run.usage),
        "prompt": run.prompt,
        "steps": run.steps,
        "replies_caught": run.caught,
        "tokens": _tokens(run.usage),
        "cost": None if cost is None else round(cost, 6),
        "model_ms": run.model_ms,
        "unreached": run.unreached,
    }


def _call(call: Made, source: Source | None, *, open_: bool) -> Json:
    fields: Json = {"tool": call.tool, "outcome": call.outcome}
    if source:
        fields["answer"] = source
    return {**fields, "arguments": call.arguments} if open_ else fields


def _tokens(usage: Mapping[str, Usage]) -> dict[str, int]:
    return {
        name: sum(getattr(counts, name) for counts in usage.values()) for name in Usage.model_fields
    }


def _count(n: int, what: str) -> str:
    return f"{n} {what}" if n == 1 else f"{n} {what}s"
