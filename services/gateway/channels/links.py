"""Addresses that we give out, each with a MAC of ours: for callbacks, and for pictures."""

import hashlib
import hmac
from collections.abc import Sequence
from urllib.parse import urlencode
from uuid import UUID

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from taskflow import clock


class CallbackLinks:
    """Binds a status callback to the one attempt it was made for; its message, see heard.py."""

    def __init__(self, master_keys: Sequence[bytes], public_url: str) -> None:
        """Signs with the first key; one that any of them signed fits."""
        self._public_url = public_url
        self._keys = [_derived(key, b"taskflow callbacks") for key in master_keys]

    def url(
        self, user: UUID, reply: UUID, part: int, attempt: int, trace: str | None = None
    ) -> str:
        """`trace` is where the callback's span belongs, until it comes too late for that."""
        fields = {"user": str(user), "reply": str(reply), "part": part, "attempt": attempt}
        traced = {"trace": trace, "at": round(clock.utc_now().timestamp())} if trace else {}
        mac = _mac(self._keys[0], user, reply, part, attempt)
        query = urlencode({**fields, **traced, "mac": mac})
        return f"{self._public_url}/webhook/status?{query}"

    def fits(self, user: UUID, reply: UUID, part: int, attempt: int, mac: str) -> bool:
        return _fits(self._keys, mac, user, reply, part, attempt)


class PictureLinks:
    """Addresses of pictures: who holds one may look, and nobody can make one up."""

    def __init__(self, master_keys: Sequence[bytes], public_url: str) -> None:
        """Signs with the first key; one that any of them signed fits."""
        self._public_url = public_url
        self._keys = [_derived(key, b"taskflow pictures") for key in master_keys]

    def url(self, media_id: UUID) -> str:
        return f"{self._public_url}/media/{media_id}?mac={_mac(self._keys[0], media_id)}"

    def fits(self, media_id: UUID, mac: str) -> bool:
        return _fits(self._keys, mac, media_id)


def _derived(master_key: bytes, purpose: bytes) -> bytes:
    return HKDF(algorithm=hashes.SHA256(), length=32, salt=None, info=purpose).derive(master_key)


def _fits(keys: Sequence[bytes], mac: str, *fields: object) -> bool:
    return any([_same(_mac(key, *fields), mac) for key in keys])  # noqa: C419 - all, in constant time


def _mac(key: bytes, *fields: object) -> str:
    message = "\x1f".join(map(str, fields)).encode()
    return hmac.new(key, message, hashlib.sha256).hexdigest()[:32]


def _same(ours: str, theirs: str) -> bool:
    return hmac.compare_digest(ours.encode(), theirs.encode("utf-8", "replace"))
