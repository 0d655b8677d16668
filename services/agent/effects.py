"""Where a turn touches the world: the model is asked, and what it said is recorded."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Protocol
from uuid import UUID

import orjson
import structlog
from opentelemetry import trace

from contracts import streams
from contracts.conversation import (
    FIRST_RULES,
    ForgettingConfirmed,
    ModelAnswered,
    ReplyCaught,
    ReplyReady,
)
from contracts.event import Event, Json
from contracts.recorded import Recorded
from contracts.streams import UserId
from contracts.tools import ToolOffered
from services.agent.apologies import given_up
from services.agent.asking import bounds, history, prompt
from services.agent.asking.gemini import Answer, ModelUnavailable, Question, function_of
from services.agent.asking.prompt import Prompt
from services.agent.decider import (
    MAX_REPAIRS,
    MAX_STEPS,
    AskModel,
    Conversation,
    Decide,
    work_left,
)
from services.agent.judging import facts, private, receipts
from services.agent.judging.answers import Circumstances, answered, telling_again
from services.agent.judging.private import PrivateFact
from services.agent.leaving import leaving
from services.agent.memory.memory import Model
from services.agent.owed import Owed
from services.agent.reading import Reading, Step
from taskflow import clock
from taskflow.errors import Permanent, Retryable
from taskflow.log.appending import Because, Outcome, Write
from taskflow.log.event_log import Log
from taskflow.telemetry.tracing import link
from taskflow.tooling import Catalogue

log = structlog.get_logger()


class NotHere(Permanent):
    """A replay destroys nothing."""

    code = "not_here"


class Destroyer(Protocol):
    async def forget(self, user: UserId, because: Because) -> object:
        """Destroys all that is theirs."""
        ...


class Effects:
    def __init__(
        self,
        event_log: Log,
        model: Model,
        system: Prompt | None = None,
        destroyer: Destroyer | None = None,
    ) -> None:
        """`system` takes the place of the current prompt; without a destroyer nobody is forgotten.

        A replay has none.
        """
        self._log, self._model, self._destroyer = event_log, model, destroyer
        self._prompt = system or Prompt(prompt.CURRENT, prompt.text())
        self._reading = Reading(event_log, model)
        self._owed = Owed(event_log)
        self._catalogue = Catalogue(event_log)
        self._declared_of: Mapping[str, ToolOffered] = {}
        self._functions: list[Json] = []

    async def record(self, decision: Decide, cause: Recorded[Any]) -> Outcome:
        """Puts a decision into its slot of the cause's conversation."""
        write = Write(cause.stream, decision.events, streams.user_of(cause.stream))
        return await self._log.append([write], decision.slot, Because.of(cause))

    async def conclude(
        self, state: Conversation, decision: Decide, cause: Recorded[Any]
    ) -> Outcome:
        """As `record`, with the receipts that a reply owes."""
        events = await self.told(state, decision.events)
        return await self.record(Decide(decision.slot, events), cause)

    async def told(self, state: Conversation, events: Sequence[Event]) -> Sequence[Event]:
        """The same events; the reply among them tells every change that none has told yet."""
        leaves = any(isinstance(event, ForgettingConfirmed) for event in events)
        if leaves or not _replies(events) or not (owed := await self._owed.of(state)):
            return events
        return receipts.telling(events, owed)

    async def told_if_readable(
        self, state: Conversation, events: Sequence[Event]
    ) -> Sequence[Event]:
        """What cannot be read now is left to the next reply: an event that parks may be why."""
        try:
            return await self.told(state, events)
        except Retryable:
            raise
        except Exception as error:  # noqa: BLE001 - whatever it is, the turn is given up
            log.warning("receipts.left", error=type(error).__name__)
            return events

    async def ask_model(
        self, state: Conversation, move: AskModel, cause: Recorded[Any], version: int
    ) -> Outcome:
        """Asks for what this step owes, and records the answer in the step's slot."""
        heard = await self._reading.heard(state, cause, version)
        answering = trace.get_current_span()
        link(answering, [one.trace for one in heard.covered])
        if move.step == 1 and (decided := leaving.decided(move.turn, state, heard.covered)):
            log.info("forgetting.decided", type=decided[0].type)
            return await self.conclude(state, Decide(move.slot, decided), cause)
        step = await self._reading.step(heard, state, move, cause)
        offered = await self._catalogue.offers()
        question = self._question(step, move, offered)
        if state.rules != FIRST_RULES and bounds.size(question.contents) > bounds.MOST_BYTES:
            too_much = given_up(move.turn, move.step, "tokens", in_reply_to=step.newest_sid)
            return await self.conclude(state, Decide(move.slot, too_much), cause)
        try:
            answer = await self._model.ask(question, within=work_left(state).total_seconds())
        except ModelUnavailable as error:
            log.warning("model.failed", reason=error.reason, error=error.detail)
            decided = given_up(
                move.turn,
                move.step,
                error.reason,
                detail=error.detail,
                attempts=error.attempts,
                in_reply_to=step.newest_sid,
            )
            decided = await self.told(state, decided)
        else:
            log.info("model.answered", took_ms=answer.took_ms, finish=answer.finish_reason)
            known = _circumstances(step, state, move, offered)
            fact = _as_fact(answer, move, question, self._prompt.version)
            decided = answered(fact, known)
            if _replies(decided) and (owed := await self._owed.of(state)):
                decided = answered(fact, replace(known, receipts=owed))
            _tell_of_catches(decided)
        told = telling_again(decided, await self._texts(state.gone))
        return await self.record(Decide(move.slot, told), cause)

    async def forget(self, cause: Recorded[Any]) -> None:
        """Destroys everything of the user whose conversation this is."""
        if self._destroyer is None:
            raise NotHere("nobody can be forgotten here")
        await self._destroyer.forget(streams.user_of(cause.stream), Because.of(cause))
        log.info("user.forgotten")

    def _question(self, step: Step, move: AskModel, offered: Mapping[str, ToolOffered]) -> Question:
        return Question(
            system=self._prompt.text,
            contents=history.contents(
                step.events,
                move.turn,
                self._model.model,
                step.zone,
                zone_known=step.profile.zone is not None,
                about=step.about(),
                summary=step.summary,
                untrusted={name for name, offer in offered.items() if offer.untrusted},
            ),
            functions=self._declared(offered),
        )

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


def _replies(events: Sequence[Event]) -> bool:
    return any(isinstance(event, ReplyReady) for event in events)


def _circumstances(
    step: Step, state: Conversation, move: AskModel, offered: Mapping[str, ToolOffered]
) -> Circumstances:
    known = facts.of(step.events, move.turn, step.covered, offered, step.learned())
    return Circumstances(
        offered=offered,
        zone=step.zone,
        zone_known=step.profile.zone is not None,
        now=clock.utc_now(),
        in_reply_to=step.newest_sid,
        may_repair=state.repairs < MAX_REPAIRS,
        asker=step.profile.asker(),
        standing=replace(
            known.standing(frozenset(one.fingerprint for one in step.confirmed)),
            rules=state.rules,
            outside=state.outside,
            private=[
                PrivateFact(one.kind, one.value)
                for one in step.profile.facts
                if one.kind in private.KINDS
            ],
            zone_guess=step.zone if step.zone_is_open and not state.zone_asked else None,
        ),
        turn_began=known.began,
        proposed=known.proposed,
        happened=known.happened,
        may_catch=not state.caught and move.step < MAX_STEPS,
        picture=known.picture,
        rules=state.rules,
    )


def _tell_of_catches(decided: Sequence[Event]) -> None:
    for event in decided:
        if isinstance(event, ReplyCaught):
            log.warning("reply.caught", claims=event.claims, corrected=event.corrected)


def _as_fact(
    answer: Answer, move: AskModel, question: Question, prompt_version: str
) -> ModelAnswered:
    fits = _is_storable(answer.content)
    return ModelAnswered(
        turn=move.turn,
        step=move.step,
        model=answer.model,
        prompt_version=prompt_version,
        content=answer.content if fits else None,
        finish_reason=answer.finish_reason if fits else "MALFORMED_RESPONSE",
        usage=answer.usage,
        response_id=answer.response_id,
        request_hash=question.hash(),
        took_ms=answer.took_ms,
    )


def _is_storable(content: Json | None) -> bool:
    """Half a surrogate pair, or an integer of a hundred digits, is no JSON of ours."""
    try:
        orjson.dumps(content)
    except TypeError:
        return False
    return True
