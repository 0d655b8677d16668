"""Rules for what a pod is told: every name is known, every key used, none missing."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from tests.k8s.house import House
from tests.k8s.manifests import Document, Manifests, Pod
from tests.k8s.stores import Kept, kept, made_elsewhere, value

_WORD = re.compile(r"[A-Z][A-Z0-9_]+")
SECRETS = "TASKFLOW_SECRETS"


@dataclass(frozen=True, slots=True)
class Told:
    """One setting of a container and where it is from."""

    name: str
    source: str
    is_secret: bool
    by_file: bool = False


def settings(manifests: Manifests, house: House) -> Iterator[str]:
    for pod in manifests.pods:
        for container in pod.containers:
            target = house.target(container["image"])
            if target is None:
                continue
            told, faults = _told(pod, container, kept(manifests))
            yield from (f"{pod}: {fault}" for fault in faults)
            known = house.known(pod.name)
            for one in told:
                if one.name not in known:
                    yield f"{pod}: {one.name} of {one.source} is no setting of it"
                elif one.is_secret and not one.by_file:
                    yield f"{pod}: {one.name} comes as environment; secrets come as files"
                elif one.name in house.secret and not one.is_secret:
                    yield f"{pod}: {one.name} is secret, and stands in {one.source}"
            names = [one.name for one in told]
            for name in sorted({name for name in names if names.count(name) > 1}):
                yield f"{pod}: {name} is told twice"
            for name in sorted(house.required(pod.name) - set(names)):
                yield f"{pod}: {name} is not told"


def _told(
    pod: Pod, container: Document, stores: dict[tuple[str, str], Kept]
) -> tuple[list[Told], list[str]]:
    told: list[Told] = []
    faults: list[str] = []
    for source in container.get("envFrom", []):
        kind = "Secret" if "secretRef" in source else "ConfigMap"
        name = next(iter(source.values()))["name"]
        if store := stores.get((kind, name)):
            secret = kind == "Secret"
            told += [Told(key, f"{kind} {name}", secret) for key in store.values]
    for variable in container.get("env", []):
        secret = "secretKeyRef" in variable.get("valueFrom", {})
        told.append(Told(variable["name"], "its env", secret))
    mounts = {one["name"]: one["mountPath"] for one in container.get("volumeMounts", [])}
    folder = value(container, stores, SECRETS)
    for volume in pod.spec.get("volumes", []):
        if "secret" not in volume or mounts.get(volume["name"]) != folder:
            continue
        name = volume["secret"]["secretName"]
        if store := stores.get(("Secret", name)):
            told += [Told(key, f"Secret {name}", True, True) for key in store.values]
    if folder and folder not in mounts.values():
        faults.append(f"{SECRETS} names {folder}, where nothing is mounted")
    return told, faults


def keys(manifests: Manifests, house: House) -> Iterator[str]:
    """Whatever is referred to is there, and whatever is there is used."""
    stores, elsewhere = kept(manifests), made_elsewhere(manifests)
    used: dict[tuple[str, str], set[str]] = {key: set() for key in stores}
    for pod in manifests.pods:
        for container in pod.containers:
            ours = house.target(container["image"]) is not None
            for kind, name, key in _references(pod, container):
                store = stores.get((kind, name))
                if store is None:
                    if name not in elsewhere:
                        yield f"{pod}: there is no {kind} {name}"
                elif key is not None and key not in store.values:
                    yield f"{pod}: {kind} {name} has no {key}"
                elif key is not None:
                    used[kind, name].add(key)
                elif ours or kind == "ConfigMap":
                    used[kind, name] |= set(store.values)
                else:
                    used[kind, name] |= _read(pod, container, stores) & set(store.values)
    for (kind, name), store in _also_used(manifests, stores):
        used[kind, name] |= set(store.values)
    for (kind, name), read in used.items():
        unread = set(stores[kind, name].values) - read
        for key in sorted(unread):
            yield f"{kind} {name}: nobody uses {key}"


def _references(pod: Pod, container: Document) -> Iterator[tuple[str, str, str | None]]:
    mounted = {one["name"] for one in container.get("volumeMounts", [])}
    for volume in pod.spec.get("volumes", []):
        if volume["name"] not in mounted:
            continue
        if "secret" in volume:
            for item in volume["secret"].get("items", [{"key": None}]):
                yield "Secret", volume["secret"]["secretName"], item["key"]
        if "configMap" in volume:
            yield "ConfigMap", volume["configMap"]["name"], None
    for source in container.get("envFrom", []):
        kind = "Secret" if "secretRef" in source else "ConfigMap"
        yield kind, next(iter(source.values()))["name"], None
    for variable in container.get("env", []):
        for reference, kind in (("secretKeyRef", "Secret"), ("configMapKeyRef", "ConfigMap")):
            if one := variable.get("valueFrom", {}).get(reference):
                yield kind, one["name"], one["key"]


def _read(pod: Pod, container: Document, stores: dict[tuple[str, str], Kept]) -> set[str]:
    """Every word of its environment, its arguments and its mounted files: names of keys too."""
    texts = [repr(container)]
    for kind, name, _ in _references(pod, container):
        if kind == "ConfigMap" and (store := stores.get((kind, name))):
            texts += [text or "" for text in store.values.values()]
    return {word for text in texts for word in _WORD.findall(text)}


def _also_used(
    manifests: Manifests, stores: dict[tuple[str, str], Kept]
) -> Iterator[tuple[tuple[str, str], Kept]]:
    """By CloudNativePG: the roles' passwords, and the way to the backups."""
    text = repr([*manifests.of("Cluster"), *manifests.of("ObjectStore")])
    for key, store in stores.items():
        if key[0] == "Secret" and f"'{key[1]}'" in text:
            yield key, store
