"""One service alone, as in `taskflow/process/`, that relays too: no scheduler is beside it."""

from collections.abc import AsyncGenerator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from uuid import UUID

from taskflow.process import service as services
from taskflow.process.service import Runtime, Service, keep_relaying
from taskflow.process.settings import RuntimeSettings


def running(
    service: str, settings: RuntimeSettings, build: Service, instance: UUID | None = None
) -> AbstractAsyncContextManager[Runtime]:
    @asynccontextmanager
    async def both(runtime: Runtime) -> AsyncGenerator[None]:
        async with build(runtime):
            runtime.background(keep_relaying(runtime), "relay")
            yield

    return services.running(service, settings, both, instance)
