"""Mutants are read off mutmut's source, and each is told by what it changes."""

import textwrap
from pathlib import Path

from tests.mutants.mutating import Mutated, undecorated

SOURCE = textwrap.dedent('''\
    from functools import cache


    class Basket:
        """What is bought."""

        prices = (1, 2)

        @property
        def total(self) -> int:
            return sum(self.prices) + 1

        @classmethod
        def empty(cls) -> bool:
            return not cls.prices


    @cache
    def twice(number: int) -> int:
        return number * 2
    ''')


def test_what_a_decorator_makes_is_the_same_without_it() -> None:
    told = undecorated(SOURCE)
    names: dict[str, type] = {}
    exec(told, names)  # the source above

    assert "total = property(total)" in told
    assert "twice = cache(twice)" in told
    assert "@classmethod" in told
    assert names["Basket"]().total == 4
    assert [names["twice"](2) for _ in range(2)] == [4, 4]
    assert names["twice"].cache_info().hits == 1


def test_each_mutant_says_what_it_changes_and_where(tmp_path: Path) -> None:
    file = tmp_path / "basket.py"
    file.write_text(SOURCE)
    changes = {(mutant.function, mutant.change) for mutant in Mutated(file).mutants()}

    assert ("twice", "- return number * 2\n+ return number / 2") in changes
    added = "- return sum(self.prices) + 1\n+ return sum(self.prices) - 1"
    assert ("Basket.total", added) in changes
    assert not any("def " in change for _, change in changes)
