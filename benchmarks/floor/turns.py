"""Starts the floors of a turn: each two processes on a database and a stream of their own."""

import json
from typing import Any

from benchmarks.stack import House
from taskflow.embedded.ports import free_port

IS = "raw aiohttp, asyncpg and nats-py, the same hops"
AGENT = "floor-agent"
FACTS_STREAM = "FLOOR_facts"
FACTS_ARE = "raw clients, equal facts"
"""The same events, appends, seals, history and callbacks."""


async def start(opened: House) -> str:
    """Where it takes webhooks."""
    port = free_port()
    env = {
        "FLOOR_NAME": "turns",
        "FLOOR_PORT": str(port),
        "FLOOR_DSN": await opened.postgres.create_database(),
    }
    opened.floor("floor-gateway", "benchmarks.floor.turn_gateway", **env)
    opened.floor(AGENT, "benchmarks.floor.turn_agent", **env)
    return f"http://127.0.0.1:{port}"


async def start_facts(opened: House) -> tuple[str, str]:
    """Where it takes webhooks, and its database; TaskFlow has asked the model before."""
    asked: dict[str, Any] = opened.call("/_asked")
    if not asked.pop("contents", None):
        raise RuntimeError("the model was not asked yet: there is no prompt to ask with")
    file = opened.stack.home / "asked.json"
    file.write_text(json.dumps(asked))
    port, dsn = free_port(), await opened.postgres.create_database()
    env = {
        "FLOOR_NAME": "facts",
        "FLOOR_PORT": str(port),
        "FLOOR_DSN": dsn,
        "FLOOR_ASKED": str(file),
    }
    opened.floor("facts-gateway", "benchmarks.floor.facts_gateway", **env)
    opened.floor("facts-agent", "benchmarks.floor.facts_agent", **env)
    return f"http://127.0.0.1:{port}", dsn
