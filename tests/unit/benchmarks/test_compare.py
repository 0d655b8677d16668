"""What `python -m benchmarks.compare` takes, refuses and answers; without running a house."""

import json
from collections.abc import Sequence
from typing import Any

import pytest

from benchmarks.compare import __main__ as command
from benchmarks.compare import checkouts
from benchmarks.compare.intervals import Interval
from benchmarks.compare.report import Compared, compared, within
from benchmarks.compare.rounds import Measured, order

OLD, NEW = "a" * 40, "b" * 40
ROUNDS = 8


def measured(cpu: Sequence[float]) -> Measured:
    values = {
        "cpu.calm": list(cpu),
        "p50.calm": [30.0] * len(cpu),
        "turns_per_s.short": [80.0] * len(cpu),
    }
    return Measured({**values, "cpu_of.agent": [7.0] * len(cpu), "cpu": list(cpu)})


@pytest.fixture
def repository(monkeypatch: pytest.MonkeyPatch) -> None:
    commits = {"old": OLD, "new": NEW}
    monkeypatch.setattr(checkouts, "commit_of", commits.__getitem__)
    monkeypatch.setattr(checkouts, "check_locks", lambda *_: None)
    monkeypatch.setattr(checkouts, "uncommitted", lambda: False)


def answer(monkeypatch: pytest.MonkeyPatch, new: float) -> None:
    both = {"old": measured([20.0] * ROUNDS), "new": measured([new] * ROUNDS)}
    monkeypatch.setattr(command, "_measure", lambda *_: both)


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        ([], "OLD, NEW"),
        (["HEAD"], "NEW"),
        (["HEAD", "HEAD", "--rounds", "6"], "from 7 on"),
        (["HEAD", "HEAD", "--rounds", "many"], "from 7 on"),
        (["HEAD", "HEAD", "--turns", "10"], "from 50 on"),
        (["HEAD", "HEAD", "--bound", "nan"], "no ratio"),
        (["HEAD", "HEAD", "--bound", "0"], "no ratio"),
        (["HEAD", "HEAD", "--bound", "5%"], "no ratio"),
        (["HEAD", "no-such-commit"], "'no-such-commit' names no commit"),
        (["", "HEAD"], "names no commit"),
        (["--rounds=8", "HEAD", "--output=x"], "unrecognized|required"),
    ],
)
def test_wrong_arguments_are_told_with_their_mend_and_end_with_2(
    arguments: list[str], why: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        command.main(arguments)

    assert ended.value.code == 2
    said = capsys.readouterr().err
    assert any(one in said for one in why.split("|"))


@pytest.mark.usefixtures("repository")
@pytest.mark.parametrize(
    ("new", "bound", "code"),
    [(20.0, [], 0), (30.0, [], 0), (20.9, ["--bound", "1.05"], 0), (21.1, ["--bound", "1.05"], 1)],
)
def test_only_what_is_over_the_bound_ends_with_1(
    new: float, bound: list[str], code: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer(monkeypatch, new)

    assert command.main(["old", "new", *bound]) == code


@pytest.mark.usefixtures("repository")
def test_json_is_one_document_with_every_round(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    answer(monkeypatch, 25.0)

    command.main(["old", "new", "--json"])

    document: dict[str, Any] = json.loads(capsys.readouterr().out)
    assert (document["old"], document["new"], document["rounds"]) == (OLD, NEW, ROUNDS)
    assert document["within_bound"] is None
    assert document["measures"]["cpu"]["ratio"] == {"median": 1.25, "low": 1.25, "high": 1.25}
    assert document["measures"]["cpu"]["new"] == [25.0] * ROUNDS
    assert document["cpu_ms_per_turn"]["old"] == {"agent": 7.0}


def test_cpu_comes_first_then_throughput_then_latency() -> None:
    both = {"old": measured([20.0] * ROUNDS), "new": measured([20.0] * ROUNDS)}

    assert [one.name for one in compared(both)] == [
        "cpu",
        "cpu.calm",
        "turns_per_s.short",
        "p50.calm",
    ]


def test_the_bound_is_for_the_upper_end_of_the_interval_not_for_its_middle() -> None:
    found = [Compared("cpu", [], [], Interval(1.0, 0.9, 1.06))]

    assert within(found, 1.05) is False
    assert within(found, 1.06) is True


def test_each_commit_goes_first_in_every_other_round() -> None:
    assert [order(number)[0] for number in range(4)] == ["old", "new", "old", "new"]
    assert all(set(order(number)) == {"old", "new"} for number in range(4))
