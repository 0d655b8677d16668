"""The recorder that a release needs plays today's code, and is therefore tried with it."""

from pathlib import Path

from taskflow.replay.recordings import FileSource
from taskflow.replay.verify import Tally, Verifying, reviews
from tests.support.golden import record


async def test_a_log_that_is_recorded_now_is_decided_alike_now(tmp_path: Path) -> None:
    path = tmp_path / "everything.jsonl"
    await record(path)
    tally = Tally()
    differences = [one async for one in Verifying(FileSource.of(path), reviews(), None).run(tally)]
    assert differences == []
    assert tally.compared > 100
