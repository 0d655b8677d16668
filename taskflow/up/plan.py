"""Which processes make a house: the commands that prepare it and the services that live in it."""

import sys
from collections.abc import Sequence
from dataclasses import dataclass

from taskflow.up.environment import Environment
from taskflow.up.service import Service
from taskflow.up.settings import UpSettings


@dataclass(frozen=True, slots=True)
class Plan:
    preparations: Sequence[Service]
    """Run to their end, at the same time, once the servers are up."""
    simulators: Sequence[Service]
    """Started before the services and stopped after them."""
    services: Sequence[Service]


def plan(settings: UpSettings, environment: Environment) -> Plan:
    def service(name: str, *arguments: str, ready_url: str | None = None) -> Service:
        env = environment.simulators if name == "simulators" else environment.of_service(name)
        command = [sys.executable, "-m", "taskflow.cli.main", *arguments]
        return Service(name, command, env, ready_url)

    gateway = f"http://127.0.0.1:{settings.taskflow_gateway_port}/ready"
    simulators = f"http://127.0.0.1:{settings.taskflow_sim_port}/"
    return Plan(
        preparations=[service("migrate", "migrate"), service("provision", "provision")],
        simulators=[service("simulators", "run", "simulators", ready_url=simulators)]
        if environment.simulated
        else [],
        services=[
            service("gateway", "run", "gateway", ready_url=gateway),
            *(service(name, "run", name) for name in ("agent", "tools", "scheduler")),
        ],
    )
