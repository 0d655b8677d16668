"""`taskflow up` with a Jaeger beside the services; its servers and services are stand-ins."""

import json
import os
import signal
from collections.abc import Callable, Generator
from pathlib import Path

import psutil
import pytest

from taskflow.embedded.ports import free_port
from taskflow.up import jaeger
from tests.support import jaeger as fakes
from tests.support.up import IS_READY, Up

pytestmark = pytest.mark.e2e

WROTE = "pathlib.Path(os.environ['TASKFLOW_HOME'], 'seen').write_text(json.dumps(dict(os.environ)))"
SHOWS = f"import json; {IS_READY}; {WROTE}; import signal; signal.pause()"
Start = Callable[..., Up]


@pytest.fixture
def start(tmp_path: Path) -> Generator[Start]:
    """Starts `taskflow up`; nobody connects to the servers that it is told of."""
    started: list[Up] = []

    def up(**env: str) -> Up:
        usual = {
            "PATH": f"{tmp_path / 'bin'}:{os.environ['PATH']}",
            "TASKFLOW_HOME": str(tmp_path / "home"),
            "TASKFLOW_GATEWAY_PORT": str(free_port()),
            "TASKFLOW_GATEWAY_INNER_PORT": str(free_port()),
            "TASKFLOW_SIM_PORT": str(free_port()),
            "DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none",
            "NATS_URL": "nats://127.0.0.1:1",
        }
        started.append(Up(tmp_path, {**usual, **env}, {"services": {"gateway": SHOWS}}))
        return started[-1]

    yield up
    for one in started:
        one.end()


def test_it_runs_beside_the_services_and_its_death_is_a_line(start: Start, tmp_path: Path) -> None:
    program = fakes.program(tmp_path / "jaeger")
    up = start(TASKFLOW_JAEGER=str(program))
    up.wait_ready()
    seen = json.loads((tmp_path / "home" / "seen").read_text())
    assert f"Jaeger     │ {seen['TASKFLOW_JAEGER_URL']}/" in up.output
    assert seen["OTEL_EXPORTER_OTLP_ENDPOINT"].startswith("http://127.0.0.1:")
    assert seen["TASKFLOW_JAEGER_URL"] in (tmp_path / "home" / "run.env").read_text()

    (child,) = [one for one in up.children() if _is(one, program)]
    child.kill()
    up.wait_for("jaeger was killed by SIGKILL. TaskFlow goes on without traces.")
    assert up.process.poll() is None
    up.send(signal.SIGINT)
    assert up.wait() == 0


def test_it_ends_with_the_rest_and_gives_way_to_a_collector(start: Start, tmp_path: Path) -> None:
    program = fakes.program(tmp_path / "bin" / "jaeger")
    collector = "http://collector.example:4318"
    up = start(TASKFLOW_JAEGER="jaeger", OTEL_EXPORTER_OTLP_ENDPOINT=collector)
    up.wait_ready()
    seen = json.loads((tmp_path / "home" / "seen").read_text())
    assert seen["OTEL_EXPORTER_OTLP_ENDPOINT"] == collector
    (child,) = [one for one in up.children() if _is(one, program)]
    up.send(signal.SIGINT)
    assert up.wait() == 0
    assert not child.is_running()


def test_without_one_a_line_says_how_to_get_it(start: Start, tmp_path: Path) -> None:
    up = start(TASKFLOW_JAEGER="", PATH=str(tmp_path))
    up.wait_ready()
    assert f"{jaeger.MISSING}\n" in up.output
    seen = json.loads((tmp_path / "home" / "seen").read_text())
    assert "OTEL_EXPORTER_OTLP_ENDPOINT" not in seen
    up.send(signal.SIGINT)
    assert up.wait() == 0


def test_a_wrong_one_that_is_named_stops_the_start(start: Start) -> None:
    up = start(TASKFLOW_JAEGER="/no/such/jaeger")
    assert up.wait() == 1
    assert up.last_line() == (
        "taskflow: TASKFLOW_JAEGER names /no/such/jaeger, which is no program here: " + jaeger.HOW
    )


def _is(process: psutil.Process, program: Path) -> bool:
    return str(program) in process.cmdline()
