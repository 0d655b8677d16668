"""Thought signatures: opaque to the caller, checkable without memory, bound to model and call."""

import base64
import hashlib
import hmac
import json

from pydantic import JsonValue

from simulators.gemini.wire import FunctionCall

# Fixed, so that history signed before a restart of the simulator stays valid after it.
_KEY = b"simulated gemini thought signature"
_PREFIX = b"\x12\x34sim"
# What Google documents for calls that no Gemini model made.
SKIP = b"skip_thought_signature_validator"


def sign_call(model: str, call: FunctionCall) -> str:
    return _sign(model, "call", call.name, call.id, call.args)


def sign_text(model: str, text: str) -> str:
    return _sign(model, "text", text)


def is_valid(signature: str, model: str, call: FunctionCall) -> bool:
    """Both base64 alphabets are accepted, with or without padding."""
    if signature.encode() == SKIP:
        return True
    given = _decode(signature)
    if given == SKIP:
        return True
    return given is not None and hmac.compare_digest(
        given, base64.b64decode(sign_call(model, call))
    )


def _sign(*said: JsonValue) -> str:
    canonical = json.dumps([_settled(part) for part in said], sort_keys=True)
    digest = hmac.new(_KEY, canonical.encode(), hashlib.sha256).digest()
    return base64.b64encode(_PREFIX + digest).decode()


def _settled(value: JsonValue) -> JsonValue:
    """Arguments are a protobuf Struct, where 2 and 2.0 are the same number."""
    match value:
        case float() if value.is_integer():
            return int(value)
        case dict():
            return {name: _settled(inner) for name, inner in value.items()}
        case list():
            return [_settled(inner) for inner in value]
        case _:
            return value


def _decode(signature: str) -> bytes | None:
    standard = signature.strip().translate(str.maketrans("-_", "+/")).rstrip("=")
    try:
        return base64.b64decode(standard + "=" * (-len(standard) % 4), validate=True)
    except ValueError:
        return None
