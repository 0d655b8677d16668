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
    told = json.dumps(facts, sort_keys=True).encode()
    return base64.b64encode(_sealed(told) + told).decode()


def read_token(given: str, name: str) -> dict[str, str]:
    """Raises SearchRefused for a token that is cut, changed or of another making."""
    try:
        raw = base64.b64decode(given, validate=True)
    except ValueError:
        raise _invalid(name) from None
    seal, told = raw[:_SEAL], raw[_SEAL:]
    if not hmac.compare_digest(seal, _sealed(told)):
        raise _invalid(name)
    facts: dict[str, str] = json.loads(told)
    return facts


def _sealed(told: bytes) -> bytes:
    return hmac.new(_KEY, told, hashlib.sha256).digest()[:_SEAL]


def _invalid(name: str) -> SearchRefused:
    return SearchRefused(f"Invalid `{name}` parameter.")
