"""Alerts, their runbook, their own tests, dashboards and the catalogue of metrics are one thing."""

import json
import os
import re
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from itertools import chain
from pathlib import Path
from typing import Any

import promql_parser
import pytest
import yaml
from prometheus_client import CollectorRegistry, ProcessCollector

from taskflow.telemetry.metrics import CATALOGUE
from tests.support.foreign_metrics import FOREIGN

ROOT = Path(__file__).parents[3]
PROMETHEUS = ROOT / "deploy/observability/prometheus"
RUNBOOK = (ROOT / "docs/runbook.md").read_text()
SECTIONS = ("**Means**", "**People notice", "**Look first**", "**Mend**", "**Afterwards**")
FILES = sorted((ROOT / "deploy/observability/grafana").glob("*.json"))
DASHBOARDS = {file.stem: json.loads(file.read_text()) for file in FILES}
OF_PROMETHEUS = frozenset({"up", "ALERTS"})
PROMTOOL = os.environ.get("TASKFLOW_PROMTOOL") or shutil.which("promtool")


def _rules() -> list[dict[str, Any]]:
    """Those of every house, and those of a cluster's stores."""
    sources = chain(PROMETHEUS.glob("rules/*.yaml"), PROMETHEUS.glob("cluster/*.yaml"))
    files = [yaml.safe_load(file.read_text()) for file in sources]
    return [rule for file in files for group in file["groups"] for rule in group["rules"]]


RULES = _rules()
ALERTS = {rule["alert"]: rule for rule in RULES if "alert" in rule}
CASES = sorted(PROMETHEUS.glob("tests/*.yaml"))
TESTS = [test for file in CASES for test in yaml.safe_load(file.read_text())["tests"]]


def _sections() -> dict[str, str]:
    """Of the runbook, those about alerts: by anchor."""
    parts = re.split(r"^### (\w+)\n", RUNBOOK, flags=re.MULTILINE)[1:]
    titles, texts = parts[::2], parts[1::2]
    return {title.lower(): text for title, text in zip(titles, texts, strict=True)}


def _labels() -> dict[str, set[str]]:
    """What may be asked of each name: an instrument's own labels, and its target's."""
    target = {"job", "service", "instance", "version", "__name__"}
    found = {name: {"alertname", "alertstate", "severity", *target} for name in OF_PROMETHEUS}
    for name, labels in FOREIGN.items():
        found[name] = found.get(name, set()) | labels
    for of_process in ProcessCollector(registry=CollectorRegistry()).collect():
        for sample in of_process.samples:
            found[sample.name] = target
    for one in CATALOGUE:
        labels = target | {label.name.replace(".", "_") for label in one.labels}
        if one.kind == "histogram":
            found |= {f"{one.prometheus}_{suffix}": labels for suffix in ("count", "sum")}
            found[f"{one.prometheus}_bucket"] = labels | {"le"}
        else:
            found[one.prometheus] = labels
    return found | {rule["record"]: set() for rule in RULES if "record" in rule}


LABELS = _labels()
VALUES = {
    (one.prometheus, label.name.replace(".", "_")): set(label.values)
    for one in CATALOGUE
    for label in one.labels
    if label.values
}


def _selectors(query: str) -> list[Any]:
    """Those of metrics in it. Raises ValueError for what is no PromQL."""
    found: list[Any] = []

    def look(node: object) -> None:
        if isinstance(node, promql_parser.VectorSelector):
            found.append(node)

    promql_parser.walk(promql_parser.parse(re.sub(r"\$__\w+", "5m", query)), look)
    return found


def _faults(query: str) -> Iterator[str]:
    """What a query asks for that nobody tells."""
    for selector in _selectors(query):
        name = selector.name
        if name not in LABELS:
            yield f"no metric {name}"
            continue
        for matcher in selector.matchers.matchers:
            if matcher.name not in LABELS[name]:
                yield f"{name} has no label {matcher.name}"
            known = VALUES.get((re.sub(r"_(count|sum|bucket)$", "", name), matcher.name))
            for value in matcher.value.split("|") if known else ():
                if known and value not in known:
                    yield f"{matcher.name} of {name} is never {value}"


def _panel_queries(dashboard: Mapping[str, Any]) -> Iterator[str]:
    for panel in dashboard["panels"]:
        yield from (target["expr"] for target in panel["targets"])
    yield from (one["expr"] for one in dashboard["annotations"]["list"])


def _runbook_queries() -> Iterator[str]:
    for block in re.findall(r"```promql\n(.*?)```", RUNBOOK, re.DOTALL):
        yield from block.splitlines()


QUERIES = sorted(
    {
        *(rule["expr"] for rule in RULES),
        *chain.from_iterable(map(_panel_queries, DASHBOARDS.values())),
        *_runbook_queries(),
    }
)


def test_every_query_asks_only_for_what_is_measured() -> None:
    assert len(QUERIES) > 100
    told = {query: faults for query in QUERIES if (faults := list(_faults(query)))}
    assert not told


@pytest.mark.parametrize(
    ("query", "fault"),
    [
        ("sum(rate(taskflow_turns[5m]))", "no metric taskflow_turns"),
        ("taskflow_turns_total{how='parked'}", "taskflow_turns_total has no label how"),
        (
            "taskflow_turns_total{outcome=~'parked|lost'}",
            "outcome of taskflow_turns_total is never lost",
        ),
    ],
)
def test_a_query_that_asks_for_more_is_told(query: str, fault: str) -> None:
    assert list(_faults(query)) == [fault]


@pytest.mark.parametrize("name", ALERTS)
def test_an_alert_says_how_bad_it_is_in_words_and_where_to_read_on(name: str) -> None:
    alert = ALERTS[name]
    assert alert["labels"]["severity"] in {"critical", "warning", "info"}
    assert alert["for"]
    assert len(alert["annotations"]["summary"]) > 20
    page, anchor = alert["annotations"]["runbook_url"].split("#")
    assert page == "docs/runbook.md"
    assert anchor in _sections()


def test_every_section_of_the_runbook_is_whole_and_belongs_to_an_alert() -> None:
    anchors = {one["annotations"]["runbook_url"].split("#")[1] for one in ALERTS.values()}
    sections = _sections()
    assert sections.keys() == anchors
    for anchor, text in sections.items():
        lacking = [part for part in SECTIONS if part not in text]
        assert not lacking, (anchor, lacking)


def test_an_alert_that_shares_a_section_is_named_in_it() -> None:
    sections = _sections()
    for name, alert in ALERTS.items():
        anchor = alert["annotations"]["runbook_url"].split("#")[1]
        assert name.lower() == anchor or f"`{name}`" in sections[anchor], name


def test_links_within_the_runbook_lead_somewhere() -> None:
    anchors = set(re.findall(r"\]\(#([^)]+)\)", RUNBOOK))
    assert anchors
    assert anchors <= _sections().keys()


def test_every_alert_has_a_case_in_which_it_rings() -> None:
    rung = {
        case["alertname"]
        for test in TESTS
        for case in test.get("alert_rule_test", [])
        if case["exp_alerts"]
    }
    assert rung == ALERTS.keys()


def test_the_quiet_house_shows_whatever_an_alert_looks_at() -> None:
    """Else its silence there says nothing."""
    quiet = [test for test in TESTS if "nobody is woken" in test["name"]]
    series = chain.from_iterable(test["input_series"] for test in quiet)
    shown = {re.split(r"[{ ]", one["series"])[0] for one in series}
    shown |= {rule["record"] for rule in RULES if "record" in rule}
    asked = {selector.name for rule in ALERTS.values() for selector in _selectors(rule["expr"])}
    assert asked <= shown


@pytest.mark.parametrize("name", DASHBOARDS)
def test_a_dashboard_can_be_imported_and_read(name: str) -> None:
    dashboard = DASHBOARDS[name]
    assert dashboard["uid"] == f"taskflow-{name}"
    assert dashboard["schemaVersion"] >= 39
    assert "id" not in dashboard
    assert "__inputs" not in dashboard
    variables = {one["name"]: one["type"] for one in dashboard["templating"]["list"]}
    assert variables["datasource"] == "datasource"
    panels = dashboard["panels"]
    for unique in ("id", "title"):
        assert len({panel[unique] for panel in panels}) == len(panels)
    for panel in panels:
        assert panel["description"], panel["title"]
        assert panel["datasource"] == {"type": "prometheus", "uid": "${datasource}"}
        assert panel["fieldConfig"]["defaults"]["unit"], panel["title"]
        refs = [target["refId"] for target in panel["targets"]]
        assert len(refs) == len(set(refs))
        assert all(target["legendFormat"] for target in panel["targets"])
        for link in panel.get("links", ()):
            anchor = link["url"].removeprefix("${runbook}#")
            assert anchor == link["title"].lower() or anchor == "first-always"
            assert anchor in {*_sections(), "first-always"}


@pytest.mark.parametrize("name", DASHBOARDS)
def test_no_panel_lies_upon_another(name: str) -> None:
    taken: dict[tuple[int, int], str] = {}
    for panel in DASHBOARDS[name]["panels"]:
        at = panel["gridPos"]
        assert at["x"] + at["w"] <= 24
        for x in range(at["x"], at["x"] + at["w"]):
            for y in range(at["y"], at["y"] + at["h"]):
                other = taken.setdefault((x, y), panel["title"])
                assert other == panel["title"]


def test_no_foreign_metric_is_known_that_nobody_asks_for() -> None:
    assert FOREIGN.keys() <= {s.name for query in QUERIES for s in _selectors(query)}


def test_every_metric_is_looked_at_somewhere() -> None:
    asked = {selector.name for query in QUERIES for selector in _selectors(query)}
    seen = {re.sub(r"_(count|sum|bucket)$", "", name) for name in asked}
    unseen = {one.prometheus for one in CATALOGUE} - seen - asked
    # Nobody has a question that only this one answers: it is for who tunes a tool's cache.
    assert unseen <= {"taskflow_tool_cache_total", "taskflow_model_calls_total"}


@pytest.mark.skipif(PROMTOOL is None, reason="no promtool; `make verify-rules` says how to get one")
@pytest.mark.parametrize(
    "command",
    [
        ("check", "config", "prometheus.yaml"),
        ("check", "rules", *map(str, sorted(PROMETHEUS.glob("cluster/*.yaml")))),
        ("test", "rules", *map(str, CASES)),
    ],
    ids=["config", "cluster", "rules"],
)
def test_prometheus_own_tool_agrees(command: tuple[str, ...]) -> None:
    assert PROMTOOL
    ran = subprocess.run(
        [PROMTOOL, *command], cwd=PROMETHEUS, capture_output=True, text=True, check=False
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
