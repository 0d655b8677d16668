"""A looker whose pages say what a test says; the tools' own service of looks carries it."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from decimal import Decimal
from uuid import uuid4

from contracts.readings import Evidence, Reading
from contracts.streams import UserId
from services.tools.browsing.watch_looks import WatchLooks, keep_looking
from taskflow import clock
from taskflow.process.service import Runtime
from taskflow.process.settings import RuntimeSettings
from tests.support.relaying import running


class ScriptedShop:
    def __init__(self) -> None:
        self.prices: dict[str, Decimal | None] = {}
        """None is sold out; a page that is not here is unreachable."""
        self.currency = "EUR"
        self.looks: dict[str, list[UserId]] = defaultdict(list)
        self.seconds = 0.0

    async def look(
        self, url: str, product: str | None, *, user: UserId, for_watch: bool
    ) -> Reading:
        assert for_watch
        self.looks[url].append(user)
        await asyncio.sleep(self.seconds)
        evidence = Evidence(at=clock.utc_now(), read_by="browser", text=url, screenshot=uuid4())
        if url not in self.prices:
            return Reading(outcome="unreachable", note="Nobody answers.", evidence=evidence)
        amount = self.prices[url]
        return Reading(
            outcome="out_of_stock" if amount is None else "priced",
            title=f"*Shoe* of {url[-3:]}",
            amount=amount,
            currency=None if amount is None else self.currency,
            in_stock=amount is not None,
            evidence=evidence,
        )

    @asynccontextmanager
    async def open(self, settings: RuntimeSettings) -> AsyncIterator[Runtime]:
        """One replica of the tools service that does nothing else."""

        @asynccontextmanager
        async def build(runtime: Runtime) -> AsyncIterator[None]:
            looks = WatchLooks(runtime.log, runtime.vault, self)
            runtime.background(keep_looking(runtime.client, looks), "looks")
            yield

        async with running("tools", settings, build) as opened:
            yield opened
