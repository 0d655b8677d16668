"""All the rules: what is wrong with a rendered overlay, one line each."""

from collections.abc import Callable, Iterator, Sequence

from tests.k8s import connections, network, pods, references, settings
from tests.k8s.house import House
from tests.k8s.manifests import Document, Manifests, called

Rule = Callable[[Manifests, House], Iterator[str]]


def placed(manifests: Manifests, _: House) -> Iterator[str]:
    """Everything in one namespace, which is the overlay's own."""
    namespaces = {one["metadata"]["name"] for one in manifests.of("Namespace")}
    for one in manifests.documents:
        if one["kind"] in {"Namespace", "ClusterRole", "ClusterRoleBinding"}:
            continue
        if (where := one["metadata"].get("namespace")) not in namespaces:
            yield f"{called(one)}: is in namespace {where}"


RULES: tuple[Rule, ...] = (
    placed,
    pods.restricted,
    pods.resources,
    pods.images,
    pods.graceful,
    pods.spread,
    pods.browser,
    references.selectors,
    references.monitors,
    references.scaling,
    references.probes,
    references.way_in,
    settings.settings,
    settings.keys,
    network.closed,
    network.arrows,
    connections.connections,
)


def faults(documents: Sequence[Document], house: House) -> list[str]:
    manifests = Manifests(documents)
    return sorted({fault for rule in RULES for fault in rule(manifests, house)})
