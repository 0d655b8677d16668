"""A model's answer as the fact that is recorded of it."""

from uuid import UUID

import orjson

from contracts.conversation import ModelAnswered
from contracts.event import Json
from services.agent.asking.gemini import Answer, Question


def as_fact(
    answer: Answer, turn: UUID, step: int, question: Question, prompt_version: str
) -> ModelAnswered:
    fits = _is_storable(answer.content)
    return ModelAnswered(
        turn=turn,
        step=step,
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
