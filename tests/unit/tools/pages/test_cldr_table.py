"""The table of CLDR's signs, words and units is what the libraries say today."""

import json

import pytest

from services.tools.pages.prices.cldr import TABLE as LOADED
from tests.support import cldr_table


@pytest.mark.long
def test_the_table_is_what_the_libraries_say() -> None:
    """Write it anew: `python -m tests.support.cldr_table`."""
    assert json.loads(cldr_table.TABLE.read_text("utf-8")) == cldr_table.table()


def test_it_knows_what_shops_write() -> None:
    assert LOADED.signs["zł"] == {"PLN"}
    assert {"DKK", "NOK", "SEK"} <= LOADED.signs["kr"]
    assert LOADED.signs["₲"] == {"PYG"}
    assert LOADED.multipliers["万"].keys() == {10_000}
    assert "es" in LOADED.multipliers["mil"][1_000]
    assert LOADED.renamed["RUR"] == "RUB"
    assert "DEM" not in LOADED.renamed
    assert {"kilogramm", "litre", "oz"} <= LOADED.units
    assert {"monat", "mois", "month"} <= LOADED.paid_again
    assert {"/", "per", "pro", "par"} <= LOADED.per
