"""Who survives is named, and who is named survives."""

import pytest

from tests.mutants import survivors
from tests.mutants.mutating import Mutant
from tests.mutants.run import score, table

DEAD = Mutant("a.x_one__mutmut_1", "a.py", "one", "- return 1\n+ return 2")
ALIVE = Mutant("a.x_one__mutmut_2", "a.py", "one", "- x < 1\n+ x <= 1")
ELSEWHERE = Mutant("b.x_one__mutmut_2", "b.py", "one", "- x < 1\n+ x <= 1")
NAMED = '''
[[survivor]]
file = "a.py"
function = "one"
reason = "x is never 1"
changes = ["""
- x < 1
+ x <= 1
"""]
'''


def test_a_survivor_is_named_by_what_it_changes_where() -> None:
    reasons = survivors.named(NAMED)

    assert survivors.unnamed([ALIVE], reasons) == []
    assert survivors.unnamed([ALIVE, ELSEWHERE], reasons) == [ELSEWHERE]


def test_a_name_without_its_survivor_is_outdated_where_its_file_was_tried() -> None:
    reasons = survivors.named(NAMED)

    assert survivors.outdated([DEAD, ALIVE], [ALIVE], reasons) == []
    assert survivors.outdated([DEAD, ALIVE], [], reasons) == [survivors.of(ALIVE)]
    assert survivors.outdated([ELSEWHERE], [], reasons) == []


def test_none_is_named_without_a_reason() -> None:
    with pytest.raises(AssertionError, match="without a reason"):
        survivors.named(NAMED.replace("x is never 1", ""))


def test_the_names_of_the_house_are_read() -> None:
    assert all(survivors.named(survivors.FILE.read_text()).values())


def test_the_score_is_what_was_killed() -> None:
    assert score([DEAD, ALIVE], [ALIVE]) == 0.5
    lines = [line.split() for line in table([DEAD, ALIVE], [ALIVE]).splitlines()]
    assert lines[1:] == [["a.py", "2", "1", "1", "50.0%"], ["in", "all", "2", "1", "1", "50.0%"]]
