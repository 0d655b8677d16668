"""How it stands: a page for people, JSON for machines, and where each instance is measured."""

from dataclasses import asdict, dataclass
from importlib.metadata import version as package_version

import asyncpg
from fastapi import APIRouter
from fastapi.responses import HTMLResponse, JSONResponse
from starlette.requests import Request

from contracts.event import Json
from services.gateway.settings import GatewaySettings
from services.gateway.web.status_page import POLICY, rendered
from taskflow import clock
from taskflow.health import heartbeats
from taskflow.health.diagnosis import Diagnosis, diagnose
from taskflow.health.facts import HealthReading
from taskflow.postgres.database import UNAVAILABLE
from taskflow.process.service import Runtime


@dataclass(slots=True)
class StatusPages:
    runtime: Runtime
    settings: GatewaySettings
    started: float

    def router(self) -> APIRouter:
        router = APIRouter()
        router.add_api_route("/", self.page, methods=["GET"], response_class=HTMLResponse)
        router.add_api_route("/health", self.health, methods=["GET"])
        return router

    async def page(self) -> HTMLResponse:
        reading = await self.runtime.health.read()
        return HTMLResponse(
            rendered(
                reading,
                diagnose(reading),
                links=self._links(),
                version=package_version("taskflow"),
                signatures_checked=self.settings.taskflow_check_signatures,
            ),
            headers={"Content-Security-Policy": POLICY, "Cache-Control": "no-store"},
        )

    async def health(self) -> JSONResponse:
        """200 while messages can be taken, whatever else is wrong."""
        reading = await self.runtime.health.read()
        found = diagnose(reading)
        body = {
            "status": found.status,
            "headline": found.headline,
            "version": package_version("taskflow"),
            "uptime_s": round(clock.monotonic() - self.started),
            "dependencies": {"postgres": asdict(reading.postgres), "nats": asdict(reading.nats)},
            "services": _services(reading, found),
            "signatures_checked": self.settings.taskflow_check_signatures,
            "signs": [asdict(sign) for sign in found.work],
            "consumers": asdict(reading)["consumers"],
            **_stored(reading),
            "links": self._links(),
        }
        return JSONResponse(body, 503 if found.status == "down" else 200)

    async def targets(self, _: Request) -> JSONResponse:
        """Every instance's address, as Prometheus' http_sd wants them; 503 while nobody knows.

        Answered on the inner port alone.
        """
        try:
            live = await heartbeats.live(self.runtime.pool)
        except (*UNAVAILABLE, asyncpg.PostgresError) as error:
            return JSONResponse({"error": type(error).__name__}, 503)
        labels = ("service", "instance", "version")
        return JSONResponse(
            [
                {"targets": [row["address"]], "labels": {name: str(row[name]) for name in labels}}
                for row in live
            ]
        )

    def _links(self) -> dict[str, str]:
        elsewhere = {
            "phone": self.settings.taskflow_phone_url,
            "traces": self.settings.taskflow_jaeger_url,
        }
        own = {"health": "/health", "ready": "/ready"}
        return {name: f"{url}/" for name, url in elsewhere.items() if url} | own


def _services(reading: HealthReading, found: Diagnosis) -> dict[str, Json]:
    known = reading.stored.services if reading.stored else {}
    return {
        sign.part: {
            "ok": sign.state in {"ok", "note"},
            "says": sign.says,
            **(asdict(known[sign.part]) if sign.part in known else {}),
        }
        for sign in found.services
    }


def _stored(reading: HealthReading) -> Json:
    """None of it while PostgreSQL is away: a zero would be a lie."""
    if reading.stored is None:
        return {}
    return {name: value for name, value in asdict(reading.stored).items() if name != "services"}
