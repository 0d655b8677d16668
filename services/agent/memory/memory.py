"""What is known of a user by their own words, and of their older turns: read from the log."""

from collections.abc import Sequence
from typing import Any, Protocol
from uuid import UUID

import structlog

from contracts import slots, streams
from contracts.conversation import HistorySummarized
from contracts.recorded import Recorded
from contracts.streams import UserId
from services.agent.asking import summaries
from services.agent.asking.gemini import Answer, ModelUnavailable, Question
from services.agent.memory.profile.facts import Profile
from services.agent.turns import walked
from taskflow.log.appending import Because, Write
from taskflow.log.event_log import Log

__all__ = ["Memory", "Profile"]

MOST_EVENTS = 1_000
"""Read for one request: twice what thirty turns and the ten before them come to."""
SUMMARY_SECONDS = 15.0
"""The user waits meanwhile; without a summary, the newest turns must do."""

log = structlog.get_logger()


class SummaryModel(Protocol):
    model: str

    async def ask(self, question: Question, *, within: float) -> Answer:
        """One answer within so many seconds. Raises ModelUnavailable."""
        ...


class Conversed(Protocol):
    """What the conversation's fold knows of its summaries."""

    @property
    def turn(self) -> UUID | None: ...
    @property
    def step(self) -> int: ...
    @property
    def summary(self) -> UUID | None: ...
    @property
    def summaries(self) -> int: ...
    @property
    def summary_upto(self) -> int: ...
    @property
    def turns_since(self) -> int: ...


class Memory:
    def __init__(self, event_log: Log) -> None:
        self._log = event_log

    async def profile(self, user: UserId) -> Profile:
        """The facts that stand now. Raises SealedForEver once the user is forgotten."""
        sealed = await self._log.read(streams.profile(user))
        return Profile.of([await self._log.opened(recorded) for recorded in sealed])

    async def events(self, stream: str, state: Conversed, version: int) -> list[Recorded[Any]]:
        """Opened: everything after what the summary covers, up to a version."""
        count = min(version - state.summary_upto, MOST_EVENTS)
        sealed = await self._log.read_end(stream, version, count) if count > 0 else []
        return [await self._log.opened(recorded) for recorded in sealed]

    async def summarise_if_due(
        self,
        stream: str,
        events: Sequence[Recorded[Any]],
        state: Conversed,
        gemini: SummaryModel,
        cause: Recorded[Any],
    ) -> HistorySummarized | None:
        """The summary that stands for this turn, a new one if it is time.

        Asked for once a turn, before its first step. Whatever goes wrong, the turn goes on.
        """
        standing = await self._standing(state)
        if state.step != 1:
            return standing
        turns = walked(events)
        size = summaries.tokens(turns, state.summary_upto)
        if not summaries.is_due(state.turns_since, size):
            return standing
        covered = summaries.coverage(turns, state.summary_upto)
        if covered is None:
            return standing
        question = summaries.question(covered, standing)
        try:
            answer = await gemini.ask(question, within=SUMMARY_SECONDS)
        except ModelUnavailable as error:
            log.warning("history.not_summarized", reason=error.reason, error=error.detail)
            return standing
        text = summaries.accepted(answer)
        if text is None:
            log.warning("history.not_summarized", reason="unusable", finish=answer.finish_reason)
            return standing
        fact = summaries.fact(text, covered, answer, state.summaries, standing)
        log.info("history.summarized", turns=len(covered.turns), took_ms=answer.took_ms)
        return await self._record(stream, fact, cause)

    async def _record(
        self, stream: str, fact: HistorySummarized, cause: Recorded[Any]
    ) -> HistorySummarized:
        """Two deliveries may both have asked: the first one's answer stands."""
        write = Write(stream, [fact], streams.user_of(stream))
        slot = slots.summary(stream, fact.number)
        outcome = await self._log.append([write], slot, Because.of(cause))
        recorded: Recorded[HistorySummarized] = await self._log.opened(outcome.events[0])
        return recorded.event

    async def _standing(self, state: Conversed) -> HistorySummarized | None:
        if state.summary is None:
            return None
        found: Recorded[HistorySummarized] | None = await self._log.find(state.summary)
        return (await self._log.opened(found)).event if found is not None else None
