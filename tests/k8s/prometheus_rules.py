"""deploy/k8s' PrometheusRule, made of the rules in deploy/observability: no copy by hand.

`python -m tests.k8s.prometheus_rules` writes it.
"""

from typing import Any

import yaml

from tests.k8s.house import ROOT

SOURCES = ROOT / "deploy" / "observability" / "prometheus" / "rules"
FILE = ROOT / "deploy" / "k8s" / "components" / "prometheus" / "rules.yaml"
_HEAD = "# Written by `python -m tests.k8s.prometheus_rules`, from deploy/observability.\n"


def generated() -> str:
    sources = sorted(SOURCES.glob("*.yaml"))
    groups: list[Any] = []
    for source in sources:
        groups += yaml.safe_load(source.read_text(encoding="utf-8"))["groups"]
    document = {
        "apiVersion": "monitoring.coreos.com/v1",
        "kind": "PrometheusRule",
        "metadata": {"name": "taskflow"},
        "spec": {"groups": groups},
    }
    return _HEAD + yaml.safe_dump(document, sort_keys=False, width=110)


if __name__ == "__main__":
    FILE.write_text(generated(), encoding="utf-8")
