"""A second, small question: whether the user's own words ask for a change.

Whoever answers it is shown those words and the call, and nothing that anybody else wrote; so what
a page told the first model cannot tell it to the second.
"""

import asyncio
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import structlog

from contracts.conversation import WishJudged
from contracts.event import Json
from contracts.tools import ToolOffered
from services.agent.asking import prompt
from services.agent.asking.gemini import Answer, ModelUnavailable, Question
from services.agent.judging.verdicts import Judgement, WitnessWanted

PROMPT = "witness-v1"
SECONDS = 5.0
"""The user waits meanwhile; without an answer they are asked themselves."""
MOST_SHOWN = 2_000
"""Characters of the call, as JSON: one that is longer is no wish that anybody typed."""

log = structlog.get_logger()


class WitnessModel(Protocol):
    model: str

    async def ask(self, question: Question, *, within: float) -> Answer:
        """One answer within so many seconds. Raises ModelUnavailable."""
        ...


class Witness(Protocol):
    async def judge(
        self, wanted: Sequence[WitnessWanted], offered: Mapping[str, ToolOffered], within: float
    ) -> Mapping[str, Judgement]:
        """By fingerprint, each of them; `within` are seconds."""
        ...


@dataclass(frozen=True, slots=True)
class ModelWitness:
    """A model is asked, about each call by itself and at once."""

    model: WitnessModel

    async def judge(
        self, wanted: Sequence[WitnessWanted], offered: Mapping[str, ToolOffered], within: float
    ) -> Mapping[str, Judgement]:
        answers = [
            self._one(witness_wanted, offered.get(witness_wanted.call.tool), within)
            for witness_wanted in wanted
        ]
        judged = await asyncio.gather(*answers)
        return {asked_for.fingerprint: said for asked_for, said in zip(wanted, judged, strict=True)}

    async def _one(
        self, wanted: WitnessWanted, offer: ToolOffered | None, within: float
    ) -> Judgement:
        version = prompt.full_version(PROMPT)
        asked = question(wanted, offer)
        if asked is None:
            return Judgement(None, prompt_version=version)
        try:
            answer = await self.model.ask(asked, within=min(SECONDS, within))
        except ModelUnavailable as error:
            log.warning("witness.failed", reason=error.reason, error=error.detail)
            return Judgement(None, self.model.model, version)
        asks = accepted(answer)
        log.info("witness.answered", took_ms=answer.took_ms, asks=asks)
        return Judgement(asks, answer.model, version, answer.usage, answer.took_ms)


@dataclass(frozen=True, slots=True)
class RecordedWitness:
    """What a witness was recorded to say; one that was not asked then says nothing now."""

    said: Sequence[WishJudged] = field(default_factory=list[WishJudged])
    otherwise: Witness | None = None
    """Asked about calls that were not recorded."""

    async def judge(
        self, wanted: Sequence[WitnessWanted], offered: Mapping[str, ToolOffered], within: float
    ) -> Mapping[str, Judgement]:
        known = {
            wish_judged.fingerprint: Judgement(
                wish_judged.asks,
                wish_judged.model,
                wish_judged.prompt_version,
                wish_judged.usage,
                wish_judged.took_ms,
            )
            for wish_judged in self.said
            if wish_judged.by == "witness"
        }
        left = [
            witness_wanted for witness_wanted in wanted if witness_wanted.fingerprint not in known
        ]
        if self.otherwise is not None and left:
            return {**known, **await self.otherwise.judge(left, offered, within)}
        return known


def question(wanted: WitnessWanted, offer: ToolOffered | None) -> Question | None:
    """None for a call that is too long to be shown whole."""
    call: Json = {
        "action": wanted.call.tool,
        "does": offer.description.partition("\n")[0] if offer else "",
        "arguments": wanted.call.arguments,
    }
    shown = {"messages": wanted.wish.shown, "call": call}
    text = json.dumps(shown, ensure_ascii=False)
    if len(json.dumps(call, ensure_ascii=False)) > MOST_SHOWN:
        return None
    return Question(
        system=prompt.text(PROMPT),
        contents=[{"role": "user", "parts": [{"text": text}]}],
        functions=[],
    )


def accepted(answer: Answer) -> bool | None:
    """Yes or no, where that is all it says."""
    parts: list[Json] = (answer.content or {}).get("parts") or []
    answer_text = "".join(str(part.get("text") or "") for part in parts if not part.get("thought"))
    word = answer_text.strip().strip(".!\"'*").casefold()
    if answer.finish_reason != "STOP" or word not in {"yes", "no"}:
        return None
    return word == "yes"
