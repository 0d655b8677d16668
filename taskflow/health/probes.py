"""What every process answers over HTTP: whether it lives, whether it can work, what it measured."""

from collections.abc import Callable
from dataclasses import asdict, dataclass, field

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from contracts.event import Json
from taskflow.health.facts import Dependency
from taskflow.health.reading import Health
from taskflow.telemetry import metrics


@dataclass(slots=True)
class Probes:
    health: Health
    needs: tuple[str, ...] = ("postgres", "nats")
    """Without these the service can do none of its work."""
    also: dict[str, Callable[[], Dependency]] = field(
        default_factory=dict[str, Callable[[], Dependency]]
    )
    """Told by /ready, and nothing that it waits for."""
    address: str = ""
    """`host:port` where they answer; a service that mounts them on its own app says where."""

    def routes(self) -> list[Route]:
        """All of them: for the inside."""
        return [*self.health_routes(), Route("/metrics", self.metrics)]

    def health_routes(self) -> list[Route]:
        """Those that strangers may see."""
        return [Route("/live", self.live), Route("/ready", self.ready)]

    def app(self) -> Starlette:
        return Starlette(routes=self.routes())

    async def live(self, _: Request) -> Response:
        """The loop turns. Asks nobody: a restart mends no dependency."""
        return PlainTextResponse("live\n")

    async def ready(self, _: Request) -> Response:
        """200 when all is there that this service needs, else 503; either way, what is not."""
        facts = {"postgres": _fact(await self.health.postgres(), needed=True), **self.self_report()}
        ready = all(fact["ok"] for fact in facts.values() if fact["needed"])
        return JSONResponse(facts, 200 if ready else 503)

    async def metrics(self, _: Request) -> Response:
        body, content_type = metrics.exposition()
        return Response(body, media_type=content_type)

    def self_report(self) -> Json:
        """What a process can say of itself without asking anybody."""
        nats = _fact(self.health.nats(), needed="nats" in self.needs)
        also = {name: _fact(ask(), needed=False) for name, ask in self.also.items()}
        return {"nats": nats, **also}


def _fact(of: Dependency, *, needed: bool) -> Json:
    said = {name: value for name, value in asdict(of).items() if value is not None}
    return {**said, "needed": needed}
