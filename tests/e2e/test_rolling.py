"""The release before beside this one, while people write: nothing is lost, doubled or refused."""

import asyncio
import os
import shutil
import signal
import subprocess
from collections.abc import Generator
from pathlib import Path

import pytest

from tests.chaos.world import SERVICES, World
from tests.support.crowd import answers, is_one_for_one, open_world, talk
from tests.support.programs import Program

ROOT = Path(__file__).parents[2]
BEFORE = os.environ.get("TASKFLOW_PREVIOUS", "HEAD~1")
"""The commit whose services run beside those of this tree."""
PEOPLE = [f"+1555310{n:04}" for n in range(6)]

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
    async with open_world(tmp_path) as world:
        old = [_start_old(world, service, before) for service in SERVICES]
        await world.until_ready(*old)
        said = asyncio.Event()
        talking = [asyncio.create_task(talk(world, person, said)) for person in PEOPLE]
        await asyncio.sleep(3)
        new = [world.start(service) for service in SERVICES]
        await world.until_ready(*new)
        await asyncio.sleep(4)  # both at once
        for name in old:
            await world.end(name, signal.SIGTERM)
        await asyncio.sleep(3)
        said.set()
        counts = await asyncio.gather(*talking)

        assert min(counts) >= 3
        assert [await answers(world, person) for person in PEOPLE] == counts
        assert await is_one_for_one(world, sum(counts))
        assert set(world.deaths) <= {f"{service} 0" for service in SERVICES}
        assert await world.sql("select error from dead_letters") == []


def _start_old(world: World, service: str, tree: Path) -> str:
    """As the release before did: it may know no login of its own."""
    shared = {name: world.env[name] for name in ("DATABASE_URL", "NATS_URL")}
    return world.start(
        service,
        launch=lambda service, env, output: Program(service, {**env, **shared}, output, tree),
    )
