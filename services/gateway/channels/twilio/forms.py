"""Twilio's two forms as typed, bounded models; whatever does not fit is refused by its name.

Twilio signs keys and values as one text without separators: `Body=hi` and `Bod=yhi` have one
signature. So what Twilio always sends must be there, once, in its own shape; and where a parameter
that we read is absent, its name may not stand in what took its place in the signed text.
"""

from collections.abc import Mapping, Sequence
from typing import Annotated, Literal, Self, TypeVar

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationError,
    model_validator,
)
from pydantic.alias_generators import to_pascal
from pydantic.json_schema import SkipJsonSchema

from taskflow.privacy.addresses import CHANNEL

Form = Mapping[str, Sequence[str]]

MAX_MEDIA = 10
"""Twilio's limit of a message."""
MAX_LABEL = 1024
"""Characters of a name, a label or an address; WhatsApp's own limits are shorter."""
MAX_URL = 2048

_ADDRESS = r"^(whatsapp:)?(\+[1-9][0-9]{3,14}|[A-Za-z]{2}\.[A-Za-z0-9]{1,128})$"


class Unusable(ValueError):
    """A parameter is missing or is not what Twilio sends; names it, and never its value."""


def _channelled(address: str) -> str:
    return address if address.startswith(CHANNEL) else f"{CHANNEL}{address}"


def _shortened(text: str) -> str:
    return text[:MAX_LABEL]


def _blank_is_none(value: object) -> object:
    return None if value in ("", CHANNEL) else value


def _whole(bound: int, digits: int) -> object:
    return BeforeValidator(lambda value: _number(value, bound, digits))


def _number(value: object, bound: int, digits: int) -> object:
    """ASCII digits, few enough to be read: int() takes other scripts' and thousands of them."""
    if not isinstance(value, str):
        return value
    if not (value.isascii() and value.isdigit() and len(value) <= digits and int(value) <= bound):
        raise ValueError(f"a whole number from 0 to {bound} is wanted")
    return int(value)


MessageSid = Annotated[str, StringConstraints(pattern=r"^(SM|MM)[0-9a-fA-F]{32}$")]
Address = Annotated[str, StringConstraints(pattern=_ADDRESS), AfterValidator(_channelled)]
Label = Annotated[str, AfterValidator(_shortened)]
Degrees = Annotated[str, StringConstraints(pattern=r"^-?[0-9]{1,3}(\.[0-9]{1,20})?$")]
MediaUrl = Annotated[str, StringConstraints(pattern=r"^https?://[!-~]+$", max_length=MAX_URL)]
MediaType = Annotated[str, StringConstraints(pattern=r"^[!-~ ]*$", max_length=255)]
T = TypeVar("T")
Maybe = Annotated[T | None, BeforeValidator(_blank_is_none)]


class TwilioForm(BaseModel):
    model_config = ConfigDict(
        frozen=True,
        extra="ignore",
        alias_generator=to_pascal,
        validate_by_name=True,
        hide_input_in_errors=True,
    )

    message_sid: MessageSid
    account_sid: Annotated[str, StringConstraints(pattern=r"^(AC[0-9a-fA-F]{32})?$")] = ""
    """Empty where Twilio's list, and no webhook, told of it."""


class AttachedMedia(BaseModel):
    model_config = ConfigDict(frozen=True, hide_input_in_errors=True)

    url: MediaUrl
    content_type: MediaType = ""


class InboundForm(TwilioForm):
    """A message to us."""

    from_: Address = Field(alias="From")
    to: Maybe[Address] = None
    body: str = ""
    external_user_id: Maybe[Address] = None
    profile_name: Label = ""
    button_text: Label = ""
    button_payload: Label = ""
    list_id: Label = ""
    list_title: Label = ""
    latitude: Maybe[Degrees] = None
    longitude: Maybe[Degrees] = None
    label: Label = ""
    address: Label = ""
    num_media: Annotated[int, _whole(MAX_MEDIA, 2)] = 0
    media: SkipJsonSchema[tuple[AttachedMedia, ...]] = ()
    """The first `num_media`."""
    opt_out_type: Label = ""
    """What Advanced Opt-Out took it for: STOP, START or HELP."""
    original_replied_message_sid: Label = ""
    """Of the message that this one quotes, and of what a button stood under."""
    message_type: Literal["button", "location", "other"] = "other"
    is_forwarded: SkipJsonSchema[bool] = False
    """Once or often: somebody else's words."""

    @model_validator(mode="after")
    def _holds_what_it_announces(self) -> Self:
        if self.message_type == "button" and not (self.button_text or self.button_payload):
            raise ValueError("MessageType is button, and ButtonText and ButtonPayload are missing")
        if self.message_type == "location" and not (self.latitude and self.longitude):
            raise ValueError("MessageType is location, and Latitude or Longitude is missing")
        return self


class StatusForm(TwilioForm):
    """What became of a message of ours."""

    message_status: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z_-]{0,31}$")]
    to: Maybe[Address] = None
    error_code: Annotated[Maybe[int], _whole(999_999, 6)] = None


ALWAYS_WITH_A_MESSAGE = ("MessageSid", "AccountSid", "From", "To", "Body", "NumMedia")
ALWAYS_WITH_A_STATUS = ("MessageSid", "AccountSid", "To", "MessageStatus")
_SAME_AS_MESSAGE_SID = ("SmsSid", "SmsMessageSid")
_MEDIA = {
    f"{name}{n}": (n, field)
    for n in range(MAX_MEDIA)
    for name, field in (("MediaUrl", "url"), ("MediaContentType", "content_type"))
}
_TYPES = ("button", "location")
_FORWARDED = ("Forwarded", "FrequentlyForwarded")
"""`true`, or not there. People write these words: their absence is no reason to refuse a form."""
_MADE = {"media", "is_forwarded"}
_READ_OF_A_MESSAGE = {
    *(str(field.alias) for name, field in InboundForm.model_fields.items() if name not in _MADE),
    *_SAME_AS_MESSAGE_SID,
}
_READ_OF_A_STATUS = {
    *(str(field.alias) for field in StatusForm.model_fields.values()),
    *_SAME_AS_MESSAGE_SID,
    "SmsStatus",
}


def inbound_form(form: Form) -> InboundForm:
    """Raises Unusable."""
    values = _values(form, ALWAYS_WITH_A_MESSAGE, _READ_OF_A_MESSAGE | _MEDIA.keys())
    _refuse_shifted(form, _READ_OF_A_MESSAGE | _announced_media(values))
    kind = values.get("MessageType", "")
    values["MessageType"] = kind if kind in _TYPES else "other"
    made = {"Media": _media(values), "IsForwarded": _is_forwarded(form)}
    return _built(InboundForm, {**values, **made})


def status_form(form: Form) -> StatusForm:
    """Raises Unusable."""
    values = _values(form, ALWAYS_WITH_A_STATUS, _READ_OF_A_STATUS)
    _refuse_shifted(form, _READ_OF_A_STATUS)
    return _built(StatusForm, values)


def _values(form: Form, always: Sequence[str], read: set[str]) -> dict[str, str]:
    for name in always:
        if name not in form or (not form[name][0] and name != "Body"):
            raise Unusable(f"parameter {name} is missing; Twilio always sends it")
    for name in read & form.keys():
        if len(form[name]) > 1:
            raise Unusable(f"parameter {name} is repeated; Twilio sends it once")
    for name in _SAME_AS_MESSAGE_SID:
        if name in form and form[name] != form["MessageSid"]:
            raise Unusable(f"parameter {name} is not the MessageSid; Twilio sends the same in both")
    return {name: form[name][0] for name in read & form.keys()}


def _refuse_shifted(form: Form, read: set[str]) -> None:
    """Where an absent parameter would stand in the signed text, nothing else carries its name."""
    present = sorted(form)
    for name in read - form.keys():
        before = max((key for key in present if key < name), default=None)
        after = min((key for key in present if key > name), default="")
        swallowed = before is not None and name in before + "".join(form[before])
        if swallowed or after.startswith(name):
            raise Unusable(f"parameter {name} is missing, and another one carries its name")


def _is_forwarded(form: Form) -> bool:
    """Also where the parameter was pushed into the value before it, whose signature is the same."""
    return any("true" in form.get(name, ()) or _is_swallowed(name, form) for name in _FORWARDED)


def _is_swallowed(name: str, form: Form) -> bool:
    before = max((key for key in form if key < name), default=None)
    return before is not None and name not in form and form[before][0].endswith(f"{name}true")


def _announced_media(values: Mapping[str, str]) -> set[str]:
    count = values["NumMedia"]
    wanted = int(count) if len(count) < 3 and count.isascii() and count.isdigit() else 0
    return {name for name, (n, _) in _MEDIA.items() if n < max(wanted, 1)}


def _media(values: Mapping[str, str]) -> list[dict[str, str]]:
    """Those that `NumMedia` announces; each must have its address."""
    wanted = values["NumMedia"]
    if not (len(wanted) < 3 and wanted.isascii() and wanted.isdigit()):
        return []
    found: list[dict[str, str]] = [{} for _ in range(min(int(wanted), MAX_MEDIA))]
    for name, (n, field) in _MEDIA.items():
        if name in values and n < len(found):
            found[n][field] = values[name]
    for n, medium in enumerate(found):
        if "url" not in medium:
            raise Unusable(f"parameter MediaUrl{n} is missing; NumMedia announces it")
    return found


Built = TypeVar("Built", bound=TwilioForm)


def _built(model: type[Built], values: Mapping[str, object]) -> Built:
    try:
        return model.model_validate(values)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        where = "".join(str(part) for part in first["loc"]) or "set"
        raise Unusable(f"parameter {where}: {first['msg']}") from None
