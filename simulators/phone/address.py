"""Whom a phone belongs to: numbers and business-scoped user ids."""

import hashlib
import re

import phonenumbers

E164 = re.compile(r"\+[1-9][0-9]{6,14}")
BSUID = re.compile(r"[A-Z]{2}\.[A-Za-z0-9]{1,128}")
_ID_LENGTH = 24


def is_address(value: str) -> bool:
    return bool(E164.fullmatch(value) or BSUID.fullmatch(value))


def is_hidden(user: str) -> bool:
    return BSUID.fullmatch(user) is not None


def region_of(number: str) -> str:
    """ISO country of an E.164 number, also of one in a range kept for fiction."""
    code = phonenumbers.parse(number).country_code or 1
    region = phonenumbers.region_code_for_country_code(code)
    return region if re.fullmatch("[A-Z]{2}", region) else "US"


def readable(user: str) -> str:
    """The address in the groups that people expect."""
    if is_hidden(user):
        return "number hidden"
    style = phonenumbers.PhoneNumberFormat.INTERNATIONAL
    return phonenumbers.format_number(phonenumbers.parse(user), style)


def bsuid_of(user: str) -> str:
    """A number always has the same id, and another number another."""
    if is_hidden(user):
        return user
    digest = hashlib.sha256(f"bsuid {user}".encode()).hexdigest()
    return f"{region_of(user)}.{digest[:_ID_LENGTH]}"
