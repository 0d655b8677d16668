"""How it stands: a page for people, JSON for machines, probes for the platform."""

import asyncio
import time
from dataclasses import dataclass
from importlib.metadata import version as package_version
from typing import Any

import asyncpg
from fastapi import APIRouter
from fastapi.responses import HTMLResponse, JSONResponse, PlainTextResponse

from services.gateway.counters import Counters
from services.gateway.status_page import rendered
from taskflow import clock
from taskflow.database import UNAVAILABLE
from taskflow.service import Runtime

ASK_SECONDS = 2.0
_STATE = """
select (select count(*) from dead_letters where settled_at is null) as dead_letters,
       (select extract(epoch from now() - min(since)) from moves) as oldest_move_s,
       (select count(*) from (select 1 from events e, relay_cursor c
         where (e.transaction_id, e.position) > (c.transaction_id, c.position)
         limit 10000) as ahead) as relay_lag,
       (select recorded_at from events order by position desc limit 1) as last_event
"""
_SERVICES = """
select service, count(*) as instances, max(version) as version,
       extract(epoch from now() - max(seen_at)) as seen_s,
       extract(epoch from now() - min(started_at)) as age_s
  from service_instances where seen_at > now() - interval '15 minutes'
 group by service order by service
"""
AWAY_AFTER = 15.0
"""Seconds without a sign of life."""
EXPECTED = ("gateway", "agent", "tools", "scheduler")


@dataclass(slots=True)
class Pages:
    runtime: Runtime
    counters: Counters
    signatures_checked: bool
    started: float

    def router(self) -> APIRouter:
        router = APIRouter()
        router.add_api_route("/", self.page, methods=["GET"], response_class=HTMLResponse)
        router.add_api_route("/health", self.health, methods=["GET"])
        router.add_api_route("/live", self.live, methods=["GET"])
        router.add_api_route("/ready", self.ready, methods=["GET"])
        router.add_api_route("/metrics", self.metrics, methods=["GET"])
        return router

    async def page(self) -> HTMLResponse:
        return HTMLResponse(rendered(await self.state()))

    async def health(self) -> JSONResponse:
        state = await self.state()
        return JSONResponse(state, 200 if state["status"] != "down" else 503)

    async def live(self) -> PlainTextResponse:
        return PlainTextResponse("live\n")

    async def ready(self) -> JSONResponse:
        """Messages can be taken: that needs PostgreSQL, and nothing else."""
        database = await self._answers()
        body = {"postgres": database, "nats": self._nats()}
        return JSONResponse(body, 200 if database["ok"] else 503)

    async def metrics(self) -> PlainTextResponse:
        """What is not known is left out: a zero would hide an alarm."""
        database, facts = await self._database()
        lines = self.counters.lines()
        lines += ["# TYPE taskflow_up gauge"]
        for name, told in (("postgres", database), ("nats", self._nats())):
            lines += [f'taskflow_up{{dependency="{name}"}} {int(told["ok"])}']
        for name in ("dead_letters", "relay_lag", "oldest_move_s"):
            if name in facts:
                lines += [f"# TYPE taskflow_{name} gauge", f"taskflow_{name} {facts[name] or 0}"]
        return PlainTextResponse("\n".join(lines) + "\n", media_type="text/plain; version=0.0.4")

    async def state(self) -> dict[str, Any]:
        database, facts = await self._database()
        nats = self._nats()
        services = facts.pop("services", {})
        away = [name for name in EXPECTED if not services.get(name, {}).get("ok")]
        well = database["ok"] and nats["ok"] and not away and not facts.get("dead_letters")
        return {
            "status": "ok" if well else "degraded" if database["ok"] else "down",
            "version": package_version("taskflow"),
            "uptime_s": round(clock.monotonic() - self.started),
            "dependencies": {"postgres": database, "nats": nats},
            "services": services,
            "signatures_checked": self.signatures_checked,
            **facts,
        }

    async def _answers(self) -> dict[str, Any]:
        """Whether PostgreSQL does: asked often, so nothing is counted."""
        began = time.perf_counter()
        try:
            async with asyncio.timeout(ASK_SECONDS):
                await self.runtime.pool.fetchval("select 1")
        except (*UNAVAILABLE, asyncpg.PostgresError) as error:
            return {"ok": False, "error": type(error).__name__}
        return {"ok": True, "latency_ms": _milliseconds_since(began)}

    async def _database(self) -> tuple[dict[str, Any], dict[str, Any]]:
        began = time.perf_counter()
        try:
            async with asyncio.timeout(ASK_SECONDS), self.runtime.pool.acquire() as connection:
                row = await connection.fetchrow(_STATE)
                rows = await connection.fetch(_SERVICES)
        except (*UNAVAILABLE, asyncpg.PostgresError) as error:
            return {"ok": False, "error": type(error).__name__}, {}
        latency = _milliseconds_since(began)
        assert row is not None, "a select without a from has one row"
        facts = {
            "dead_letters": row["dead_letters"],
            "relay_lag": row["relay_lag"],
            "oldest_move_s": _rounded(row["oldest_move_s"]),
            "last_event": row["last_event"].isoformat() if row["last_event"] else None,
            "services": {
                one["service"]: {
                    "ok": one["seen_s"] < AWAY_AFTER,
                    "instances": one["instances"],
                    "version": one["version"],
                    "seen_s": _rounded(one["seen_s"]),
                    "age_s": _rounded(one["age_s"]),
                }
                for one in rows
            },
        }
        return {"ok": True, "latency_ms": latency}, facts

    def _nats(self) -> dict[str, Any]:
        client = self.runtime.client
        if not client.done():
            return {"ok": False, "error": "not reached yet"}
        return {"ok": client.result().is_connected}


def _milliseconds_since(began: float) -> float:
    return round((time.perf_counter() - began) * 1000, 1)


def _rounded(seconds: Any) -> float | None:
    return None if seconds is None else round(float(seconds), 1)
