"""What an event is: a fact in the past tense, with a wire name, a version and its upcasters."""

from collections.abc import Callable, Mapping
from typing import Any, ClassVar, TypeVar

from pydantic import BaseModel, ConfigDict
from pydantic_core import from_json

Json = dict[str, Any]
Upcaster = Callable[[Json], Json]


class UnknownEventType(LookupError):
    """This code knows no event of that type, or not yet of that version."""


class Event(BaseModel):
    """A fact that happened. Frozen; unknown fields of later additive versions are ignored."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    type: ClassVar[str]
    version: ClassVar[int] = 1

    def key(self) -> str | None:
        """What follows the type in this event's subject, where consumers choose by it."""
        return None


E = TypeVar("E", bound=type[Event])

_events: dict[str, type[Event]] = {}
_upcasters: dict[tuple[str, int], Upcaster] = {}


def event(cls: E) -> E:
    """Registers an event class under its wire name."""
    if cls.type in _events:
        raise ValueError(f"two events are named {cls.type!r}")
    _events[cls.type] = cls
    return cls


def upcasts(cls: type[Event], *, from_version: int) -> Callable[[Upcaster], Upcaster]:
    """Registers how a payload of `from_version` becomes one of the next version."""

    def register(upcaster: Upcaster) -> Upcaster:
        _upcasters[cls.type, from_version] = upcaster
        return upcaster

    return register


def renamed(payload: Json, field: str, to: str) -> Json:
    """The payload with one of its fields under another name, for upcasters."""
    return {to if name == field else name: value for name, value in payload.items()}


def all_events() -> Mapping[str, type[Event]]:
    return dict(_events)


def has_key(type_: str) -> bool:
    """Whether events of this type have one; False for a type that only newer code knows."""
    cls = _events.get(type_)
    return cls is not None and cls.key is not Event.key


def decode_json(type_: str, version: int, payload: str) -> Event:
    """As `decode`, of the payload's JSON: read and validated in one go."""
    cls = _events.get(type_)
    if cls is not None and version == cls.version:
        return cls.__pydantic_validator__.validate_json(payload)
    return decode(type_, version, from_json(payload))


def decode(type_: str, version: int, payload: Json) -> Event:
    """Raises UnknownEventType for what only newer code knows, ValidationError for a bad payload."""
    cls = _events.get(type_)
    if cls is None or version > cls.version:
        raise UnknownEventType(f"{type_} version {version}")
    for step in range(version, cls.version):
        payload = _upcasters[type_, step](payload)
    return cls.model_validate(payload)
