"""The arrows that rendered NetworkPolicies open, held against the declared ones."""

from collections.abc import Iterator
from ipaddress import ip_address, ip_network

from tests.k8s.arrows import ALWAYS, ARROWS, CLUSTER, COMES_WITH, Arrow
from tests.k8s.house import House
from tests.k8s.manifests import Document, Manifests, Pod, called, matches

NEVER = (
    "10.0.0.1", "172.16.0.1", "192.168.0.1", "100.64.0.1", "127.0.0.1", "169.254.169.254",
    "0.0.0.1", "224.0.0.1", "::1", "fc00::1", "fe80::1", "fd00:ec2::254", "::ffff:10.0.0.1",
    "2002:a00:1::1", "64:ff9b::a00:1",
)  # fmt: skip
"""The cluster's, the cloud's and this machine's own: not of the public internet."""
NAMESPACES = {
    "kube-system": "names",
    "ingress-nginx": "ingress",
    "gateway-system": "ingress",
    "monitoring": "monitoring",
    "keda": "keda",
    "cnpg-system": "cnpg",
}
_ADDRESSES = "taskflow.dev/addresses"
"""An annotation: what a policy's ipBlocks stand for, where it is not the internet."""


def arrows(manifests: Manifests, _: House) -> Iterator[str]:
    opened, faults = _opened(manifests)
    yield from faults
    declared = ARROWS | CLUSTER if manifests.of("Cluster") else ARROWS
    outside = {who for kind, who in COMES_WITH.items() if manifests.of(kind)} | ALWAYS
    there = {pod.name for pod in manifests.all_pods} | outside
    for arrow in sorted(opened - declared):
        yield f"NetworkPolicy: {arrow} is open, and tests/k8s/arrows.py declares no such arrow"
    for arrow in sorted(declared - opened):
        if arrow.source in there and arrow.target in there:
            yield f"NetworkPolicy: {arrow} is declared, and not open"


def closed(manifests: Manifests, _: House) -> Iterator[str]:
    """Both ways, for every pod: some policy must select it without allowing anything."""
    for way in ("Ingress", "Egress"):
        for pod in manifests.all_pods:
            if not any(_denies(policy, way, pod) for policy in manifests.of("NetworkPolicy")):
                yield f"{pod}: no NetworkPolicy closes its {way.lower()} by default"


def _denies(policy: Document, way: str, pod: Pod) -> bool:
    spec = policy["spec"]
    selects = matches(spec.get("podSelector", {}), pod.labels)
    return selects and way in spec.get("policyTypes", []) and not spec.get(way.lower())


def _opened(manifests: Manifests) -> tuple[set[Arrow], list[str]]:
    """An arrow between two pods is open when the one may say and the other may hear."""
    said: set[Arrow] = set()
    heard: set[Arrow] = set()
    faults: list[str] = []
    for policy in manifests.of("NetworkPolicy"):
        chosen = manifests.selected(policy["spec"].get("podSelector", {}))
        if not chosen:
            faults.append(f"{called(policy)}: selects no pod")
        for way in ("egress", "ingress"):
            for rule in policy["spec"].get(way) or []:
                peers = _peers(manifests, policy, rule.get("to" if way == "egress" else "from"))
                ports = _ports(rule)
                if ANYBODY in peers or (0, "any") in ports:
                    faults.append(f"{called(policy)}: {way} to anybody, or on any port")
                for pod in chosen:
                    for peer in peers:
                        for port, protocol in ports:
                            if way == "egress":
                                said.add(Arrow(pod.name, peer, port, protocol))
                            else:
                                heard.add(Arrow(peer, pod.name, port, protocol))
    pods = {pod.name for pod in manifests.all_pods}
    inside = {arrow for arrow in said | heard if arrow.source in pods and arrow.target in pods}
    for arrow in sorted(inside - (said & heard)):
        side = "let out, but not in" if arrow in said else "let in, but not out"
        faults.append(f"NetworkPolicy: {arrow} is {side}")
    faults.extend(_addresses(manifests))
    return (inside & said & heard) | ((said | heard) - inside), faults


ANYBODY = "anybody"


def _ports(rule: Document) -> set[tuple[int, str]]:
    told = rule.get("ports") or [{}]
    return {(one.get("port", 0), one.get("protocol", "TCP") if one else "any") for one in told}


def _peers(manifests: Manifests, policy: Document, told: list[Document] | None) -> set[str]:
    if not told:
        return {ANYBODY}
    found: set[str] = set()
    for peer in told:
        if "ipBlock" in peer:
            found.add(_meant(policy) or "internet")
        elif "namespaceSelector" in peer:
            found.add(_namespace(peer))
        else:
            chosen = manifests.selected(peer["podSelector"])
            # A pod that this overlay does not bring is not spoken to.
            found |= {pod.name for pod in chosen} or {"nobody"}
    return found


def _meant(policy: Document) -> str | None:
    return policy["metadata"].get("annotations", {}).get(_ADDRESSES)


def _namespace(peer: Document) -> str:
    labels = peer["namespaceSelector"].get("matchLabels", {})
    named = labels.get("kubernetes.io/metadata.name")
    if named is None:
        return ANYBODY
    return NAMESPACES.get(named, named)


def _addresses(manifests: Manifests) -> Iterator[str]:
    for policy in manifests.of("NetworkPolicy"):
        if _meant(policy):
            continue
        for rule in policy["spec"].get("egress") or []:
            for peer in rule.get("to") or []:
                if block := peer.get("ipBlock"):
                    for inner in NEVER:
                        if _covers(block, inner):
                            yield f"{called(policy)}: {block['cidr']} lets it reach {inner}"


def _covers(block: Document, address: str) -> bool:
    wanted = ip_address(address)
    if wanted not in ip_network(block["cidr"]):
        return False
    return not any(wanted in ip_network(one) for one in block.get("except", []))
