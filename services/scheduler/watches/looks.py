"""Looks are made by the tools service: asked of it by id, answered under the user's seal."""

import asyncio
from datetime import datetime

from nats.aio.client import Client
from pydantic import ValidationError

from contracts.readings import Reading
from contracts.recorded import Recorded
from contracts.streams import UserId
from contracts.watches import LOOK, LookAsked, WatchSet
from taskflow.bus import asking
from taskflow.errors import VendorUnavailable
from taskflow.privacy.vault import Vault

TIMEOUT = 90.0
"""A browser may take a minute, and pages wait for their turn."""


class AskedLooks:
    def __init__(self, client: asyncio.Future[Client], vault: Vault) -> None:
        self._client, self._vault = client, vault

    async def look(self, watch_set: Recorded[WatchSet], due_at: datetime) -> Reading:
        """Raises VendorUnavailable when nobody looks, SealedForEver when the user was forgotten."""
        if not self._client.done():
            raise VendorUnavailable("the bus was not reached yet")
        asked = LookAsked(watch_set=watch_set.event_id, due=due_at)
        sealed = await asking.ask(
            await self._client, LOOK, asked.model_dump_json().encode(), TIMEOUT
        )
        assert watch_set.user_id is not None, "a watch belongs to a user"
        key = await self._vault.key(UserId(watch_set.user_id))
        try:
            return Reading.model_validate_json(key.open(sealed, asked.bound_to()))
        except ValidationError as error:
            raise VendorUnavailable("the look's answer is of another release") from error
