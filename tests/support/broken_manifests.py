"""Ways to break a rendered overlay, one for each thing that the rules of tests/k8s look at."""

from collections.abc import Callable
from typing import Any

from tests.k8s.manifests import Document

Documents = list[Document]
Break = Callable[[Documents], None]


def find(documents: Documents, kind: str, name: str) -> Document:
    return next(
        one
        for one in documents
        if one["kind"] == kind
        # ConfigMaps and Secrets carry the hash of what is in them.
        and one["metadata"]["name"].removesuffix(_hash(one)) == name
    )


def _hash(one: Document) -> str:
    if one["kind"] not in {"ConfigMap", "Secret"}:
        return ""
    head, dash, tail = one["metadata"]["name"].rpartition("-")
    return f"{dash}{tail}" if head and len(tail) == 10 else ""


def pod(kind: str, name: str, change: Callable[[Document], Any]) -> Break:
    return lambda documents: change(find(documents, kind, name)["spec"]["template"]["spec"])


def container(name: str, change: Callable[[Document], Any], kind: str = "Deployment") -> Break:
    return pod(kind, name, lambda spec: change(spec["containers"][0]))


def one(kind: str, name: str, change: Callable[[Document], Any]) -> Break:
    return lambda documents: change(find(documents, kind, name))


def without(kind: str, name: str) -> Break:
    return lambda documents: documents.remove(find(documents, kind, name))


def _secured(change: Callable[[Document], Any]) -> Break:
    return container("gateway", lambda told: change(told["securityContext"]))


def _volumes(*more: Document) -> Break:
    return pod("Deployment", "gateway", lambda spec: spec["volumes"].extend(more))


_TOKEN = {"name": "SERPAPI_API_KEY", "value": "x"}
_BY_ENV = {
    "name": "SENTRY_DSN",
    "valueFrom": {"secretKeyRef": {"name": "provision", "key": "NATS_URL"}},
}

LOCAL: dict[str, tuple[Break, str]] = {
    # Pod Security.
    "a namespace that enforces nothing": (
        one("Namespace", "taskflow", lambda it: it["metadata"].pop("labels")),
        "Namespace taskflow: pod-security.kubernetes.io/enforce is not restricted",
    ),
    "the node's network": (
        pod("Deployment", "agent", lambda spec: spec.update(hostNetwork=True)),
        "Deployment agent: hostNetwork is set",
    ),
    "a token": (
        pod("StatefulSet", "nats", lambda spec: spec.pop("automountServiceAccountToken")),
        "StatefulSet nats: a service account's token is mounted",
    ),
    "service links": (
        pod("Job", "migrate", lambda spec: spec.pop("enableServiceLinks")),
        "Job migrate: every Service's address comes in as environment",
    ),
    "no seccomp": (
        pod("Deployment", "tools", lambda spec: spec["securityContext"].pop("seccompProfile")),
        "Deployment tools: no seccomp profile",
    ),
    "root": (
        pod("Deployment", "tools", lambda spec: spec["securityContext"].update(runAsUser=0)),
        "Deployment tools, container tools: runs as uid 0",
    ),
    "perhaps root": (
        pod("Deployment", "tools", lambda spec: spec["securityContext"].pop("runAsNonRoot")),
        "Deployment tools, container tools: may run as root",
    ),
    "a privileged container": (
        _secured(lambda own: own.update(privileged=True)),
        "container gateway: is privileged",
    ),
    "an escalation": (
        _secured(lambda own: own.pop("allowPrivilegeEscalation")),
        "container gateway: may gain privileges",
    ),
    "an image that can be written to": (
        _secured(lambda own: own.pop("readOnlyRootFilesystem")),
        "container gateway: may write to its image",
    ),
    "capabilities kept": (
        _secured(lambda own: own.pop("capabilities")),
        "container gateway: keeps capabilities",
    ),
    "capabilities added": (
        _secured(lambda own: own["capabilities"].update(add=["SYS_ADMIN"])),
        "container gateway: adds capabilities",
    ),
    "the node's port": (
        container("gateway", lambda told: told["ports"][0].update(hostPort=80)),
        "container gateway: takes the node's port 80",
    ),
    "the node's disk": (
        _volumes({"name": "node", "hostPath": {"path": "/"}}),
        "Deployment gateway: volume node is a hostPath",
    ),
    "a volume without end": (
        _volumes({"name": "more", "emptyDir": {}}),
        "Deployment gateway: volume more has no sizeLimit",
    ),
    # Running.
    "no limit": (
        container("agent", lambda told: told["resources"]["limits"].pop("memory")),
        "Deployment agent, container agent: no memory in its limits",
    ),
    "no request": (
        container("nats", lambda told: told["resources"].pop("requests"), "StatefulSet"),
        "StatefulSet nats, container nats: no cpu in its requests",
    ),
    "latest": (
        container("nats", lambda told: told.update(image="nats:latest"), "StatefulSet"),
        "StatefulSet nats: image nats:latest has no version",
    ),
    "an image nobody builds": (
        container("agent", lambda told: told.update(image="taskflow/agents:0.1.0")),
        "image taskflow/agents:0.1.0 is no target of deploy/Dockerfile",
    ),
    "no preStop": (
        container("gateway", lambda told: told.pop("lifecycle")),
        "Deployment gateway: no preStop sleep",
    ),
    "killed in a step": (
        pod("Deployment", "tools", lambda spec: spec.update(terminationGracePeriodSeconds=60)),
        "Deployment tools: 60 s of grace, but preStop and a step take 70 s",
    ),
    "all on one node": (
        pod("StatefulSet", "nats", lambda spec: spec.pop("topologySpreadConstraints")),
        "StatefulSet nats: its replicas are not spread by kubernetes.io/hostname",
    ),
    "spread among strangers": (
        pod(
            "Deployment",
            "gateway",
            lambda spec: spec["topologySpreadConstraints"][0].update(labelSelector={}),
        ),
        "Deployment gateway: spread among agent, browser,",
    ),
    "drained away": (
        without("PodDisruptionBudget", "gateway"),
        "Deployment gateway: no PodDisruptionBudget",
    ),
    "a browser as the node's root": (
        pod("Deployment", "browser", lambda spec: spec.pop("hostUsers")),
        "Deployment browser: root in it would be root on the node",
    ),
    "a browser with a secret": (
        container(
            "browser",
            lambda told: told.update(envFrom=[{"secretRef": {"name": "provision"}}]),
        ),
        "Deployment browser: is told something that strangers' pages could read",
    ),
    # What points at something.
    "another namespace": (
        one("Service", "gateway", lambda it: it["metadata"].update(namespace="default")),
        "Service gateway: is in namespace default",
    ),
    "a selector of others": (
        one(
            "Deployment",
            "agent",
            lambda it: it["spec"].update(selector={"matchLabels": {"app": "agent"}}),
        ),
        "Deployment agent: its selector does not match its own pods",
    ),
    "a selector of many": (
        one(
            "Deployment",
            "agent",
            lambda it: it["spec"].update(
                selector={"matchLabels": {"app.kubernetes.io/part-of": "taskflow"}}
            ),
        ),
        "Deployment agent: its selector takes pods of agent, browser,",
    ),
    "a Service of nobody": (
        one("Service", "browser", lambda it: it["spec"].update(selector={"app": "browser"})),
        "Service browser: selects no pod",
    ),
    "a Service's port": (
        one("Service", "nats", lambda it: it["spec"]["ports"][0].update(targetPort="clients")),
        "Service nats: port clients is none of StatefulSet nats's",
    ),
    "a budget of nobody": (
        one(
            "PodDisruptionBudget",
            "nats",
            lambda it: it["spec"].update(selector={"matchLabels": {"app": "nats"}}),
        ),
        "PodDisruptionBudget nats: selects no pod",
    ),
    "no such account": (
        without("ServiceAccount", "agent"),
        "Deployment agent: there is no ServiceAccount agent",
    ),
    "no probe": (
        container("scheduler", lambda told: told.pop("livenessProbe")),
        "Deployment scheduler: no livenessProbe",
    ),
    "a probe's port": (
        container("agent", lambda told: told["livenessProbe"]["httpGet"].update(port="probes")),
        "Deployment agent: livenessProbe asks port probes, which it has not",
    ),
    "a probe's path": (
        container("agent", lambda told: told["readinessProbe"]["httpGet"].update(path="/healthz")),
        "Deployment agent: readinessProbe asks /healthz where nobody answers it",
    ),
    "a port that was moved": (
        one("ConfigMap", "gateway", lambda it: it["data"].update(TASKFLOW_GATEWAY_PORT="9000")),
        "Deployment gateway: livenessProbe asks /live where nobody answers it",
    ),
    # What they are told.
    "a variable nobody knows": (
        one("ConfigMap", "agent", lambda it: it["data"].update(GEMINI_MODLE="x")),
        "Deployment agent: GEMINI_MODLE of ConfigMap agent",
    ),
    "a secret that nobody knows": (
        one("Secret", "gateway", lambda it: it["data"].update(TWILIO_TOKEN="eA==")),
        "Deployment gateway: TWILIO_TOKEN of Secret gateway",
    ),
    "another's secret": (
        one("Secret", "gateway", lambda it: it["data"].update(GEMINI_API_KEY="eA==")),
        "Deployment gateway: GEMINI_API_KEY of Secret gateway",
    ),
    "a secret in the open": (
        container("tools", lambda told: told["env"].append(_TOKEN)),
        "Deployment tools: SERPAPI_API_KEY is secret, and stands in its env",
    ),
    "a secret as environment": (
        container("tools", lambda told: told["env"].append(_BY_ENV)),
        "Deployment tools: SENTRY_DSN comes as environment; secrets come as files",
    ),
    "told twice": (
        container("tools", lambda told: told["env"].append(_TOKEN)),
        "Deployment tools: SERPAPI_API_KEY is told twice",
    ),
    "not told": (
        one("Secret", "scheduler", lambda it: it["data"].pop("TASKFLOW_MASTER_KEY")),
        "Deployment scheduler: TASKFLOW_MASTER_KEY is not told",
    ),
    "secrets where they are not looked for": (
        one("ConfigMap", "taskflow", lambda it: it["data"].update(TASKFLOW_SECRETS="/secrets")),
        "Deployment gateway: TASKFLOW_SECRETS names /secrets, where nothing is mounted",
    ),
    "no such Secret": (without("Secret", "agent"), "Deployment agent: there is no Secret agent"),
    "no such ConfigMap": (
        without("ConfigMap", "agent"),
        "Deployment agent: there is no ConfigMap agent",
    ),
    "no such key": (
        one("Secret", "nats", lambda it: it["data"].pop("NATS_CLUSTER_PASSWORD")),
        "has no NATS_CLUSTER_PASSWORD",
    ),
    "a key that nobody reads": (
        one("Secret", "nats", lambda it: it["data"].update(NATS_ADMIN_PASSWORD="eA==")),
        "nobody uses NATS_ADMIN_PASSWORD",
    ),
}
