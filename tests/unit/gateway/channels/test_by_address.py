"""What is for a channel goes to its adapter, and to no other where that one is not set up."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest

from contracts.streams import UserId
from services.gateway.channels.by_address import ByAddress
from services.gateway.channels.channel import Accepted, Never, Outcome, Outgoing
from taskflow.errors import VendorUnavailable

SINCE = datetime(2026, 12, 1, tzinfo=UTC)


class Adapter:
    def __init__(self) -> None:
        self.told: list[str] = []

    async def send(self, message: Outgoing) -> Outcome:
        self.told.append(message.address)
        return Accepted("SM1")

    async def sent_to(self, address: str, since: datetime, sender: str | None = None) -> list[Any]:
        self.told.append(f"{address} {sender}")
        return []

    async def received_from(self, address: str, since: datetime) -> list[Any]:
        self.told.append(address)
        return []

    async def erase(self, message_ref: str, *, with_media: bool) -> None:
        self.told.append(message_ref)


def to(address: str) -> Outgoing:
    return Outgoing(UserId(UUID(int=1)), address, "hi", UUID(int=2))


async def test_each_address_and_each_reference_has_its_adapter() -> None:
    twilio, terminal = Adapter(), Adapter()
    channel = ByAddress({"whatsapp": twilio, "terminal": terminal})
    await channel.send(to("whatsapp:+15551230001"))
    await channel.sent_to("whatsapp:+15551230001", SINCE, "whatsapp:+14155238886")
    await channel.erase("MM1", with_media=True)
    await channel.send(to("terminal:ada"))
    await channel.received_from("terminal:ada", SINCE)
    await channel.erase("TM1", with_media=False)
    assert twilio.told == [
        "whatsapp:+15551230001",
        "whatsapp:+15551230001 whatsapp:+14155238886",
        "MM1",
    ]
    assert terminal.told == ["terminal:ada", "terminal:ada", "TM1"]


async def test_what_is_for_a_channel_that_is_not_set_up_goes_nowhere() -> None:
    twilio = Adapter()
    channel = ByAddress({"whatsapp": twilio})
    assert isinstance(await channel.send(to("terminal:ada")), Never)
    with pytest.raises(VendorUnavailable):
        await channel.sent_to("terminal:ada", SINCE)
    with pytest.raises(VendorUnavailable):
        await channel.erase("TM1", with_media=False)
    assert twilio.told == []
