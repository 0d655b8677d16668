import json
import logging
import os
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest

from taskflow import clock
from taskflow.telemetry import logs
from taskflow.telemetry.logs import JsonLines, Sparing

FULL = Path("/dev/full")
needs_full = pytest.mark.skipif(not FULL.exists(), reason="/dev/full is Linux's: run it there")
TALKS = """
import sys, structlog, pathlib
from taskflow.telemetry import logs
logs.start("agent", pathlib.Path(sys.argv[1]), "WARNING")
log = structlog.get_logger("taskflow.tests")
for n in range(500):
    log.debug("fold.read", n=n)
for n in range(200):
    log.warning("relay.interrupted", n=n)
"""


IN_A_POD = """
import sys, structlog, pathlib
from opentelemetry.sdk.trace import TracerProvider
from taskflow.telemetry import logs
logs.start("agent", pathlib.Path(sys.argv[1]), "INFO", "6aa47672", "json")
log = structlog.get_logger("taskflow.tests")
with TracerProvider().get_tracer("t").start_as_current_span("s"):
    log.info("model.answered", number="+491701234567")
log.debug("fold.read")
for n in range(50):
    log.warning("relay.interrupted", n=n)
"""


def test_in_a_pod_each_line_is_gathered_with_its_trace(tmp_path: Path) -> None:
    ended = subprocess.run(
        [sys.executable, "-c", IN_A_POD, str(tmp_path)],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    first, *others = [json.loads(line) for line in ended.stdout.splitlines()]
    assert (first["event"], first["level"], first["number"]) == ("model.answered", "info", "+…")
    assert (first["service"], first["instance"]) == ("agent", "6aa47672")
    assert len(first["trace_id"]) == 32
    assert first["timestamp"].endswith("Z")
    assert [line["n"] for line in others] == list(range(50)), "none is held back"
    assert ended.stderr == ""


@needs_full
@pytest.mark.parametrize("blind", [False, True])
def test_a_full_disk_is_one_line_and_no_traceback(tmp_path: Path, blind: bool) -> None:
    (tmp_path / "logs").mkdir()
    (tmp_path / "logs" / "agent.jsonl").symlink_to(FULL)
    with FULL.open("w") as full:
        ended = subprocess.run(
            [sys.executable, "-u", "-c", TALKS, str(tmp_path)],
            stdout=subprocess.DEVNULL,
            stderr=full if blind else subprocess.PIPE,
            text=True,
            timeout=60,
            check=False,
        )
    assert ended.returncode == 0
    if not blind:
        lines = ended.stderr.splitlines()
        assert lines[0] == (
            f"no space left at {tmp_path}/logs/agent.jsonl: log lines are lost until that is mended"
        )
        assert len(lines) <= 1 + logs.SHOWN + 1, lines
        assert "Traceback" not in ended.stderr


def record(text: str = "hello", level: int = logging.WARNING) -> logging.LogRecord:
    return logging.LogRecord("taskflow", level, "", 0, text, None, None)


@needs_full
def test_that_lines_are_written_again_is_told_with_how_many_were_lost(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "x.jsonl").symlink_to(FULL)
    handler = JsonLines(tmp_path / "x.jsonl")
    for _ in range(7):
        handler.handle(record())
    with suppress(OSError):  # it cannot be emptied
        handler.stream.close()
    (tmp_path / "x.jsonl").unlink()
    handler.stream = (tmp_path / "x.jsonl").open("w")
    handler.handle(record("after"))
    handler.handle(record("later"))
    handler.close()
    first, again = capfd.readouterr().err.splitlines()
    assert first.startswith("no space left at ")
    assert again == "log lines are written again, 7 were lost"
    assert (tmp_path / "x.jsonl").read_text() == "after\nlater\n"


def test_a_full_file_is_followed_by_the_next_and_no_line_is_rendered_twice(
    tmp_path: Path,
) -> None:
    rendered: list[str] = []

    class Formatter(logging.Formatter):
        def format(self, record: logging.LogRecord) -> str:
            rendered.append(super().format(record))
            return rendered[-1]

    handler = JsonLines(tmp_path / "x.jsonl", maxBytes=20, backupCount=2)
    handler.setFormatter(Formatter())
    lines = [f"line {n:04}" for n in range(7)]
    for line in lines:
        handler.handle(record(line))
    handler.close()

    assert rendered == lines
    written = ["x.jsonl.2", "x.jsonl.1", "x.jsonl"]
    assert [(tmp_path / name).read_text().split("\n")[:-1] for name in written] == [
        lines[2:4],
        lines[4:6],
        lines[6:],
    ]


def test_a_folder_that_is_gone_is_no_flood_either(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "logs"
    folder.mkdir()
    handler = JsonLines(folder / "x.jsonl", maxBytes=1, delay=True)
    folder.rmdir()
    for _ in range(20):
        handler.handle(record())
    (line,) = capfd.readouterr().err.splitlines()
    assert line.startswith("No such file or directory at ")


def test_a_mistake_of_ours_in_a_line_is_still_told(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    handler = JsonLines(tmp_path / "x.jsonl")
    wrong = record("%d")
    wrong.args = ("no number",)
    handler.handle(wrong)
    handler.close()
    assert "TypeError" in capfd.readouterr().err


def test_one_name_does_not_flood_the_console_and_hides_no_other(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    now = 0.0
    monkeypatch.setattr(clock, "monotonic", lambda: now)
    sparing = Sparing()
    assert sum(sparing.filter(record("relay.interrupted")) for _ in range(50)) == logs.SHOWN
    assert sparing.filter(record("send.failed"))
    assert all(sparing.filter(record("reply.sent", logging.INFO)) for _ in range(50))
    assert capfd.readouterr().err.splitlines() == [
        "relay.interrupted comes often: for a while, more of it are in the log file only"
    ]
    now = logs.SHOWN_SECONDS + 1
    assert sparing.filter(record("relay.interrupted"))


def test_lines_that_each_read_otherwise_take_bounded_memory() -> None:
    sparing = Sparing()
    for n in range(5 * logs.NAMES):
        sparing.filter(record(f"{n} {os.urandom(40).hex()}"))
    assert len(sparing._shown) <= logs.NAMES
