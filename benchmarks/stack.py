"""What the sections of whole services share: servers, processes, the instant vendor, the load."""

import asyncio
import contextlib
import json
import os
import secrets
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from datetime import UTC, datetime
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import asyncpg
import psutil

from benchmarks.figures import percentile
from benchmarks.load import Plan, Seen, forms
from taskflow.embedded.ports import free_port
from taskflow.postgres.migrate import migrate
from tests.support import programs
from tests.support.servers import NatsServer, PostgresServer, nats_server, postgres_server
from tests.support.stack import SERVICES, Stack

PATIENCE = 60.0
_LAG = """
select exists (
  select from events e, (
    select transaction_id, position from relay_cursor
    union all select transaction_id, position from projection_checkpoints) at
  where (e.transaction_id, e.position) > (at.transaction_id, at.position))
"""


class Program:
    """A child of ours: it says "ready", hears lines, and ends with us."""

    def __init__(self, module: str, *arguments: str, env: Mapping[str, str] | None = None) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", module, *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={**os.environ, **(env or {})},
            preexec_fn=programs.die_with_parent,  # noqa: PLW1509 - one thread starts them all
        )

    def tell(self, line: str) -> None:
        assert self.process.stdin
        self.process.stdin.write(line.encode() + b"\n")
        self.process.stdin.flush()

    def hear(self) -> str:
        assert self.process.stdout
        return self.process.stdout.readline().decode().strip()

    def ready(self) -> "Program":
        if (said := self.hear()) != "ready":
            raise RuntimeError(f"{self.process.args} did not get ready: {said!r}")
        return self

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()

    def stop(self) -> None:
        self.process.terminate()
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.kill()


class House:
    """PostgreSQL, NATS, the vendor, and TaskFlow's services on them once they are started."""

    def __init__(self, home: Path, postgres: PostgresServer, bus: NatsServer) -> None:
        self.postgres, self.bus = postgres, bus
        self.stack = Stack(home, postgres, bus)
        self.stack.launch = programs.Program
        port = free_port()
        self.vendor_url = f"http://127.0.0.1:{port}"
        token = {"TWILIO_AUTH_TOKEN": self.stack.token}
        self.vendor = Program("benchmarks.vendor", str(port), env=token).ready()
        self.stack.env |= {
            "TASKFLOW_LOG_LEVEL": "INFO",  # the default
            "TASKFLOW_BACKFILL_SECONDS": "3600",
            "TASKFLOW_SEND_PER_SECOND": "10000",
            "TASKFLOW_USER_BURST": "1000000",
            "AGENT_QUIET_SECONDS": "0",
            "TWILIO_API_URL": f"{self.vendor_url}/twilio",
            "GEMINI_API_URL": f"{self.vendor_url}/gemini",
            "OTEL_EXPORTER_OTLP_ENDPOINT": self.vendor_url,
        } | _profiling()
        self.programs: dict[str, Program] = {}
        """Floors: by name, beside TaskFlow's own processes."""

    # -- processes ---------------------------------------------------------------------

    async def prepare(self) -> None:
        await migrate(self.postgres.dsn)
        await self.bus.provision()

    def start(self, *names: str, **env: str) -> None:
        self.stack.start(*(names or SERVICES), **env)

    def floor(self, name: str, module: str, **env: str) -> Program:
        """Starts a program of the floor, with what TaskFlow's have of servers and vendors."""
        self.programs[name] = Program(module, env={**self.stack.env, **env}).ready()
        return self.programs[name]

    def end_floors(self) -> None:
        """Their connections are others' then: PostgreSQL has a hundred."""
        for program in self.programs.values():
            program.stop()
        self.programs.clear()

    def pids(self, *, of: str = "taskflow") -> dict[str, list[psutil.Process]]:
        """Processes by name, of a floor those that begin with its; the servers belong to all."""
        own = {name: child.pid for name, child in self.stack.processes.items()}
        floor = {
            name: program.process.pid
            for name, program in self.programs.items()
            if name.startswith(of)
        }
        found = {
            name: [psutil.Process(pid)]
            for name, pid in (own if of == "taskflow" else floor).items()
        }
        for name, pid in (("postgres", self.postgres.pid), ("nats", self.bus.pid)):
            if pid is not None:
                process = psutil.Process(pid)
                found[name] = [process, *process.children(recursive=True)]
        return found

    def cpu(self, *, of: str = "taskflow") -> dict[str, float]:
        """Seconds of CPU so far, by name; of PostgreSQL also its backends that have ended."""
        spent: dict[str, float] = {}
        for name, (first, *children) in self.pids(of=of).items():
            # Children first: one that ends meanwhile is then in its parent's sum.
            for child in children:
                with contextlib.suppress(psutil.NoSuchProcess):
                    times = child.cpu_times()
                    spent[name] = spent.get(name, 0.0) + times.user + times.system
            times = first.cpu_times()
            own = times.user + times.system + times.children_user + times.children_system
            spent[name] = spent.get(name, 0.0) + own
        return spent

    # -- vendor and load ---------------------------------------------------------------

    def set_vendor(self, **asked: Any) -> None:
        self.call("/_set", asked)

    def stats(self) -> dict[str, int]:
        return self.call("/_stats")

    def call(self, path: str, body: dict[str, Any] | None = None) -> Any:
        data = None if body is None else json.dumps(body).encode()
        headers = {"Content-Type": "application/json"}
        request = urllib.request.Request(f"{self.vendor_url}{path}", data, headers)
        with urllib.request.urlopen(request, timeout=30) as answer:
            return json.loads(answer.read())

    def load(self, base: str, count: int, **plan: Any) -> "Load":
        """Ready to go: signed for `base`, where that is reached."""
        made = {"url": f"{base}/webhook", "token": self.stack.token, "count": count}
        return Load(Plan(**{"users": count, "seed": secrets.token_hex(8), **made, **plan}))

    def turns(self, base: str, count: int, **plan: Any) -> "Load":
        """As `load`, each message done when its reply is at the vendor."""
        return self.load(base, count, posts=f"{self.vendor_url}/_posts", **plan)

    async def caught_up(self) -> None:
        """Statuses are told, relay and projections have nothing left: a round starts at rest."""
        connection = await asyncpg.connect(self.postgres.dsn)
        try:
            give_up_at = time.monotonic() + PATIENCE
            while self.stats()["callbacks_open"]:
                assert time.monotonic() < give_up_at, "statuses find no end"
                await asyncio.sleep(0.1)
            while await connection.fetchval(_LAG):
                assert time.monotonic() < give_up_at, "followers do not catch up"
                await asyncio.sleep(0.1)
        finally:
            await connection.close()

    def close(self) -> None:
        """The vendor last: services hand over their last spans."""
        self.stack.stop()
        for program in [*self.programs.values(), self.vendor]:
            program.stop()


class Load:
    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.program = Program("benchmarks.load")
        self.program.tell(json.dumps(asdict(plan)))
        self.program.ready()

    def begin(self) -> None:
        self.program.tell("go")

    def seen(self) -> Seen:
        """Waits for the end of it."""
        said = self.program.hear()
        self.program.process.wait(20)
        return Seen(**json.loads(said))

    def run(self) -> Seen:
        self.begin()
        return self.seen()

    def listed(self) -> list[dict[str, Any]]:
        """All of it as Twilio lists what it received."""
        now = format_datetime(datetime.now(UTC))  # noqa: TID251 - Twilio's clock
        return [
            {
                "sid": form["MessageSid"],
                "from": form["From"],
                "to": form["To"],
                "body": form["Body"],
                "num_media": "0",
                "date_sent": now,
                "date_created": now,
                "subresource_uris": {},
            }
            for form in forms(self.plan)
        ]


@contextmanager
def house(*, count_statements: bool = False) -> Generator[House]:
    """`count_statements`: PostgreSQL has pg_stat_statements loaded."""
    with (
        tempfile.TemporaryDirectory(prefix="taskflow-bench-") as folder,
        postgres_server() as postgres,
        nats_server() as bus,
    ):
        if count_statements:
            postgres.stop()
            with (postgres.home / "postgres/data/postgresql.conf").open("a") as settings:
                settings.write("shared_preload_libraries = 'pg_stat_statements'\n")
            postgres.start()
        opened = House(Path(folder), postgres, bus)
        try:
            yield opened
        finally:
            opened.close()


def per_turn(before: Mapping[str, float], after: Mapping[str, float], n: int) -> dict[str, float]:
    """Milliseconds of CPU by process, and in all."""
    spent = {name: (after[name] - before.get(name, 0.0)) * 1000 / n for name in after}
    return {
        **{name: round(ms, 2) for name, ms in spent.items()},
        "all": round(sum(spent.values()), 2),
    }


def done(values: Sequence[float | None]) -> list[float]:
    return [value for value in values if value is not None]


def in_ms(values: Sequence[float | None]) -> dict[str, float]:
    """Percentiles, from seconds."""
    there = done(values)
    return {f"p{p}": round(percentile(there, p) * 1000, 2) for p in (50, 99)} if there else {}


def rss_mb(process: psutil.Process) -> float:
    return process.memory_info().rss / 2**20


def _profiling() -> dict[str, str]:
    """TASKFLOW_BENCH_PROFILE names a folder: each service leaves its samples there."""
    folder = os.environ.get("TASKFLOW_BENCH_PROFILE")
    if not folder:
        return {}
    return {
        "PYTHONPATH": str(Path(__file__).parent / "profiler"),
        "TASKFLOW_BENCH_PROFILE": folder,
    }
