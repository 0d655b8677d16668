"""Wires the tools service; nothing is wired elsewhere."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from services.tools.handlers import subscribe
from services.tools.registry import tools
from services.tools.serpapi import SerpApi
from services.tools.settings import ToolsSettings
from taskflow.service import Runtime, run
from taskflow.tooling import keep_offered


@asynccontextmanager
async def service(runtime: Runtime, settings: ToolsSettings) -> AsyncGenerator[None]:
    serpapi = SerpApi(settings)
    offered = tools(serpapi)
    subscribe(runtime, offered, workers=settings.tools_workers)
    runtime.background(keep_offered(runtime.log, runtime.service, offered), "offer")
    try:
        yield
    finally:
        serpapi.close()


def main() -> None:
    settings = ToolsSettings.load()
    run("tools", settings, lambda runtime: service(runtime, settings))
