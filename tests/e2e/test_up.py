import json
import os
import re
import signal
import socket
import stat
import subprocess
import urllib.request
from collections.abc import Callable, Generator
from contextlib import suppress
from pathlib import Path
from typing import Any

import psutil
import pytest

from taskflow.embedded.ports import free_port
from tests.support.processes import has_ended
from tests.support.up import IS_READY, SERVES, Up, wait_until

pytestmark = pytest.mark.e2e

TWO_SERVICES = {"services": {"gateway": SERVES, "agent": SERVES}}
NAMED = f"import os; print('pid', os.getpid(), flush=True); {SERVES}"
"""A service that says who it is."""
Start = Callable[..., Up]


def post(url: str, body: dict[str, str]) -> None:
    headers = {"Content-Type": "application/json"}
    request = urllib.request.Request(url, json.dumps(body).encode(), headers)
    with urllib.request.urlopen(request, timeout=30) as answer:
        assert answer.status < 300


def answers(simulators: str) -> int:
    """How many replies the person has."""
    url = f"{simulators}/_sim/phone/messages?user=%2B15551230001"
    with urllib.request.urlopen(url, timeout=30) as answer:
        found = json.load(answer)
    return sum(message["direction"] != "inbound" for message in found)


def pids(up: Up, name: str, what: str = "pid") -> list[int]:
    return [int(pid) for pid in re.findall(rf"{name} \| {what} (\d+)", up.output)]


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home of mine"


@pytest.fixture
def start(tmp_path: Path, home: Path) -> Generator[Start]:
    """Starts `taskflow up`: stand-ins (None: the real services), then settings."""
    started: list[Up] = []

    def up(stand_ins: Any | None = TWO_SERVICES, **env: str) -> Up:
        usual = {
            "TASKFLOW_HOME": str(home),
            "TASKFLOW_GATEWAY_PORT": str(free_port()),
            "TASKFLOW_GATEWAY_INNER_PORT": str(free_port()),
            "TASKFLOW_SIM_PORT": str(free_port()),
        }
        started.append(Up(tmp_path, {**usual, **env}, stand_ins))
        return started[-1]

    yield up
    for one in started:
        one.end()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_stopping_leaves_nothing_running(start: Start, home: Path, number: signal.Signals) -> None:
    up = start()
    up.wait_ready()
    assert {"postgres", "nats-server"} <= {child.name() for child in up.children()}

    up.send(number)

    assert up.wait() == 0
    assert "Stopping" in up.output
    assert not (home / "run.env").exists()


def test_everything_ends_with_a_killed_supervisor_and_the_next_start_works(start: Start) -> None:
    killed = start()
    killed.wait_ready()
    killed.send(signal.SIGKILL)
    assert killed.wait() == -signal.SIGKILL

    again = start()
    again.wait_ready()
    again.send(signal.SIGINT)
    assert again.wait() == 0


def test_the_table_tells_where_everything_is_and_no_password(start: Start) -> None:
    gateway, simulators = free_port(), free_port()
    up = start(TASKFLOW_GATEWAY_PORT=str(gateway), TASKFLOW_SIM_PORT=str(simulators))
    up.wait_ready()
    up.send(signal.SIGINT)
    up.wait()
    for text in (
        f"http://127.0.0.1:{simulators}/ ",
        f"http://127.0.0.1:{gateway}/ ",
        f"http://127.0.0.1:{gateway}/webhook",
        f"http://127.0.0.1:{simulators}/_sim/",
        "postgresql://taskflow@/taskflow?host=/",
        "nats://taskflow:***@127.0.0.1:",
        "home of mine/logs/",
    ):
        assert text in up.output
    assert "   gateway | serving" in up.output


def test_services_are_told_how_to_reach_everything(start: Start, home: Path) -> None:
    tell = f"import json, os; print(json.dumps(dict(os.environ)), flush=True); {SERVES}"
    gateway, simulators = free_port(), free_port()
    up = start(
        {"services": dict.fromkeys(("gateway", "agent", "tools"), tell)},
        TASKFLOW_GATEWAY_PORT=str(gateway),
        TASKFLOW_SIM_PORT=str(simulators),
        SERPAPI_API_KEY="a real key",
    )
    up.wait_ready()
    lines = [x.partition(" | ") for x in up.output.splitlines() if " | {" in x]
    by_service = {name.strip(): json.loads(said) for name, _, said in lines}
    told, agent, tools = (by_service[name] for name in ("gateway", "agent", "tools"))
    run_env = (home / "run.env").read_text()
    mode = stat.S_IMODE((home / "run.env").stat().st_mode)
    up.send(signal.SIGINT)
    up.wait()

    assert told["DATABASE_URL"].startswith("postgresql://taskflow@/taskflow?host=")
    assert told["NATS_URL"].startswith("nats://taskflow:")
    assert told["NATS_MONITOR_URL"].startswith("http://127.0.0.1:")
    assert told["TWILIO_API_URL"] == f"http://127.0.0.1:{simulators}/twilio"
    assert agent["GEMINI_API_URL"] == f"http://127.0.0.1:{simulators}/gemini"
    assert tools["SERPAPI_API_KEY"] == "a real key"
    assert "SERPAPI_URL" not in tools
    assert {name for name in told | agent if "SERPAPI" in name} == set(), "its own vendor's only"
    assert {name for name in agent | tools if "TWILIO" in name} == set()
    assert {name for name in told | tools if "GEMINI" in name} == set()
    assert told["PUBLIC_URL"] == f"http://127.0.0.1:{gateway}"
    assert f"DATABASE_URL='{told['DATABASE_URL']}'" in run_env
    assert mode == 0o600
    assert (home / "master.key").read_text() == told["TASKFLOW_MASTER_KEY"]


def test_a_service_that_dies_before_it_is_ready_ends_the_start_with_one_line(start: Start) -> None:
    dies = "print('the last word', flush=True); import sys; sys.exit(3)"
    up = start({"services": {"gateway": SERVES, "agent": dies}})
    up.wait_for("agent ended")
    assert up.wait() == 1
    assert up.last_line() == "taskflow: agent ended with exit code 3: the last word"


def test_a_service_that_is_killed_runs_again_and_the_others_went_on(
    start: Start, tmp_path: Path
) -> None:
    up = start(
        {"simulators": {"simulators": NAMED}, "services": {"gateway": NAMED, "tools": NAMED}}
    )
    up.wait_ready()
    before = {name: pids(up, name) for name in ("simulators", "gateway", "tools")}
    for name in ("tools", "simulators"):
        up.children()
        os.kill(pids(up, name)[-1], signal.SIGKILL)
        up.wait_for(f"{name} was killed by SIGKILL; it is started again in 0.5 s: serving")
        up.wait_for(f"{name} runs again")
    up.send(signal.SIGTERM)
    assert up.wait() == 0
    assert [len(pids(up, name)) for name in before] == [2, 1, 2]
    assert pids(up, "gateway") == before["gateway"]


@pytest.mark.long
def test_five_deaths_in_a_minute_end_everything_with_one_line(start: Start) -> None:
    waits = "import os, signal; signal.sigwait({signal.SIGUSR1})"
    dies = f"print('pid', os.getpid(), flush=True); {waits}; print('the last word'); os._exit(3)"
    blocked = "import os, signal; signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGUSR1})"
    up = start({"services": {"gateway": SERVES, "agent": f"{blocked}; {IS_READY}; {dies}"}})
    up.wait_ready()
    for count in range(1, 6):
        wait_until(lambda n=count: len(pids(up, "agent")) == n, 30, lambda: up.output)
        up.children()
        os.kill(pids(up, "agent")[-1], signal.SIGUSR1)
    assert up.wait() == 1
    said = "ended with exit code 3"
    assert [f"it is started again in {pause} s" in up.output for pause in ("0.5", 1, 2, 4)] == [
        True
    ] * 4
    assert up.output.count(said) == 5
    assert up.last_line().startswith(
        f"taskflow: agent died 5 times within a minute; at last it {said}"
    )


@pytest.mark.long
def test_a_killed_service_takes_what_it_started_along(start: Start) -> None:
    starts = (
        "import subprocess, sys; child = subprocess.Popen([sys.executable, '-c', "
        f"'import time; time.sleep(1000)']); print('child', child.pid, flush=True); {NAMED}"
    )
    up = start({"services": {"agent": starts}})
    up.wait_ready()
    up.children()
    os.kill(pids(up, "agent")[0], signal.SIGKILL)
    up.wait_for("agent runs again")
    assert has_ended(pids(up, "agent", "child")[0])
    up.send(signal.SIGINT)
    assert up.wait() == 0


@pytest.mark.long
@pytest.mark.parametrize(("program", "name"), [("postgres", "PostgreSQL"), ("nats-server", "NATS")])
def test_a_server_that_dies_ends_everything_with_one_line(
    start: Start, program: str, name: str
) -> None:
    up = start()
    up.wait_ready()
    up.children()
    up.server(program).kill()
    assert up.wait() == 1
    assert up.last_line().startswith(f"taskflow: {name} ended by itself: ")
    assert "Traceback" not in up.output


@pytest.mark.long
def test_a_service_that_will_not_stop_is_killed_with_its_children(start: Start) -> None:
    sleeper = "import time; time.sleep(1000)"
    stubborn = (
        "import signal, subprocess, sys; signal.signal(signal.SIGTERM, signal.SIG_IGN); "
        f"subprocess.Popen([sys.executable, '-c', {sleeper!r}]); {SERVES}"
    )
    up = start({"services": {"agent": stubborn}}, GRACE="0.3")
    up.wait_ready()
    up.send(signal.SIGINT)
    assert up.wait() == 0


def test_a_failed_preparation_says_why(start: Start) -> None:
    fails = "import sys; sys.exit('migration 0001 was changed')"
    up = start({"preparations": {"migrate": fails}, "services": {"gateway": SERVES}})
    assert up.wait() == 1
    assert up.last_line() == (
        "taskflow: migrate ended with exit code 1: migration 0001 was changed"
    )


@pytest.mark.parametrize("setting", ["TASKFLOW_GATEWAY_PORT", "TASKFLOW_SIM_PORT"])
def test_a_taken_port_is_told_before_anything_starts(
    start: Start, home: Path, setting: str
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as stranger:
        port = stranger.getsockname()[1]
        up = start(**{setting: str(port)})
        assert up.wait() == 1
    mine = psutil.Process().name()
    holder = f"{mine} (process {os.getpid()})"
    assert up.output == f"taskflow: port {port} is taken by {holder}: set {setting} to a free one\n"
    assert not (home / "postgres").exists()


def test_a_second_start_from_the_same_home_says_so(start: Start, home: Path) -> None:
    first = start()
    first.wait_ready()
    second = start()
    assert second.wait() == 1
    assert second.output.splitlines() == [
        f"taskflow: TaskFlow runs already from {home} (process {first.process.pid})"
    ]
    first.send(signal.SIGINT)
    assert first.wait() == 0


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("TASKFLOW_GATEWAY_PORT=eighty\n", "TASKFLOW_GATEWAY_PORT Input should be a valid integer"),
        ("PUBLIC_URL=example.org\n", "PUBLIC_URL must be an http(s) address"),
        ("\nGEMINI_API_KEY = 'half a quote\n", ".env line 2 is not NAME=value"),
        ("# a note\n\nGEMINI_API_KEY\n", ".env line 3 is not NAME=value"),
        ("TWILIO_ACCOUNT_SID=AC" + "0" * 32, "TWILIO_AUTH_TOKEN is not set"),
        ("TASKFLOW_MASTER_KEY=short", "TASKFLOW_MASTER_KEY must be 32 random bytes in base64"),
        (b"GEMINI_API_KEY=\xff\xfe", ".env cannot be read: it is not UTF-8 text"),
    ],
)
def test_a_broken_env_file_is_one_line(
    start: Start, tmp_path: Path, text: str | bytes, told: str
) -> None:
    (tmp_path / ".env").write_bytes(text if isinstance(text, bytes) else text.encode())
    up = start(TASKFLOW_GATEWAY_PORT="") if "PORT" in str(text) else start()
    assert up.wait() == 1
    (line,) = up.output.splitlines()
    assert line.startswith(f"taskflow: {told}")


def test_a_misspelt_setting_is_told_even_where_its_absence_stops_the_start(
    start: Start, tmp_path: Path
) -> None:
    (tmp_path / ".env").write_text(f"TWILIO_ACOUNT_SID=AC{'7' * 32}\nTWILIO_AUTH_TOKEN=x\n")
    up = start()
    assert up.wait() == 1
    slip, missing = up.output.splitlines()
    assert slip == (
        "TWILIO_ACOUNT_SID in .env is no setting of TaskFlow: did you mean TWILIO_ACCOUNT_SID?"
    )
    assert missing.startswith("taskflow: TWILIO_ACCOUNT_SID is not set")


@pytest.fixture
def small_disk(tmp_path: Path) -> Generator[Callable[[int], Path]]:
    """A disk of so many megabytes."""
    place = tmp_path / "disk"
    place.mkdir()

    def mounted(size: int) -> Path:
        command = ["mount", "-t", "tmpfs", "-o", f"size={size}m", "tmpfs", str(place)]
        if subprocess.run(command, capture_output=True, check=False).returncode:
            pytest.skip("needs root that may mount: sudo make test")
        return place

    yield mounted
    subprocess.run(["umount", "-l", str(place)], capture_output=True, check=False)


def test_a_disk_too_small_for_a_first_start_is_told_before_it(
    start: Start, small_disk: Callable[[int], Path]
) -> None:
    home = small_disk(64) / "home"
    up = start(TASKFLOW_HOME=str(home))
    assert up.wait() == 1
    (line,) = up.output.splitlines()
    assert line.startswith(
        f"taskflow: no space left at {home}, 300 MB are needed for a first start"
    )
    assert not (home / "postgres").exists()


def test_a_disk_that_fills_while_running_is_one_line_and_so_is_the_end_of_postgresql(
    start: Start, small_disk: Callable[[int], Path]
) -> None:
    home = small_disk(400) / "home"
    up = start(TASKFLOW_HOME=str(home))
    up.wait_ready()
    filler = home / "filler"

    def fill() -> None:
        with filler.open("wb", buffering=0) as file, suppress(OSError):
            while True:
                file.write(bytes(1 << 20))

    fill()
    up.wait_for(f"no space left at {home}: ")
    filler.unlink()
    up.wait_for(f"there is room again at {home}: ")
    fill()
    wait_until(lambda: up.output.count("Make room") == 2, 30, lambda: up.output)
    up.children()
    up.server("postgres").kill()
    assert up.wait() == 1
    assert up.output.count("Make room") == 2
    assert up.last_line().startswith(
        f"taskflow: no space left at {home}: PostgreSQL ended by itself"
    )
    assert "Traceback" not in up.output


def test_a_damaged_master_key_is_never_replaced(start: Start, home: Path) -> None:
    home.mkdir()
    (home / "master.key").write_text("half a k")
    up = start()
    assert up.wait() == 1
    assert "master.key is damaged: bring it back from a backup" in up.last_line()
    assert (home / "master.key").read_text() == "half a k"


@pytest.mark.long
def test_real_services_that_are_killed_come_back_and_no_message_is_lost(
    start: Start, tmp_path: Path
) -> None:
    gateway, simulators = (f"http://127.0.0.1:{free_port()}" for _ in range(2))
    up = start(
        None,
        TASKFLOW_GATEWAY_PORT=gateway.rpartition(":")[2],
        TASKFLOW_SIM_PORT=simulators.rpartition(":")[2],
    )
    up.wait_ready()
    for count, name in enumerate(("agent", "gateway", "tools", "scheduler"), 1):
        (service,) = (child for child in up.children() if child.cmdline()[-2:] == ["run", name])
        service.kill()
        up.wait_for(f"{name} was killed by SIGKILL; it is started again in 0.5 s")
        up.wait_for(f"{name} runs again")
        message = {"from": "+15551230001", "body": f"hello number {count}"}
        post(f"{simulators}/_sim/phone/messages", message)
        wait_until(lambda n=count: answers(simulators) >= n, 60, lambda: up.output)
    up.send(signal.SIGINT)
    assert up.wait() == 0, up.output


@pytest.mark.long
def test_the_real_house_starts_stops_and_starts_again_as_the_same(start: Start, home: Path) -> None:
    accounts: list[str] = []
    for _ in range(2):
        gateway, simulators = free_port(), free_port()
        up = start(None, TASKFLOW_GATEWAY_PORT=str(gateway), TASKFLOW_SIM_PORT=str(simulators))
        up.wait_ready()
        for url in (f"http://127.0.0.1:{gateway}/ready", f"http://127.0.0.1:{simulators}/"):
            with urllib.request.urlopen(url, timeout=10) as answer:
                assert answer.status == 200
        accounts.append((home / "simulated.json").read_text())
        up.send(signal.SIGINT)
        assert up.wait() == 0, up.output
    assert accounts[0] == accounts[1]
