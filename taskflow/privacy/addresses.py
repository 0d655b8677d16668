"""How addresses are written: a phone number, or a business-scoped id."""

from functools import lru_cache
from typing import Literal

import phonenumbers

from contracts.channels import CHANNELS

Kind = Literal["phone", "business_scoped"]
CHANNEL = CHANNELS["whatsapp"].address
MOST_CHARACTERS = 24
"""More than E.164 has; what is longer is no number, and is not parsed."""
_EXTRA_DIGIT = {52: (0, "1"), 55: (2, "9")}
"""By country code, where in the national number WhatsApp's ids may have a digit that dialling does
not, or lack one that it does: Mexico's mobile prefix, which dialling gave up in 2019 (IFT), and
Brazil's ninth digit after the area code, added until 2016 (Anatel). Source: Twilio, "Formatting of
WhatsApp numbers in Brazil and Mexico"."""


def kind_of(address: str) -> Kind:
    """`whatsapp:+15551230001` is a phone; `whatsapp:DE.abc123` a business-scoped id."""
    return "phone" if address.removeprefix(CHANNEL).startswith("+") else "business_scoped"


def as_indexed(address: str) -> str:
    """What its hash is made of: of a business-scoped id only the country has no case."""
    country, dot, rest = address.strip().partition(".")
    return f"{country.lower()}{dot}{rest}"


def as_indexed_before(address: str) -> str:
    """The same until release 0.2, which knew no case: others may be found under it."""
    return address.strip().lower()


@lru_cache(maxsize=4096)
def ways_to_write(address: str) -> tuple[str, ...]:
    """All of them name one line; the first is the one that it is kept under.

    A second way counts only where phonenumbers knows no valid number of that form: otherwise it
    may be somebody else's.
    """
    number = address.removeprefix(CHANNEL)
    if kind_of(address) != "phone" or len(number) > MOST_CHARACTERS:
        return (address,)
    other = _with_or_without_the_digit(number)
    valid = [way for way in (number, other) if way and _is_valid(way)]
    if other is None or len(valid) != 1:
        return (address,)
    kept = valid[0]
    return f"{CHANNEL}{kept}", f"{CHANNEL}{other if kept == number else number}"


def _with_or_without_the_digit(number: str) -> str | None:
    """None in other countries, and for what is neither ten nor eleven digits after the code."""
    for code, (place, digit) in _EXTRA_DIGIT.items():
        head = f"+{code}"
        if number.startswith(head):
            before, after = number[: len(head) + place], number[len(head) + place :]
            if len(number) == len(head) + 11 and after.startswith(digit):
                return before + after.removeprefix(digit)
            if len(number) == len(head) + 10:
                return before + digit + after
    return None


def _is_valid(number: str) -> bool:
    try:
        return phonenumbers.is_valid_number(phonenumbers.parse(number))
    except phonenumbers.NumberParseException:
        return False
