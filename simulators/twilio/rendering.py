"""A content as one person gets it: its variables filled in, and whether WhatsApp takes it."""

import json
import re
from dataclasses import dataclass
from typing import Any, cast

from simulators.phone.message import PhoneButton
from simulators.twilio.content import StoredContent
from simulators.twilio.content_request import PLACEHOLDER, texts_of
from simulators.twilio.errors import (
    AGAINST_POLICY,
    CONTENT_REJECTED,
    OUTSIDE_WINDOW,
    TwilioError,
)

LIST = "twilio/list-picker"
FREE_IN_SESSION = frozenset(
    {
        "twilio/text",
        "twilio/media",
        "twilio/location",
        "twilio/quick-reply",
        "twilio/list-picker",
    }
)
"""Sent without approval while the window is open."""
SESSION_ONLY = frozenset({"twilio/list-picker", "twilio/location"})
"""Never a template of WhatsApp's."""
MOST_OF_A_TEMPLATE = 1024
"""Characters, with the variables filled in; also of a text over buttons."""
MOST_BUTTONS_IN_SESSION, LONGEST_TITLE_IN_SESSION = 3, 20
MOST_CHOICES, LONGEST_CHOICE, LONGEST_DESCRIPTION, LONGEST_OPENING = 10, 24, 72, 20
"""Of a list (WhatsApp)."""
_UNFIT = re.compile(r"[\n\r\t]| {5,}")
"""What no variable may hold: WhatsApp refuses the message."""

Values = dict[str, str]


@dataclass(frozen=True)
class Rendered:
    sid: str
    kind: str
    body: str
    media_url: str | None
    buttons: tuple[PhoneButton, ...]
    opens: str | None
    """What opens them, where they are the choices of a list."""
    is_template: bool
    """WhatsApp has approved it, so that it may be sent at any time."""
    has_unfit_variable: bool

    def refusal(self, *, window_is_open: bool) -> int | None:
        """The error that its delivery fails with."""
        is_free = window_is_open and self.kind in FREE_IN_SESSION
        if not (self.is_template or is_free):
            return OUTSIDE_WINDOW
        if self.has_unfit_variable:
            return AGAINST_POLICY
        return CONTENT_REJECTED if self._is_too_much() else None

    def _is_too_much(self) -> bool:
        bounded = self.is_template or self.kind != "twilio/text"
        if bounded and len(self.body) > MOST_OF_A_TEMPLATE:
            return True
        most, longest = MOST_BUTTONS_IN_SESSION, LONGEST_TITLE_IN_SESSION
        if self.opens is not None:
            most, longest = MOST_CHOICES, LONGEST_CHOICE
        return not self.is_template and (
            len(self.buttons) > most
            or any(len(button.title) > longest for button in self.buttons)
            or any(len(button.description or "") > LONGEST_DESCRIPTION for button in self.buttons)
            or len(self.opens or "") > LONGEST_OPENING
            or self._says_twice()
        )

    def _says_twice(self) -> bool:
        """WhatsApp wants every title and every id once under a message."""
        titles, ids = (
            {button.title for button in self.buttons},
            {button.id for button in self.buttons},
        )
        return min(len(titles), len(ids)) < len(self.buttons)


def values_of(variables: str) -> Values:
    """What `ContentVariables` gives. Raises TwilioError 21656."""
    if not variables:
        return {}
    try:
        given: object = json.loads(variables)
    except (ValueError, RecursionError):
        raise TwilioError(21656) from None
    if not isinstance(given, dict):
        raise TwilioError(21656)
    values = cast("dict[str, object]", given)
    if not all(isinstance(value, str) for value in values.values()):
        raise TwilioError(21656)
    return cast("Values", values)


def render(content: StoredContent, given: Values) -> Rendered:
    """A variable that is not given has the content's own sample."""
    about = content.types[content.kind]
    values = {name: given.get(name, sample) for name, sample in content.variables.items()}
    used = {name for text in texts_of(about) for name in PLACEHOLDER.findall(text)}
    media: list[str] = about.get("media", []) if content.kind == "twilio/media" else []
    return Rendered(
        sid=content.sid,
        kind=content.kind,
        body=_filled(_body(about), values),
        media_url=_filled(media[0], values) if media else None,
        buttons=_buttons(content.kind, about, values),
        opens=_filled(about["button"], values) if content.kind == LIST else None,
        is_template=content.is_approved and content.kind not in SESSION_ONLY,
        has_unfit_variable=any(_is_unfit(values[name]) for name in used),
    )


def _buttons(kind: str, about: dict[str, Any], values: Values) -> tuple[PhoneButton, ...]:
    if kind == LIST:
        return tuple(_choice(item, values) for item in about["items"])
    actions: list[dict[str, str]] = about["actions"] if kind == "twilio/quick-reply" else []
    return tuple(_button(action, values) for action in actions)


def _choice(item: dict[str, str], values: Values) -> PhoneButton:
    more = _filled(item["description"], values) if "description" in item else None
    return PhoneButton(_filled(item["item"], values), _filled(item["id"], values), more)


def _button(action: dict[str, str], values: Values) -> PhoneButton:
    """One without an id of its own is known by its title."""
    title = _filled(action["title"], values)
    return PhoneButton(title, _filled(action["id"], values) if "id" in action else title)


def _body(about: dict[str, Any]) -> str:
    if "latitude" in about:
        where = f"{about['latitude']}, {about['longitude']}"
        return "\n".join(filter(None, (about.get("label"), about.get("address"), where)))
    return about.get("body") or about.get("title") or ""


def _filled(text: str, values: Values) -> str:
    return PLACEHOLDER.sub(lambda found: values[found[1]], text)


def _is_unfit(value: str) -> bool:
    return not value.strip() or _UNFIT.search(value) is not None
