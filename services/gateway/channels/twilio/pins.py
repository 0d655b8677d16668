"""A place as Twilio sends it to WhatsApp: the body is its name, an action its degrees. Pure.

A content of type twilio/location holds no variable for degrees: each place would be one. So the
Messages API's own way is taken, `geo:<latitude>,<longitude>|<label>`; it is for sessions alone.
"""

import re
from collections.abc import Mapping
from typing import Any

from contracts.places import Location

DECIMALS = 6
"""Of a degree, as in the vendor's example: a tenth of a metre."""
_ENDS_A_LABEL = re.compile(r"[|\x00-\x1f\x7f\x85\u2028\u2029]+")


def fields(location: Location) -> Mapping[str, Any]:
    """Of the request, in the client's names."""
    return {"body": _plain(location.name), "persistent_action": [_action(location)]}


def _action(location: Location) -> str:
    where = f"geo:{_degrees(location.latitude)},{_degrees(location.longitude)}"
    label = _plain(location.address or "")
    return f"{where}|{label}" if label else where


def _degrees(value: float) -> str:
    """With a dot, without an exponent, and zero without a sign."""
    return f"{round(value, DECIMALS) + 0.0:.{DECIMALS}f}"


def _plain(text: str) -> str:
    return _ENDS_A_LABEL.sub(" ", text).strip()
