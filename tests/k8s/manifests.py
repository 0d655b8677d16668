"""A rendered overlay as the rules read it: documents by kind, and the pods that they make."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Document = dict[str, Any]
NAME = "app.kubernetes.io/name"
_TEMPLATED = ("Deployment", "StatefulSet", "DaemonSet", "Job")


@dataclass(frozen=True, slots=True)
class Pod:
    """What one workload's pods are like. `spec` is empty where an operator makes them (Cluster)."""

    kind: str
    name: str
    labels: Mapping[str, str]
    spec: Document
    replicas: int = 1

    @property
    def containers(self) -> list[Document]:
        return [*self.spec.get("initContainers", []), *self.spec.get("containers", [])]

    @property
    def serves(self) -> bool:
        """Whether it is to run for ever."""
        return self.kind != "Job"

    def __str__(self) -> str:
        return f"{self.kind} {self.name}"


class Manifests:
    def __init__(self, documents: Sequence[Document]) -> None:
        self.documents = documents
        self.pods = list(_pods(documents))
        """Those whose containers are told here."""
        self.all_pods = [*self.pods, *_clusters(documents)]

    def of(self, *kinds: str) -> list[Document]:
        return [one for one in self.documents if one["kind"] in kinds]

    def pod(self, name: str) -> Pod | None:
        return next((one for one in self.pods if one.name == name), None)

    def selected(self, selector: Document) -> list[Pod]:
        return [one for one in self.all_pods if matches(selector, one.labels)]


def matches(selector: Document, labels: Mapping[str, str]) -> bool:
    """As Kubernetes has it: an empty selector matches all."""
    wanted = selector.get("matchLabels", {})
    if any(labels.get(key) != value for key, value in wanted.items()):
        return False
    return all(_fits(one, labels) for one in selector.get("matchExpressions", []))


def name_of(document: Document) -> str:
    return document["metadata"]["name"]


def called(document: Document) -> str:
    return f"{document['kind']} {name_of(document)}"


def _fits(expression: Document, labels: Mapping[str, str]) -> bool:
    key, values = expression["key"], expression.get("values", [])
    match expression["operator"]:
        case "In":
            return labels.get(key) in values
        case "NotIn":
            return labels.get(key) not in values
        case "Exists":
            return key in labels
        case _:
            return key not in labels


def _pods(documents: Sequence[Document]) -> Iterator[Pod]:
    for one in documents:
        if one["kind"] in _TEMPLATED:
            template = one["spec"]["template"]
            labels = template["metadata"].get("labels", {})
            replicas = scaled_by(one, documents)[0]
            yield Pod(one["kind"], name_of(one), labels, template["spec"], replicas)


def scaled_by(workload: Document, documents: Sequence[Document]) -> tuple[int, int]:
    """How many pods it has at least and at most."""
    for one in documents:
        scales = one["kind"] in {"HorizontalPodAutoscaler", "ScaledObject"}
        spec = one["spec"] if scales else {}
        if scales and spec["scaleTargetRef"]["name"] == name_of(workload):
            least = spec.get("minReplicas") or spec.get("minReplicaCount", 1)
            # Kubernetes wants a most; KEDA's is 100 where none is told.
            return least, spec.get("maxReplicas") or spec.get("maxReplicaCount", 100)
    replicas = workload["spec"].get("replicas", 1)
    return replicas, replicas


def _clusters(documents: Sequence[Document]) -> Iterator[Pod]:
    """CloudNativePG's: its operator makes the pods, with the labels they inherit."""
    for one in documents:
        if one["kind"] == "Cluster":
            inherited = one["spec"].get("inheritedMetadata", {}).get("labels", {})
            labels = {"cnpg.io/cluster": name_of(one), **inherited}
            yield Pod("Cluster", name_of(one), labels, {}, one["spec"]["instances"])
