"""What follows from the model's answer. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import chain
from uuid import UUID

from contracts import slots
from contracts.conversation import (
    ModelAnswered,
    ReplyCaught,
    ReplyLooked,
    ReplyReady,
    TurnSuperseded,
    WishJudged,
)
from contracts.declarations import SAID
from contracts.event import Event, Json
from contracts.tools import (
    NOBODY,
    ActionProposed,
    Asker,
    ToolFailed,
    ToolFinished,
    ToolOffered,
    ToolRequested,
)
from services.agent.apologies import sorry
from services.agent.judging import (
    addresses,
    hygiene,
    own_writes,
    policy,
    proposals,
    receipts,
    truth,
    written,
)
from services.agent.judging.answer_parts import (
    GIVE_WAY,
    REPLY,
    AnswerCall,
    SpokenWords,
    taken_apart,
)
from services.agent.judging.answer_size import TOO_LONG, portion
from services.agent.judging.looks import Looked, ToLookAt
from services.agent.judging.own_writes import (
    FORGET_ME,
    Judged,
    NoOwnWrites,
    OwnDone,
    OwnOutcome,
    OwnRefused,
    OwnWrites,
)
from services.agent.judging.receipts import Receipt
from services.agent.judging.verdicts import (
    Allowed,
    Asked,
    Confirm,
    RefusedCall,
    Standing,
    Verdict,
    WitnessWanted,
    recorded,
)
from services.agent.judging.written import Written
from services.agent.own_requests import deadline
from taskflow import zones
from taskflow.words.languages import SOURCE
from taskflow.words.message import Message

MAX_CALLS = 8
"""In one answer; more is a malformed one."""
MALFORMED = frozenset(
    {
        "MALFORMED_FUNCTION_CALL",
        "UNEXPECTED_TOOL_CALL",
        "TOO_MANY_TOOL_CALLS",
        "MISSING_THOUGHT_SIGNATURE",
        "MALFORMED_RESPONSE",
    }
)
BLOCKED = frozenset(
    {"SAFETY", "RECITATION", "BLOCKLIST", "PROHIBITED_CONTENT", "SPII", "MODEL_ARMOR", "LANGUAGE"}
)

MAX_QUOTED = 1_000
"""Characters of a reply that is told again."""
CUT_SHORT = Message("(My answer was cut short here.)")
MORE = Message("(There is more. Shall I go on?)")
LOST = Message("My reply before this may not have reached you:")


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What a decision needs to know besides the answer."""

    offered: Mapping[str, ToolOffered]
    zone: str
    zone_known: bool
    now: datetime
    in_reply_to: str | None
    may_repair: bool
    asker: Asker | None = None
    standing: Standing = field(default_factory=Standing)
    proposed: Sequence[ActionProposed] = ()
    """In this turn: the reply shows them."""
    done: frozenset[str] = frozenset()
    """Names of the tools that finished in this turn."""
    may_catch: bool = True
    """Whether a false claim may still be sent back; else what is true is added below it."""
    picture: UUID | None = None
    results: Sequence[Json] = ()
    """Of what tools brought, newest last: a place that is sent stands in one."""
    may_give_way: bool = False
    """Whether the model was shown messages that came while it worked."""
    looked: Looked | None = None
    """What a second look at its reply found."""
    instructions: str = ""
    """That the model was given: they are not for the user."""
    receipts: Sequence[Receipt] = ()
    """Of changes that no reply has told yet."""
    own: OwnWrites = field(default_factory=NoOwnWrites)
    asking_back: Sequence[Event] = ()
    """What ends the turn where the user asks to be forgotten."""
    turn_began: datetime | None = None
    """The time that a question tells, in every replay; None: `now`."""
    messages: Sequence[Written] = ()
    """Those that the turn answers, oldest first."""
    language: str = SOURCE
    """In which the user is spoken to, by the turn."""


def answered(answer: ModelAnswered, given: Circumstances) -> list[Event]:
    """The answer, and with it what it decides; alone, it asks for a repair."""
    return receipts.telling(_answered(answer, given), given.receipts, given.language)


def _answered(answer: ModelAnswered, given: Circumstances) -> list[Event]:
    if answer.finish_reason in BLOCKED or answer.finish_reason.startswith("BLOCKED_"):
        return [answer, sorry(answer.turn, "blocked", given.in_reply_to, given.language)]
    parted = taken_apart(answer.content)
    words = parted.words
    fits = parted.is_well_formed and len(parted.calls) <= MAX_CALLS
    if answer.finish_reason not in MALFORMED and fits:
        if ending := _ending(answer, parted.calls, given):
            return [answer, *ending]
        if parted.calls:
            return _called(answer, parted.calls, words, given)
        if words is not None and not _leaks(words, given):
            return [answer, *_reply(answer, words, given)]
    if given.may_repair:
        return [answer]
    return [answer, sorry(answer.turn, "malformed", given.in_reply_to, given.language)]


def wanted(answer: ModelAnswered, given: Circumstances) -> list[WitnessWanted]:
    """The calls of an answer that the witness is to be asked about before it is decided."""
    parted = taken_apart(answer.content)
    fits = parted.is_well_formed and len(parted.calls) <= MAX_CALLS
    if answer.finish_reason in MALFORMED or not fits:
        return []
    slot = slots.step(answer.turn, answer.step)
    return own_writes.wanted(slot, _asked(parted.calls), given.offered, given.standing, given.own)


def to_look_at(answer: ModelAnswered, given: Circumstances) -> ToLookAt | None:
    """The reply that this answer comes to, where nothing was changed and it may be sent back."""
    changes = {name for name, offer in given.offered.items() if offer.effect != "read"}
    events = _answered(answer, given)
    is_reply = any(isinstance(event, ReplyReady) and event.kind == "answer" for event in events)
    words = taken_apart(answer.content).words
    if not is_reply or words is None or not given.may_catch or changes & _done(given, events):
        return None
    return ToLookAt(words.text, changes, given.done)


def _done(given: Circumstances, events: Sequence[Event]) -> set[str]:
    return {*given.done, *(event.tool for event in events if isinstance(event, ToolFinished))}


def _look(answer: ModelAnswered, looked: Looked) -> ReplyLooked:
    return ReplyLooked(
        turn=answer.turn,
        step=answer.step,
        claims=looked.claims,
        model=looked.model,
        prompt_version=looked.prompt_version,
        usage=looked.usage,
        took_ms=looked.took_ms,
    )


def _leaks(words: SpokenWords, given: Circumstances) -> bool:
    """Such an answer is malformed: it is repaired once, and never shown."""
    return hygiene.leaks(words.text, [*given.offered, REPLY], given.instructions)


def _ending(
    answer: ModelAnswered, calls: Sequence[AnswerCall], given: Circumstances
) -> Sequence[Event]:
    """What ends the turn whatever stands beside it: it gives way, or they ask to be forgotten."""
    if given.may_give_way and any(call.name == GIVE_WAY for call in calls):
        return [TurnSuperseded(turn=answer.turn, step=answer.step)]
    is_asked = any(_asks_to_be_forgotten(call, given) for call in calls)
    return given.asking_back if is_asked else ()


def _asks_to_be_forgotten(call: AnswerCall, given: Circumstances) -> bool:
    """In the user's own words: any other verdict on it is a refusal."""
    asked = [Asked(call.name, call.arguments, call.said)]
    return call.name == FORGET_ME and isinstance(
        policy.judge(asked, given.offered, given.standing)[0], Confirm
    )


def telling_again(events: Sequence[Event], lost: Mapping[UUID, str], language: str) -> list[Event]:
    """The same, with replies that may not have arrived quoted above the one that is ready."""
    quoted = "\n\n".join(map(_quoted, lost.values()))
    preface = f"{LOST.said(language)}\n{quoted}\n\n"
    return [
        event.model_copy(update={"text": preface + event.text, "tells_again": list(lost)})
        if lost and isinstance(event, ReplyReady)
        else event
        for event in events
    ]


def _quoted(text: str) -> str:
    short = text if len(text) <= MAX_QUOTED else f"{text[:MAX_QUOTED]}…"
    return "\n".join(f"> {line}" for line in short.splitlines())


def _reply(answer: ModelAnswered, words: SpokenWords, given: Circumstances) -> Iterator[Event]:
    """A false claim is sent back once; the second time what is true stands below it."""
    false = truth.false_claims(words.says_done, given.done)
    if given.looked is not None:
        yield _look(answer, given.looked)
        false = false or truth.false_claims(given.looked.claims or (), given.done)
    if false:
        yield ReplyCaught(
            turn=answer.turn,
            step=answer.step,
            claims=false,
            corrected="by_model" if given.may_catch else "by_rule",
        )
        if given.may_catch:
            return
    text, rest = portion(hygiene.unrepeated(words.text))
    cut = answer.finish_reason in {"MAX_TOKENS", TOO_LONG}
    if rest or cut:
        text = f"{text}\n\n{(MORE if rest else CUT_SHORT).said(given.language)}"
    text = addresses.checked(receipts.unmarked(text), given.standing.known)  # P17
    if false:
        text = truth.below(text, false, given.offered, given.language)
    yield ReplyReady(
        turn=answer.turn,
        kind="answer",
        # Receipts above the question: what a yes does stands last.
        text=proposals.shown(
            receipts.under(text, given.receipts, given.language),
            given.proposed,
            given.offered,
            given.language,
        ),
        receipts=receipts.facts(given.receipts),
        in_reply_to=given.in_reply_to,
        picture=given.picture,
        document=receipts.document(given.receipts),
    )


def _called(
    answer: ModelAnswered,
    calls: Sequence[AnswerCall],
    words: SpokenWords | None,
    given: Circumstances,
) -> list[Event]:
    """The calls, and with them what is said beside them where nothing is left to wait for."""
    slot = slots.step(answer.turn, answer.step)
    judged = own_writes.judged(slot, _asked(calls), given.offered, given.standing, given.own)
    if judged.zone:
        given = replace(given, zone=judged.zone, zone_known=True)
    decided = [answer, *_requests(answer, calls, judged, given)]
    if words is not None and _is_all_done(calls, judged, given) and not _leaks(words, given):
        done = given.done | {call.name for call in calls}
        every_receipt = [
            *given.receipts,
            *receipts.beside(decided, slot, given.offered, given.language),
        ]
        decided += _reply(answer, words, replace(given, done=done, receipts=every_receipt))
    facts = [done.facts for done in judged.own.values() if isinstance(done, OwnDone)]
    return [*decided, *chain.from_iterable(facts)]


def _is_all_done(calls: Sequence[AnswerCall], judged: Judged, given: Circumstances) -> bool:
    """Whether each is a write of the agent's own that finished in this very batch."""
    return all(
        isinstance(judged.own.get(place), OwnDone) and given.offered[call.name].effect != "read"
        for place, call in enumerate(calls, start=1)
    )


def _requests(
    answer: ModelAnswered, calls: Sequence[AnswerCall], judged: Judged, given: Circumstances
) -> Iterator[Event]:
    """Requests first, so that a call that fails at once never looks like the last one open."""
    slot = slots.step(answer.turn, answer.step)
    for call, verdict in zip(calls, judged.verdicts, strict=True):
        yield _request(answer, call, verdict, given)
    fresh: dict[str, ActionProposed] = {}
    wishes: list[WishJudged] = []
    for place, (call, verdict) in enumerate(zip(calls, judged.verdicts, strict=True), start=1):
        wishes += _wished(answer, call, verdict, place, given)
        if outcome := _outcome(slots.event_id(slot, place), call, verdict, judged.own.get(place)):
            yield outcome
        if isinstance(verdict, Confirm) and verdict.fingerprint not in given.standing.proposed:
            fresh[verdict.fingerprint] = _proposed(answer, call, verdict, given)
    yield from fresh.values()
    yield from wishes


def _wished(
    answer: ModelAnswered, call: AnswerCall, verdict: Verdict, place: int, given: Circumstances
) -> Sequence[WishJudged]:
    """What a change rests on, where the witness was heard or it went through."""
    match verdict:
        case Allowed(grounds=grounds):
            return recorded(grounds, answer, call.name, place, given.standing)
        case Confirm(grounds=grounds) if grounds and grounds.judgement:
            return recorded(grounds, answer, call.name, place, given.standing)
        case _:
            return ()


def _outcome(
    call_id: UUID, call: AnswerCall, verdict: Verdict, own: OwnOutcome | None
) -> Event | None:
    """None where a service is to bring it."""
    match verdict, own:
        case RefusedCall(error=error), _:
            return ToolFailed(call=call_id, tool=call.name, code="refused", error=error)
        case Confirm(error=error), _:
            return ToolFailed(call=call_id, tool=call.name, code="needs_confirmation", error=error)
        case _, OwnDone(result=result):
            return ToolFinished(call=call_id, tool=call.name, result=result, took_ms=0)
        case _, OwnRefused(code=code, error=error):
            return ToolFailed(call=call_id, tool=call.name, code=code, error=error)
        case _:
            return None


def _proposed(
    answer: ModelAnswered, call: AnswerCall, verdict: Confirm, given: Circumstances
) -> ActionProposed:
    return ActionProposed(
        turn=answer.turn,
        step=answer.step,
        tool=call.name,
        arguments=call.arguments,
        fingerprint=verdict.fingerprint,
        why=verdict.why,
        zone=verdict.zone,
        zone_time=_time_in(verdict.zone, given) if verdict.zone else None,
    )


def _request(
    answer: ModelAnswered, call: AnswerCall, verdict: Verdict, given: Circumstances
) -> ToolRequested:
    offer = given.offered.get(call.name)
    does_it = offer is not None and isinstance(verdict, Allowed)
    return ToolRequested(
        turn=answer.turn,
        step=answer.step,
        tool=call.name,
        owner=offer.owner if offer and does_it else NOBODY,
        vendor_call_id=call.vendor_id,
        arguments=call.arguments,
        zone=given.zone,
        zone_known=given.zone_known,
        deadline=deadline(given.now, offer),
        asker=given.asker,
        effect=offer.effect if offer else "read",
        untrusted=offer is not None and offer.untrusted,
        language=given.language,
        written_at=written.asking_for({SAID: call.said}, given.messages),
    )


def _time_in(zone: str, given: Circumstances) -> str:
    return f"{(given.turn_began or given.now).astimezone(zones.of(zone)):%H:%M}"


def _asked(calls: Sequence[AnswerCall]) -> list[Asked]:
    return [Asked(call.name, call.arguments, call.said) for call in calls]
