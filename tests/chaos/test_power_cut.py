"""The power-cut proof itself works: a cut of each server, and its control finds a loss."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

CUTS = 2
PROVING_CUTS = 5
pytestmark = [pytest.mark.integration, pytest.mark.long]


def _power_cut(into: Path, *arguments: str) -> dict[str, dict[str, int]]:
    command = [sys.executable, "-m", "tests.chaos.power_cut", "--json", str(into), *arguments]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    if done.stdout.startswith("skipped: "):
        pytest.skip(done.stdout.removeprefix("skipped: ").strip())
    assert done.returncode == 0, done.stdout + done.stderr
    return json.loads(into.read_text(encoding="utf-8"))


@pytest.mark.parametrize("server", ["postgres", "nats"])
def test_nothing_acknowledged_is_lost_when_the_power_goes(server: str, tmp_path: Path) -> None:
    told = _power_cut(tmp_path / "told.json", "--cuts", str(CUTS), "--only", server)[server]

    assert told["cuts"] == CUTS
    assert told["acknowledged"] > 0
    assert (told["lost"], told["wrong"]) == (0, 0)


@pytest.mark.parametrize("server", ["postgres", "nats"])
def test_a_server_that_does_not_sync_is_found_out(server: str, tmp_path: Path) -> None:
    # A busy disk may have written by itself what was not synced: a few cuts, of which one loses.
    told = _power_cut(
        tmp_path / "told.json", "--cuts", str(PROVING_CUTS), "--only", server, "--prove"
    )[server]

    assert told["lost"] > 0
