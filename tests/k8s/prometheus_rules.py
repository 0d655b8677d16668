"""deploy/k8s' PrometheusRules, made of the rules in deploy/observability: no copy by hand.

`python -m tests.k8s.prometheus_rules` writes them.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

from tests.k8s.house import ROOT

SOURCES = ROOT / "deploy" / "observability" / "prometheus"
COMPONENTS = ROOT / "deploy" / "k8s" / "components"
RULES: Mapping[str, tuple[str, Sequence[str]]] = {
    "prometheus": ("taskflow", ("rules/*.yaml", "cluster/volumes.yaml")),
    "prometheus-postgres-cnpg": ("taskflow-postgres", ("cluster/postgres.yaml",)),
    "prometheus-nats": ("taskflow-nats", ("cluster/nats.yaml",)),
    "prometheus-otel-collector": ("taskflow-otel-collector", ("cluster/collector.yaml",)),
}
"""By component: the name of its PrometheusRule, and what it is made of."""
_HEAD = "# Written by `python -m tests.k8s.prometheus_rules`, from deploy/observability.\n"


def file_of(component: str) -> Path:
    return COMPONENTS / component / "rules.yaml"


def generated(component: str) -> str:
    name, patterns = RULES[component]
    groups: list[Any] = []
    for pattern in patterns:
        for source in sorted(SOURCES.glob(pattern)):
            groups += yaml.safe_load(source.read_text(encoding="utf-8"))["groups"]
    document = {
        "apiVersion": "monitoring.coreos.com/v1",
        "kind": "PrometheusRule",
        "metadata": {"name": name},
        "spec": {"groups": groups},
    }
    return _HEAD + yaml.safe_dump(document, sort_keys=False, width=110)


if __name__ == "__main__":
    for component in RULES:
        file_of(component).write_text(generated(component), encoding="utf-8")
