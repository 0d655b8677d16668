"""The page that adds a tool is done, word for word, in a copy of the tree."""

import re
import sys
from pathlib import Path

import pytest

from taskflow.tooling import Tool
from tests.support.copied_tree import ROOT, blocks, copied, ran

PAGE = ROOT / "docs" / "how-to" / "add-a-tool.md"
CATALOGUE = "tests/unit/taskflow/words/test_catalogue.py"
SERVICE, TESTS = Path("services/tools"), Path("tests/unit/tools")
AFTER_THE_IMPORT, AFTER_THE_TOOLS = "from services.tools.browsing", "        *added(),\n"
"""Lines of the registry, before which the page's own are put."""


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The tree, and in it what the page adds."""
    copy = copied(
        tmp_path_factory.mktemp("tree"),
        *("contracts", "taskflow", "services", "tests/support"),
        *("pyproject.toml", "tests/conftest.py", "tests/unit/test_tool_names.py", CATALOGUE),
    )
    code = blocks(PAGE)
    (copy / SERVICE / "desks.py").write_text(code["desks.py"])
    (copy / TESTS).mkdir(parents=True)
    (copy / TESTS / "test_desks.py").write_text(code["test_desks.py"])
    imported, listed = code["registry.py"].splitlines(keepends=True)
    registry = copy / SERVICE / "registry.py"
    text = registry.read_text()
    for line, following in ((imported, AFTER_THE_IMPORT), (listed, AFTER_THE_TOOLS)):
        text = text.replace(following, line + following, 1)
    registry.write_text(text)
    run = ran(copy, sys.executable, "-m", "tests.support.catalogue")
    assert run.returncode == 0, run.stdout + run.stderr
    translate(copy, code["de.po"])
    return copy


def translate(tree: Path, said: str) -> None:
    """Puts the page's translations where the catalogue has none yet."""
    german = tree / "taskflow" / "words" / "locale" / "de.po"
    text = german.read_text("utf-8")
    for pair in re.findall(r"(?m)^msgid .*\nmsgstr .*\n", said):
        untranslated = re.sub(r"msgstr .*", 'msgstr ""', pair)
        assert untranslated in text
        text = text.replace(untranslated, pair)
    german.write_text(text, "utf-8")


@pytest.mark.long
def test_its_tests_pass_and_no_other_module_learns_its_name(tree: Path) -> None:
    tests = [str(TESTS / "test_desks.py"), "tests/unit/test_tool_names.py"]
    run = ran(tree, sys.executable, "-m", "pytest", "-v", "-p", "no:cacheprovider", *tests)
    assert run.returncode == 0, run.stdout + run.stderr
    assert f"{blocks(PAGE)['test_desks.py'].count('def test_') + 3} passed" in run.stdout


@pytest.mark.long
def test_its_tests_fail_without_the_registry_line(tree: Path) -> None:
    registry = tree / SERVICE / "registry.py"
    with_it = registry.read_text()
    registry.write_text((ROOT / SERVICE / "registry.py").read_text())
    try:
        test = f"{TESTS / 'test_desks.py'}::test_the_service_offers_it"
        run = ran(tree, sys.executable, "-m", "pytest", "-p", "no:cacheprovider", test)
    finally:
        registry.write_text(with_it)
    assert run.returncode == 1, run.stdout + run.stderr


@pytest.mark.long
def test_what_has_no_translation_is_found(tree: Path) -> None:
    found = "said_in_every_language and fr"
    run = ran(
        tree, sys.executable, "-m", "pytest", "-p", "no:cacheprovider", CATALOGUE, "-k", found
    )
    assert run.returncode == 1, run.stdout + run.stderr
    assert "No desk was booked just now." in run.stdout


def test_it_breaks_no_wall_and_no_rule_of_form(tree: Path) -> None:
    for tool, *arguments in (["lint-imports", "--no-cache"], ["ruff", "check", str(SERVICE)]):
        run = ran(tree, str(Path(sys.executable).with_name(tool)), *arguments)
        assert run.returncode == 0, run.stdout + run.stderr


def test_the_page_names_every_field_that_a_tool_has() -> None:
    told = set(re.findall(r"`(\w+)`", PAGE.read_text("utf-8").partition("## What a tool says")[2]))
    fields = set(Tool.__dataclass_fields__) - {"arguments", "run", "name"}
    assert fields <= told
