"""How many lines of hand-written rules about natural language are left, word lists counted too.

Reading pages has a room of its own, and so has the catalogue; both are measured by other means.
"""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[3]
MOST = 300
COUNTED = {
    "services/agent/memory/index_words.py": {"_STOP"},
    "services/agent/memory/profile/words.py": {"_SMALL"},
    "services/agent/memory/profile/values/languages.py": {"_SPOKEN", "_MOST_SPOKEN"},
    "services/agent/speaking/identifying.py": {"_CLOSE"},
    "services/agent/judging/answer_size.py": {"_PAUSES"},
    "services/agent/asking/messages.py": {"_KINDS"},
    "services/scheduler/when/days.py": {"NAMES"},
    "services/scheduler/when/time_of_day.py": None,
    "services/scheduler/rule_words.py": {"_EVERY", "_NTH"},
    "services/agent/judging/proposals.py": {"_IMITATION"},
    "services/agent/judging/evidence/words.py": {"_OPENING", "_AROUND"},
    "taskflow/places/names.py": {"_ALSO", "_SAINT", "_ALIKE", "_OWN_WORDS"},
}
"""By file, the names that hold such rules; None counts all of its lines."""
ELSEWHERE = ("services/tools/pages/", "taskflow/words/")
_ALTERNATIVES = re.compile(r"[^\W\d_]{2,}\|(?:[^\W\d_]{2,}\|)*[^\W\d_]{2,}")
_WORDS = 12
"""Words in one text that is split, as a list of them is written."""
NONE = {
    "services/tools/searching/flight_arguments.py",  # names of alliances, by SerpApi
    "services/tools/browsing/fetcher.py",  # types of media
    "taskflow/process/reporting.py",  # folders of a library
    "taskflow/zones.py",  # the names of an offset: UTC, GMT
}
"""Patterns with words that are no natural language."""


def sources() -> Iterator[tuple[str, ast.Module, int]]:
    for room in ("services", "taskflow"):
        for file in sorted((ROOT / room).rglob("*.py")):
            name = file.relative_to(ROOT).as_posix()
            if not name.startswith(ELSEWHERE):
                text = file.read_text(encoding="utf-8")
                yield name, ast.parse(text), len(text.splitlines())


def named(node: ast.stmt) -> set[str]:
    targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
    return {one.id for one in targets if isinstance(one, ast.Name)}


def counted(name: str, tree: ast.Module, length: int) -> int:
    wanted = COUNTED.get(name, set())
    if wanted is None:
        return length
    those = [one for one in tree.body if named(one) & wanted]
    assert {word for one in those for word in named(one)} >= wanted, f"{name}: a name is gone"
    return sum((one.end_lineno or one.lineno) - one.lineno + 1 for one in those)


def language_in(tree: ast.Module) -> Iterator[ast.Call]:
    """Calls of `re` with a choice of words, and lists of words that are written as a text."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            texts = [one.value for one in ast.walk(node) if isinstance(one, ast.Constant)]
            told = [one for one in texts if isinstance(one, str)]
            is_pattern = isinstance(node.func.value, ast.Name) and node.func.value.id == "re"
            chooses = is_pattern and any(map(_ALTERNATIVES.search, told))
            lists = node.func.attr == "split" and any(len(one.split()) > _WORDS for one in told)
            if chooses or lists:
                yield node


def test_what_is_left_is_little() -> None:
    lines = {name: counted(name, tree, length) for name, tree, length in sources()}
    left = {name: count for name, count in lines.items() if count}

    assert left.keys() == COUNTED.keys(), "a file that is counted is gone"
    assert sum(left.values()) < MOST, left


def test_whoever_writes_another_is_found() -> None:
    found = {name for name, tree, _ in sources() if any(language_in(tree))}

    assert found - COUNTED.keys() - NONE == set()


def test_a_pattern_and_a_list_of_words_are_known_when_seen() -> None:
    pattern = ast.parse("import re\nX = re.compile('since|for|with')")
    words = ast.parse(f"X = '{' '.join(['word'] * 20)}'.split()")
    plain = ast.parse("import re\nX = re.compile(r'\\d+|[a-z]')\nY = 'a b'.split()")

    assert list(language_in(pattern)) and list(language_in(words))
    assert not list(language_in(plain))
