"""A Jaeger v2 is found, asked whether it is one, and started; or a line says why not."""

import json
import signal
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import pytest
import yaml

from taskflow.errors import Configuration
from taskflow.up import jaeger
from taskflow.up.home import Home
from taskflow.up.settings import UpSettings
from tests.support import jaeger as fakes
from tests.support.processes import has_ended


@pytest.fixture(autouse=True)
def bare(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Nobody's settings, and a PATH with nothing but what is put there."""
    for name in UpSettings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    monkeypatch.chdir(tmp_path)
    return tmp_path


@contextmanager
def begun(folder: Path, then: str) -> Generator[jaeger.Jaeger]:
    program = fakes.program(folder / "mine" / "jaeger", then)
    home = Home(folder / "home")
    with pytest.MonkeyPatch.context() as patch, home.opened():
        patch.setattr(jaeger, "is_free", lambda _port: False)  # the usual ports are not the suite's
        started = jaeger.Jaeger(program, home)
        try:
            yield started
        finally:
            started.stop()
            assert has_ended(started._running.pid)


def test_it_is_found_on_the_path_or_where_it_is_named(bare: Path) -> None:
    assert jaeger.find(UpSettings()) is None
    there = fakes.program(bare / "bin" / "jaeger")
    mine = fakes.program(bare / "elsewhere" / "mine")
    assert jaeger.find(UpSettings()) == there
    assert jaeger.find(UpSettings(taskflow_jaeger=str(mine))) == mine
    assert jaeger.find(UpSettings(taskflow_jaeger="off")) is None


@pytest.mark.parametrize(
    ("help_", "says"),
    [
        (fakes.HELP_OF_V1, "is a Jaeger of version 1, this needs version 2"),
        ("usage: sdss --config FILE", "is no Jaeger"),
        ("", "is no Jaeger"),
    ],
)
def test_another_program_is_told_where_it_is_named_and_passed_over_where_not(
    bare: Path, help_: str, says: str
) -> None:
    program = fakes.program(bare / "bin" / "jaeger", help_=help_)
    assert jaeger.find(UpSettings()) is None
    with pytest.raises(Configuration, match=f"TASKFLOW_JAEGER names {program}, which {says}"):
        jaeger.find(UpSettings(taskflow_jaeger=str(program)))


def test_a_file_that_is_no_program_is_told(bare: Path) -> None:
    for name in ("missing", str(bare)):
        with pytest.raises(Configuration, match="is no program here: make verify-jaeger"):
            jaeger.find(UpSettings(taskflow_jaeger=name))
    broken = bare / "broken"
    broken.write_bytes(b"\x7fELF of another machine")
    broken.chmod(0o755)
    with pytest.raises(Configuration, match="cannot be started"):
        jaeger.find(UpSettings(taskflow_jaeger=str(broken)))


def test_who_sends_spans_elsewhere_gets_none_unless_it_is_named() -> None:
    assert jaeger.is_wanted(UpSettings())
    for elsewhere in ("otel_exporter_otlp_endpoint", "taskflow_jaeger_url"):
        given = {elsewhere: "http://collector.example:4318"}
        assert not jaeger.is_wanted(UpSettings(**given))
        assert jaeger.is_wanted(UpSettings(**given, taskflow_jaeger="jaeger"))
    assert not jaeger.is_wanted(UpSettings(taskflow_jaeger="off"))


def test_it_is_started_with_a_file_of_its_own_and_ended(bare: Path) -> None:
    with begun(bare, fakes.SERVES) as started:
        assert started.await_ready() is None
        told = yaml.safe_load((bare / "home" / "jaeger.yaml").read_text())
        assert started.environment == {
            "OTEL_EXPORTER_OTLP_ENDPOINT": "http://"
            + told["receivers"]["otlp"]["protocols"]["http"]["endpoint"],
            "TASKFLOW_JAEGER_URL": "http://"
            + told["extensions"]["jaeger_query"]["http"]["endpoint"],
        }
        assert set(_endpoints(told)) == {"127.0.0.1"}
        assert started.epitaph() is None


def _endpoints(told: object) -> list[str]:
    text = json.dumps(told)
    return [part.split(":")[0] for part in text.split('"endpoint": "')[1:]]


def test_it_takes_other_ports_where_the_usual_ones_are_taken(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(jaeger, "is_free", lambda port: port != 4318)
    ports = jaeger.Ports.chosen()
    assert (ports.ui, ports.otlp_grpc, ports.query_grpc, ports.health) == (
        16686,
        4317,
        16685,
        13133,
    )
    assert ports.otlp != 4318


def test_one_that_dies_is_told_in_its_own_words(bare: Path) -> None:
    with begun(bare, fakes.DIES) as started:
        assert started.await_ready() == (
            "jaeger ended with exit code 1: listen tcp: address already in use"
        )


def test_one_that_is_killed_is_told(bare: Path) -> None:
    with begun(bare, fakes.SERVES) as started:
        assert started.await_ready() is None
        started._running._process.send_signal(signal.SIGKILL)
        started._running.wait()
        assert started.epitaph() == "jaeger was killed by SIGKILL"


def test_one_that_never_is_ready_is_ended(bare: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jaeger, "READY_SECONDS", 0.3)
    with begun(bare, fakes.HANGS) as started:
        assert started.await_ready() == "jaeger is not ready after 0 s"
        assert has_ended(started._running.pid)
