"""Each person's channel, by the address that they write from."""

from dataclasses import dataclass
from datetime import datetime

from services.gateway.channels.channel import Channel, ListedMessage, Outcome, Outgoing
from taskflow.privacy.terminal_pass import PREFIX, REFERENCE


@dataclass(frozen=True, slots=True)
class ByAddress:
    """A channel itself: whoever uses it need not know how many there are."""

    whatsapp: Channel
    terminal: Channel

    async def send(self, message: Outgoing) -> Outcome:
        return await self._of(message.address).send(message)

    async def sent_to(
        self, address: str, since: datetime, sender: str | None = None
    ) -> list[ListedMessage]:
        return await self._of(address).sent_to(address, since, sender)

    async def received_from(self, address: str, since: datetime) -> list[ListedMessage]:
        return await self._of(address).received_from(address, since)

    async def erase(self, message_ref: str, *, with_media: bool) -> None:
        """Whose it is, the reference itself says: the address is gone by then."""
        channel = self.terminal if message_ref.startswith(REFERENCE) else self.whatsapp
        await channel.erase(message_ref, with_media=with_media)

    def _of(self, address: str) -> Channel:
        return self.terminal if address.startswith(PREFIX) else self.whatsapp
