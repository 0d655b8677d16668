"""The runner: a seed that finds something finds it again, to the letter, in any process."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.chaos.simulate import main
from tests.support.broken_worlds import BROKEN

ROOT = Path(__file__).parents[3]
FOUND = re.compile(r"^VIOLATION in (\w+), seed (\d+): (.+)$", re.MULTILINE)


def said(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    assert main(arguments, BROKEN) == 1
    return capsys.readouterr().out


def in_a_process(hash_seed: int) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "tests.support.broken_worlds", "--seeds", "300"],
        cwd=ROOT,
        env={**os.environ, "PYTHONHASHSEED": str(hash_seed)},
        capture_output=True,
        text=True,
        timeout=110,
        check=False,
    )
    assert done.returncode == 1, done.stderr
    told = done.stdout.partition(" a minute of one core")[0].rpartition("again:")[0]
    # How far it is tells of the machine's speed.
    return "".join(line for line in told.splitlines(keepends=True) if "... seed" not in line)


@pytest.mark.long
def test_a_found_seed_tells_the_same_story_in_every_process(
    capsys: pytest.CaptureFixture[str],
) -> None:
    first, second = in_a_process(1), in_a_process(2)

    assert first == second
    found = {name: (seed, finding) for name, seed, finding in FOUND.findall(first)}
    assert {name: finding for name, (_, finding) in found.items()} == {
        "turns": "a step of a turn that is not open",
        "lanes": "an attempt was POSTed twice",
        "reminders": "fired before its time",
    }
    for name, (seed, _) in found.items():
        again = [said(capsys, "--only", name, "--seed", seed) for _ in range(2)]
        assert again[0] == again[1]
        assert again[0].rpartition("again:")[0] in first


def test_a_story_holds_the_rules_in_order_and_what_they_recorded(
    capsys: pytest.CaptureFixture[str],
) -> None:
    story = said(capsys, "--only", "reminders", "--seeds", "300")

    numbers = [int(number) for number in re.findall(r"^ +(\d+) \d\d \d\d:", story, re.MULTILINE)]
    assert numbers == list(range(1, len(numbers) + 1))
    assert "a_world_begins(n=" in story
    assert "reminder.set" in story
    last = story.rpartition(f"\n{numbers[-1]:4} ")[2]
    assert "reminder.fired" in last, "also what the broken rule recorded"


def test_sound_worlds_pass(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--seeds", "20"]) == 0
    out = capsys.readouterr().out
    assert out.count("no violation") == 6
    assert main(["--seed", "3", "--only", "lanes"]) == 0
    assert "lanes, seed 3: no violation" in capsys.readouterr().out
