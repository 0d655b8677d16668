"""A running house: what each process of it was told, by the kernel's own word."""

import contextlib
import json
import re
import signal
import stat
import time
import urllib.request
from collections.abc import Generator
from pathlib import Path

import psutil
import pytest

from taskflow.embedded.ports import free_port
from taskflow.process import chromium, variables
from tests.support.up import Up

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.long,
    pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="only Linux tells"),
]
USER = "+15551230001"
CANARY = "canary0secret"
PLANTED = {
    "SENTRY_DSN": f"https://{CANARY}1@127.0.0.1:9/1",
    "OTEL_EXPORTER_OTLP_HEADERS": f"authorization={CANARY}2",
    "TWILIO_AUTH_TOKEN_SECONDARY": f"{CANARY}3",
    "AWS_SECRET_ACCESS_KEY": f"{CANARY}4",
    "GITHUB_TOKEN": f"{CANARY}5",
    "PGPASSWORD": f"{CANARY}6",
    "HTTPS_PROXY": f"http://me:{CANARY}7@127.0.0.1:9",
    "NO_PROXY": "127.0.0.1",
}
CHROMIUMS_OWN = {"DBUS_SESSION_BUS_ADDRESS", "FC_FONTATIONS"}
"""It sets these for its children, who show them until they have written their titles."""
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_PREPARATIONS = ("migrate", "provision")


@pytest.fixture
def ports() -> dict[str, str]:
    return {
        f"TASKFLOW_{name}_PORT": str(free_port()) for name in ("GATEWAY", "GATEWAY_INNER", "SIM")
    }


@pytest.fixture
def house(tmp_path: Path, ports: dict[str, str]) -> Generator[Up]:
    (tmp_path / "home").mkdir(mode=0o755)
    up = Up(tmp_path, {"TASKFLOW_HOME": str(tmp_path / "home"), **ports, **PLANTED}, None)
    yield up
    up.end()


def test_every_process_knows_what_its_table_names_and_no_other_secret(
    house: Up, ports: dict[str, str], tmp_path: Path
) -> None:
    house.wait_ready()
    sim = f"http://127.0.0.1:{ports['TASKFLOW_SIM_PORT']}"
    if chromium.find():
        _look_with_a_browser(house, sim)
    home = tmp_path / "home"
    secrets = _secrets(home)
    found: dict[str, list[psutil.Process]] = {}
    for process in house.children():
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):
            found.setdefault(_who(process), []).append(process)

    services = {"gateway", "agent", "tools", "scheduler", "simulators", "postgres", "nats"}
    browser = {"chromium", "browser-driver"} if chromium.find() else set[str]()
    assert services | browser <= found.keys()
    assert len(found["postgres"]) > 5, "the backends too"
    for who, processes in found.items():
        for process in processes:
            with contextlib.suppress(FileNotFoundError, ProcessLookupError):
                _is_told_what_the_table_names(who, process, secrets)
    for who in ("agent", "tools", "gateway", "scheduler"):
        told = _environment(found[who][0].pid)
        assert told["TASKFLOW_MASTER_KEY"] == secrets["TASKFLOW_MASTER_KEY"]
        assert f"taskflow_{who}" in told["DATABASE_URL"]
    for processes in found.values():
        for process in processes:
            with contextlib.suppress(FileNotFoundError, ProcessLookupError):
                limits = Path(f"/proc/{process.pid}/limits").read_text()
                assert re.search(r"Max core file size +0 +0 ", limits), process
    assert stat.S_IMODE(home.stat().st_mode) in {0o700, 0o711}
    house.send(signal.SIGINT)
    assert house.wait() == 0


def _look_with_a_browser(house: Up, sim: str) -> None:
    call = {"name": "check_price", "args": {"url": f"{sim}/shop/p/smart-speaker"}}
    answers = [{"calls": [call]}, {"text": "89 euros."}]
    _post(f"{sim}/_sim/gemini/script", {"user": USER, "answers": answers})
    _post(f"{sim}/_sim/phone/messages", {"from": USER, "body": f"{sim}/shop/p/smart-speaker"})
    deadline = time.monotonic() + 60
    while not any("--type=renderer" in one or "--type=zygote" in one for one in _commands(house)):
        assert time.monotonic() < deadline, house.output
        time.sleep(0.05)


def _commands(house: Up) -> list[str]:
    found: list[str] = []
    for process in house.children():
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):  # it has ended meanwhile
            found.append(_cmdline(process.pid))
    return found


def _post(url: str, body: dict[str, object]) -> None:
    data, headers = json.dumps(body).encode(), {"Content-Type": "application/json"}
    with urllib.request.urlopen(urllib.request.Request(url, data, headers), timeout=30) as answer:
        assert answer.status == 200


def _secrets(home: Path) -> dict[str, str]:
    """By the variable that may hold it; what no variable may has a name of its own."""
    accounts = json.loads((home / "simulated.json").read_text())
    passwords = json.loads((home / "nats" / "access.json").read_text())["passwords"]
    named = {
        "TASKFLOW_MASTER_KEY": (home / "master.key").read_text(),
        "TWILIO_AUTH_TOKEN": accounts["twilio_auth_token"],
        "GEMINI_API_KEY": accounts["gemini_api_key"],
        "SERPAPI_API_KEY": accounts["serpapi_api_key"],
        **{
            name: re.search(rf"{CANARY}\d", value)[0]
            for name, value in PLANTED.items()
            if CANARY in value
        },  # type: ignore[index]
    }
    return named | {f"NATS of {user}": password for user, password in passwords.items()}


def _is_told_what_the_table_names(
    who: str, process: psutil.Process, secrets: dict[str, str]
) -> None:
    raw = Path(f"/proc/{process.pid}/environ").read_bytes().decode(errors="replace")
    told = _environment(process.pid)
    names = {name for name in told if not variables.allows(who, name)}
    if who == "chromium":
        # Where it wrote its title, the rest of an entry may stand, and look like one.
        names = {name for name in names - CHROMIUMS_OWN if name.isupper()}
    assert not names, process
    for name, value in secrets.items():
        user = name.removeprefix("NATS of ")
        may = variables.allows(who, "NATS_URL") and user == who if user != name else name in told
        assert may or value not in raw, (who, name)
        assert value not in _cmdline(process.pid), (who, name)


def _environment(pid: int) -> dict[str, str]:
    """Of the exec. Servers and Chromium write their titles over it, so not all there is a name."""
    raw = Path(f"/proc/{pid}/environ").read_bytes().decode(errors="replace")
    pairs = (entry.partition("=") for entry in raw.split("\0"))
    return {name: value for name, is_, value in pairs if is_ and _NAME.fullmatch(name)}


def _cmdline(pid: int) -> str:
    return Path(f"/proc/{pid}/cmdline").read_bytes().decode(errors="replace").replace("\0", " ")


def _who(process: psutil.Process) -> str:
    """Its name in the table; KeyError there for one that nobody knows."""
    command = _cmdline(process.pid)
    if not command:
        raise ProcessLookupError(process.pid, "has ended, and nobody has asked how")
    if found := re.search(r"taskflow\.cli\.main (?:run )?(\w+)", command):
        return found[1]
    if process.name().startswith("postgres") or "/bin/postgres" in command:
        return "postgres"
    if "nats-server" in command:
        return "nats"
    if "services.tools.pages.worker" in command:
        return "page-reader"
    if "playwright/driver" in command:
        return "browser-driver"
    # Chromium starts its own children so; only some of them have its name in an argument.
    if "chrom" in command or "bwrap" in command or command.startswith("/proc/self/exe --type="):
        return "chromium"
    return f"unknown: {command}"
