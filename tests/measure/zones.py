"""Every region's numbers, every area code, every country's id: is the zone one that it has?"""

from collections.abc import Iterable
from datetime import UTC, datetime

from services.gateway.channels.zones import guessed
from tests.measure.figures import Measure, share
from tests.support import zone_oracle
from tests.support.zone_oracle import Case

AT = datetime(2026, 11, 29, tzinfo=UTC)
"""From then on clocks are compared."""


def measure() -> Measure:
    """By phonenumbers' numbers and area codes, against the zone table."""
    kinds = {
        "regions' own numbers": list(zone_oracle.of_regions()),
        "area codes": list(zone_oracle.of_area_codes()),
        "business-scoped ids": list(zone_oracle.of_ids()),
    }
    wrong = [line for cases in kinds.values() for line in _wrong(cases)]
    figures = {
        f"{kind} with a zone of another country or area": share(
            sum(1 for _ in _wrong(cases)), len(cases)
        )
        for kind, cases in kinds.items()
    }
    figures |= {
        f"{kind} whose owner is asked": share(
            sum(guessed([one.number], AT).ambiguous for one in cases), len(cases)
        )
        for kind, cases in kinds.items()
    }
    return Measure("zones of numbers", figures, holds=not wrong, details=tuple(wrong))


def _wrong(cases: Iterable[Case]) -> Iterable[str]:
    for one in cases:
        zone = guessed([one.number], AT).zone
        if zone not in one.zones:
            yield f"{one.number} ({one.region}): {zone}"
