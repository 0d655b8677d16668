"""`make verify-jaeger`: a conversation through the whole house, seen in a real Jaeger.

A flight is searched and a reminder fires; then Jaeger's query API must tell both, span by span,
linked, by the conventions, and without a word of what was said. Exit code 0: it does. 1: it does
not, one line for each fault. 77: there is no Jaeger here and none can be built.

    python -m tests.jaeger.verify [--picture docs/images/trace.png] [--answer answer.json]
"""

import argparse
import difflib
import json
import re
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.request import urlopen

from taskflow.errors import Configuration
from taskflow.waterfall.bars import Bar, Waterfall
from tests.jaeger import expected
from tests.jaeger.build import Impossible, program
from tests.jaeger.house import House, house
from tests.jaeger.picture import picture

SKIPPED = 77
USER = "+15557654321"
CANARY = "zebrafinch"
ASKS = "Find me a flight from Berlin to Lisbon next Friday"
REMINDS = f"remind me in 15 seconds to feed the {CANARY}"
OURS = frozenset({"flight", "flights", "google", "remind"})
"""Words of replies that also name a tool or an engine."""


@dataclass(frozen=True, slots=True)
class Told:
    what: str
    trace: str
    spans: Sequence[Bar]
    wanted: Sequence[str]

    @property
    def root(self) -> Bar:
        return min((span for span in self.spans if not span.parent), key=lambda span: span.start)


def main() -> None:
    parser = argparse.ArgumentParser(prog="make verify-jaeger")
    parser.add_argument("--picture", type=Path, help="draw the flight's trace into this PNG")
    parser.add_argument("--answer", type=Path, help="keep what Jaeger answers of it")
    asked = parser.parse_args()
    try:
        jaeger = program()
    except Impossible as reason:
        print(f"skipped: {reason}")
        sys.exit(SKIPPED)
    except Configuration as wrong:
        sys.exit(f"verify-jaeger: {wrong}")
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="verify-jaeger-") as folder:
        try:
            with house(Path(folder), jaeger) as opened:
                found = list(verify(opened, asked))
        except AssertionError as late:
            found = [str(late)]
    for fault in found:
        print(f"FAULT {fault}")
    took = time.monotonic() - began
    print(f"{'not ' if found else ''}as it should be, after {took:.0f} s")
    sys.exit(bool(found))


def verify(opened: House, asked: argparse.Namespace) -> Iterator[str]:
    sid = opened.say(USER, ASKS)
    opened.await_replies(USER, 1)
    reminder = opened.say(USER, REMINDS)
    replies = opened.await_replies(USER, 3)
    traces = [opened.trace_id(name) for name in (sid, reminder, USER)]
    names = ("the flight", "the reminder set", "the reminder fired")
    trees = (expected.flight(), expected.reminder(), expected.firing())
    told = [
        Told(what, trace, opened.spans(trace, len(wanted)), wanted)
        for what, trace, wanted in zip(names, traces, trees, strict=True)
    ]
    for one in told:
        printed = opened.trace(one.trace)
        print(f"\n{one.what}:\n{printed}")
        if one is told[1] and f"led to reminder.fired: taskflow trace {traces[2]}" not in printed:
            yield "`taskflow trace` does not lead from the reminder to its firing"
    for one in told:
        yield from (f"{one.what}: {fault}" for fault in of_a_trace(one))
    yield from _linked(told[1], told[2])
    yield from _instances(told)
    yield from _leaks(opened, traces, [ASKS, REMINDS, *replies])
    if asked.picture:
        picture(Waterfall(traces[0], "Jaeger", told[0].spans), "Jaeger", asked.picture)
    if asked.answer:
        with urlopen(f"{opened.jaeger}/api/v3/traces/{traces[0]}") as answer:
            asked.answer.write_text(json.dumps(json.load(answer)) + "\n")


def of_a_trace(told: Told) -> Iterator[str]:
    rows = Waterfall(told.trace, "Jaeger", told.spans).rows()
    for row in rows:
        if row.is_orphan:
            yield f"{row.bar.name} names a parent that is not there"
        yield from (f"{row.bar.name}: {fault}" for fault in expected.faults(row.bar))
    starts = {bar.id: bar.start for bar in told.spans}
    for bar in told.spans:
        if bar.parent in starts and bar.start < starts[bar.parent]:
            yield f"{bar.name} begins before its parent"
    had = expected.ordered(["  " * (len(row.ancestry) - 1) + line(row.bar) for row in rows])
    wanted = expected.ordered(told.wanted)
    yield from difflib.unified_diff(wanted, had, "wanted", "had", lineterm="", n=2)


def line(bar: Bar) -> str:
    name = re.sub(r"^(generate_content) .*", r"\1 MODEL", bar.name)
    by_leader = bar.name.startswith("send ") and bar.service in expected.SERVICES
    return f"{expected.LEADER if by_leader else bar.service} {bar.kind} {name}"


def _linked(origin: Told, fired: Told) -> Iterator[str]:
    links = [(link.trace, link.span) for link in fired.root.links]
    setting = {bar.id for bar in origin.spans if bar.name == "append_events"}
    if fired.trace == origin.trace:
        yield "the reminder fired in the trace that set it"
    elif not any(trace == origin.trace and span in setting for trace, span in links):
        yield f"the reminder that fired is not linked to what set it: {links}"


def _instances(told: Sequence[Told]) -> Iterator[str]:
    """Each service ran once."""
    for service in expected.SERVICES:
        ids = {
            bar.attributes.get("service.instance.id")
            for one in told
            for bar in one.spans
            if bar.service == service
        }
        if len(ids) != 1:
            yield f"{service} is told as {len(ids)} instances"


def _leaks(opened: House, traces: Sequence[str], texts: Sequence[str]) -> Iterator[str]:
    """Words, numbers and secrets in whatever Jaeger answers."""
    answers = opened.everything(traces).lower()
    lines = {line.strip().lower() for text in texts for line in text.splitlines()}
    words = {word for text in texts for word in re.findall(r"[^\W\d_]{6,}", text.lower())}
    private = {"user's number": [USER, USER.removeprefix("+")], "line": lines, "word": words - OURS}
    for file in ("simulated.json", "nats/access.json"):
        held = json.loads((opened.home / file).read_text())
        private[f"secret of {file}"] = [value for value in held.values() if len(str(value)) > 15]
    private["master key"] = [(opened.home / "master.key").read_text().strip()]
    for what, values in private.items():
        for value in values:
            if len(str(value)) > 5 and str(value).lower() in answers:
                yield f"Jaeger was told a {what}: {value[:40]!r}"


if __name__ == "__main__":
    main()
