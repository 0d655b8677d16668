"""The release before beside this one, while people write: nothing is lost, doubled or refused."""

import asyncio
import os
import shutil
import signal
import subprocess
from collections.abc import Generator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.chaos.world import SERVICES, World
from tests.support.crowd import answered, answers, is_one_for_one, open_world, say, talk
from tests.support.programs import Program

ROOT = Path(__file__).parents[2]
BEFORE = os.environ.get("TASKFLOW_PREVIOUS", "HEAD~1")
"""The commit whose services run beside those of this tree."""
PEOPLE = [f"+1555310{n:04}" for n in range(6)]
ASKED_BEFORE = ["+15553110001", "+15553110002"]
ASKED_AFTER = ["+15553110003", "+15553110004"]
TWISTED = {"+15553110002", "+15553110004"}
WISH = "remind me on 7 January 2031 at 9 to water the fern"
REMINDER = {"text": "water the fern", "date": "2031-01-07", "time": "09:00"}

pytestmark = [pytest.mark.e2e, pytest.mark.long]


@pytest.fixture(scope="module")
def before(tmp_path_factory: pytest.TempPathFactory) -> Generator[Path]:
    """The tree of the commit before, beside this one."""
    tree = tmp_path_factory.mktemp("before") / "tree"
    git = shutil.which("git")
    if git is None or not (ROOT / ".git").exists():
        pytest.skip("no git here, so no commit before this one")
    added = subprocess.run(
        [git, "worktree", "add", "--detach", tree, BEFORE],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if added.returncode:
        pytest.skip(f"{BEFORE} cannot be had: {added.stderr.strip()}")
    yield tree
    subprocess.run([git, "worktree", "remove", "--force", tree], cwd=ROOT, check=True)


async def test_both_releases_serve_the_same_people(before: Path, tmp_path: Path) -> None:
    """There and back again; a yes to a question of one release is heard by the other."""
    async with open_world(tmp_path) as world:
        old = [_start_old(world, service, before) for service in SERVICES]
        await world.until_ready(*old)
        said = asyncio.Event()
        talking = [asyncio.create_task(talk(world, person, said)) for person in PEOPLE]
        for person in ASKED_BEFORE:
            await _is_asked(world, person)
        new = [world.start(service) for service in SERVICES]
        await world.until_ready(*new)
        await asyncio.sleep(4)  # both at once
        await _end(world, old)
        for person in ASKED_BEFORE:
            await _says_yes(world, person)
        for person in ASKED_AFTER:
            await _is_asked(world, person)
        again = [_start_old(world, service, before) for service in SERVICES]
        await world.until_ready(*again)
        await asyncio.sleep(4)
        await _end(world, new)
        for person in ASKED_AFTER:
            await _says_yes(world, person)
        await asyncio.sleep(3)
        said.set()
        counts = await asyncio.gather(*talking)

        asked = [*ASKED_BEFORE, *ASKED_AFTER]
        assert min(counts) >= 3
        assert [await answers(world, person) for person in PEOPLE] == counts
        assert [await answers(world, person) for person in asked] == [2] * len(asked)
        assert await is_one_for_one(world, sum(counts) + 2 * len(asked))
        assert await world.sql("select due_at from due_reminders order by 1") == [
            (datetime(2031, 1, 7, 14, tzinfo=UTC),)  # nine o'clock in New York, the guess
            for person in asked
            if person not in TWISTED
        ]
        assert set(world.deaths) <= {f"{service} 0" for service in SERVICES}, "each ended well"
        assert await world.sql("select error from dead_letters") == []


async def _is_asked(world: World, person: str) -> None:
    """A reminder for a number of several zones: it is shown with a guess, and waits for a yes."""
    call = {"name": "set_reminder", "args": {**REMINDER, "said": [WISH]}}
    await _script(world, person, {"calls": [call]}, {"text": "I wait for your yes."})
    await say(world, person, WISH)
    await answered(world, person, 1)


async def _says_yes(world: World, person: str) -> None:
    """The model does what was shown; of those who are in `TWISTED`, something else."""
    twist = {"text": "buy a yacht"} if person in TWISTED else {}
    call = {"name": "set_reminder", "args": {**REMINDER, **twist, "said": ["yes"]}}
    await _script(world, person, {"calls": [call]}, {"text": "So it is."})
    await say(world, person, "yes")
    await answered(world, person, 2)


async def _script(world: World, person: str, *answers: dict[str, object]) -> None:
    await world.side("/gemini/script", {"user": person, "answers": list(answers)})


async def _end(world: World, names: list[str]) -> None:
    for name in names:
        await world.end(name, signal.SIGTERM)


def _start_old(world: World, service: str, tree: Path) -> str:
    """As the release before did: it may know no login of its own."""
    shared = {name: world.env[name] for name in ("DATABASE_URL", "NATS_URL")}
    return world.start(
        service,
        launch=lambda service, env, output: Program(service, {**env, **shared}, output, tree),
    )
