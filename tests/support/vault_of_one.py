"""A vault that knows one person."""

from collections.abc import Sequence
from uuid import UUID, uuid4

from contracts.streams import UserId


class VaultOfOne:
    def __init__(self, address: str) -> None:
        self.user, self._address = UserId(uuid4()), address

    async def known(self, address: str) -> UserId | None:
        return self.user if address == self._address else None

    async def user_for(self, addresses: Sequence[str], message: UUID | None = None) -> UserId:
        assert list(addresses) == [self._address]
        assert message
        return self.user
