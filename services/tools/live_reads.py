"""Look-ups that a replay may make anew: searches, which read the outer world and keep nothing.

Not `check_price`, whose looks are kept with their pictures, and no tool that reads what users have
here: that is of today, and a turn of the past would be told of its own future.
"""

from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from services.tools.searching import flights, products, web
from services.tools.searching.serpapi import SerpApi
from services.tools.settings import ToolsSettings
from taskflow.tooling import Tool


@asynccontextmanager
async def searches(env_files: Sequence[Path]) -> AsyncGenerator[list[Tool[Any]]]:
    """Raises Configuration where the search service is not set up."""
    serpapi = SerpApi(ToolsSettings.load(_env_file=tuple(env_files), nats_url=""))
    try:
        yield [flights.tool(serpapi), web.tool(serpapi), products.tool(serpapi)]
    finally:
        serpapi.close()
