"""deploy/k8s as it is rendered: no rule is broken, and a rule that is broken is told."""

import re
from typing import Any

import pytest
import yaml

from services.gateway.webhooks import Webhooks
from taskflow.telemetry.exporting import ALLOWED
from tests.k8s import checkov, prometheus_rules, rendering
from tests.k8s.arrows import SERVICES
from tests.k8s.faults import faults
from tests.k8s.house import ROOT, house
from tests.k8s.manifests import Manifests
from tests.k8s.references import PUBLIC_PATHS
from tests.k8s.stores import kept, value
from tests.support.broken_manifests import LOCAL, find
from tests.support.broken_networks import NETWORK
from tests.support.broken_ways_in import PRODUCTION, REST

COMPONENTS = ROOT / "deploy" / "k8s" / "components"
BROKEN = (
    {("local", name): case for name, case in (LOCAL | NETWORK).items()}
    | {("production", name): case for name, case in PRODUCTION.items()}
    | {("rest", name): case for name, case in REST.items()}
)
needs_rendering = pytest.mark.skipif(
    rendering.command() is None, reason=f"{rendering.MISSING}; make verify-k8s needs one too"
)


@needs_rendering
@pytest.mark.parametrize("overlay", rendering.OVERLAYS)
def test_nothing_is_wrong_with_an_overlay(overlay: str) -> None:
    assert faults(rendering.documents(overlay), house()) == []


@needs_rendering
@pytest.mark.parametrize("case", BROKEN, ids=": ".join)
def test_what_is_broken_is_told(case: tuple[str, str]) -> None:
    overlay = case[0]
    documents = rendering.documents(overlay)
    break_it, expected = BROKEN[case]
    assert not any(expected in fault for fault in faults(documents, house()))

    break_it(documents)

    told = faults(documents, house())
    assert any(expected in fault for fault in told), told


@needs_rendering
@pytest.mark.parametrize("overlay", rendering.OVERLAYS)
@pytest.mark.parametrize("service", SERVICES)
def test_a_service_writes_its_log_to_stdout_as_json(overlay: str, service: str) -> None:
    manifests = Manifests(rendering.documents(overlay))
    pod = manifests.pod(service)
    assert pod

    assert value(pod.containers[0], kept(manifests), "TASKFLOW_LOG_FORMAT") == "json"


def test_the_public_paths_are_those_that_the_gateway_has_for_the_outside() -> None:
    nothing: Any = None
    webhooks = Webhooks(nothing, nothing, nothing, nothing)
    routes = {route.path for route in webhooks.router().routes}

    assert {path for path in PUBLIC_PATHS if path.startswith("/webhook")} == routes
    media = (ROOT / "services" / "gateway" / "channels" / "media.py").read_text(encoding="utf-8")
    assert '"/media/{name}"' in media


@pytest.mark.parametrize("component", prometheus_rules.RULES)
def test_prometheus_rules_are_those_of_deploy_observability(component: str) -> None:
    written = prometheus_rules.file_of(component).read_text(encoding="utf-8")

    assert written == prometheus_rules.generated(component), (
        "python -m tests.k8s.prometheus_rules writes them anew"
    )


def test_every_rule_for_a_cluster_comes_with_a_component() -> None:
    taken = {pattern for _, patterns in prometheus_rules.RULES.values() for pattern in patterns}

    there = {f"cluster/{file.name}" for file in prometheus_rules.SOURCES.glob("cluster/*.yaml")}
    assert there == {pattern for pattern in taken if pattern.startswith("cluster/")}


@needs_rendering
@pytest.mark.parametrize(
    ("alert", "kind", "name", "field"),
    [
        ("PostgresInstanceMissing", "Cluster", "postgres", "instances"),
        ("NatsInstanceMissing", "StatefulSet", "nats", "replicas"),
    ],
)
def test_an_alert_about_missing_instances_knows_how_many_there_are(
    alert: str, kind: str, name: str, field: str
) -> None:
    production = rendering.documents("production")
    rules = [
        rule
        for document in production
        if document["kind"] == "PrometheusRule"
        for group in document["spec"]["groups"]
        for rule in group["rules"]
    ]
    expr = next(rule["expr"] for rule in rules if rule.get("alert") == alert)

    assert expr.endswith(f"< {find(production, kind, name)['spec'][field]}")


def test_the_collector_lets_through_what_a_process_does() -> None:
    text = (COMPONENTS / "otel-collector" / "collector.conf.yaml").read_text(encoding="utf-8")
    allowed = set(yaml.safe_load(text)["processors"]["redaction"]["allowed_keys"])

    assert allowed >= ALLOWED
    assert all(re.match(r"service\.|telemetry\.sdk\.", key) for key in allowed - ALLOWED)


def test_a_finding_of_checkov_is_accepted_with_a_reason_only() -> None:
    def failed(check: str, resource: str) -> dict[str, str]:
        return {"check_id": check, "check_name": "Some check", "resource": resource}

    told = {
        "summary": {"checkov_version": "3", "passed": 7},
        "results": {
            "failed_checks": [
                failed("CKV_K8S_35", "StatefulSet.taskflow.nats"),
                failed("CKV_K8S_35", "Deployment.taskflow.gateway"),
            ]
        },
    }

    report = checkov.judged(told)

    assert [one.resources for one in report.accepted] == [r"StatefulSet\.taskflow\.nats"]
    assert report.findings == ["CKV_K8S_35 Some check: Deployment.taskflow.gateway"]
    assert all(one.reason for one in checkov.ACCEPTED)
