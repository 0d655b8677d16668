"""An address and a reference bear the mark of one channel alone."""

from itertools import permutations
from typing import get_args

from contracts.channels import CHANNELS, ChannelName, channel_of, channel_of_message, has_senders


def test_every_channel_has_its_marks_and_shares_none() -> None:
    assert set(CHANNELS) == set(get_args(ChannelName))
    for one, other in permutations(CHANNELS.values(), 2):
        assert not one.address.startswith(other.address)
        assert not set(one.references) & set(other.references)
    for name, marks in CHANNELS.items():
        assert channel_of(f"{marks.address}somebody") == name
        assert {channel_of_message(f"{mark}{'0' * 32}") for mark in marks.references} == {name}


def test_what_bears_no_mark_is_of_the_channel_that_was_alone_once() -> None:
    assert channel_of("+15551230001") == channel_of_message("0" * 32) == "whatsapp"
    assert has_senders(None)
    assert not has_senders("terminal")
