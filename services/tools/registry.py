"""The tools of this service: a list you can read, and what packages add to it."""

from importlib.metadata import entry_points
from typing import Any

from services.tools import flights, web
from services.tools.serpapi import SerpApi
from taskflow.tooling import Tool

GROUP = "taskflow.tools"
"""Entry points: each names a function without parameters that returns a Tool."""


def tools(serpapi: SerpApi) -> list[Tool[Any]]:
    added: list[Tool[Any]] = [entry.load()() for entry in entry_points(group=GROUP)]
    return [flights.tool(serpapi), web.tool(serpapi), *added]
