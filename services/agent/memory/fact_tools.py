"""`remember`, `correct`, `forget_fact`, `list_facts`: the model's calls about a user's profile."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from pydantic import BaseModel, BeforeValidator, Field, ValidationError

from contracts import streams
from contracts.conversation import MessageReceived
from contracts.event import Event, Json
from contracts.profile import ProfileKind
from contracts.recorded import Recorded
from services.agent.judging.own_writes import (
    OwnCall,
    OwnDone,
    OwnOutcome,
    OwnOutcomes,
    OwnRefused,
)
from services.agent.memory import wordings
from services.agent.memory.memory import Memory
from services.agent.memory.profile.changing import Changed, ChangeWords, Draft, UnclearChange
from services.agent.memory.profile.facts import QUIET_HOURS, TEXTS, Fact, Profile
from services.agent.memory.profile.grounded import is_meant
from services.agent.memory.profile.naming import named
from services.agent.memory.profile.words import MOST_CHARACTERS, plain
from taskflow import clock
from taskflow.log.appending import Write
from taskflow.log.event_log import Log
from taskflow.tooling import Call, Done, Refused, Tool, Undo, explain
from taskflow.words.languages import SOURCE, matched

TIMEOUT = 10.0
"""Seconds, of a call that another release of the agent left to be carried out."""
RECENT = 40
"""Events before such a call, among which the message that asks for it is looked for."""
FORGET = "forget_fact"
UNNOTED = Undo(tool=FORGET, argument="which", path="told")
"""The user's own undo takes back the very fact, and what it replaced holds again (undo.py)."""


def _kind(given: object) -> object:
    """As models say it: "home airport", or "airport" alone."""
    kind = str(given).strip().lower().replace(" ", "_")
    return "home_airport" if kind == "airport" else kind


_WHICH = "The fact as it stands under 'About the user': its kind, whom it is about, or its value"


Kind = Annotated[ProfileKind, BeforeValidator(_kind)]


class Remember(BaseModel):
    kind: Kind
    value: str = Field(
        min_length=1,
        max_length=MOST_CHARACTERS,
        description="language: BCP 47; currency: ISO 4217; home_airport: IATA; zone: IANA; home: "
        "the town, with region or country; the other kinds in the user's own words",
    )
    about: str | None = Field(
        None,
        max_length=60,
        description="Whom or what a person or a place is to them: sister, gym",
    )


class Correct(BaseModel):
    which: str = Field(min_length=1, max_length=200, description=_WHICH)
    value: str = Field(min_length=1, max_length=MOST_CHARACTERS, description="As in remember")


class ForgetFact(BaseModel):
    which: str = Field(
        min_length=1, max_length=200, description=f"{_WHICH}; or 'all' for all of them"
    )


class ListFacts(BaseModel):
    pass


@dataclass(frozen=True, slots=True)
class FactKeeping:
    """What calls come to, by the profile as it stands and what the user typed. Pure."""

    profile: Profile
    typed: Sequence[Recorded[MessageReceived]]
    """Opened, oldest first."""
    now: datetime
    zone: str
    """In which days are told."""
    language: str = SOURCE
    """In which facts are told to the user."""

    @property
    def names(self) -> frozenset[str]:
        return frozenset(_MODELS)

    def is_loose(self, call: OwnCall) -> bool:
        try:
            match _MODELS[call.tool].model_validate(call.arguments):
                case Remember(kind=kind, value=value):
                    pass
                case Correct(which=which, value=value):
                    kind = Draft(self.profile).the_one(which).kind
                case _:
                    return False
        except (ValidationError, UnclearChange):
            return False
        return kind not in TEXTS and not is_meant(kind, value, self._typed(call))

    def done(self, calls: Sequence[OwnCall]) -> OwnOutcomes:
        draft = Draft(self.profile, self.language)
        outcomes = [self._one(draft, call) for call in calls]
        return OwnOutcomes(outcomes, draft.zone)

    def _one(self, draft: Draft, call: OwnCall) -> OwnOutcome:
        try:
            arguments = _MODELS[call.tool].model_validate(call.arguments)
            changed = self._changed(draft, arguments, call)
        except ValidationError as error:
            return OwnRefused("invalid_arguments", explain(error))
        except UnclearChange as error:
            return OwnRefused("refused", str(error))
        return OwnDone(changed.result, changed.facts)

    def _changed(self, draft: Draft, arguments: BaseModel, call: OwnCall) -> Changed:
        match arguments:
            case Remember(kind=kind, value=value, about=about):
                return draft.remember(kind, value, about, self._words(call))
            case Correct(which=which, value=value):
                return draft.correct(which, value, self._words(call))
            case ForgetFact(which=which):
                return draft.forget(which, self._words(call))
            case _:
                return Changed(
                    {"facts": [*map(self._listed, draft.standing()), *self._quiet()]}, ()
                )

    def _words(self, call: OwnCall) -> ChangeWords:
        if not self.typed:
            raise UnclearChange("No message of the user's says so.")
        typed = self._typed(call)
        said = call.said if all(_stands(span, typed) for span in call.said) else ()
        kept = said or typed
        holds = [recorded for recorded in self.typed if _stands(kept[0], [recorded.event.text])]
        source = (holds or self.typed)[-1]
        return ChangeWords(call.call, kept, typed, source.event_id, self.now)

    def _typed(self, call: OwnCall) -> Sequence[str]:
        """Where the call names none, their newest message."""
        return call.typed or call.said or [recorded.event.text for recorded in self.typed[-1:]]

    def _listed(self, fact: Fact) -> Json:
        fields: Json = {"kind": fact.kind, "value": named(fact.kind, fact.value)}
        about = {"about": fact.about} if fact.about else {}
        return {**fields, **about, "said_on": self._day(fact.at)}

    def _quiet(self) -> list[Json]:
        quiet = self.profile.quiet
        if quiet is None:
            return []
        return [{"kind": QUIET_HOURS, "value": quiet.value, "said_on": self._day(quiet.at)}]

    def _day(self, at: datetime) -> str:
        return at.astimezone(ZoneInfo(self.zone)).date().isoformat()


_MODELS: dict[str, type[BaseModel]] = {
    "remember": Remember,
    "correct": Correct,
    FORGET: ForgetFact,
    "list_facts": ListFacts,
}


class FactTools:
    """The same calls, left to be carried out by a release that does not do so beside its answer."""

    def __init__(self, event_log: Log) -> None:
        self._log, self._memory = event_log, Memory(event_log)

    def all(self) -> list[Tool[Any]]:
        return [
            Tool(
                Remember,
                self.remember,
                "remember",
                "write",
                TIMEOUT,
                inside=True,
                declared=wordings.REMEMBER_ARGUMENTS,
                receipt=wordings.NOTED,
                changes="fact",
                undone_by=UNNOTED,
            ),
            Tool(
                Correct,
                self.correct,
                "correct",
                "write",
                TIMEOUT,
                inside=True,
                declared=wordings.CORRECT_ARGUMENTS,
                receipt=wordings.NOTED,
                changes="fact",
                undone_by=UNNOTED,
            ),
            Tool(
                ForgetFact,
                self.forget_fact,
                FORGET,
                "write",
                TIMEOUT,
                inside=True,
                declared=wordings.FORGET_ARGUMENTS,
                receipt=wordings.FORGOTTEN,
                changes="fact",
            ),
            Tool(ListFacts, self.list_facts, "list_facts", "read", TIMEOUT, inside=True),
        ]

    async def remember(self, arguments: Remember, call: Call) -> Done:
        """Note something lasting that the user states about themselves.

        Their name, home, time zone, language, home airport, currency, a preference, a person or a
        place of theirs. Nothing supposed, nothing that others said, no errand, no wish of the
        moment. One call for each fact.
        """
        return await self._done("remember", arguments, call)

    async def correct(self, arguments: Correct, call: Call) -> Done:
        """Put another value in the place of one noted fact."""
        return await self._done("correct", arguments, call)

    async def forget_fact(self, arguments: ForgetFact, call: Call) -> Done:
        """Forget one noted fact, all of one kind, or all of them; the conversation stays."""
        return await self._done("forget_fact", arguments, call)

    async def list_facts(self, arguments: ListFacts, call: Call) -> Done:
        """All that is noted of the user, with the day on which they said it."""
        return await self._done("list_facts", arguments, call)

    async def _done(self, tool: str, arguments: BaseModel, call: Call) -> Done:
        request = call.request
        events = await self._log.read_end(request.stream, request.version, RECENT)
        typed = [
            await self._log.opened(recorded)
            for recorded in events
            if isinstance(recorded.event, MessageReceived)
        ]
        profile = await self._memory.profile(call.user)
        asker = request.event.asker
        language = matched(asker.language if asker else None) or SOURCE
        keeping = FactKeeping(profile, typed, clock.utc_now(), request.event.zone, language)
        own = OwnCall(request.event_id, tool, arguments.model_dump())
        match keeping.done([own]).outcomes[0]:
            case OwnRefused(error=error):
                raise Refused(error)
            case OwnDone(result=result, facts=facts):
                return Done(result, _writes(facts, call))


def _stands(span: str, typed: Sequence[str]) -> bool:
    return any(plain(span) in plain(text) for text in typed)


def _writes(facts: Sequence[Event], call: Call) -> list[Write]:
    return [Write(streams.profile(call.user), facts, call.user)] if facts else []
