"""Rules for what points at something: selectors, ports, probes, ways in."""

from collections.abc import Iterator

from tests.k8s.house import BROWSER_PORT, House
from tests.k8s.manifests import Document, Manifests, Pod, called, matches, name_of
from tests.k8s.stores import kept, value

PUBLIC_PATHS = {"/webhook": "Exact", "/webhook/status": "Exact", "/media/": "Prefix"}
"""All that people and Twilio may reach from outside (services/gateway: webhooks, media)."""


def selectors(manifests: Manifests, _: House) -> Iterator[str]:
    for one in manifests.of("Deployment", "StatefulSet"):
        labels = one["spec"]["template"]["metadata"].get("labels", {})
        if not matches(one["spec"]["selector"], labels):
            yield f"{called(one)}: its selector does not match its own pods"
        chosen = [pod.name for pod in manifests.selected(one["spec"]["selector"])]
        if len(chosen) > 1:
            yield f"{called(one)}: its selector takes pods of {', '.join(sorted(chosen))}"
    for one in manifests.of("PodDisruptionBudget", "PodMonitor"):
        if not manifests.selected(one["spec"]["selector"]):
            yield f"{called(one)}: selects no pod"
    for one in manifests.of("Service"):
        yield from _service(manifests, one)
    accounts = {name_of(one) for one in manifests.of("ServiceAccount")}
    for pod in manifests.pods:
        if (account := pod.spec.get("serviceAccountName", "default")) not in accounts:
            yield f"{pod}: there is no ServiceAccount {account}"


def monitors(manifests: Manifests, _: House) -> Iterator[str]:
    """What Prometheus asks is a port of every pod that it asks."""
    for one in manifests.of("PodMonitor"):
        for pod in manifests.selected(one["spec"]["selector"]):
            for endpoint in one["spec"]["podMetricsEndpoints"]:
                if pod.spec and endpoint["port"] not in _ports(pod):
                    yield f"{called(one)}: port {endpoint['port']} is none of {pod}'s"


def scaling(manifests: Manifests, _: House) -> Iterator[str]:
    workloads = {(one["kind"], name_of(one)): one for one in manifests.of("Deployment")}
    for one in manifests.of("HorizontalPodAutoscaler", "ScaledObject"):
        scaled = one["spec"]["scaleTargetRef"]
        target = workloads.get((scaled.get("kind", "Deployment"), scaled["name"]))
        if target is None:
            yield f"{called(one)}: scales {scaled['name']}, which is not there"
        elif "replicas" in target["spec"]:
            yield f"{called(one)}: {called(target)} says its replicas too"


def _service(manifests: Manifests, service: Document) -> Iterator[str]:
    spec = service["spec"]
    chosen = manifests.selected({"matchLabels": spec.get("selector", {})})
    if not spec.get("selector") or not chosen:
        yield f"{called(service)}: selects no pod"
    for pod in chosen:
        for port in spec.get("ports", []) if pod.spec else []:
            target = port.get("targetPort", port["port"])
            if target not in _ports(pod):
                yield f"{called(service)}: port {target} is none of {pod}'s"


def probes(manifests: Manifests, house: House) -> Iterator[str]:
    for pod in manifests.pods:
        if not pod.serves or pod.replicas == 0:
            continue
        ports = _ports(pod)
        for container in pod.spec["containers"]:
            for kind in ("startupProbe", "livenessProbe", "readinessProbe"):
                probe = container.get(kind)
                if probe is None:
                    yield f"{pod}: no {kind}"
                    continue
                asked = probe.get("httpGet")
                if asked is None:
                    continue
                if asked["port"] not in ports:
                    yield f"{pod}: {kind} asks port {asked['port']}, which it has not"
                elif not _answered(
                    manifests, house, container, ports[asked["port"]], asked["path"]
                ):
                    yield f"{pod}: {kind} asks {asked['path']} where nobody answers it"


def _answered(
    manifests: Manifests, house: House, container: Document, port: int, path: str
) -> bool:
    target = house.target(container["image"])
    if target not in house.listens:
        return True
    setting, paths = house.listens[target]
    told = value(container, kept(manifests), setting) if setting else str(BROWSER_PORT)
    return told == str(port) and path in paths


def _ports(pod: Pod) -> dict[str | int, int]:
    told = [port for one in pod.containers for port in one.get("ports", [])]
    named = {port["name"]: port["containerPort"] for port in told if "name" in port}
    return {**named, **{port["containerPort"]: port["containerPort"] for port in told}}


def way_in(manifests: Manifests, _: House) -> Iterator[str]:
    for one in manifests.of("Ingress"):
        if not one["spec"].get("tls"):
            yield f"{called(one)}: no TLS"
        for rule in one["spec"].get("rules", []):
            for path in rule["http"]["paths"]:
                if PUBLIC_PATHS.get(path["path"]) != path["pathType"]:
                    yield f"{called(one)}: {path['path']} ({path['pathType']}) is not public"
                service = path["backend"]["service"]
                yield from _backend(manifests, one, service["name"], service["port"].get("number"))
    for one in manifests.of("HTTPRoute"):
        for rule in one["spec"]["rules"]:
            for match in rule.get("matches", [{}]):
                path = match.get("path", {"type": "PathPrefix", "value": "/"})
                public = PUBLIC_PATHS.get(path["value"]) == path["type"].removeprefix("Path")
                if not public and not _redirects(rule):
                    yield f"{called(one)}: {path['value']} ({path['type']}) is not public"
            for backend in rule.get("backendRefs", []):
                yield from _backend(manifests, one, backend["name"], backend.get("port"))


def _redirects(rule: Document) -> bool:
    kinds = {one["type"] for one in rule.get("filters", [])}
    return kinds == {"RequestRedirect"} and not rule.get("backendRefs")


def _backend(manifests: Manifests, way: Document, name: str, port: int | None) -> Iterator[str]:
    for service in manifests.of("Service"):
        if name_of(service) == name and port in {one["port"] for one in service["spec"]["ports"]}:
            return
    yield f"{called(way)}: there is no Service {name} with port {port}"
