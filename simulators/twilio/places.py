"""A place in a request: `PersistentAction=geo:<latitude>,<longitude>|<label>`, its name the Body.

Which code a wrong one is refused with, the vendor does not document: the general one is taken.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from simulators.twilio.errors import TwilioError

PARAMETER = "PersistentAction"
_DEGREES = r"-?[0-9]{1,3}(?:\.[0-9]{1,15})?"
_GEO = re.compile(rf"geo:({_DEGREES}),({_DEGREES})(?:\|(.*))?", re.DOTALL)


@dataclass(frozen=True)
class SentPlace:
    latitude: str
    longitude: str
    label: str = ""
    """What stands under the name."""


def place_in(actions: Sequence[str]) -> SentPlace | None:
    """WhatsApp knows no other action, and one place a message. Raises TwilioError."""
    geo = [action for action in actions if action.lower().startswith("geo:")]
    if not geo:
        return None
    found = _GEO.fullmatch(geo[0]) if len(geo) == 1 else None
    if found is None or abs(float(found[1])) > 90 or abs(float(found[2])) > 180:
        raise TwilioError(20001, PARAMETER)
    return SentPlace(found[1], found[2], (found[3] or "").strip())
