"""ConfigMaps and Secrets, whoever makes them, and what containers are told from them."""

import base64
from dataclasses import dataclass

from tests.k8s.manifests import Document, Manifests, name_of


@dataclass(frozen=True, slots=True)
class Kept:
    """A ConfigMap or a Secret: its keys, and its values where they are told."""

    kind: str
    name: str
    values: dict[str, str | None]


def kept(manifests: Manifests) -> dict[tuple[str, str], Kept]:
    maps = manifests.of("ConfigMap")
    found = [Kept("ConfigMap", name_of(one), dict(one.get("data", {}))) for one in maps]
    for one in manifests.of("Secret"):
        told = {key: base64.b64decode(value).decode() for key, value in one.get("data", {}).items()}
        found.append(Kept("Secret", name_of(one), {**told, **one.get("stringData", {})}))
    for one in manifests.of("ExternalSecret"):
        keys = {told["secretKey"]: None for told in one["spec"].get("data", [])}
        templated = one["spec"]["target"].get("template", {}).get("data", {})
        found.append(Kept("Secret", one["spec"]["target"]["name"], templated or keys))
    return {(one.kind, one.name): one for one in found}


def made_elsewhere(manifests: Manifests) -> set[str]:
    """Secrets that operators make: CloudNativePG's own authority, cert-manager's certificates."""
    clusters = {f"{name_of(one)}-ca" for one in manifests.of("Cluster")}
    certificates = {one["spec"]["secretName"] for one in manifests.of("Certificate")}
    return clusters | certificates


def value(container: Document, stores: dict[tuple[str, str], Kept], name: str) -> str | None:
    """As the container's environment will have it."""
    for variable in container.get("env", []):
        if variable["name"] == name:
            reference = variable.get("valueFrom", {}).get("configMapKeyRef")
            store = stores.get(("ConfigMap", reference["name"])) if reference else None
            return store.values.get(name) if store else variable.get("value")
    for source in container.get("envFrom", []):
        reference = source.get("configMapRef")
        store = stores.get(("ConfigMap", reference["name"])) if reference else None
        if store and name in store.values:
            return store.values[name]
    return None
