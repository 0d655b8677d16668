"""What somebody finds who has every byte of a home and the master key: users' wrapped keys."""

import base64
import contextlib
import hashlib
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from uuid import UUID

from taskflow.privacy.sealing import FORMAT, MasterKey, UnopenableSeal

WRAPPED_BYTES = 61
"""A format's byte, a nonce of 12, a key of 32, a tag of 16."""
_DISTINCT = 38
"""Of 61 random bytes some 54 differ, fewer than 38 in none of a billion."""
_HEX = re.compile(rb"[0-9a-fA-F]{%d,}" % (2 * WRAPPED_BYTES))
_BASE64 = re.compile(rb"[A-Za-z0-9+/]{%d,}" % (4 * WRAPPED_BYTES // 3 + 1))

_seen: dict[bytes, frozenset[bytes]] = {}
"""By a blob's digest: most files of a server do not change between two looks."""


def wrapped_in(blob: bytes) -> frozenset[bytes]:
    """All windows that may be a wrapped key: as it stands, as a dump writes it, and in base64."""
    digest = hashlib.sha256(blob).digest()
    if digest not in _seen:
        _seen[digest] = frozenset(window for form in _forms(blob) for window in _windows(form))
    return _seen[digest]


def _forms(blob: bytes) -> Iterator[bytes]:
    yield blob
    for found in _HEX.finditer(blob):
        for start in range(2):
            whole = (len(found[0]) - start) // 2 * 2
            yield bytes.fromhex(found[0][start : start + whole].decode())
    for found in _BASE64.finditer(blob):
        for start in range(4):
            whole = (len(found[0]) - start) // 4 * 4
            rest = found[0][start + whole :]
            yield base64.b64decode(found[0][start : start + whole] + _padded(rest))


def _padded(rest: bytes) -> bytes:
    """The last two or three characters of base64, which stand for one byte or two."""
    return rest + b"=" * (4 - len(rest)) if len(rest) > 1 else b""


def _windows(form: bytes) -> Iterator[bytes]:
    at = form.find(FORMAT)
    while at >= 0:
        window = form[at : at + WRAPPED_BYTES]
        if len(set(window)) >= _DISTINCT:
            yield window
        at = form.find(FORMAT, at + 1)


def opened_by(
    master: MasterKey, users: Iterable[UUID], blobs: Iterable[bytes]
) -> dict[UUID, set[bytes]]:
    """By user, the windows that open as their key."""
    found: dict[UUID, set[bytes]] = {user: set() for user in users}
    for window in {window for blob in blobs for window in wrapped_in(blob)}:
        for user, its in found.items():
            with contextlib.suppress(UnopenableSeal):
                master.unwrap(window, user)
                its.add(window)
    return found


def blobs_of(*homes: Path) -> Iterator[bytes]:
    """Every file; one that a running server has taken away meanwhile holds nothing."""
    for home in homes:
        for path in sorted(home.rglob("*")):
            if path.is_file():
                try:
                    yield path.read_bytes()
                except FileNotFoundError:
                    continue
