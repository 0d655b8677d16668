"""Look-ups that a replay may make anew.

Of the tools that need nothing but a search service, or bring what they need, those that say so.
"""

from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from services.tools.registry import added, searching
from services.tools.searching.serpapi import SerpApi
from services.tools.settings import ToolsSettings
from taskflow.tooling import Tool


@asynccontextmanager
async def searches(env_files: Sequence[Path]) -> AsyncGenerator[list[Tool[Any]]]:
    """Raises Configuration where the search service is not set up."""
    serpapi = SerpApi(ToolsSettings.load(_env_file=tuple(env_files), nats_url=""))
    try:
        yield [tool for tool in (*searching(serpapi), *added()) if tool.looks_anew]
    finally:
        serpapi.close()
