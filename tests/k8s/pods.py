"""Rules for what a pod may do and must say: Pod Security "restricted" and somewhat more."""

import re
from collections.abc import Iterator

from tests.k8s.house import House
from tests.k8s.manifests import Document, Manifests, Pod, called

LOWEST_UID = 10_001
VOLUMES = {"configMap", "emptyDir", "persistentVolumeClaim", "projected", "secret", "downwardAPI"}
"""Of those that "restricted" allows, the ones in use."""
ENFORCED = {f"pod-security.kubernetes.io/{mode}" for mode in ("enforce", "audit", "warn")}
_TAGGED = re.compile(r"^[^@\s]+(:(?!latest$)[\w][\w.-]*)(@sha256:[0-9a-f]{64})?$")


def restricted(manifests: Manifests, _: House) -> Iterator[str]:
    for namespace in manifests.of("Namespace"):
        labels = namespace["metadata"].get("labels", {})
        for label in sorted(ENFORCED):
            if labels.get(label) != "restricted":
                yield f"{called(namespace)}: {label} is not restricted"
    if not manifests.of("Namespace"):
        yield "no Namespace says which Pod Security is enforced"
    for pod in manifests.pods:
        yield from (f"{pod}: {what}" for what in _pod_faults(pod))
        for container in pod.containers:
            for what in _container_faults(pod, container):
                yield f"{pod}, container {container['name']}: {what}"


def _pod_faults(pod: Pod) -> Iterator[str]:
    spec, context = pod.spec, pod.spec.get("securityContext", {})
    for shared in ("hostNetwork", "hostPID", "hostIPC"):
        if spec.get(shared):
            yield f"{shared} is set"
    if spec.get("automountServiceAccountToken") is not False:
        yield "a service account's token is mounted"
    if spec.get("enableServiceLinks") is not False:
        yield "every Service's address comes in as environment (enableServiceLinks)"
    if context.get("seccompProfile", {}).get("type") not in {"RuntimeDefault", "Localhost"}:
        yield "no seccomp profile"
    if context.get("sysctls"):
        yield "sysctls are set"
    for volume in spec.get("volumes", []):
        kinds = set(volume) - {"name"}
        if kinds - VOLUMES:
            yield f"volume {volume['name']} is a {', '.join(sorted(kinds))}"
        if "emptyDir" in volume and "sizeLimit" not in (volume["emptyDir"] or {}):
            yield f"volume {volume['name']} has no sizeLimit"


def _container_faults(pod: Pod, container: Document) -> Iterator[str]:
    own, of_pod = container.get("securityContext", {}), pod.spec.get("securityContext", {})
    context = {**of_pod, **own}
    if own.get("privileged"):
        yield "is privileged"
    if own.get("allowPrivilegeEscalation") is not False:
        yield "may gain privileges (allowPrivilegeEscalation)"
    if own.get("readOnlyRootFilesystem") is not True:
        yield "may write to its image (readOnlyRootFilesystem)"
    capabilities = own.get("capabilities", {})
    if "ALL" not in capabilities.get("drop", []):
        yield "keeps capabilities"
    if set(capabilities.get("add", [])) - {"NET_BIND_SERVICE"}:
        yield "adds capabilities"
    if context.get("runAsNonRoot") is not True:
        yield "may run as root (runAsNonRoot)"
    if context.get("runAsUser", 0) < LOWEST_UID:
        yield f"runs as uid {context.get('runAsUser')}, not above {LOWEST_UID - 1}"
    if own.get("procMount", "Default") != "Default":
        yield "procMount is set"
    for port in container.get("ports", []):
        if "hostPort" in port:
            yield f"takes the node's port {port['hostPort']}"


def resources(manifests: Manifests, _: House) -> Iterator[str]:
    for pod in manifests.pods:
        for container in pod.containers:
            told = container.get("resources", {})
            for side in ("requests", "limits"):
                for what in ("cpu", "memory", "ephemeral-storage"):
                    if what not in told.get(side, {}):
                        yield f"{pod}, container {container['name']}: no {what} in its {side}"


def images(manifests: Manifests, house: House) -> Iterator[str]:
    for pod in manifests.pods:
        for container in pod.containers:
            image = container["image"]
            if not _TAGGED.match(image):
                yield f"{pod}: image {image} has no version, or latest"
            if (target := house.target(image)) and target not in house.targets:
                yield f"{pod}: image {image} is no target of deploy/Dockerfile"


def graceful(manifests: Manifests, house: House) -> Iterator[str]:
    """A pod leaves its Services before SIGTERM, and is not killed before its longest step."""
    for pod in manifests.pods:
        target = house.target(pod.spec["containers"][0]["image"])
        step = house.longest_step.get(target or "")
        if step is None or pod.name not in house.longest_step:
            continue
        hook = pod.spec["containers"][0].get("lifecycle", {}).get("preStop", {})
        sleeps = hook.get("sleep", {}).get("seconds", 0)
        if not sleeps:
            yield f"{pod}: no preStop sleep, so it is sent requests after SIGTERM"
        grace = pod.spec.get("terminationGracePeriodSeconds", 30)
        if grace < sleeps + step:
            yield f"{pod}: {grace} s of grace, but preStop and a step take {sleeps + step:.0f} s"


def spread(manifests: Manifests, _: House) -> Iterator[str]:
    for pod in manifests.pods:
        if not pod.serves or pod.replicas < 2:
            continue
        constraints = pod.spec.get("topologySpreadConstraints", [])
        keys = {one["topologyKey"] for one in constraints}
        for key in sorted({"kubernetes.io/hostname", "topology.kubernetes.io/zone"} - keys):
            yield f"{pod}: its replicas are not spread by {key}"
        for one in constraints:
            chosen = {other.name for other in manifests.selected(one.get("labelSelector", {}))}
            if chosen != {pod.name}:
                yield f"{pod}: spread among {', '.join(sorted(chosen)) or 'nobody'}"
        budgets = manifests.of("PodDisruptionBudget")
        if not any(pod in manifests.selected(one["spec"]["selector"]) for one in budgets):
            yield f"{pod}: no PodDisruptionBudget keeps one of its replicas"


def browser(manifests: Manifests, _: House) -> Iterator[str]:
    """It runs what strangers wrote."""
    pod = manifests.pod("browser")
    if pod is None:
        yield "no browser"
        return
    if pod.spec.get("hostUsers") is not False:
        yield f"{pod}: root in it would be root on the node (hostUsers)"
    text = repr(pod.spec)
    if "secret" in text.lower() or "configMap" in text:
        yield f"{pod}: is told something that strangers' pages could read"
