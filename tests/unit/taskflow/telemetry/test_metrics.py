"""The catalogue: each metric is told as documented, and its labels have an end."""

from collections.abc import Generator
from pathlib import Path

import pytest
from typer.testing import CliRunner

import taskflow
from taskflow.cli import main
from taskflow.cli.house.metrics import table
from taskflow.errors import Configuration
from taskflow.telemetry import metrics
from taskflow.telemetry.instruments import OTHER, Counter, Gauge, Histogram, Instrument, RecentWorst
from taskflow.telemetry.metrics import CATALOGUE
from tests.support.metering import Meter, metering

ROOT = Path(taskflow.__file__).parent.parent


@pytest.fixture
def meter() -> Generator[Meter]:
    with metering() as opened:
        yield opened


def measure(one: Instrument, labels: dict[str, str]) -> None:
    match one:
        case Counter():
            one.add(1, labels)
        case Histogram():
            one.record(1, labels)
        case Gauge():
            one.set(1, labels)
        case _:
            raise AssertionError(one.name)


def test_each_is_told_by_its_name_and_no_label_has_values_without_end(meter: Meter) -> None:
    for one in CATALOGUE:
        for n in range(max((label.most for label in one.labels), default=1) + 5):
            measure(one, {label.name: f"strange {n}" for label in one.labels})

    told = meter.series
    for one in CATALOGUE:
        name = one.prometheus + ("_count" if isinstance(one, Histogram) else "")
        assert told[name], name
        for label in one.labels:
            values = {dict(labels)[label.name.replace(".", "_")] for labels in told[name]}
            assert OTHER in values
            if label.values:
                assert values <= {OTHER, *label.values}
            else:
                assert 1 < len(values) <= label.most + 1


def test_the_catalogue_is_whole_and_its_names_are_good_ones() -> None:
    assert len(CATALOGUE) == len({one.name for one in CATALOGUE}) > 30
    assert {one.source for one in CATALOGUE} == {"process", "whole", "log"}
    for one in CATALOGUE:
        assert one.meaning
        assert one.name == one.name.lower()
        assert all(0 < label.most <= 100 for label in one.labels)


def test_docs_have_the_catalogue(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(ROOT)
    run = CliRunner()
    assert "is fresh" in run.invoke(main.app, ["metrics", "--check"]).output
    assert run.invoke(main.app, ["metrics"]).output == table()
    assert all(f"`{one.prometheus}`" in table() for one in CATALOGUE)

    document = (ROOT / "docs" / "metrics.md").read_text()
    monkeypatch.chdir(tmp_path)
    with pytest.raises(Configuration, match="is not here"):
        run.invoke(main.app, ["metrics", "--check"], catch_exceptions=False)
    (tmp_path / "docs").mkdir()
    stale = tmp_path / "docs" / "metrics.md"
    stale.write_text(document.replace("taskflow_turns_total", "taskflow_turn_total"))
    with pytest.raises(Configuration, match="run `taskflow metrics --write`"):
        run.invoke(main.app, ["metrics", "--check"], catch_exceptions=False)
    run.invoke(main.app, ["metrics", "--write"], catch_exceptions=False)
    assert stale.read_text() == document


def test_what_is_known_ahead_stands_at_zero(meter: Meter) -> None:
    assert set(meter.all(metrics.REDELIVERED.prometheus)) == set(metrics.SERVICES)
    assert meter.one(metrics.SPANS_DROPPED.prometheus) == 0
    # The log's counters are told by who follows it.
    assert meter.all(metrics.TURNS.prometheus) == {}
    metrics.stand_at_zero("log")
    assert set(meter.all(metrics.TURNS.prometheus).values()) == {0}
    assert meter.one(metrics.SENDS.prometheus, outcome="accepted", code="none") == 0


def test_an_undeclared_label_is_an_error(meter: Meter) -> None:
    with pytest.raises(ValueError, match="no label"):
        metrics.MESSAGES.add(1, {"user": "+1555"})
    with pytest.raises(KeyError, match="outcome"):
        metrics.TURNS.add(1, {"result": "answered"})
    assert meter.all(metrics.TURNS.prometheus) == {}


def test_a_gauge_that_is_not_known_any_more_is_not_told(meter: Meter) -> None:
    metrics.ACTIVE_USERS.replace({"day": 3, "week": 9})
    assert meter.all(metrics.ACTIVE_USERS.prometheus) == {"day": 3, "week": 9}
    metrics.ACTIVE_USERS.replace({"week": 9})
    assert meter.all(metrics.ACTIVE_USERS.prometheus) == {"week": 9}
    metrics.ACTIVE_USERS.drop()
    assert meter.all(metrics.ACTIVE_USERS.prometheus) == {}


def test_a_gauge_asks_at_each_look_and_sums_who_answers(meter: Meter) -> None:
    with (
        metrics.POOL.asking(lambda: {"idle": 1, "used": 2}),
        metrics.POOL.asking(lambda: {"idle": 3, "used": 0}),
    ):
        assert meter.all(metrics.POOL.prometheus) == {"idle": 4, "used": 2}
    assert meter.all(metrics.POOL.prometheus) == {}


def test_an_attempt_is_timed_with_its_errors_class(meter: Meter) -> None:
    with metrics.MODEL_DURATION.timed({"gen_ai.request.model": "m"}):
        pass
    with (
        pytest.raises(TimeoutError, match="zebrafinch"),
        metrics.MODEL_DURATION.timed({"gen_ai.request.model": "m"}),
    ):
        raise TimeoutError("zebrafinch")

    name = f"{metrics.MODEL_DURATION.prometheus}_count"
    assert meter.all(name) == {"none m": 1, "TimeoutError m": 1}
    assert "zebrafinch" not in metrics.exposition()[0].decode()


def test_without_a_meter_nothing_is_measured_and_nothing_fails() -> None:
    Counter("a", "1", "", "process").add()
    Histogram("a", "1", "", "process").record(1)


def test_the_worst_of_late_is_seen_by_every_look_and_then_forgotten() -> None:
    worst = RecentWorst(seconds=30)
    assert worst.add(9, at=0) == 9
    assert worst.add(1, at=29) == 9
    assert worst.add(1, at=31) == 9, "whoever looks each 30 s has not looked yet"
    assert worst.add(2, at=62) == 2
