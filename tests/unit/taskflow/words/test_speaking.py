"""No sentence for people stands outside the catalogue.

Whoever makes a reply, or says a message of the catalogue, speaks to people. In such a module a
text of several words is a message, or something that no user reads: a docstring, an error, a line
of the log, what the model is told.
"""

import ast
import re
from collections.abc import Collection, Iterator
from pathlib import Path

import pytest

from tests.support.catalogue import ROOT, name

PATTERN = re.compile(r"\(\?|\\[bwsdW]|\)\?")
"""Of a regular expression: nobody is told one."""
SENTENCE = re.compile(r"[^\W\d_]{2,}\s+[^\W\d_]{2,}")
"""Two words after each other."""
PEOPLE = {"ReplyReady"}
"""What carries a text to a user."""
OF_THE_CATALOGUE = {"Message", "Counted", "Typed"}
OF_TOOLS = {"Wording"}
"""Whose phrases are messages of the catalogue as well."""
UNSEEN = {
    *(
        "Refused",
        "ValueError",
        "TypeError",
        "Permanent",
        "VendorUnavailable",
        "DatabaseUnavailable",
    ),
    *("Field", "compile", "span", "ToolFailed", "NotHere"),
}
"""Calls whose texts no user reads: errors, and what the model is told of a tool or its failure."""
LOGGED = {"debug", "info", "warning", "error", "exception"}
FOR_THE_MODEL = {"services/agent/judging/truth.py": {"note"}}
"""By module, functions whose words only the model reads."""


def speaks(tree: ast.Module) -> bool:
    called = {
        node.func.id
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
    }
    return bool(called & (PEOPLE | OF_THE_CATALOGUE))


def sentences(source: str, unread: Collection[str] = ()) -> Iterator[str]:
    """Texts of several words that a person may be told, and that are no messages."""
    tree = ast.parse(source)
    tree.body = [one for one in tree.body if getattr(one, "name", None) not in unread]
    yield from _sentences(tree)


def _sentences(node: ast.AST) -> Iterator[str]:
    if _is_unseen(node):
        return
    if (
        isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and SENTENCE.search(node.value)
        and not PATTERN.search(node.value)
    ):
        yield node.value
    children = list(ast.iter_child_nodes(node))
    for child in children:
        if not _is_docstring(child):
            yield from _sentences(child)


def _is_docstring(node: ast.AST) -> bool:
    """Also of a name, below it."""
    return (
        isinstance(node, ast.Expr)
        and isinstance(node.value, ast.Constant)
        and isinstance(node.value.value, str)
    )


def _is_unseen(node: ast.AST) -> bool:
    if isinstance(node, ast.Raise | ast.Assert):
        return True
    if not isinstance(node, ast.Call):
        return False
    match node.func:
        case ast.Name(id=called):
            return called in OF_THE_CATALOGUE | OF_TOOLS | UNSEEN
        case ast.Attribute(attr=called):
            return called in LOGGED | UNSEEN
        case _:
            return False


SPEAKING = [
    path
    for path in sorted((ROOT / "services").rglob("*.py"))
    if speaks(ast.parse(path.read_text()))
]


@pytest.mark.parametrize("path", SPEAKING, ids=name)
def test_whoever_speaks_to_people_speaks_by_the_catalogue(path: Path) -> None:
    unread = FOR_THE_MODEL.get(name(path), set())
    assert list(sentences(path.read_text(), unread)) == []


def test_those_who_speak_are_known() -> None:
    assert len(SPEAKING) >= 4


@pytest.mark.parametrize(
    "bypass",
    [
        'ReplyReady(text="Sorry, that is late.")',
        'ReplyReady(text=f"Sorry, {name} is late.")',
        'SORRY = "sorry that it is late"\nReplyReady(text=SORRY)',
        'def told() -> str:\n    """A text."""\n    return "it was late"',
        'Message("a message").said("en") + " and more of it"',
    ],
)
def test_a_sentence_beside_the_catalogue_is_found(bypass: str) -> None:
    assert list(sentences(bypass))


@pytest.mark.parametrize(
    "source",
    [
        '"""A module\'s words."""\nX = 1\n"""And those of a name."""',
        'Message("Sorry that it is late.")',
        'raise Refused(f"{at} is past. Ask for another.")',
        'log.warning("firing.interrupted", error="no such thing")',
        'SPECIAL = "reply.ready"',
    ],
)
def test_what_no_user_reads_is_left_alone(source: str) -> None:
    assert not list(sentences(source))
