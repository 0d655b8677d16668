"""A Jaeger v2 of one's own beside the services: found, asked whether it is one, started, ended.

Traces help to see; nothing waits for them. Only a wrong TASKFLOW_JAEGER stops a start.
"""

import re
import shutil
import subprocess
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from taskflow import clock
from taskflow.embedded.ports import LOOPBACK, free_port, is_free
from taskflow.errors import Configuration
from taskflow.process import variables
from taskflow.up.home import Home, write_private
from taskflow.up.service import Running, Service
from taskflow.up.settings import UpSettings

HOW = "make verify-jaeger builds one where Go is, jaegertracing.io has others"
MISSING = f"No Jaeger v2 is on the PATH or in TASKFLOW_JAEGER, so traces are not kept: {HOW}."
OFF = "off"
MAX_TRACES = 5_000
"""In memory: about 200 MB of turns, then the oldest go."""
READY_SECONDS = 15.0
HELP_SECONDS = 10.0
STOP_SECONDS = 5.0
_TAKES_CONFIG = re.compile(r"--config(?![-\w])")
"""Version 2 is a collector; version 1 has --config-file, and flags for all the rest."""


@dataclass(frozen=True, slots=True)
class Ports:
    """The usual ones where they are free, so that other programs find it too."""

    ui: int
    otlp: int
    otlp_grpc: int
    query_grpc: int
    health: int

    @classmethod
    def chosen(cls) -> "Ports":
        usual = (16686, 4318, 4317, 16685, 13133)
        return cls(*(port if is_free(port) else free_port() for port in usual))


class Jaeger:
    """Started at once. The services and the operator's commands learn of it by `environment`."""

    def __init__(self, program: Path, home: Home) -> None:
        self._ports = Ports.chosen()
        file = home.path / "jaeger.yaml"
        write_private(file, yaml.safe_dump(config(self._ports), sort_keys=False))
        command = [str(program), "--config", str(file)]
        health = f"http://{LOOPBACK}:{self._ports.health}/status"
        service = Service("jaeger", command, ready_url=health)
        self._running = Running(service, home.ready / "jaeger", _unheard, threading.Event())
        self._deadline = clock.monotonic() + READY_SECONDS

    @property
    def environment(self) -> dict[str, str]:
        return {
            "OTEL_EXPORTER_OTLP_ENDPOINT": f"http://{LOOPBACK}:{self._ports.otlp}",
            "TASKFLOW_JAEGER_URL": f"http://{LOOPBACK}:{self._ports.ui}",
        }

    def await_ready(self) -> str | None:
        """What is wrong, when it is not ready in time; it is ended then."""
        pause = threading.Event()
        while not self._running.is_ready():
            if over := self.epitaph():
                return over
            if clock.monotonic() > self._deadline:
                self.stop()
                return f"jaeger is not ready after {READY_SECONDS:.0f} s"
            pause.wait(0.05)
        return None

    def epitaph(self) -> str | None:
        """How it ended, if it did."""
        return None if self._running.exit_code() is None else self._running.epitaph()

    def stop(self) -> None:
        self._running.stop(STOP_SECONDS)


def find(settings: UpSettings) -> Path | None:
    """The program of TASKFLOW_JAEGER, else `jaeger` on the PATH; None where there is no v2.

    Raises Configuration when TASKFLOW_JAEGER names anything else than a Jaeger v2.
    """
    named = settings.taskflow_jaeger
    if named == OFF:
        return None
    found = shutil.which(named or "jaeger")
    wrong = fault(Path(found)) if found else "is no program here"
    if named and wrong:
        raise Configuration(f"TASKFLOW_JAEGER names {named}, which {wrong}: {HOW}")
    return Path(found) if found and not wrong else None


def is_wanted(settings: UpSettings) -> bool:
    """Who sends their spans elsewhere has another place to look, unless they name a program."""
    elsewhere = settings.otel_exporter_otlp_endpoint or settings.taskflow_jaeger_url
    named = settings.taskflow_jaeger
    return named != OFF and (named is not None or elsewhere is None)


def fault(program: Path) -> str | None:
    """Why it is no Jaeger v2, by what it says of itself."""
    try:
        asked = subprocess.run(  # noqa: S603 - the operator's own program
            [program, "--help"],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=HELP_SECONDS,
            env=variables.given("jaeger"),
            check=False,
        )
    except subprocess.TimeoutExpired:
        return f"says nothing for {HELP_SECONDS:.0f} s when asked for --help"
    except OSError as error:
        return f"cannot be started ({error.strerror})"
    said = asked.stdout.decode(errors="replace")
    if "jaeger" not in said.lower():
        return "is no Jaeger"
    return None if _TAKES_CONFIG.search(said) else "is a Jaeger of version 1, this needs version 2"


def config(ports: Ports) -> dict[str, Any]:
    """On loopback only, in memory, and silent but for warnings."""

    def at(port: int) -> dict[str, str]:
        return {"endpoint": f"{LOOPBACK}:{port}"}

    return {
        "service": {
            "extensions": ["jaeger_storage", "jaeger_query", "healthcheckv2"],
            "pipelines": {
                "traces": {
                    "receivers": ["otlp"],
                    "processors": ["batch"],
                    "exporters": ["jaeger_storage_exporter"],
                }
            },
            "telemetry": {
                "metrics": {"level": "none"},
                "logs": {"level": "warn", "encoding": "console"},
            },
        },
        "extensions": {
            "jaeger_storage": {"backends": {"memory": {"memory": {"max_traces": MAX_TRACES}}}},
            "jaeger_query": {
                "storage": {"traces": "memory"},
                "http": at(ports.ui),
                "grpc": at(ports.query_grpc),
            },
            "healthcheckv2": {"use_v2": True, "http": at(ports.health)},
        },
        "receivers": {"otlp": {"protocols": {"grpc": at(ports.otlp_grpc), "http": at(ports.otlp)}}},
        "processors": {"batch": {"timeout": "200ms"}},
        "exporters": {"jaeger_storage_exporter": {"trace_storage": "memory"}},
    }


def _unheard(_name: str, _line: str) -> None:
    """Its own lines are for nobody; the last one is told when it ends by itself."""
