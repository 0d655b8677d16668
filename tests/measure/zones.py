"""Every region's numbers, every area code, every country's id: is the zone one that it has?"""

from datetime import UTC, datetime

from services.gateway.channels.zones import guessed
from tests.measure.figures import Measure, share
from tests.support import zone_oracle

AT = datetime(2026, 11, 29, tzinfo=UTC)
"""From then on clocks are compared."""


def measure() -> Measure:
    """By phonenumbers' numbers and area codes, against the zone table."""
    kinds = {
        "regions' own numbers": list(zone_oracle.of_regions()),
        "area codes": list(zone_oracle.of_area_codes()),
        "business-scoped ids": list(zone_oracle.of_ids()),
    }
    figures, every_wrong = dict[str, str](), list[str]()
    for kind, cases in kinds.items():
        guesses = [guessed([one.number], AT) for one in cases]
        wrong = [
            f"{one.number} ({one.region}): {guess.zone}"
            for one, guess in zip(cases, guesses, strict=True)
            if guess.zone not in one.zones
        ]
        asked = sum(guess.ambiguous for guess in guesses)
        figures[f"{kind} with a zone of another country or area"] = share(len(wrong), len(cases))
        figures[f"{kind} whose owner is asked"] = share(asked, len(cases))
        every_wrong += wrong
    return Measure("zones of numbers", figures, holds=not every_wrong, details=tuple(every_wrong))
