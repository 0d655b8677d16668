"""Every turn of the golden logs, its model repeating itself word for word.

Nothing changes where today's rules decided it; what an older release's did, is gone through.
"""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from contracts import streams
from contracts.conversation import ModelAnswered, ModelFailed
from services.agent.asking.gemini import Answer, ModelRefused, ModelUnavailable, Question
from services.agent.reviewing.profile import OLDEST
from services.agent.what_if.comparing import change
from services.agent.what_if.recording import Recording, Start
from services.agent.what_if.rerun import Player, Rerun
from taskflow.replay.recordings import FileSource, LogContents, catalogue_of, history_of
from tests.support.golden import GOLDEN, accepted_beside

FROM_OUTSIDE = {"stopped", "parked", "gave way", "taken over"}
LOGS = sorted(GOLDEN.glob("*/*.jsonl"))


class Parrot:
    """Says what was said in this turn; fails where the vendor failed."""

    def __init__(self, start: Start) -> None:
        told = [one.event for one in start.recorded]
        self._left = [one for one in told if isinstance(one, ModelAnswered | ModelFailed)]
        answers = [one for one in self._left if isinstance(one, ModelAnswered)]
        self.model = answers[0].model if answers else "gemini-3.8-flash"

    async def ask(self, question: Question, *, within: float) -> Answer:
        if not self._left:
            raise ModelUnavailable("the turn was ended from outside", 0)
        now = self._left.pop(0)
        if isinstance(now, ModelFailed):
            raise (ModelRefused if now.reason == "refused" else ModelUnavailable)(now.detail, 1)
        return Answer(
            content=now.content,
            finish_reason=now.finish_reason,
            usage=now.usage,
            response_id=now.response_id,
            model=now.model,
            took_ms=now.took_ms,
        )


async def recordings(path: Path) -> AsyncIterator[Recording]:
    source, contents = FileSource.of(path), LogContents()
    async for message in source.messages():
        contents.see(message)
    tools = await catalogue_of(source, contents)
    for user in contents.users():
        if await source.key(user) is None:
            continue
        history, _, _ = await history_of(source, contents, user, tools)
        told = (
            history.streams.get(name(user), ()) for name in (streams.conversation, streams.profile)
        )
        yield Recording(user, *told, tools)


@pytest.mark.parametrize("path", LOGS, ids=lambda path: f"{path.parent.name}/{path.stem}")
async def test_the_same_answers_lead_to_the_same(path: Path) -> None:
    reruns: list[Rerun] = [
        await Player(Parrot(start)).again(recording, start)
        async for recording in recordings(path)
        for start in recording.starts()
    ]
    assert len(reruns) > 5
    assert path.parent.name != "0.3.0" or reruns[0].start.state.rules >= OLDEST
    accepted = accepted_beside(path)
    others = [
        (one.recorded, one.anew)
        for one in reruns
        if one.start.state.rules >= OLDEST
        and change(one.recorded, one.anew) != "same"
        and one.recorded.unreached is None
        and one.recorded.outcome not in FROM_OUTSIDE
        and not {str(told.event_id) for told in one.start.recorded} & accepted.keys()
    ]
    assert others == []
    assert all(
        one.recorded.outcome == one.anew.outcome
        for one in reruns
        if one.start.state.rules >= OLDEST and one.recorded.unreached is not None
    )
