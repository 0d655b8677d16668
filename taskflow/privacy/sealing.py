"""Personal fields sealed with AES-256-GCM under their user's key, wrapped by the master key.

The event's id and the field's name are associated data: a sealed value does not open elsewhere.
"""

import base64
import contextlib
import os
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, TypeVar
from uuid import UUID

import orjson
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes, hmac
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from contracts.event import Event, Json
from contracts.personal import Sealed, personal_fields
from contracts.recorded import Recorded
from taskflow.errors import Permanent
from taskflow.privacy.addresses import as_indexed, as_indexed_before, ways_to_write

NONCE_BYTES = 12
FORMAT = b"\x01"

E = TypeVar("E", bound=Event)


class UnopenableSeal(Permanent):
    """A sealed value does not open with the key at hand: a wrong master key, or a changed row."""

    code = "unopenable_seal"


class DataKey:
    """One user's key, ready for use."""

    __slots__ = ("_aead", "_index")

    def __init__(self, key: bytes) -> None:
        self._aead = AESGCM(key)
        self._index = _derived(key, b"taskflow word index")

    def seal(self, value: bytes, associated: bytes) -> bytes:
        nonce = os.urandom(NONCE_BYTES)
        return FORMAT + nonce + self._aead.encrypt(nonce, value, associated)

    def open(self, sealed: bytes, associated: bytes) -> bytes:
        """Raises UnopenableSeal."""
        nonce, ciphertext = sealed[1 : 1 + NONCE_BYTES], sealed[1 + NONCE_BYTES :]
        try:
            return self._aead.decrypt(nonce, ciphertext, associated)
        except (InvalidTag, ValueError) as error:
            raise UnopenableSeal("a sealed value does not open with this user's key") from error

    def mac(self, value: bytes) -> bytes:
        """Names a value in an index: for this user alone; for nobody, once they are forgotten."""
        return _mac(self._index, value)


class MasterKey:
    """Wraps users' keys, and keys the hash by which an address is found.

    While it is rotated there are two: all is made with the first, and found and opened with either.
    """

    def __init__(self, key: bytes, *others: bytes) -> None:
        keys = (key, *others)
        self._wraps = [DataKey(_derived(master_key, b"taskflow wrap")) for master_key in keys]
        self._indexes = [_derived(master_key, b"taskflow address index") for master_key in keys]

    def new_data_key(self, user: UUID) -> tuple[DataKey, bytes]:
        """A fresh key and its wrapped form."""
        key = AESGCM.generate_key(bit_length=256)
        return DataKey(key), self._wraps[0].seal(key, user.bytes)

    def unwrap(self, wrapped: bytes, user: UUID) -> DataKey:
        """Raises UnopenableSeal."""
        return DataKey(self._unwrapped(wrapped, user)[0])

    def rewrapped(self, wrapped: bytes, user: UUID) -> bytes | None:
        """The same key wrapped by the first; None when it is already. Raises UnopenableSeal."""
        key, by = self._unwrapped(wrapped, user)
        return self._wraps[0].seal(key, user.bytes) if by else None

    def _unwrapped(self, wrapped: bytes, user: UUID) -> tuple[bytes, int]:
        for by, wrap in enumerate(self._wraps[:-1]):
            with contextlib.suppress(UnopenableSeal):
                return wrap.open(wrapped, user.bytes), by
        return self._wraps[-1].open(wrapped, user.bytes), len(self._wraps) - 1

    def address_hash(self, address: str) -> bytes:
        """Under which a new address is kept."""
        return self.address_hashes(address)[0]

    def address_hashes(self, address: str) -> list[bytes]:
        """Under any of which it may be found: by each key, in each way to write it."""
        return self._hashes([as_indexed(way) for way in ways_to_write(address)])

    def former_hashes(self, address: str) -> list[bytes]:
        """Under which release 0.2 kept it, perhaps with others that differ in case alone."""
        former = as_indexed_before(address)
        return self._hashes([former]) if former != as_indexed(address) else []

    def _hashes(self, ways: Sequence[str]) -> list[bytes]:
        return [_mac(index, way.encode()) for way in ways for index in self._indexes]


def _mac(key: bytes, value: bytes) -> bytes:
    mac = hmac.HMAC(key, hashes.SHA256())
    mac.update(value)
    return mac.finalize()


def _derived(key: bytes, purpose: bytes) -> bytes:
    return HKDF(algorithm=hashes.SHA256(), length=32, salt=None, info=purpose).derive(key)


_personal: dict[type[Event], tuple[str, ...]] = {}


def _fields(cls: type[Event]) -> tuple[str, ...]:
    if cls not in _personal:
        _personal[cls] = personal_fields(cls)
    return _personal[cls]


def has_personal_fields(cls: type[Event]) -> bool:
    return bool(_fields(cls))


def sealed_payload(event: Event, event_id: UUID, key: DataKey | None) -> Json:
    """The payload as the log holds it. Raises ValueError when personal text has no key."""
    payload = event.model_dump(mode="json")
    for name in _fields(type(event)):
        value = payload[name]
        if value is None or isinstance(getattr(event, name), Sealed):
            continue
        if key is None:
            raise ValueError(f"{event.type} has personal fields and no user")
        sealed = key.seal(orjson.dumps(value), event_id.bytes + name.encode())
        payload[name] = {"sealed": base64.b64encode(sealed).decode()}
    return payload


def opened(recorded: Recorded[E], key: DataKey) -> Recorded[E]:
    """The same event with its personal fields readable."""
    event = recorded.event
    plain: dict[str, Any] = {}
    for name in _fields(type(event)):
        value = getattr(event, name)
        if isinstance(value, Sealed):
            associated = recorded.event_id.bytes + name.encode()
            plain[name] = orjson.loads(key.open(base64.b64decode(value.ciphertext), associated))
    return replace(recorded, event=_with(event, plain)) if plain else recorded


def _with(event: E, fields: Mapping[str, Any]) -> E:
    """Validates the opened values: a field may hold a model, not only text."""
    values = {name: getattr(event, name) for name in type(event).model_fields}
    return type(event).model_validate({**values, **fields})
