"""The channels there are, and by what an address and a message's reference are known as theirs."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

ChannelName = Literal["whatsapp", "terminal"]


@dataclass(frozen=True, slots=True)
class ChannelMarks:
    address: str
    """How the address of a person begins."""
    references: tuple[str, ...]
    """How the reference of a message begins: two letters, before 32 hexadecimal digits."""
    has_senders: bool = False
    """Whether people write to senders of ours, each with a consent and a rate of its own."""


CHANNELS: Mapping[ChannelName, ChannelMarks] = {
    "whatsapp": ChannelMarks("whatsapp:", ("SM", "MM"), has_senders=True),
    "terminal": ChannelMarks("terminal:", ("TM",)),
}
FIRST: ChannelName = "whatsapp"
"""Whose everything is that bears no other channel's mark: it was alone once."""


def channel_of(address: str) -> ChannelName:
    for name, marks in CHANNELS.items():
        if address.startswith(marks.address):
            return name
    return FIRST


def channel_of_message(reference: str) -> ChannelName:
    for name, marks in CHANNELS.items():
        if reference.startswith(marks.references):
            return name
    return FIRST


def has_senders(channel: ChannelName | None) -> bool:
    """None: nobody has written yet."""
    return CHANNELS[channel or FIRST].has_senders
