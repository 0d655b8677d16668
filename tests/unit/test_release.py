"""A release's number stands in several files, and its documents name each other: all agree."""

import re
import tomllib
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[2]
VERSION = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
DECISIONS = sorted((ROOT / "docs" / "adr").glob("[0-9]*.md"))
STATUS = re.compile(
    r"# (?P<number>\d+)\. .+\n\n?(?:Status: )?(?P<status>[Aa]ccepted|[Rr]eplaced by|[Pp]roposed)\b"
    r"(?P<more>(?:.*\n)+?)\n"
)
FRONT = ["README.md", "CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md", "docs/releases.md"]


def test_every_place_that_names_the_version_names_this_one() -> None:
    tags = {
        image["newTag"]
        for file in (ROOT / "deploy" / "k8s").rglob("kustomization.yaml")
        for image in yaml.safe_load(file.read_text()).get("images", [])
        if "newTag" in image and image["name"].startswith("taskflow")
    }
    assert tags == {VERSION}
    dockerfile = (ROOT / "deploy" / "Dockerfile").read_text()
    assert set(re.findall(r"ARG VERSION=(\S+)|gateway:(\S+)", dockerfile)) == {
        (VERSION, ""),
        ("", VERSION),
    }
    told = re.findall(r"taskflow/\S+?:(\d\S+)", (ROOT / "docs" / "deploy.md").read_text())
    assert set(told) == {VERSION}
    document = yaml.safe_load((ROOT / "docs" / "asyncapi.yaml").read_text())
    assert document["info"]["version"] == VERSION


def test_the_changelog_begins_with_what_is_to_come_and_then_this_version() -> None:
    headings = re.findall(r"^## (.+)$", (ROOT / "CHANGELOG.md").read_text(), re.MULTILINE)
    assert headings[0] == "[Unreleased]"
    assert re.fullmatch(rf"\[{re.escape(VERSION)}\] - \d{{4}}-\d\d-\d\d", headings[1])


def test_this_version_has_its_golden_log() -> None:
    assert (ROOT / "tests" / "golden" / VERSION / "everything.jsonl").exists()


@pytest.mark.parametrize("page", FRONT)
def test_links_of_the_front_door_lead_somewhere(page: str) -> None:
    file = ROOT / page
    for target in re.findall(r"\]\(([^)#]+)[^)]*\)", file.read_text()):
        if "://" not in target:
            assert (file.parent / target).exists(), target


@pytest.mark.parametrize("file", DECISIONS, ids=lambda file: file.stem[:4])
def test_a_decision_says_whether_it_holds_and_what_amends_it_is_there(file: Path) -> None:
    found = STATUS.match(file.read_text())
    assert found, "after the title comes a line: Status: accepted, <date>"
    assert int(found["number"]) == int(file.name[:4])
    for target in re.findall(r"\]\((\d[^)]+)\)", found["more"]):
        assert (file.parent / target).exists(), target
