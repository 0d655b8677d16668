"""The figures that are shown are those that were found, and a page shows words as words."""

from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from services.agent.asking.gemini import Gemini
from services.agent.settings import AgentSettings
from simulators.settings import SimulatorSettings
from taskflow.embedded.ports import free_port
from tests.contract.simulators.twilio.world import serve_simulator
from tests.evaluation import real, report
from tests.evaluation.__main__ import NOWHERE
from tests.evaluation.cases import Case
from tests.evaluation.judging import Finding
from tests.evaluation.running import Run
from tests.evaluation.scripted import Good
from tests.evaluation.suites import Result, Suite

FOUND = [[Finding("question", "set_reminder")], [Finding("violation", "<script>alert(1)</script>")]]


def _case(name: str, turns: list[dict[str, Any]]) -> Case:
    return Case.model_validate(
        {
            "language": "en",
            "number": "+447700900101",
            "zone": "Europe/London",
            "conversation": {"id": name, "about": ["nonsense"], "turns": turns},
        }
    )


def _runs() -> list[Run]:
    cases = [_case(f"case-{n}", [{"user": "hi"}]) for n in range(4)]
    found = [*FOUND, [], []]
    return [Run(case, [those], []) for case, those in zip(cases, found, strict=True)]


def _result(most: dict[Any, float]) -> Result:
    return Result(Suite("all of them", list, Good, most), _runs())


def test_a_bound_that_does_not_hold_names_the_cases_that_break_it() -> None:
    assert _result({"question": 0.25, "missed": 0}).exceeded == []
    (line,) = _result({"question": 0.24}).exceeded
    assert "1 of 4" in line
    assert line.endswith("case-0")


def test_the_table_holds_where_the_bounds_do() -> None:
    console = Console(record=True, width=160, quiet=True)

    assert report.show([_result({"question": 0.25})], None, console)
    assert not report.show([_result({"violation": 0})], None, console)


def test_a_page_shows_what_was_written_as_words(tmp_path: Path) -> None:
    report.write([_result({"question": 0})], None, tmp_path / "page.html")
    page = (tmp_path / "page.html").read_text()

    assert "<script>" not in page
    assert "case-1: &lt;script&gt;" in page
    assert "1 (25.0%)" in page


def test_passing_each_time_is_more_than_passing_at_all() -> None:
    once, twice = _runs()[1:3]
    again = Run(twice.case, [[Finding("missed", "x")]], twice.happened)
    rows = real.Repeated("a-model", 2, [once, once, twice, again]).row("all", lambda _: True)

    assert rows[:4] == ["all", "2", "25.0%", "0.0%"]


@pytest.mark.filterwarnings("ignore:Inheritance class:DeprecationWarning")  # google-genai
async def test_a_model_behind_gemini_s_own_interface_is_measured(tmp_path: Path) -> None:
    """The simulated one; a real one differs in its address and its key."""
    settings = SimulatorSettings.load(
        _env_file=None,
        taskflow_home=tmp_path,
        gemini_api_key="a key",
        taskflow_sim_webhook_url=f"http://127.0.0.1:{free_port()}/webhook",
    )
    told: list[Run] = []
    async with serve_simulator(settings) as url:
        gemini = Gemini(
            AgentSettings.load(
                _env_file=None, gemini_api_key="a key", gemini_api_url=f"{url}/gemini", **NOWHERE
            )
        )
        try:
            hello = _case("hello", [{"user": "hi", "model_calls": 1}])
            found = await real.repeated([hello], gemini, 3, told.append)
        finally:
            await gemini.close()

    row = found.row("all", lambda _: True)
    assert len(told) == 3
    assert row[1:4] == ["1", "100.0%", "100.0%"]
    assert float(row[4]) > 0
    assert float(row[6]) > 0
