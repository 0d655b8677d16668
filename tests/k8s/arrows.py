"""Who speaks to whom, and on which port: rendered NetworkPolicies allow this and no more.

Outside of the namespace: `names` (the cluster's DNS), `internet` (public addresses), `ingress`
(whatever brings people's requests in), `monitoring` (Prometheus), `keda` and `cnpg` (operators),
`apiserver`, `backups` (the object store).
"""

from typing import NamedTuple


class Arrow(NamedTuple):
    source: str
    target: str
    port: int
    protocol: str = "TCP"

    def __str__(self) -> str:
        way = "" if self.protocol == "TCP" else f"/{self.protocol}"
        return f"{self.source} -> {self.target}:{self.port}{way}"


SERVICES = ("gateway", "agent", "tools", "scheduler")
LOOK_UP = (*SERVICES, "migrate", "provision", "operator", "nats", "simulators", "otel-collector")


def _from(sources: tuple[str, ...], target: str, *ports: int) -> set[Arrow]:
    return {Arrow(source, target, port) for source in sources for port in ports}


ARROWS: frozenset[Arrow] = frozenset(
    # Stores.
    _from((*SERVICES, "migrate", "operator"), "postgres", 5432)
    | _from((*SERVICES, "provision", "operator"), "nats", 4222)
    | _from((*SERVICES, "provision", "operator"), "nats", 8222)
    | _from(("nats",), "nats", 6222)
    # The outside: Twilio, Gemini, SerpApi and everybody's pages.
    | _from(("ingress",), "gateway", 8000)
    | _from(("gateway", "agent"), "internet", 443)
    | _from(("tools",), "internet", 80, 443)
    # The browser, and what it sees the world through.
    | _from(("tools",), "browser", 3000)
    | _from(("browser",), "tools", 8002)
    # The simulators.
    | _from(("gateway", "agent", "tools"), "simulators", 8100)
    | _from(("simulators",), "gateway", 8000)
    # Watching.
    | _from(SERVICES, "otel-collector", 4318)
    | _from(("otel-collector",), "jaeger", 4317)
    | _from(("operator",), "jaeger", 16686)
    | _from(("monitoring",), "gateway", 8001)
    | _from(("monitoring",), "agent", 8001)
    | _from(("monitoring",), "tools", 8001)
    | _from(("monitoring",), "scheduler", 8001)
    | _from(("monitoring",), "nats", 7777)
    | _from(("monitoring",), "otel-collector", 8888)
    | _from(("keda",), "nats", 8222)
    # Names.
    | {Arrow(who, "names", 53, how) for who in LOOK_UP for how in ("UDP", "TCP")}
)

CLUSTER: frozenset[Arrow] = frozenset(
    # CloudNativePG's: replicas, its operator, what it notes in the cluster, backups.
    _from(("postgres",), "postgres", 5432, 8000)
    | _from(("cnpg",), "postgres", 5432, 8000)
    | _from(("monitoring",), "postgres", 9187)
    | _from(("postgres",), "apiserver", 443, 6443)
    | _from(("postgres",), "backups", 443)
    | {Arrow("postgres", "names", 53, how) for how in ("UDP", "TCP")}
)
"""Beside those, where an operator runs PostgreSQL."""
ALWAYS = frozenset({"names", "internet"})
"""Outside, and there whatever an overlay brings."""
COMES_WITH = {
    "Ingress": "ingress",
    "HTTPRoute": "ingress",
    "PodMonitor": "monitoring",
    "ScaledObject": "keda",
    "Cluster": "cnpg",
}
"""Outside, and there where the overlay has such a thing."""
