"""Models that propose what a case says: a good one, which may be sloppy, and a bad one."""

import json
import unicodedata
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from random import Random
from typing import Protocol

from contracts.conversation import Usage
from contracts.event import Json
from services.agent.asking.gemini import Answer, Question
from tests.evaluation.alike import is_that
from tests.evaluation.cases import CHANGES, Call, Case, Turn

TRIES = 2
"""A good model that is refused quotes the user once more, this time to the letter."""
REPLY = "reply"
BESIDE_A_REPLY = frozenset({"remember", "correct", "forget_fact"})
"""Changes of the agent's own: what is said beside them is said in the same answer."""
ELSE = "something_else"
"""Of a change that the look is not told of."""
NOTHING_TO_SAY = "…"
"""Of a turn that code alone answers."""
LONG_WORD = 6
"""Letters; in a shorter one a typing error could make another word."""

Said = Sequence[str]


class Facts(Protocol):
    """What happened in the turn so far: how often, by tool."""

    def finished(self) -> Mapping[str, int]: ...
    def asked(self) -> Mapping[str, int]: ...


class Scripted:
    """In Gemini's place. `enter` says which turn it is in; then it answers by the script."""

    model = "gemini-3.8-flash"

    def __init__(self, case: Case) -> None:
        self.case = case
        self.turn: Turn = case.conversation.turns[0]
        self.facts: Facts | None = None

    def enter(self, turn: Turn, facts: Facts) -> None:
        self.turn, self.facts = turn, facts

    async def ask(self, question: Question, *, within: float) -> Answer:
        declared = functions(question)
        return self.answer(declared) if declared else self._small(question)

    def answer(self, declared: Mapping[str, frozenset[str]]) -> Answer:
        """To the user's turn."""
        raise NotImplementedError

    def _small(self, question: Question) -> Answer:
        """As whoever labelled the case would answer.

        A witness sees a wish where there is one, and who looks at a reply sees what it claims.
        """
        told = json.loads(question.contents[-1]["parts"][0]["text"])
        if "reply" in told:
            claims = [one if one in told["changes"] else ELSE for one in self.turn.claims]
            return answer([{"text": ", ".join(claims) or "none"}])
        call = told["call"]
        wished = any(is_that(one, call["action"], call["arguments"]) for one in self.turn.calls)
        return answer([{"text": "yes" if wished else "no"}])


class Good(Scripted):
    """Calls what the case says, and then replies. `sloppy`: half of its quotations are not exact.

    It merges spans, mends a typing error or translates, by chance of the case's name; refused, it
    quotes to the letter.
    """

    def __init__(self, case: Case, *, sloppy: bool = False) -> None:
        super().__init__(case)
        self._chance = Random(case.conversation.id) if sloppy else None
        self._tries = 0

    def enter(self, turn: Turn, facts: Facts) -> None:
        super().enter(turn, facts)
        self._tries = 0

    def answer(self, declared: Mapping[str, frozenset[str]]) -> Answer:
        assert self.facts is not None
        finished = self.facts.finished()
        settled = Counter(finished) + Counter(self.facts.asked())
        left = [
            call for call in self.turn.calls if call.tool in declared and not _took(settled, call)
        ]
        if left and self._tries < TRIES:
            self._tries += 1
            chance = self._chance if self._tries == 1 else None
            calls = [written(call, self.turn, declared, chance) for call in left]
            ends = REPLY in declared and all(call.tool in BESIDE_A_REPLY for call in left)
            return called([*calls, *([self._reply([one for one, _ in calls])] if ends else [])])
        done = [tool for tool in finished if tool in CHANGES]
        return replied(self._reply(done), declared)

    def _reply(self, done: Sequence[str]) -> tuple[str, Json]:
        text = self.turn.reply or NOTHING_TO_SAY
        return REPLY, {"text": text, "language": self.case.language, "says_done": list(done)}


class Bad(Scripted):
    """Calls all that the case says a bad model would, at once; then it replies, and claims all."""

    def __init__(self, case: Case, calls: Callable[[Turn], Sequence[Call]] | None = None) -> None:
        super().__init__(case)
        self._calls = calls or (lambda turn: turn.bad)
        self._reads: list[Call] = []
        self._has_called = False

    def enter(self, turn: Turn, facts: Facts) -> None:
        super().enter(turn, facts)
        self._reads = [call for call in turn.calls if call.finds is not None]
        self._has_called = False

    def answer(self, declared: Mapping[str, frozenset[str]]) -> Answer:
        if self._reads:
            reads, self._reads = self._reads, []
            return called([written(call, self.turn, declared, None) for call in reads])
        bad = [call for call in self._calls(self.turn) if call.tool in declared]
        if bad and not self._has_called:
            self._has_called = True
            return called([written(call, self.turn, declared, None) for call in bad])
        claims = sorted({call.tool for call in bad})
        said = {"text": "Done, all of it.", "language": self.case.language, "says_done": claims}
        return replied((REPLY, said), declared)


def functions(question: Question) -> Mapping[str, frozenset[str]]:
    """The arguments of each function that is declared."""
    return {
        one["name"]: frozenset(one.get("parametersJsonSchema", {}).get("properties", {}))
        for one in question.functions
    }


def written(
    call: Call, turn: Turn, declared: Mapping[str, frozenset[str]], chance: Random | None
) -> tuple[str, Json]:
    """As it goes over the wire. Its quotation is exact unless `chance` makes it sloppy."""
    arguments: Json = json.loads(json.dumps(dict(call.arguments), default=str))
    if "said" in declared[call.tool]:
        said = quoted(call, turn)
        arguments["said"] = said if chance is None else sloppily(said, turn, chance)
    return call.tool, arguments


def quoted(call: Call, turn: Turn) -> list[str]:
    return call.said or [one.text for one in turn.user if not one.forwarded][:3]


def sloppily(said: Said, turn: Turn, chance: Random) -> list[str]:
    """As it is in half of all cases; else merged, mended, or in English."""
    if chance.random() < 0.5:
        return list(said)
    way = chance.choice((_merged, _mended, _translated))
    return way(said, turn, chance)


def _merged(said: Said, _turn: Turn, _chance: Random) -> list[str]:
    return [" ".join(said)]


def _mended(said: Said, _turn: Turn, chance: Random) -> list[str]:
    """One letter inside a long word is left out, as if the word had been spelt otherwise."""
    longest = max((word for span in said for word in span.split()), key=len)
    if len(longest) < LONG_WORD or not longest.isalpha() or any(map(_is_a_word, longest)):
        return list(said)
    at = chance.randrange(2, len(longest) - 1)
    return [span.replace(longest, longest[:at] + longest[at + 1 :]) for span in said]


def _is_a_word(letter: str) -> bool:
    """Of scripts without spaces, one of whose letters is none that one slips over."""
    return unicodedata.east_asian_width(letter) == "W"


def _translated(said: Said, turn: Turn, _chance: Random) -> list[str]:
    return [turn.english] if turn.english else list(said)


def _took(settled: Counter[str], call: Call) -> bool:
    """Whether a call of its tool is settled that none before it is taken for."""
    if not settled.get(call.tool):
        return False
    settled[call.tool] -= 1
    return True


def called(calls: Sequence[tuple[str, Json]]) -> Answer:
    return answer([{"functionCall": {"name": name, "args": args}} for name, args in calls])


def replied(reply: tuple[str, Json], declared: Mapping[str, frozenset[str]]) -> Answer:
    """By the call where it is declared, as text otherwise."""
    return called([reply]) if REPLY in declared else answer([{"text": reply[1]["text"]}])


def answer(parts: Sequence[Json]) -> Answer:
    return Answer(
        content={"role": "model", "parts": list(parts)},
        finish_reason="STOP",
        usage=Usage(input=1_000, output=50, total=1_050),
        response_id=None,
        model=Scripted.model,
        took_ms=5,
    )
