"""How the model is to answer: by a call of `reply`, and at the last step by nothing else."""

from collections.abc import Mapping
from dataclasses import dataclass

from contracts.event import Json
from services.agent.judging.answer_parts import GIVE_WAY, REPLY
from services.agent.settings import Answers

_MODES: Mapping[Answers, str] = {"call": "ANY", "validated": "VALIDATED", "text": "AUTO"}
FUNCTION: Json = {
    "name": REPLY,
    "description": "Say this to the user; it ends the turn. Call it last, or beside your notes.",
    "parametersJsonSchema": {
        "type": "object",
        "properties": {
            "text": {"type": "string", "description": "Markdown, in the user's language"},
            "language": {"type": "string", "description": "BCP 47"},
            "says_done": {
                "type": "array",
                "items": {"type": "string"},
                "description": "Tools whose effect the text states; else []",
            },
            "suggestions": {
                "type": "array",
                "items": {"type": "string"},
                "description": "Up to three quick replies, 20 characters each",
            },
            "choices": {
                "type": "array",
                "items": {
                    "type": "object",
                    "properties": {
                        "title": {"type": "string", "description": "24 characters at most"},
                        "description": {"type": "string", "description": "72 at most"},
                    },
                    "required": ["title"],
                },
                "description": "Four to ten things to pick one of; the text does not list them",
            },
            "place": {
                "type": "string",
                "description": "`id` of one of a result's `places`, to send it as a pin",
            },
        },
        "required": ["text", "language", "says_done"],
    },
}


GIVES_WAY: Json = {
    "name": GIVE_WAY,
    "description": "Begin again with all of the user's messages, those that came meanwhile too.",
    "parametersJsonSchema": {"type": "object", "properties": {}},
}


@dataclass(frozen=True, slots=True)
class Answering:
    how: Answers = "call"
    is_last: bool = False
    """Whether no tool may be called any more."""
    may_give_way: bool = False

    def functions(self) -> list[Json]:
        """Beside the tools."""
        return [FUNCTION, GIVES_WAY] if self.may_give_way else [FUNCTION]

    def config(self) -> Json:
        """`functionCallingConfig`, as the wire has it: AUTO allows no choice of names."""
        mode = _MODES[self.how]
        if not self.is_last:
            return {"mode": mode}
        if self.how == "text":
            return {"mode": "NONE"}
        return {
            "mode": mode,
            "allowedFunctionNames": [function["name"] for function in self.functions()],
        }
