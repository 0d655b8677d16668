"""What prices need of CLDR and its like, as tests/support/cldr_table.py wrote it down."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class Table:
    signs: Mapping[str, frozenset[str]]
    """By a sign such as "kr.", the currencies of today that are written so."""
    nouns: Mapping[str, frozenset[str]]
    """By a currency's noun in lower case, such as "dollars"."""
    multipliers: Mapping[str, Mapping[int, frozenset[str]]]
    """By a word such as "Mio.", what it multiplies by, in which locales."""
    renamed: Mapping[str, str]
    """A code of the past, and the one of today that goes by the same name."""
    units: frozenset[str]
    paid_again: frozenset[str]
    """Words for months, quarters and years."""
    per: frozenset[str]
    per_after: Mapping[str, str]
    """What stands after an amount by a unit ("per kilogram"): "unit", or "again" if by time."""
    per_before: Mapping[str, str]


def _read() -> Table:
    table: dict[str, Any] = json.loads(Path(__file__).with_name("cldr.json").read_text("utf-8"))
    return Table(
        signs={sign: frozenset(of) for sign, of in table["signs"].items()},
        nouns={noun: frozenset(of) for noun, of in table["nouns"].items()},
        multipliers={
            word: {int(value): frozenset(of) for value, of in by.items()}
            for word, by in table["multipliers"].items()
        },
        renamed=table["renamed"],
        units=frozenset(table["units"]),
        paid_again=frozenset(table["paid_again"]),
        per=frozenset(table["per"]),
        per_after=table["per_after"],
        per_before=table["per_before"],
    )


TABLE = _read()
