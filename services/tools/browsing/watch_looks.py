"""Looks at watched pages for the scheduler, which asks by id; the answer is sealed."""

import asyncio
from typing import Any, Protocol

from nats.aio.client import Client
from pydantic import ValidationError

from contracts.readings import Reading
from contracts.recorded import Recorded
from contracts.streams import UserId
from contracts.watches import LOOK, LOOKERS, LookAsked, WatchSet
from taskflow.bus import asking
from taskflow.errors import Permanent
from taskflow.log.event_log import Log
from taskflow.privacy.sealing import DataKey

AT_ONCE = 32
"""Most pages answer by plain HTTP; those that need a browser wait for it in the looker."""


class NotAWatch(Permanent):
    """The question names no `watch.set` event."""

    code = "not_a_watch"


class Looker(Protocol):
    async def look(
        self, url: str, product: str | None, *, user: UserId, for_watch: bool
    ) -> Reading: ...


class PageKeys(Protocol):
    async def key(self, user: UserId) -> DataKey:
        """Raises SealedForEver when the user was forgotten."""
        ...


class WatchLooks:
    def __init__(self, event_log: Log, keys: PageKeys, looker: Looker) -> None:
        self._log, self._keys, self._looker = event_log, keys, looker

    async def answer(self, question: bytes) -> bytes:
        """The sealed reading. Raises NotAWatch, SealedForEver, Retryable."""
        try:
            asked = LookAsked.model_validate_json(question)
        except ValidationError as error:
            raise NotAWatch("the question is not one for a look") from error
        recorded: Recorded[Any] | None = await self._log.find(asked.watch_set)
        if recorded is None or not isinstance(recorded.event, WatchSet) or not recorded.user_id:
            raise NotAWatch("the question names no watch")
        user = UserId(recorded.user_id)
        # The vault first: a forgotten user's page is never fetched, whatever else is cached.
        key = await self._keys.key(user)
        watch_set: WatchSet = (await self._log.opened(recorded)).event
        reading = await self._looker.look(
            watch_set.url, watch_set.product, user=user, for_watch=True
        )
        return key.seal(reading.model_dump_json().encode(), asked.bound_to())


async def keep_looking(client: asyncio.Future[Client], looks: WatchLooks) -> None:
    """For ever, from when the bus is reached."""
    await asking.serve(await client, LOOK, LOOKERS, looks.answer, at_once=AT_ONCE)
