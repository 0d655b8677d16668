"""Where a turn touches the world: the model is asked, and what it said is recorded."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import structlog

from contracts import streams
from contracts.conversation import MessageReceived, ModelAnswered, ReplyReady
from contracts.event import Json
from contracts.recorded import Recorded
from contracts.tools import ToolOffered
from services.agent import history, prompt
from services.agent.answers import Circumstances, answered, given_up, telling_again
from services.agent.decider import MAX_REPAIRS, AskModel, Conversation, Decide, work_left
from services.agent.gemini import Answer, Gemini, ModelUnavailable, Question, function_of
from taskflow import clock
from taskflow.appending import Because, Outcome, Write
from taskflow.event_log import Log
from taskflow.tooling import Catalogue

HISTORY_EVENTS = 400
"""Read for one request; `history.MAX_TURNS` bounds what is told of them."""
UNKNOWN_ZONE = "UTC"

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Asker:
    """What a step knows of who asks: the zone of their newest message."""

    zone: str
    zone_known: bool
    newest_sid: str | None


class Effects:
    def __init__(self, event_log: Log, gemini: Gemini) -> None:
        self._log, self._gemini = event_log, gemini
        self._catalogue = Catalogue(event_log)
        self._declared_of: Mapping[str, ToolOffered] = {}
        self._functions: list[Json] = []

    async def record(self, decision: Decide, cause: Recorded[Any]) -> Outcome:
        """Puts a decision into its slot of the cause's conversation."""
        write = Write(cause.stream, decision.events, streams.user_of(cause.stream))
        return await self._log.append([write], decision.slot, Because.of(cause))

    async def ask_model(
        self, state: Conversation, move: AskModel, cause: Recorded[Any], version: int
    ) -> Outcome:
        """Asks for what this step owes, and records the answer in the step's slot."""
        events = await self._read(cause.stream, version)
        offered = await self._catalogue.offers()
        asker = _asker(events, state)
        question = Question(
            system=prompt.text(),
            contents=history.contents(
                events, move.turn, self._gemini.model, asker.zone, zone_known=asker.zone_known
            ),
            functions=self._declared(offered),
        )
        try:
            answer = await self._gemini.ask(question, within=work_left(state).total_seconds())
        except ModelUnavailable as error:
            log.warning("model.failed", reason=error.reason, error=error.detail)
            events_ = given_up(
                move.turn,
                move.step,
                error.reason,
                detail=error.detail,
                attempts=error.attempts,
                in_reply_to=asker.newest_sid,
            )
        else:
            log.info("model.answered", took_ms=answer.took_ms, finish=answer.finish_reason)
            events_ = answered(
                _as_fact(answer, move, question),
                Circumstances(
                    offered=offered,
                    zone=asker.zone,
                    zone_known=asker.zone_known,
                    now=clock.utc_now(),
                    in_reply_to=asker.newest_sid,
                    may_repair=state.repairs < MAX_REPAIRS,
                ),
            )
        told = telling_again(events_, await self._texts(state.gone))
        return await self.record(Decide(move.slot, told), cause)

    async def _texts(self, replies: Sequence[UUID]) -> dict[UUID, str]:
        texts: dict[UUID, str] = {}
        for reply in replies:
            recorded: Recorded[ReplyReady] | None = await self._log.find(reply)
            if recorded is not None:
                texts[reply] = (await self._log.opened(recorded)).event.text
        return texts

    def _declared(self, offered: Mapping[str, ToolOffered]) -> list[Json]:
        """As the wire has them; made anew only when the catalogue is another."""
        if offered is not self._declared_of:
            self._declared_of = offered
            names = sorted(offered)
            self._functions = [function_of(offered[name].model_dump()) for name in names]
        return self._functions

    async def _read(self, stream: str, version: int) -> list[Recorded[Any]]:
        sealed = await self._log.read_end(stream, version, HISTORY_EVENTS)
        return [await self._log.opened(recorded) for recorded in sealed]


def _as_fact(answer: Answer, move: AskModel, question: Question) -> ModelAnswered:
    return ModelAnswered(
        turn=move.turn,
        step=move.step,
        model=answer.model,
        prompt_version=prompt.full_version(),
        content=answer.content,
        finish_reason=answer.finish_reason,
        usage=answer.usage,
        response_id=answer.response_id,
        request_hash=question.hash(),
        took_ms=answer.took_ms,
    )


def _asker(events: Sequence[Recorded[Any]], state: Conversation) -> Asker:
    covers = {pending.message for pending in state.covers}
    covered = [
        recorded.event
        for recorded in events
        if isinstance(recorded.event, MessageReceived) and recorded.event_id in covers
    ]
    zones = [message.zone for message in covered if message.zone]
    return Asker(
        zone=zones[-1] if zones else UNKNOWN_ZONE,
        zone_known=False,
        newest_sid=covered[-1].message_sid if covered else None,
    )
