"""The tools of this service: a list you can read, and what packages add to it."""

from importlib.metadata import entry_points
from typing import Any

from services.tools.browsing import check_price
from services.tools.browsing.looking import PageLooker
from services.tools.searching import flights, products, web
from services.tools.searching.serpapi import SerpApi
from taskflow.log.event_log import Log
from taskflow.tooling import Tool

GROUP = "taskflow.tools"
"""Entry points: each names a function without parameters that returns a Tool."""


def tools(serpapi: SerpApi, looker: PageLooker, event_log: Log) -> list[Tool[Any]]:
    return [
        *searching(serpapi),
        check_price.tool(looker, event_log),
        *added(),
    ]


def searching(serpapi: SerpApi) -> list[Tool[Any]]:
    return [flights.tool(serpapi), web.tool(serpapi), products.tool(serpapi)]


def added() -> list[Tool[Any]]:
    return [entry.load()() for entry in entry_points(group=GROUP)]
