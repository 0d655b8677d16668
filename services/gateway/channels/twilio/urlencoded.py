"""A form as Twilio posts it: every field with all of its values, as its signature wants them."""

from urllib.parse import parse_qsl

MAX_FIELDS = 100


class TooManyFields(ValueError):
    """A form that no vendor of ours sends."""


class NotText(ValueError):
    """Bytes that are no text."""


def parsed(body: bytes) -> dict[str, list[str]]:
    """Every value of every field, blank ones too: dropping one breaks the signature.

    Raises TooManyFields, NotText.
    """
    if body.count(b"&") >= MAX_FIELDS:
        raise TooManyFields(f"more than {MAX_FIELDS} fields")
    try:
        pairs = parse_qsl(body.decode(), keep_blank_values=True, errors="strict")
    except UnicodeDecodeError as error:
        raise NotText("the form is not UTF-8") from error
    form: dict[str, list[str]] = {}
    for name, value in pairs:
        form.setdefault(name, []).append(value)
    return form
