"""A second look at a reply: which changes its text claims or promises, whatever it says of itself.

A small request to a cheap model, with the reply's text and the turn's facts, and nothing else. It
is made only where nothing was changed; without an answer in time the reply goes out as it is.
"""

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Protocol

import structlog

from contracts.conversation import ReplyLooked
from contracts.event import Json
from services.agent.asking import prompt
from services.agent.asking.gemini import Answer, ModelUnavailable, Question
from services.agent.judging.answer_parts import NAME
from services.agent.judging.looks import ELSE, Looked, ToLookAt

PROMPT = "look-v1"
SECONDS = 1.5
"""The user waits meanwhile."""
_LONGEST = 500
"""Characters of an answer that are read: more are no list of names."""

log = structlog.get_logger()


class LookModel(Protocol):
    model: str

    async def ask(self, question: Question, *, within: float) -> Answer:
        """One answer within so many seconds. Raises ModelUnavailable."""
        ...


class Look(Protocol):
    async def at(self, reply: ToLookAt, within: float) -> Looked | None:
        """Within so many seconds; None: nobody looked."""
        ...


@dataclass(frozen=True, slots=True)
class ModelLook:
    """A model is asked."""

    model: LookModel

    async def at(self, reply: ToLookAt, within: float) -> Looked | None:
        version = prompt.full_version(PROMPT)
        try:
            answer = await self.model.ask(question(reply), within=min(SECONDS, within))
        except ModelUnavailable as error:
            log.warning("look.failed", reason=error.reason, error=error.detail)
            return Looked(None, self.model.model, version)
        claims = accepted(answer, reply.changes)
        log.info("look.answered", took_ms=answer.took_ms, claims=claims)
        return Looked(claims, answer.model, version, answer.usage, answer.took_ms)


@dataclass(frozen=True, slots=True)
class RecordedLook:
    """What a look was recorded to find; where nobody looked then, nobody does now."""

    found: Sequence[ReplyLooked] = ()

    async def at(self, reply: ToLookAt, within: float) -> Looked | None:
        del reply, within
        for reply_looked in self.found:
            return Looked(
                reply_looked.claims,
                reply_looked.model,
                reply_looked.prompt_version,
                reply_looked.usage,
                reply_looked.took_ms,
            )
        return None


def question(reply: ToLookAt) -> Question:
    shown = {
        "reply": reply.text,
        "changes": sorted(reply.changes),
        "done": sorted(reply.done),
    }
    text = json.dumps(shown, ensure_ascii=False)
    return Question(
        system=prompt.text(PROMPT),
        contents=[{"role": "user", "parts": [{"text": text}]}],
        functions=[],
    )


def accepted(answer: Answer, changes: Collection[str]) -> list[str] | None:
    """The changes it names; None where it says something else."""
    parts: list[Json] = (answer.content or {}).get("parts") or []
    answer_text = "".join(str(part.get("text") or "") for part in parts if not part.get("thought"))
    names = NAME.findall(answer_text[:_LONGEST].casefold())
    known = [name for name in dict.fromkeys(names) if name in {*changes, ELSE}]
    if answer.finish_reason != "STOP" or not (known or names == ["none"]):
        return None
    return known
