"""What a model decided, as the body of a generateContent response."""

import hashlib
import json
from dataclasses import dataclass

from pydantic import ConfigDict, Field, JsonValue

from simulators.gemini import signatures, tokens
from simulators.gemini.wire import Content, FunctionCall, GenerateRequest, Part, Wire

Body = dict[str, object]
_CHUNKS = 3


@dataclass(frozen=True)
class PlannedCall:
    name: str
    args: dict[str, JsonValue]


@dataclass(frozen=True)
class Decision:
    """Text, calls (in parallel), or neither; what the brain or a script came up with."""

    text: str | None = None
    calls: tuple[PlannedCall, ...] = ()
    finish_reason: str = "STOP"


def body_of(decision: Decision, request: GenerateRequest, model: str, nonce: str = "") -> Body:
    """The same request gets the same body; a nonce keeps scripted repetitions apart."""
    seed = hashlib.sha256((request.model_dump_json() + model + nonce).encode()).hexdigest()
    thoughts = tokens.of_thoughts(request)
    decision = _cut_to_budget(decision, request, thoughts)
    parts = _parts(decision, model, seed)
    candidates = sum(tokens.of_part(Part.model_validate(part)) for part in parts)
    candidate: Body = {"content": {"role": "model", "parts": parts}}
    if not parts:
        candidate["content"] = {"role": "model"}
    return {
        "candidates": [{**candidate, "finishReason": decision.finish_reason, "index": 0}],
        "usageMetadata": tokens.usage(tokens.of_prompt(request), candidates, thoughts),
        "modelVersion": model,
        "responseId": seed[:22],
    }


def _parts(decision: Decision, model: str, seed: str) -> list[Body]:
    parts: list[Body] = []
    if decision.text is not None:
        text: Body = {"text": decision.text}
        if not decision.calls:
            text["thoughtSignature"] = signatures.sign_text(model, decision.text)
        parts.append(text)
    for index, wanted in enumerate(decision.calls):
        call_id = hashlib.sha256(f"{seed}/{index}/{wanted.name}".encode()).hexdigest()[:8]
        call = FunctionCall(name=wanted.name, args=wanted.args, id=call_id)
        part: Body = {"functionCall": {"name": call.name, "args": call.args, "id": call.id}}
        if index == 0:
            part["thoughtSignature"] = signatures.sign_call(model, call)
        parts.append(part)
    return parts


def _cut_to_budget(decision: Decision, request: GenerateRequest, thoughts: int) -> Decision:
    """Thoughts spend from maxOutputTokens too; half a call is no call."""
    limit = request.generation_config.max_output_tokens
    if limit is None:
        return decision
    left = max(0, limit - thoughts)
    said = tokens.of_text(decision.text or "")
    called = sum(tokens.of_text(call.name + json.dumps(call.args)) for call in decision.calls)
    if said + called <= left:
        return decision
    text = (decision.text or "")[: left * 4]
    return Decision(text=text or None, finish_reason="MAX_TOKENS")


def in_chunks(body: Body) -> list[Body]:
    """The same answer as a stream: text in pieces, the signature in a last, empty piece."""
    parsed = _Response.model_validate(body)
    parts = parsed.candidates[0].content.parts if parsed.candidates else []
    if len(parts) != 1 or parts[0].text is None or parts[0].thought_signature is None:
        return [body]
    text, signature = parts[0].text, parts[0].thought_signature
    frame = {key: body[key] for key in ("modelVersion", "responseId") if key in body}
    step = max(1, -(-len(text) // _CHUNKS))
    pieces = [text[start : start + step] for start in range(0, len(text), step)]
    last = _chunk({"text": "", "thoughtSignature": signature}, parsed.candidates[0].finish_reason)
    usage = {"usageMetadata": body["usageMetadata"]} if "usageMetadata" in body else {}
    return [*({**_chunk({"text": piece}), **frame} for piece in pieces), {**last, **usage, **frame}]


def _chunk(part: Body, finish_reason: str | None = None) -> Body:
    candidate: Body = {"content": {"role": "model", "parts": [part]}, "index": 0}
    if finish_reason:
        candidate["finishReason"] = finish_reason
    return {"candidates": [candidate]}


class _Candidate(Wire):
    model_config = ConfigDict(extra="ignore")

    content: Content = Content()
    finish_reason: str | None = None


class _Response(Wire):
    model_config = ConfigDict(extra="ignore")

    candidates: list[_Candidate] = Field(default_factory=list[_Candidate])
