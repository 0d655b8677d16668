"""What the documents name exists."""

import re
from pathlib import Path

import pytest

import taskflow

ROOT = Path(taskflow.__file__).parents[1]
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
