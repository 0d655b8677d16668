"""AsyncAPI's own parser accepts the document, and refuses broken ones."""

import json
from pathlib import Path

import pytest

from taskflow.cli.house import asyncapi
from tests.asyncapi import parser

DOCUMENT = Path(__file__).parents[2] / asyncapi.DOCUMENT

SMALL = """
asyncapi: 3.0.0
info: {title: Events, version: "1"}
channels:
  tool.asked:
    address: events.{tool}
    parameters: {tool: {description: Its name.}}
    messages: {asked: {payload: {type: object}}}
operations:
  ask:
    action: send
    channel: {$ref: '#/channels/tool.asked'}
"""

NEEDS_PARSER = pytest.mark.skipif(not parser.is_installed(), reason=parser.MEND)


def test_each_package_is_locked_by_its_hash_and_names_no_registry() -> None:
    lock = json.loads((parser.HERE / "package-lock.json").read_text(encoding="utf-8"))
    packages = [package for path, package in lock["packages"].items() if path]
    assert all(package["integrity"].startswith("sha512-") for package in packages)
    assert not any("resolved" in package for package in packages)


@pytest.mark.long
@NEEDS_PARSER
def test_the_document_is_accepted_without_a_remark() -> None:
    assert parser.judge(DOCUMENT) == parser.Judgement(accepted=True, found=[])


@pytest.mark.long
@NEEDS_PARSER
@pytest.mark.parametrize(
    ("old", "new", "codes"),
    [
        ("", "", set()),
        ("channels/tool.asked'", "channels/tool.told'", {"invalid-ref"}),
        ("action: send", "action: shout", {"asyncapi-document-resolved"}),
        ("events.{tool}", "events.{thing}", {"asyncapi3-channel-parameters"}),
    ],
    ids=["none", "a reference that leads nowhere", "an unknown action", "a parameter of no name"],
)
def test_what_is_broken_is_found(tmp_path: Path, old: str, new: str, codes: set[str]) -> None:
    assert old in SMALL
    broken = tmp_path / "broken.yaml"
    broken.write_text(SMALL.replace(old, new, 1), encoding="utf-8")
    judged = parser.judge(broken)
    assert judged.accepted is (not codes)
    assert {found["code"] for found in judged.found if found["severity"] == "error"} == codes
