"""Summaries of older turns, written again by today's rules from the model's recorded words."""

from collections.abc import Iterator, Sequence
from typing import Any

from contracts import slots
from contracts.conversation import HistorySummarized, TurnStarted
from contracts.recorded import Recorded
from services.agent.asking import attachments
from services.agent.asking.recorded_model import RecordedModel
from services.agent.memory.memory import Memory
from services.agent.reviewing.profile import is_retired
from services.agent.state import Conversation
from taskflow.errors import SealedForEver
from taskflow.replay.history import History, LogThen, is_erased
from taskflow.replay.verdicts import Comparing, NotComparable, Redecided, Verdict


async def summary_reviewed(
    comparing: Comparing,
    stream: str,
    events: Sequence[Recorded[Any]],
    states: Sequence[Conversation],
    recorded: Recorded[Any],
) -> Verdict:
    """`states` are the conversation's, by version."""
    history = comparing.history
    fact: HistorySummarized = recorded.event
    slot = slots.summary(stream, fact.number)
    id_ = slots.event_id(slot, 0)
    if is_erased(recorded):
        return NotComparable(recorded, "erased")
    first: Redecided | None = None
    for version in _first_steps(history, events, states, recorded, fact.number):
        past = LogThen(history, recorded.position)
        memory, state = Memory(past), states[version]
        if is_retired(state):
            return NotComparable(recorded, "retired")
        try:
            before = attachments.with_media(await memory.events(stream, state, version))
            said = RecordedModel(None, fact, fact.model)
            await memory.summarise_if_due(stream, before, state, said, events[version - 1])
        except SealedForEver:
            return NotComparable(recorded, "erased")
        decided = past.decided(slot)
        verdict = comparing.event(
            recorded, decided[0] if decided else None, id_, leaving_out={"prompt_version"}
        )
        if not verdict.changes():
            return verdict
        first = first or verdict
    return first or comparing.event(recorded, None, id_)


def _first_steps(
    history: History,
    events: Sequence[Recorded[Any]],
    states: Sequence[Conversation],
    recorded: Recorded[Any],
    number: int,
) -> Iterator[int]:
    """Versions at which whoever wrote it may have looked: in the first step of its turn.

    The turn is that of the same delivery, which may have slept until much later.
    """
    causes = [recorded.cause for recorded in events if isinstance(recorded.event, TurnStarted)]
    is_known = recorded.cause in causes
    for version in range(recorded.version - 1, 0, -1):
        state = states[version]
        if state.turn is None or state.step != 1 or state.summaries != number:
            continue
        turn = history.find(state.turn)
        if not is_known or (turn and turn.cause == recorded.cause):
            yield version
