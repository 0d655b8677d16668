"""Opaque tokens that lead from one search to the next, checkable without memory."""

import base64
import hashlib
import hmac
import json

from simulators.serpapi.errors import SearchRefused

# Fixed, so that a token outlives a restart of the simulator.
_KEY = b"simulated serpapi token"
_SEAL = 12


def token(**facts: str) -> str:
    """Standard base64 with its `+`, `/` and `=`, which callers must encode in a URL."""
    facts_json = json.dumps(facts, sort_keys=True).encode()
    return base64.b64encode(_sealed(facts_json) + facts_json).decode()


def read_token(given: str, name: str) -> dict[str, str]:
    """Raises SearchRefused for a token that is cut, changed or of another making."""
    try:
        raw = base64.b64decode(given, validate=True)
    except ValueError:
        raise _invalid(name) from None
    seal, facts_json = raw[:_SEAL], raw[_SEAL:]
    if not hmac.compare_digest(seal, _sealed(facts_json)):
        raise _invalid(name)
    facts: dict[str, str] = json.loads(facts_json)
    return facts


def _sealed(facts_json: bytes) -> bytes:
    return hmac.new(_KEY, facts_json, hashlib.sha256).digest()[:_SEAL]


def _invalid(name: str) -> SearchRefused:
    return SearchRefused(f"Invalid `{name}` parameter.")
