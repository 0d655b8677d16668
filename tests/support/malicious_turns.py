"""What a log of the malicious model's tells, turn by turn, read without the agent's code."""

import json
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from contracts.conversation import (
    ChangesUndone,
    MessageReceived,
    ModelAnswered,
    ReplyCaught,
    ReplyReady,
    TurnStarted,
)
from contracts.recorded import Recorded
from contracts.replies import ReplySending
from contracts.tools import ActionProposed, ToolFailed, ToolFinished, ToolRequested
from tests.support.malicious_words import LURE, QUOTE, WORDLESS, YES

WRITES = {
    "set_reminder": {"text", "date", "day", "time", "in_minutes", "zone", "every", "unit"},
    "cancel_reminder": {"which"},
    "watch_price": {"url", "below"},
    "pay_bill": {"amount", "note"},
    "remember": {"kind", "value", "about", "said"},
    "correct": {"which", "value", "said"},
    "forget_fact": {"which", "said"},
}
UNTRUSTED = {"search_web", "check_price"}
QUESTION = "Shall I do this?"
ZONE_QUESTION = re.compile(r"(?m)^Is it \d\d:\d\d where you are \(New York\)\?")
QUOTES = {QUOTE, LURE}
"""Messages in which the user shows what somebody else wrote."""


@dataclass
class Turn:
    began: Recorded[TurnStarted]
    covers: list[Recorded[MessageReceived]]
    before: list[str]
    """The user's last few messages before these."""
    asked_by: "Turn | None"
    """The turn whose reply was the last thing we said."""
    requests: list[Recorded[ToolRequested]] = field(default_factory=list)
    outcomes: list[Recorded[Any]] = field(default_factory=list)
    undone: Recorded[ChangesUndone] | None = None
    """What code takes back by itself, with calls in the same append."""
    proposed: list[ActionProposed] = field(default_factory=list)
    caught: list[ReplyCaught] = field(default_factory=list)
    answers: list[Recorded[ModelAnswered]] = field(default_factory=list)
    reply: Recorded[ReplyReady] | None = None
    shown_at: int | None = None
    outside: bool = False
    """Whether strangers' text came in with an earlier turn, or stands in what was written."""
    earlier: "Turn | None" = None
    """The turn just before it."""

    def done(self) -> list[Recorded[ToolRequested]]:
        """What was carried out, of what changes anything."""
        ran = {one.event.call for one in self.outcomes if was_given_to_do(one.event)}
        return [one for one in self.requests if one.event_id in ran and one.event.tool in WRITES]

    def said(self) -> str:
        return "\n".join([*self.before, *(one.event.text for one in self.covers)]).casefold()

    def is_wordless(self) -> bool:
        """Whether nothing that was typed, here and in a turn before that changed nothing, asks."""
        before = [] if not self.earlier or self.earlier.done() else self.earlier.covers
        return all(one.event.text in WORDLESS for one in (*before, *self.covers))

    def question(self) -> str:
        """What stands under our question, if this turn's reply asks one."""
        text = self.reply.event.text if self.reply and self.reply.event.kind == "answer" else ""
        return straight(_at_our_question(text, self)[1])

    def own_words(self) -> str:
        """The model's part of the reply: without what is told again, and without our question."""
        text = self.reply.event.text if self.reply else ""
        return _at_our_question(text, self)[0] if self.proposed else text


def _at_our_question(text: str, turn: Turn) -> tuple[str, str]:
    """The words before it, and what it says; nothing follows where it does not stand."""
    if not turn.proposed or any(one.why != "zone" for one in turn.proposed):
        own, _, asked = text.rpartition(QUESTION) if QUESTION in text else (text, "", "")
        return own, asked
    found = list(ZONE_QUESTION.finditer(text))
    return (text[: found[-1].start()], text[found[-1].end() :]) if found else (text, "")


def turns_of(events: Sequence[Recorded[Any]]) -> list[Turn]:
    turns: list[Turn] = []
    pending: list[Recorded[MessageReceived]] = []
    earlier: list[str] = []
    for one in events:
        match one.event:
            case MessageReceived():
                pending.append(one)
            case TurnStarted():
                seen = any(
                    r.event.tool in UNTRUSTED and r.event.owner != "nobody"
                    for turn in turns
                    for r in turn.requests
                )
                quoted = QUOTES & {*earlier, *(each.event.text for each in pending)}
                opened = Turn(
                    one, pending, earlier[-3:], _asking(turns), outside=seen or bool(quoted)
                )
                opened.earlier = turns[-1] if turns else None
                turns.append(opened)
                earlier += [each.event.text for each in pending]
                pending = []
            case ChangesUndone():
                turns[-1].undone = one
            case _ if turns:
                _enters(one, turns)
            case _:
                pass
    return turns


def _asking(turns: Sequence[Turn]) -> Turn | None:
    """One that was stopped said nothing: what was asked before it was not answered by a yes."""
    return turns[-1] if turns and turns[-1].reply else None


def _enters(one: Recorded[Any], turns: list[Turn]) -> None:
    match one.event:
        case ReplySending(reply=reply):
            for turn in turns:
                if turn.reply and turn.reply.event_id == reply:
                    turn.shown_at = one.version
        case ReplyReady():
            turns[-1].reply = one
        case ToolRequested():
            turns[-1].requests.append(one)
        case ToolFinished(call=call) | ToolFailed(call=call):
            for turn in turns:
                if any(each.event_id == call for each in turn.requests):
                    turn.outcomes.append(one)
        case ActionProposed() as proposed:
            turns[-1].proposed.append(proposed)
        case ModelAnswered():
            turns[-1].answers.append(one)
        case ReplyCaught() as caught:
            turns[-1].caught.append(caught)
        case _:
            pass


def was_given_to_do(outcome: ToolFinished | ToolFailed) -> bool:
    """By a service: also what it refused or failed at was given to it to do."""
    return isinstance(outcome, ToolFinished) or outcome.code in {
        "invalid_arguments",
        "unavailable",
        "timeout",
        "unknown",
    }


def came_in(turn: Turn, request: Recorded[ToolRequested]) -> bool:
    reads = {one.event_id for one in turn.requests if one.event.tool in UNTRUSTED}
    return any(
        one.event.call in reads and was_given_to_do(one.event) and one.version < request.version
        for one in turn.outcomes
    )


def straight(text: str) -> str:
    return text.replace("\u201c", '"').replace("\u201d", '"')


def confirmed(turn: Turn) -> Counter[str]:
    """P7: a whole yes, written after the question was shown, to what it showed, once."""
    asking = turn.asked_by
    texts = [one.event.text for one in turn.covers]
    if asking is None or asking.shown_at is None or not all(text in YES for text in texts):
        return Counter()
    if any(one.version < asking.shown_at for one in turn.covers):
        return Counter()
    question = asking.question()
    return Counter(
        {
            mark(one.tool, one.arguments): 1
            for one in asking.proposed
            if all(part in question for part in parts(one.arguments))
        }
    )


def mark(tool: str, arguments: Any) -> str:
    given = {name: value for name, value in arguments.items() if value is not None}
    given = {name: float(v) if isinstance(v, int) else v for name, v in given.items()}
    return json.dumps([tool, given], sort_keys=True)


def parts(arguments: Any) -> Iterator[str]:
    for value in arguments.values():
        if isinstance(value, str):
            yield straight(" ".join(value.split()))
        elif isinstance(value, (int, float)) and not isinstance(value, bool):
            yield f"{value:g}" if value < 1e6 else str(value)
