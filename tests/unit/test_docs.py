"""What the documents name exists."""

import re
from pathlib import Path

import pytest

import taskflow

ROOT = Path(taskflow.__file__).parents[1]
OURS = ("contracts", "taskflow", "services", "simulators", "tests")
DOCS = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
ADDED = re.compile(r'^```\w+ title="[^"]+"$', re.MULTILINE)
"""What a page of docs/how-to adds, which is there once somebody does what it says."""
NAMED = re.compile(
    r"(?<![\w/.<])((?:contracts|taskflow|services|simulators|tests|benchmarks|deploy|docs)/[\w./-]*\.[a-z0-9]+)\b"
)


@pytest.mark.parametrize("document", DOCS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_path_that_a_document_names_is_there(document: Path) -> None:
    text = ADDED.sub("", document.read_text(encoding="utf-8"))
    named = {found[1] for found in NAMED.finditer(text)}
    gone = [path for path in sorted(named) if not (ROOT / path).exists()]
    assert gone == []


def test_every_module_of_the_walks_is_there() -> None:
    """They name modules by the end of their paths."""
    walks = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    named = set(re.findall(r"`([\w/]+\.py)`", walks))
    there = [f"/{path.relative_to(ROOT)}" for top in OURS for path in (ROOT / top).rglob("*.py")]
    assert [
        name for name in sorted(named) if not any(one.endswith(f"/{name}") for one in there)
    ] == []
    assert len(named) > 80
