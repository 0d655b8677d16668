"""Where a turn touches the world: the model is asked, and what it said is recorded."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Protocol
from uuid import UUID

import structlog
from opentelemetry import trace

from contracts import streams
from contracts.conversation import (
    ForgettingAsked,
    ForgettingConfirmed,
    ModelAnswered,
    ReplyCaught,
    ReplyReady,
)
from contracts.event import Event, Json
from contracts.profile import ProfileForgotten, ProfileLearned
from contracts.recorded import Recorded
from contracts.streams import UserId
from contracts.tools import ToolOffered
from services.agent.apologies import given_up
from services.agent.asking import bounds, history, prompt
from services.agent.asking import witness as witnessing
from services.agent.asking.answer_fact import as_fact
from services.agent.asking.answering import Answering
from services.agent.asking.gemini import (
    ModelUnavailable,
    Question,
    function_of,
)
from services.agent.asking.hearing import Loading, asked, heard_first
from services.agent.asking.prompt import Prompt
from services.agent.asking.second_look import Look
from services.agent.asking.witness import Witness
from services.agent.buttons import offering
from services.agent.decider import (
    MAX_REPAIRS,
    MAX_STEPS,
    AskModel,
    Conversation,
    work_left,
)
from services.agent.judging import facts, private, receipts
from services.agent.judging.answers import Circumstances, answered, telling_again, to_look_at
from services.agent.judging.answers import wanted as wanted_of
from services.agent.judging.private import PrivateFact
from services.agent.judging.written import Written
from services.agent.leaving import leaving
from services.agent.memory.memory import SummaryModel
from services.agent.owed import Owed
from services.agent.reading import Step, TurnReading
from services.agent.settings import Answers
from services.agent.speaking.introducing import introducing
from services.agent.speaking.turn_language import TurnLanguage
from services.agent.typed import TypedWords
from taskflow import clock
from taskflow.errors import Permanent, Retryable
from taskflow.log.appending import Because, Outcome, Write
from taskflow.log.deciding import Decide
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
        model: SummaryModel,
        system: Prompt | None = None,
        destroyer: Destroyer | None = None,
        answers: Answers = "call",
        *,
        look: Look | None = None,
        witness: Witness | None = None,
        loading: Loading | None = None,
    ) -> None:
        """`system` takes the place of the current prompt; without a destroyer nobody is forgotten.

        A replay has none, and a `look` and a `witness` that were recorded; without a look nobody
        looks at replies, without a witness the model is asked, without loading it sees no media.
        """
        self._log, self._model, self._destroyer = event_log, model, destroyer
        self._answers: Answers = answers
        self._look = look
        self._prompt = system or Prompt(prompt.CURRENT, prompt.text())
        self._witness = witness or witnessing.ModelWitness(model)
        self._reading, self._loading = TurnReading(event_log, model), loading
        self._owed = Owed(event_log)
        self._language = TurnLanguage(event_log)
        self._catalogue = Catalogue(event_log)
        self._typed = TypedWords(event_log, self._catalogue)
        self._declared_of: Mapping[str, ToolOffered] = {}
        self._functions: list[Json] = []

    async def record(self, decision: Decide, cause: Recorded[Any]) -> Outcome:
        """Puts a decision into its slot of the cause's conversation."""
        writes = _writes(cause.stream, decision.events)
        return await self._log.append(writes, decision.slot, Because.of(cause))

    async def conclude(
        self, state: Conversation, decision: Decide, cause: Recorded[Any]
    ) -> Outcome:
        """As `record`, with the receipts that a reply owes, and the language of a turn."""
        events = await self._language.named(state, decision.events, cause)
        events = _introduced(state, await self.with_receipts(state, events))
        return await self.record(replace(decision, events=events), cause)

    async def with_receipts(self, state: Conversation, events: Sequence[Event]) -> Sequence[Event]:
        """The same events; the reply among them tells every change that none has told yet."""
        leaves = any(isinstance(event, ForgettingConfirmed) for event in events)
        if leaves or not _replies(events):
            return events
        owed = await self._owed.of(state, await self._catalogue.offers())
        return offering.under(receipts.telling(events, owed, state.language), state, owed)

    async def with_receipts_if_readable(
        self, state: Conversation, events: Sequence[Event]
    ) -> Sequence[Event]:
        """What cannot be read now is left to the next reply: an event that parks may be why."""
        try:
            return await self.with_receipts(state, events)
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
        link(answering, [recorded.trace for recorded in heard.covered])
        if decided := await self._typed.decided(move.turn, state, heard.covered):
            log.info("typed.decided", type=decided[0].type)
            return await self.conclude(state, Decide(move.slot, decided), cause)
        step = await self._reading.step(heard, state, move, cause)
        offered = await self._catalogue.offers()
        question = self._question(step, move, offered)
        if bounds.size(question.contents) > bounds.MOST_BYTES:
            too_much = given_up(
                move.turn, move.step, "tokens", language=state.language, in_reply_to=step.newest_ref
            )
            return await self.conclude(state, Decide(move.slot, too_much), cause)
        try:
            shown = [recorded.event for recorded in step.covered]
            left = work_left(state).total_seconds()
            question, answer = await asked(self._model, question, shown, self._loading, left)
        except ModelUnavailable as error:
            log.warning("model.failed", reason=error.reason, error=error.detail)
            decided = given_up(
                move.turn,
                move.step,
                error.reason,
                language=state.language,
                detail=error.detail,
                attempts=error.attempts,
                in_reply_to=step.newest_ref,
            )
            decided = await self.with_receipts(state, decided)
        else:
            log.info("model.answered", took_ms=answer.took_ms, finish=answer.finish_reason)
            known = _circumstances(step, state, move, offered, self._prompt.text)
            fact = as_fact(answer, move.turn, move.step, question, self._prompt.version)
            known = await self._witnessed(fact, known, state)
            known = await self._looked(fact, known, state)
            decided = answered(fact, known)
            owed = await self._owed.of(state, offered) if _replies(decided) else []
            decided = answered(fact, replace(known, receipts=owed))
            decided = offering.beside(decided, fact, state, known, owed)
            for caught in (event for event in decided if isinstance(event, ReplyCaught)):
                log.warning("reply.caught", claims=caught.claims, corrected=caught.corrected)
            decided = heard_first(decided, step.covered, state.language)
        retold = telling_again(decided, await self._texts(state.gone), state.language)
        return await self.record(Decide(move.slot, _introduced(state, retold)), cause)

    async def _witnessed(
        self, fact: ModelAnswered, known: Circumstances, state: Conversation
    ) -> Circumstances:
        """With what the witness says of the calls that wait for its word alone."""
        if not (wanted := wanted_of(fact, known)):
            return known
        left = work_left(state).total_seconds() - fact.took_ms / 1_000
        judged = await self._witness.judge(wanted, known.offered, max(left, 0.0))
        return replace(known, now=clock.utc_now(), standing=replace(known.standing, judged=judged))

    async def _looked(
        self, fact: ModelAnswered, known: Circumstances, state: Conversation
    ) -> Circumstances:
        """With what a second look at its reply finds, where one is due."""
        reply = to_look_at(fact, known) if self._look is not None else None
        if reply is None or self._look is None:
            return known
        left = work_left(state).total_seconds() - fact.took_ms / 1_000
        return replace(known, looked=await self._look.at(reply, max(left, 0.0)))

    async def forget(self, cause: Recorded[Any]) -> None:
        """Destroys everything of the user whose conversation this is."""
        if self._destroyer is None:
            raise NotHere("nobody can be forgotten here")
        await self._destroyer.forget(streams.user_of(cause.stream), Because.of(cause))
        log.info("user.forgotten")

    def _question(self, step: Step, move: AskModel, offered: Mapping[str, ToolOffered]) -> Question:
        arrived = step.arrived if move.step > 1 else ()
        how = Answering(self._answers, is_last=move.step >= MAX_STEPS, may_give_way=bool(arrived))
        return Question(
            system=self._prompt.text,
            contents=history.contents(
                step.events,
                move.turn,
                step.zone,
                zone_known=step.profile.zone is not None,
                about=step.about(),
                arrived=[recorded.event for recorded in arrived],
                summary=step.summary,
            ),
            functions=[*self._declared(offered), *how.functions()],
            answering=how,
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
            self._functions = [function_of(offered[name]) for name in names]
        return self._functions


def _writes(stream: str, events: Sequence[Event]) -> list[Write]:
    """What is decided of a user's profile stands in a stream of its own, in the same append."""
    user = streams.user_of(stream)
    of_profile = [event for event in events if isinstance(event, ProfileLearned | ProfileForgotten)]
    of_conversation = [
        event for event in events if not isinstance(event, ProfileLearned | ProfileForgotten)
    ]
    profile = [Write(streams.profile(user), of_profile, user)] if of_profile else []
    return [Write(stream, of_conversation, user), *profile]


def _introduced(state: Conversation, events: Sequence[Event]) -> Sequence[Event]:
    """Whoever leaves is not introduced to us."""
    leaves = any(isinstance(event, ForgettingConfirmed | ForgettingAsked) for event in events)
    return introducing(events, state.language) if state.introduces and not leaves else events


def _replies(events: Sequence[Event]) -> bool:
    return any(isinstance(event, ReplyReady) for event in events)


def _circumstances(
    step: Step,
    state: Conversation,
    move: AskModel,
    offered: Mapping[str, ToolOffered],
    instructions: str,
) -> Circumstances:
    known = facts.of(step.events, move.turn, step.covered, offered)
    return Circumstances(
        offered=offered,
        zone=step.zone,
        zone_known=step.profile.zone is not None,
        now=clock.utc_now(),
        in_reply_to=step.newest_ref,
        may_repair=state.repairs < MAX_REPAIRS,
        asker=step.profile.asker(),
        standing=replace(
            known.standing(frozenset(proposal.fingerprint for proposal in step.confirmed)),
            outside=state.outside,
            private=[
                PrivateFact(fact.kind, fact.value)
                for fact in step.profile.facts
                if fact.kind in private.KINDS
            ],
            zone_guess=step.zone if step.zone_is_open and not state.zone_asked else None,
        ),
        turn_began=known.began,
        proposed=known.proposed,
        done=known.done,
        may_catch=not state.caught and move.step < MAX_STEPS,
        picture=known.picture,
        results=known.results,
        may_give_way=move.step > 1 and bool(step.arrived),
        instructions=instructions,
        language=state.language,
        messages=[Written(recorded.recorded_at, recorded.event.text) for recorded in step.covered],
        own=step.keeping(state.language),
        asking_back=leaving.asked_back(move.turn, step.newest_ref, state.language),
    )
