"""One turn gone through again: by the agent's own rules and code, over a log that keeps nothing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID

from contracts import slots, streams
from contracts.conversation import ReplyLooked, WishJudged
from contracts.recorded import Recorded
from contracts.tools import ToolOffered, ToolRequested
from services.agent.asking.prompt import Prompt
from services.agent.asking.second_look import RecordedLook as Looked
from services.agent.asking.witness import ModelWitness
from services.agent.asking.witness import RecordedWitness as Witnessed
from services.agent.decider import FOLD, AskModel, Conversation, next_move
from services.agent.effects import Effects
from services.agent.memory.memory import SummaryModel
from services.agent.what_if.calls import RecordedAnswers, Source
from services.agent.what_if.recording import Recording, Start
from services.agent.what_if.rehearsal import Rehearsal
from services.agent.what_if.runs import Run, run_of
from taskflow.log.appending import Because, Write
from taskflow.log.deciding import Decide
from taskflow.tooling import CallState, Catalogue, Tool, ToolCalls

MOST_MOVES = 64
"""Of one turn: eight steps, each with its calls, are far fewer."""


@dataclass(frozen=True, slots=True)
class Rerun:
    """A turn as it was, and as it is now."""

    user: UUID
    start: Start
    recorded: Run
    anew: Run
    sources: Mapping[UUID, Source]
    """Where the new run's calls got their answers."""


@dataclass(slots=True)
class Player:
    """Goes through turns with a model and a prompt; `live` are look-ups that may be made anew."""

    model: SummaryModel
    prompt: Prompt | None = None
    live: Sequence[Tool[Any]] = field(default_factory=list[Tool[Any]])

    async def again(self, recording: Recording, start: Start) -> Rerun:
        log = Rehearsal(recording, start)
        found = [
            recorded.event for recorded in start.recorded if isinstance(recorded.event, ReplyLooked)
        ]
        said = [
            recorded.event for recorded in start.recorded if isinstance(recorded.event, WishJudged)
        ]
        effects = Effects(
            log,
            self.model,
            system=self.prompt,
            look=Looked(found),
            witness=Witnessed(said, ModelWitness(self.model)),
        )
        turn = _Turn(log, start, effects, self.live)
        offered = await Catalogue(log).offers()
        new = await turn.played(offered)
        return Rerun(
            user=recording.user,
            start=start,
            recorded=run_of(start.turn, start.recorded, offered),
            anew=run_of(start.turn, new, offered),
            sources=turn.sources,
        )


class _Turn:
    def __init__(
        self, log: Rehearsal, start: Start, effects: Effects, live: Sequence[Tool[Any]]
    ) -> None:
        self._log, self._start, self._effects = log, start, effects
        self._answers = RecordedAnswers(start.recorded, frozenset(tool.name for tool in live))
        self._live = ToolCalls(log, live)
        self.sources: dict[UUID, Source] = {}

    async def played(self, offered: Mapping[str, ToolOffered]) -> list[Recorded[Any]]:
        """The events that the new run decides, from the first answer to the turn's end."""
        stream, since = self._start.began.stream, self._start.before[-1].version
        state, version, cause = self._start.state, since, self._start.before[-1]
        for _ in range(MOST_MOVES):
            if state.turn != self._start.turn:
                return await self._log.read(stream, since)
            if state.waiting:
                await self._settle(state, offered)
            else:
                await self._move(state, cause, version)
            for recorded in await self._log.read(stream, version):
                state, version, cause = FOLD.over([recorded], state), recorded.version, recorded
        raise AssertionError("a turn ends within its steps")

    async def _move(self, state: Conversation, cause: Recorded[Any], version: int) -> None:
        match next_move(state, self._log.now, timedelta()):
            case AskModel() as asking:
                await self._effects.ask_model(state, asking, cause, version)
            case Decide() as decision:
                await self._effects.conclude(state, decision, cause)
            case _:
                raise AssertionError("an open turn asks, or is decided")

    async def _settle(self, state: Conversation, offered: Mapping[str, ToolOffered]) -> None:
        """Calls side by side: time passes for the longest of them."""
        began = self._log.now
        open_ = [
            request for call in state.waiting if (request := await self._log.find(call)) is not None
        ]
        longest = 0
        for request in sorted(open_, key=lambda recorded: recorded.version):
            self._log.now = began
            longest = max(longest, await self._outcome(request, offered))
        self._log.now = began + timedelta(milliseconds=longest)

    async def _outcome(
        self, request: Recorded[ToolRequested], offered: Mapping[str, ToolOffered]
    ) -> int:
        """Into the call's slot; how many milliseconds it took."""
        found = self._answers.find(request, offered)
        self.sources[request.event_id] = found.source
        if found.event is None:
            return await self._look(request)
        self._log.pass_time(found.took_ms)
        write = Write(request.stream, [found.event], streams.user_of(request.stream))
        slot = slots.outcome(request.event_id)
        await self._log.append([write], slot, Because.of(request))
        return found.took_ms

    async def _look(self, request: Recorded[ToolRequested]) -> int:
        state = CallState(call=request.event_id, settled=False)
        await self._live.of(request).move(state, request)
        outcome = await self._log.find(slots.event_id(slots.outcome(request.event_id), 0))
        return getattr(outcome.event, "took_ms", 0) if outcome else 0
