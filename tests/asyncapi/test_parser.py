"""AsyncAPI's own parser accepts the document, and refuses broken ones."""

import json
from pathlib import Path

import pytest

from taskflow.cli.house import asyncapi
from tests.asyncapi import parser

DOCUMENT = Path(__file__).parents[2] / asyncapi.DOCUMENT

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
    ("old", "new", "code"),
    [
        ("securitySchemes/gateway", "securitySchemes/nobody", "invalid-ref"),
        ("action: send", "action: shout", "asyncapi-document-resolved"),
        ("{owner}.{tool}", "{owner}.{thing}", "asyncapi3-channel-parameters"),
    ],
    ids=["a reference that leads nowhere", "an unknown action", "a parameter without a word"],
)
def test_a_broken_document_is_refused(tmp_path: Path, old: str, new: str, code: str) -> None:
    text = DOCUMENT.read_text(encoding="utf-8")
    assert old in text
    broken = tmp_path / "broken.yaml"
    broken.write_text(text.replace(old, new, 1), encoding="utf-8")
    judged = parser.judge(broken)
    assert not judged.accepted
    assert (code, "error") in {(found["code"], found["severity"]) for found in judged.found}
