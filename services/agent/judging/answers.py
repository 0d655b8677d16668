"""What follows from the model's answer. Pure."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from contracts import slots
from contracts.conversation import FIRST_RULES, RULES, ModelAnswered, ReplyCaught, ReplyReady
from contracts.event import Event, Json
from contracts.tools import (
    NOBODY,
    ActionProposed,
    Asker,
    ToolFailed,
    ToolOffered,
    ToolRequested,
)
from services.agent.apologies import sorry
from services.agent.judging import addresses, policy, proposals, receipts, truth
from services.agent.judging.answer_size import TOO_LONG
from services.agent.judging.policy import Allowed, Asked, Confirm, Refused, Standing, Verdict
from services.agent.judging.receipts import Receipt

MAX_CALLS = 8
"""In one answer; more is a malformed one."""
DEADLINE_MARGIN = timedelta(seconds=15)
"""Beyond a tool's own timeout: its delivery, its retries, and a restart of its service."""
NAME = re.compile(r"[a-z][a-z0-9_]{0,62}")
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
CUT_SHORT = "\n\n(My answer was cut short here.)"


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
    happened: frozenset[str] = frozenset()
    """In this turn (see `truth.happened`)."""
    may_catch: bool = True
    """Whether a false claim may still be sent back; else it is corrected by rule."""
    picture: UUID | None = None
    receipts: Sequence[Receipt] = ()
    """Of changes that no reply has told yet."""
    rules: int = RULES
    """That decide the turn."""
    turn_began: datetime | None = None
    """The time that a question tells, in every replay; None: `now`."""


@dataclass(frozen=True, slots=True)
class _Call:
    name: str
    arguments: Any
    """An object, if the model keeps to its word."""
    vendor_id: str | None


def answered(answer: ModelAnswered, given: Circumstances) -> list[Event]:
    """The answer, and with it what it decides; alone, it asks for a repair."""
    return receipts.telling(_answered(answer, given), given.receipts)


def _answered(answer: ModelAnswered, given: Circumstances) -> list[Event]:
    if answer.finish_reason in BLOCKED or answer.finish_reason.startswith("BLOCKED_"):
        return [answer, sorry(answer.turn, "blocked", given.in_reply_to)]
    calls = list(_calls(answer.content))
    well_formed = answer.finish_reason not in MALFORMED and len(calls) <= MAX_CALLS
    if calls and well_formed and all(map(_usable, calls)):
        return [answer, *_requests(answer, calls, given)]
    text = _text(answer.content)
    if text and well_formed and not calls:
        cut = CUT_SHORT if answer.finish_reason in {"MAX_TOKENS", TOO_LONG} else ""
        return [answer, *_reply(answer, text + cut, given)]
    if given.may_repair:
        return [answer]
    return [answer, sorry(answer.turn, "malformed", given.in_reply_to)]


def telling_again(events: Sequence[Event], lost: Mapping[UUID, str]) -> list[Event]:
    """The same, with replies that may not have arrived quoted above the one that is ready."""
    quoted = "\n\n".join(map(_quoted, lost.values()))
    preface = f"My reply before this may not have reached you:\n{quoted}\n\n"
    return [
        event.model_copy(update={"text": preface + event.text, "tells_again": list(lost)})
        if lost and isinstance(event, ReplyReady)
        else event
        for event in events
    ]


def _quoted(text: str) -> str:
    short = text if len(text) <= MAX_QUOTED else f"{text[:MAX_QUOTED]}…"
    return "\n".join(f"> {line}" for line in short.splitlines())


def _reply(answer: ModelAnswered, text: str, given: Circumstances) -> Iterator[Event]:
    """A false claim is sent back once; a second one gives way to what is true."""
    false = truth.unborne(truth.claims(text), given.happened)
    if false:
        yield ReplyCaught(
            turn=answer.turn,
            step=answer.step,
            claims=false,
            corrected="by_model" if given.may_catch else "by_rule",
        )
        if given.may_catch:
            return
        text = truth.corrected(text, false)
    if given.rules != FIRST_RULES:
        text = addresses.checked(receipts.unmarked(text), given.standing.known)  # P17
    yield ReplyReady(
        turn=answer.turn,
        kind="answer",
        # Receipts above the question: what a yes does stands last.
        text=proposals.shown(receipts.under(text, given.receipts), given.proposed),
        receipts=receipts.facts(given.receipts),
        in_reply_to=given.in_reply_to,
        picture=given.picture,
    )


def _requests(answer: ModelAnswered, calls: list[_Call], given: Circumstances) -> Iterator[Event]:
    """Requests first, so that a call that fails at once never looks like the last one open."""
    slot = slots.step(answer.turn, answer.step)
    asked = [Asked(call.name, call.arguments) for call in calls]
    verdicts = policy.judge(asked, given.offered, given.standing)
    for call, verdict in zip(calls, verdicts, strict=True):
        yield _request(answer, call, verdict, given)
    fresh: dict[str, ActionProposed] = {}
    for place, (call, verdict) in enumerate(zip(calls, verdicts, strict=True), start=1):
        match verdict:
            case Allowed():
                pass
            case Refused(error=error):
                yield ToolFailed(
                    call=slots.event_id(slot, place), tool=call.name, code="refused", error=error
                )
            case Confirm(error=error, fingerprint=mark, why=why, zone=zone):
                yield ToolFailed(
                    call=slots.event_id(slot, place),
                    tool=call.name,
                    code="needs_confirmation",
                    error=error,
                )
                if mark not in given.standing.proposed:
                    fresh[mark] = ActionProposed(
                        turn=answer.turn,
                        step=answer.step,
                        tool=call.name,
                        arguments=call.arguments,
                        fingerprint=mark,
                        why=why,
                        zone=zone,
                        zone_time=_time_in(zone, given) if zone else None,
                    )
    yield from fresh.values()


def _request(
    answer: ModelAnswered, call: _Call, verdict: Verdict, given: Circumstances
) -> ToolRequested:
    offer = given.offered.get(call.name)
    lasts = timedelta(seconds=offer.timeout_s) if offer else timedelta()
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
        deadline=given.now + lasts + DEADLINE_MARGIN,
        asker=given.asker,
        effect=offer.effect if offer else "read",
        untrusted=offer is not None and offer.untrusted,
    )


def _time_in(zone: str, given: Circumstances) -> str:
    return f"{(given.turn_began or given.now).astimezone(ZoneInfo(zone)):%H:%M}"


def _parts(content: Json | None) -> list[Json]:
    parts: list[Json] = (content or {}).get("parts") or []
    return parts


def _calls(content: Json | None) -> Iterator[_Call]:
    for part in _parts(content):
        call: Any = part.get("functionCall") or part.get("function_call")
        if call is not None:
            yield _Call(str(call.get("name", "")), call.get("args") or {}, call.get("id"))


def _usable(call: _Call) -> bool:
    return NAME.fullmatch(call.name) is not None and isinstance(call.arguments, dict)


def _text(content: Json | None) -> str:
    told = [str(part.get("text") or "") for part in _parts(content) if not part.get("thought")]
    return "".join(told).strip()
