"""`taskflow up`: starts the house in order, keeps it running, and leaves nothing behind."""

import threading
from collections.abc import Callable, Iterable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from functools import partial

from taskflow import clock
from taskflow.bus.permissions import OPERATOR
from taskflow.embedded import room
from taskflow.embedded.nats import EmbeddedNats
from taskflow.embedded.ports import require_free
from taskflow.embedded.postgres import EmbeddedPostgres
from taskflow.embedded.room import Room
from taskflow.errors import Configuration
from taskflow.process import memory
from taskflow.up import jaeger
from taskflow.up.environment import Environment, build
from taskflow.up.home import Home
from taskflow.up.kept import READY_SECONDS, Kept
from taskflow.up.logins import logins
from taskflow.up.plan import Plan, plan
from taskflow.up.screen import Screen
from taskflow.up.service import Running, Service
from taskflow.up.settings import UpSettings
from taskflow.up.signals import interrupts
from taskflow.up.table import notes, rows

GRACE_SECONDS = 20.0
"""For services to finish or hand back what is in flight."""
LOOK_SECONDS = 0.2
ASK_SECONDS = 0.05

Planner = Callable[[UpSettings, Environment], Plan]


@dataclass(slots=True)
class House:
    settings: UpSettings
    screen: Screen
    planner: Planner = plan
    _postgres: EmbeddedPostgres | None = None
    _nats: EmbeddedNats | None = None
    _jaeger: jaeger.Jaeger | None = None
    _hints: list[str] = field(default_factory=list[str])
    _kept: list[Kept] = field(default_factory=list[Kept])
    _woken: threading.Event = field(default_factory=threading.Event)

    def run(self) -> None:
        """Returns after Ctrl-C or SIGTERM. Raises Configuration for whatever else ended it."""
        memory.keep_private()
        home = Home(self.settings.taskflow_home)
        with interrupts() as asked, ExitStack() as stack:
            try:
                self._need_room(home)
                stack.enter_context(home.opened())
                self._start(home, stack)
                self._watch(Room(home.path, self._tell))
            except KeyboardInterrupt:
                self.screen.say("Stopping ...")
            except (OSError, Configuration) as error:
                if room.is_exhausted(error) or room.free_mb(home.path) < room.LOW_MB:
                    raise Configuration(f"no space left at {home.path}: {error}") from error
                if isinstance(error, Configuration):
                    raise
                raise Configuration(f"this machine does not let us: {error}") from error
            finally:
                asked.disarm()

    def _need_room(self, home: Home) -> None:
        """Only embedded servers keep their data here; a PostgreSQL that is there has its own."""
        if self.settings.database_url is not None:
            return
        first = not (home.path / "postgres" / "data").exists()
        if wrong := room.wanting(home.path, first=first):
            raise Configuration(wrong)

    def _start(self, home: Home, stack: ExitStack) -> None:
        environment = build(self.settings, home.simulated_accounts())
        self._check_ports(environment)
        self._start_jaeger(home, stack)
        shared = self._start_servers(home, stack)
        seen = self._environment_of_jaeger()
        environment = replace(
            environment,
            services={**environment.services, **shared, **seen},
            logins=logins(shared, self._postgres, self._nats),
        )
        chosen = self.planner(self.settings, environment)
        self.screen.progress("Starting the services")
        self._keep(home, chosen.simulators, stack)
        self._prepare(home, chosen.preparations)
        self._keep(home, chosen.services, stack)
        self._await_ready()
        home.remember_run(environment.of_service(OPERATOR))
        self.screen.ready(
            rows(self.settings, environment, home, embedded=self._embedded()),
            [*notes(self.settings, environment), *self._hints],
        )

    def _check_ports(self, environment: Environment) -> None:
        require_free(self.settings.taskflow_gateway_port, "TASKFLOW_GATEWAY_PORT")
        require_free(self.settings.taskflow_gateway_inner_port, "TASKFLOW_GATEWAY_INNER_PORT")
        if environment.simulated:
            require_free(self.settings.taskflow_sim_port, "TASKFLOW_SIM_PORT")

    def _start_servers(self, home: Home, stack: ExitStack) -> dict[str, str]:
        """What the services are told about them."""
        key = self.settings.taskflow_master_key
        environment = {"TASKFLOW_MASTER_KEY": key.get_secret_value() if key else home.master_key()}
        if self.settings.database_url is None:
            self.screen.progress("Starting PostgreSQL")
            self._postgres = stack.enter_context(EmbeddedPostgres(home.path))
            environment["DATABASE_URL"] = self._postgres.url
        else:
            environment["DATABASE_URL"] = self.settings.database_url.get_secret_value()
        if self.settings.nats_url is None:
            self.screen.progress("Starting NATS")
            self._nats = stack.enter_context(EmbeddedNats(home.path))
            environment["NATS_URL"] = self._nats.url
            environment["NATS_MONITOR_URL"] = self._nats.monitor_url
        else:
            environment["NATS_URL"] = self.settings.nats_url.get_secret_value()
        return environment

    def _start_jaeger(self, home: Home, stack: ExitStack) -> None:
        """It comes up beside the servers, and ends after the services, to have their last spans."""
        if not jaeger.is_wanted(self.settings):
            return
        if program := jaeger.find(self.settings):
            self._jaeger = jaeger.Jaeger(program, home)
            stack.callback(self._jaeger.stop)
        else:
            self._hints.append(jaeger.MISSING)

    def _environment_of_jaeger(self) -> dict[str, str]:
        if self._jaeger is None:
            return {}
        self.screen.progress("Waiting for Jaeger")
        if wrong := self._jaeger.await_ready():
            self._lose_jaeger(wrong)
            return {}
        environment = self._jaeger.environment
        if self.settings.otel_exporter_otlp_endpoint:
            del environment["OTEL_EXPORTER_OTLP_ENDPOINT"]
        return environment

    def _lose_jaeger(self, how: str) -> None:
        self._jaeger = None
        self.screen.say(f"{how}. TaskFlow goes on without traces.", "yellow")

    def _embedded(self) -> set[str]:
        servers = {"PostgreSQL": self._postgres, "NATS": self._nats}
        return {name for name, server in servers.items() if server is not None}

    def _prepare(self, home: Home, services: Iterable[Service]) -> None:
        begun: list[Running] = []
        with ExitStack() as stack:
            stack.callback(_stop_all, begun)
            for service in services:
                begun.append(self._started(home, service))  # noqa: PERF401 - known one by one
            for running in begun:
                if running.wait() != 0:
                    raise Configuration(running.epitaph())

    def _keep(self, home: Home, services: Iterable[Service], stack: ExitStack) -> None:
        """All of them are asked to stop before any is waited for."""
        begun: list[Kept] = []
        stack.callback(_stop_all, begun)
        for service in services:
            begun.append(Kept(partial(self._started, home, service), self._tell))
            self._kept.append(begun[-1])

    def _started(self, home: Home, service: Service) -> Running:
        return Running(service, home.ready / service.name, self.screen.hear, self._woken)

    def _tell(self, line: str) -> None:
        self.screen.say(line, "yellow")

    def _await_ready(self) -> None:
        """One that dies before the house stands would die again: it ends the start."""
        waiting = [kept.now for kept in self._kept]
        deadline = clock.monotonic() + READY_SECONDS
        while waiting := [service for service in waiting if not service.is_ready()]:
            self._check_servers()
            for service in waiting:
                if service.exit_code() is not None:
                    raise Configuration(service.epitaph())
            names = ", ".join(service.name for service in waiting)
            if clock.monotonic() > deadline:
                name, said = waiting[0].name, waiting[0].last_line or "nothing"
                raise Configuration(
                    f"{names} not ready after {READY_SECONDS:.0f} s; {name} said: {said}"
                )
            self.screen.progress(f"Waiting for {names}")
            self._rest(ASK_SECONDS)

    def _watch(self, left: Room) -> None:
        while True:
            self._check_servers()
            left.look()
            for kept in self._kept:
                kept.tend()
            self._rest(LOOK_SECONDS)

    def _rest(self, seconds: float) -> None:
        """Shorter when a child's output ends."""
        self._woken.wait(seconds)
        self._woken.clear()

    def _check_servers(self) -> None:
        """What a server held in memory is gone with it, so that its death is told, not mended."""
        for name, server in (("PostgreSQL", self._postgres), ("NATS", self._nats)):
            if server is not None and not server.alive():
                raise Configuration(f"{name} ended by itself: {server.last_words()}")
        if self._jaeger is not None and (over := self._jaeger.epitaph()):
            self._lose_jaeger(over)


def _stop_all(begun: Sequence[Running | Kept]) -> None:
    for running in begun:
        running.ask_to_stop()
    deadline = clock.monotonic() + GRACE_SECONDS
    for running in begun:
        running.stop(max(0.0, deadline - clock.monotonic()))
