"""What Twilio checks before it takes a content, or hands one to WhatsApp's review."""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

from simulators.twilio.content import RICHEST_FIRST
from simulators.twilio.errors import TwilioError
from simulators.twilio.languages import ISO_639

PLACEHOLDER = re.compile(r"\{\{([^{}]*)\}\}")
_NUMBER = re.compile("[1-9][0-9]{0,2}")
CATEGORIES = frozenset({"UTILITY", "MARKETING", "AUTHENTICATION"})
MOST_VARIABLES, LONGEST_VALUE = 100, 1600
MOST_BUTTONS, MOST_ITEMS = 10, 10
LONGEST_TITLE, LONGEST_ID, LONGEST_BODY = 25, 200, 1024
"""Characters, of a button and of the text over buttons."""
LONGEST_OPENING, LONGEST_CHOICE, LONGEST_DESCRIPTION = 20, 24, 72
"""Characters, of what opens a list, and of each of its choices."""
_LANGUAGE = re.compile("([a-z]{2,3})(_[A-Z]{2,3})?")

Types = dict[str, dict[str, Any]]
Check = Callable[[object], bool]


@dataclass(frozen=True)
class ContentOrder:
    """A content that Twilio will take."""

    friendly_name: str | None
    language: str
    variables: dict[str, str]
    types: Types


@dataclass(frozen=True)
class ApprovalOrder:
    name: str
    category: str
    allow_category_change: bool


def content_order(body: bytes) -> ContentOrder:
    """Raises TwilioError 20001, or 92002 for too many variables."""
    asked = _asked(body)
    types = _types(asked.get("types"))
    return ContentOrder(
        friendly_name=_name(asked.get("friendly_name")),
        language=_language(asked.get("language")),
        variables=_variables(asked.get("variables"), types),
        types=types,
    )


def approval_order(body: bytes) -> ApprovalOrder:
    """Raises TwilioError 20001. What WhatsApp thinks of the name is left to its review."""
    asked = _asked(body)
    name, category = asked.get("name"), asked.get("category")
    may_change = asked.get("allow_category_change", True)
    if not isinstance(name, str) or not name:
        raise TwilioError(20001, "name")
    if not isinstance(category, str) or category not in CATEGORIES:
        raise TwilioError(20001, "category")
    if not isinstance(may_change, bool):
        raise TwilioError(20001, "allow_category_change")
    return ApprovalOrder(name, category, may_change)


def texts_of(value: object) -> list[str]:
    """Every text in a type, however deep."""
    match value:
        case str():
            return [value]
        case dict():
            inside: Sequence[object] = list(cast("dict[str, object]", value).values())
        case list():
            inside = cast("list[object]", value)
        case _:
            return []
    return [text for member in inside for text in texts_of(member)]


def _asked(body: bytes) -> dict[str, Any]:
    """The JSON object without its nulls, which Twilio's SDK sends for what it was not given."""
    try:
        asked: object = json.loads(body)
    except (ValueError, RecursionError):
        raise TwilioError(20001, "the body is no JSON") from None
    if not isinstance(asked, dict):
        raise TwilioError(20001, "the body is no JSON object")
    return cast("dict[str, Any]", _without_nulls(cast("object", asked)))


def _without_nulls(value: object) -> object:
    if isinstance(value, dict):
        items = cast("dict[str, object]", value).items()
        return {name: _without_nulls(member) for name, member in items if member is not None}
    if isinstance(value, list):
        return [_without_nulls(member) for member in cast("list[object]", value)]
    return value


def _name(value: object) -> str | None:
    if value is not None and not isinstance(value, str):
        raise TwilioError(20001, "friendly_name")
    return value


def _language(value: object) -> str:
    if not isinstance(value, str):
        raise TwilioError(20001, "language")
    found = _LANGUAGE.fullmatch(value)
    if found is None or found[1] not in ISO_639:
        raise TwilioError(20001, "language")
    return value


def _types(value: object) -> Types:
    if not isinstance(value, dict) or not value:
        raise TwilioError(20001, "types")
    types = cast("dict[str, object]", value)
    for name, about in types.items():
        if name not in RICHEST_FIRST:
            raise TwilioError(20001, f"types: {name} is no content type")
        if not isinstance(about, dict):
            raise TwilioError(20001, f"types: {name}")
        _check_fields(name, cast("dict[str, object]", about))
    return cast("Types", types)


def _variables(value: object, types: Types) -> dict[str, str]:
    """Each placeholder has its sample, and each sample its placeholder."""
    variables: object = {} if value is None else value
    if not isinstance(variables, dict):
        raise TwilioError(20001, "variables")
    samples = cast("dict[str, object]", variables)
    if len(samples) > MOST_VARIABLES:
        raise TwilioError(92002)
    for sample in samples.values():
        if not isinstance(sample, str) or not 0 < len(sample) <= LONGEST_VALUE:
            raise TwilioError(20001, "variables")
    names = _placeholders(texts_of(types))
    if names != {str(number) for number in range(1, len(names) + 1)}:
        raise TwilioError(20001, "variables: they are numbered from 1 without gaps")
    if names != samples.keys():
        raise TwilioError(20001, "variables: they are not those of the types")
    return cast("dict[str, str]", samples)


def _placeholders(texts: Sequence[str]) -> set[str]:
    names: set[str] = set()
    for text in texts:
        plain = PLACEHOLDER.sub("", text)
        found = PLACEHOLDER.findall(text)
        if "{{" in plain or "}}" in plain or not all(map(_NUMBER.fullmatch, found)):
            raise TwilioError(20001, "types: a placeholder is malformed")
        names.update(found)
    return names


def _is_text(value: object) -> bool:
    return isinstance(value, str) and bool(value)


def _is_short(most: int) -> Check:
    return lambda value: isinstance(value, str) and 0 < len(value) <= most


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _are(check: Check, most: int) -> Check:
    def all_are(value: object) -> bool:
        if not isinstance(value, list):
            return False
        found = cast("list[object]", value)
        return 0 < len(found) <= most and all(map(check, found))

    return all_are


@dataclass(frozen=True)
class _Shape:
    needs: Mapping[str, Check]
    may_have: Mapping[str, Check]

    def fault(self, value: object) -> str | None:
        """The name of the first field that is missing, wrong or unknown."""
        if not isinstance(value, dict):
            return "no object"
        about, known = cast("dict[str, object]", value), {**self.needs, **self.may_have}
        for name in [*self.needs, *about]:
            if name not in about or name not in known or not known[name](about[name]):
                return name
        return None

    def fits(self, value: object) -> bool:
        return self.fault(value) is None


_ACTION = _Shape(
    {"title": _is_short(LONGEST_TITLE)},
    {"id": _is_short(LONGEST_ID), "type": lambda value: value == "QUICK_REPLY"},
)
_ITEM = _Shape(
    {"id": _is_short(LONGEST_ID), "item": _is_short(LONGEST_CHOICE)},
    {"description": _is_short(LONGEST_DESCRIPTION)},
)
_OVER_BUTTONS = _is_short(LONGEST_BODY)
_SHAPES = {
    "twilio/text": _Shape({"body": _is_text}, {}),
    "twilio/quick-reply": _Shape(
        {"body": _OVER_BUTTONS, "actions": _are(_ACTION.fits, MOST_BUTTONS)}, {}
    ),
    "twilio/list-picker": _Shape(
        {
            "body": _OVER_BUTTONS,
            "button": _is_short(LONGEST_OPENING),
            "items": _are(_ITEM.fits, MOST_ITEMS),
        },
        {},
    ),
    "twilio/media": _Shape({"media": _are(_is_text, 10)}, {"body": _is_text}),
    "twilio/location": _Shape(
        {"latitude": _is_number, "longitude": _is_number},
        {"label": _is_text, "id": _is_text, "address": _is_text},
    ),
}
_NEEDED = {
    "twilio/call-to-action": ("body", "actions"),
    "twilio/catalog": ("body",),
    "twilio/carousel": ("body", "cards"),
    "twilio/flows": ("body", "button_text", "pages", "type"),
    "twilio/schedule": ("id", "title", "timeSlots"),
    "whatsapp/card": ("body",),
    "whatsapp/authentication": ("actions",),
    "whatsapp/flows": ("body", "button_text", "flow_id"),
}
"""Of the types that are looked at no further here."""


def _check_fields(kind: str, about: dict[str, object]) -> None:
    if shape := _SHAPES.get(kind):
        fault = shape.fault(about)
    else:
        fault = next((name for name in _NEEDED.get(kind, ()) if name not in about), None)
    if fault:
        raise TwilioError(20001, f"types: {kind}: {fault}")
