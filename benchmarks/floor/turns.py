"""Starts the floor of a turn: its two processes on a database and a stream of their own."""

from benchmarks.stack import House
from taskflow.embedded.ports import free_port

IS = "raw aiohttp, asyncpg and nats-py, the same hops"
AGENT = "floor-agent"


async def start(opened: House) -> str:
    """Where it takes webhooks."""
    port = free_port()
    env = {"FLOOR_PORT": str(port), "FLOOR_DSN": await opened.postgres.create_database()}
    opened.floor("floor-gateway", "benchmarks.floor.turn_gateway", **env)
    opened.floor(AGENT, "benchmarks.floor.turn_agent", **env)
    return f"http://127.0.0.1:{port}"
