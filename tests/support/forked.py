"""Services as processes forked from one that has imported them all: started in a tenth of a second.

Each is a process of its own that dies by a signal as any other; only its start is cheap.
"""

import importlib
import multiprocessing
import os
import sys
from collections.abc import Mapping
from multiprocessing.process import BaseProcess
from pathlib import Path

from tests.support import own_ports
from tests.support.programs import die_with_parent

MODULES = [
    *(f"services.{service}.app" for service in ("gateway", "agent", "tools", "scheduler")),
    "simulators.app",
    "twilio.rest.api.v2010.account.message",
    "google.genai",
]
_ROOT = Path(__file__).parent.parent.parent

_context = multiprocessing.get_context("forkserver")
_context.set_forkserver_preload(MODULES)


def start(service: str, env: Mapping[str, str], output: Path) -> BaseProcess:
    """`service` as in `taskflow run`; with this environment and nothing of ours."""
    guarded = own_ports.environment() if own_ports.SUITE in os.environ else {}
    process = _context.Process(
        target=_serve, args=(service, dict(env), str(output), guarded), name=service, daemon=True
    )
    process.start()
    return process


def _serve(service: str, env: dict[str, str], output: str, guarded: dict[str, str]) -> None:
    die_with_parent()
    os.setsid()
    file = os.open(output, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    os.dup2(file, 1)
    os.dup2(file, 2)
    sys.stdin = open(os.devnull)  # noqa: PTH123, SIM115
    os.environ.clear()
    os.environ.update({"PATH": os.defpath, **guarded, **env})
    own_ports.install_in_a_child()
    os.chdir(_ROOT)
    name = "simulators.app" if service == "simulators" else f"services.{service}.app"
    try:
        importlib.import_module(name).main()
    except BaseException as error:
        # As the command line does: an expected fault is one line and exit code 1.
        from taskflow.errors import TaskFlowError

        if isinstance(error, TaskFlowError):
            print(f"taskflow: {error}", file=sys.stderr, flush=True)
            os._exit(1)
        raise
    os._exit(0)
