"""Ways to break what only some overlays have: ways in, scaling, what operators make Secrets of."""

from tests.k8s.manifests import Document
from tests.support.broken_manifests import Break, container, one, without


def _path(value: str) -> Break:
    return one(
        "HTTPRoute",
        "gateway",
        lambda it: it["spec"]["rules"][0]["matches"][0]["path"].update(value=value),
    )


def _parameters(cluster: Document) -> Document:
    return cluster["spec"]["postgresql"]["parameters"]


PRODUCTION: dict[str, tuple[Break, str]] = {
    "the metrics in public": (
        _path("/metrics"),
        "HTTPRoute gateway: /metrics (Exact) is not public",
    ),
    "everything in public": (
        one("HTTPRoute", "gateway", lambda it: it["spec"]["rules"][0].pop("matches")),
        "HTTPRoute gateway: / (PathPrefix) is not public",
    ),
    "a way in to nobody": (
        one(
            "HTTPRoute",
            "gateway",
            lambda it: it["spec"]["rules"][0]["backendRefs"][0].update(port=80),
        ),
        "HTTPRoute gateway: there is no Service gateway with port 80",
    ),
    "a way in that is closed": (
        without("NetworkPolicy", "gateway-from-ingress"),
        "ingress -> gateway:8000 is declared, and not open",
    ),
    "scaling nobody": (
        one("ScaledObject", "agent", lambda it: it["spec"]["scaleTargetRef"].update(name="agents")),
        "ScaledObject agent: scales agents, which is not there",
    ),
    "scaled, and fixed": (
        one("Deployment", "tools", lambda it: it["spec"].update(replicas=3)),
        "ScaledObject tools: Deployment tools says its replicas too",
    ),
    "a Secret that nobody makes": (
        without("ExternalSecret", "agent"),
        "Deployment agent: there is no Secret agent",
    ),
    "a Secret that lacks a key": (
        one(
            "ExternalSecret",
            "tools",
            lambda it: it["spec"]["target"]["template"]["data"].pop("SERPAPI_API_KEY"),
        ),
        "Deployment tools: SERPAPI_API_KEY is not told",
    ),
    "more replicas than connections": (
        one("ScaledObject", "agent", lambda it: it["spec"].update(maxReplicaCount=40)),
        "761 connections may be open, max_connections is 750: gateway 90, agent 396",
    ),
    "more replicas than anybody said": (
        one("ScaledObject", "tools", lambda it: it["spec"].pop("maxReplicaCount")),
        "tools 624",
    ),
    "pools that are too large": (
        one("ConfigMap", "taskflow", lambda it: it["data"].update(TASKFLOW_POOL_SIZE="12")),
        "connections may be open, max_connections is 750: gateway 150, agent 408",
    ),
    "a server that gives fewer": (
        one("Cluster", "postgres", lambda it: _parameters(it).update(max_connections="300")),
        "581 connections may be open, max_connections is 300",
    ),
    "a server that does not say how many it gives": (
        one("Cluster", "postgres", lambda it: _parameters(it).pop("max_connections")),
        "no PostgreSQL says its max_connections",
    ),
    "a setting of production": (
        one("ConfigMap", "gateway", lambda it: it["data"].pop("PUBLIC_URL")),
        "Deployment gateway: PUBLIC_URL is not told",
    ),
    "a replica that cannot follow": (
        one("NetworkPolicy", "postgres", lambda it: it["spec"]["ingress"].pop()),
        "postgres -> postgres:5432 is let out, but not in",
    ),
    "a monitor of nobody": (
        one(
            "PodMonitor",
            "taskflow",
            lambda it: it["spec"].update(selector={"matchLabels": {"a": "b"}}),
        ),
        "PodMonitor taskflow: selects no pod",
    ),
    "a monitor of a port that is not there": (
        one(
            "PodMonitor",
            "nats",
            lambda it: it["spec"]["podMetricsEndpoints"][0].update(port="monitoring"),
        ),
        "PodMonitor nats: port monitoring is none of StatefulSet nats's",
    ),
    "a store that nobody may watch": (
        without("NetworkPolicy", "postgres-from-monitoring"),
        "monitoring -> postgres:9187 is declared, and not open",
    ),
    "an image without a version": (
        container("agent", lambda told: told.update(image="registry.example.org/taskflow/agent")),
        "image registry.example.org/taskflow/agent has no version, or latest",
    ),
}
REST: dict[str, tuple[Break, str]] = {
    "no TLS": (
        one("Ingress", "gateway", lambda it: it["spec"].pop("tls")),
        "Ingress gateway: no TLS",
    ),
    "a path too many": (
        one(
            "Ingress",
            "gateway",
            lambda it: it["spec"]["rules"][0]["http"]["paths"][0].update(path="/"),
        ),
        "Ingress gateway: / (Exact) is not public",
    ),
    "a path that is wider": (
        one(
            "Ingress",
            "gateway",
            lambda it: it["spec"]["rules"][0]["http"]["paths"][0].update(pathType="Prefix"),
        ),
        "Ingress gateway: /webhook (Prefix) is not public",
    ),
}
