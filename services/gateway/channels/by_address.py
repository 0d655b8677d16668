"""Each person's channel, by the address that they write from."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from contracts.channels import ChannelName, channel_of, channel_of_message
from services.gateway.channels.channel import Channel, ListedMessage, Never, Outcome, Outgoing
from taskflow.errors import VendorUnavailable


@dataclass(frozen=True, slots=True)
class ByAddress:
    """A channel itself: whoever uses it need not know how many there are."""

    adapters: Mapping[ChannelName, Channel]
    """Of the channels that are set up here."""

    async def send(self, message: Outgoing) -> Outcome:
        name = channel_of(message.address)
        if name not in self.adapters:
            return Never(None, f"the channel {name} is not set up here")
        return await self.adapters[name].send(message)

    async def sent_to(
        self, address: str, since: datetime, sender: str | None = None
    ) -> list[ListedMessage]:
        return await self._set_up(channel_of(address)).sent_to(address, since, sender)

    async def received_from(self, address: str, since: datetime) -> list[ListedMessage]:
        return await self._set_up(channel_of(address)).received_from(address, since)

    async def erase(self, message_ref: str, *, with_media: bool) -> None:
        """Whose it is, the reference itself says: the address is gone by then."""
        channel = self._set_up(channel_of_message(message_ref))
        await channel.erase(message_ref, with_media=with_media)

    def _set_up(self, name: ChannelName) -> Channel:
        """Raises VendorUnavailable."""
        if name not in self.adapters:
            raise VendorUnavailable(f"the channel {name} is not set up here")
        return self.adapters[name]
