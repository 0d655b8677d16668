"""TWILIO_WHATSAPP_FROM: from which numbers of ours we write, and which is the default."""

import re
from typing import Annotated

from pydantic import AfterValidator

MOST = 16
"""A user's lane keeps the windows of twice as many, old ones among them."""
_SENDER = re.compile(r"whatsapp:\+[1-9][0-9]{6,14}")


def senders_of(setting: str) -> tuple[str, ...]:
    """The default first. Raises ValueError for what are no senders, or the same one twice."""
    named = tuple(sender.strip() for sender in setting.split(","))
    if len(named) > MOST:
        raise ValueError(f"names {len(named)} senders; {MOST} are the most")
    if not all(_SENDER.fullmatch(sender) for sender in named):
        raise ValueError(
            "must be a WhatsApp sender, or several separated by commas, for example: "
            "whatsapp:+14155238886,whatsapp:+15550100000"
        )
    if len(set(named)) < len(named):
        raise ValueError("names a sender twice")
    return named


def _are_senders(setting: str) -> str:
    return ",".join(senders_of(setting))


WhatsAppSenders = Annotated[str, AfterValidator(_are_senders)]
"""As it is written, without spaces."""
