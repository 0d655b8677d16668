"""What people call places, and the airports that are asked for."""

import time

import pytest

from services.tools.searching import airports
from taskflow.tooling import Refused

FOUND = {
    # Three letters that are a place's name, and another airport's code.
    "Kos": "KGS", "kos": "KGS", "Goa": "GOX,GOI", "Bali": "DPS", "Hue": "HUI", "Huế": "HUI",
    "Pau": "PUF", "Sal": "SID", "Leh": "IXL", "Lae": "LAE", "Osh": "OSS", "Jos": "JOS",
    "Ufa": "UFA", "Nan": "NNT", "Gao": "GAQ", "Diu": "DIU", "Van": "VAN", "Ulm": "FMM",
    # Codes that no place bears.
    "JFK": "JFK", "LHR": "LHR", "lis": "LIS", "MAN": "MAN", "SAN": "SAN", "ATH": "ATH",
    "Lisbon (LIS)": "LIS",
    # What follows the comma.
    "Portland, Maine": "PWM", "Portland, ME": "PWM", "Portland, Oregon": "PDX",
    "Portland Maine": "PWM", "London, Ontario": "YXU", "London, ON": "YXU",
    "Birmingham, Alabama": "BHM", "Birmingham, AL": "BHM", "Birmingham, England": "BHX",
    "Birmingham, UK": "BHX", "Paris, Texas": "PRX", "San Jose, CA": "SJC",
    "Vancouver, WA": "PDX", "Melbourne, Florida": "MLB", "Perth, Scotland": "PSL",
    "Perth, WA": "PER", "Sydney, Nova Scotia": "YQY", "Victoria, BC": "YYJ",
    "Victoria, Seychelles": "SEZ", "Hamilton, Bermuda": "BDA", "Kansas City, Kansas": "MCI",
    "Valencia, Spain": "VLC", "Valencia, Venezuela": "VLN", "Tripoli, Lebanon": "KYE",
    "Córdoba, España": "ODB", "Córdoba, Argentina": "COR", "Atlanta, Georgia": "ATL",
    "Santiago, Chile": "SCL", "Santiago de Compostela": "SCQ", "Sal, Cape Verde": "SID",
    "Goa, India": "GOX,GOI", "Bali, Indonesia": "DPS", "Bali, Cameroon": "BLC",
    # Islands.
    "Santorini": "JTR", "Mykonos": "JMK", "Corfu": "CFU", "Rhodes": "RHO", "Ibiza": "IBZ",
    "Palma de Mallorca": "PMI", "Gran Canaria": "LPA", "Tenerife": "TFN,TFS", "Phuket": "HKT",
    "Zanzibar": "ZNZ", "Bora Bora": "BOB", "Malta": "MLA", "Mauritius": "MRU", "Jersey": "JER",
    "Isle of Man": "IOM", "Bermuda": "BDA", "Tahiti": "PPT", "Easter Island": "IPC",
    "Isla de Pascua": "IPC", "Osterinsel": "IPC", "Capri": "NAP", "Madeira": "FNC,PXO",
    "Puerto Rico": "SJU", "Svalbard": "LYR", "Sumatra": "KNO",
    # Small towns, and airports' own names.
    "Bled": "LJU", "Zermatt": "SIR", "Aspen": "ASE", "Gatwick": "LGW", "Lisboa": "LIS",
    # Other spellings, and other scripts.
    "Wien": "VIE", "Göteborg": "GSE,GOT", "Napoli": "NAP", "Firenze": "FLR", "Saigon": "SGN",
    "Bombay": "BOM,NMI", "Cancun": "CUN", "東京": "HND,NRT", "パリ": "CDG,ORY", "القاهرة": "CAI",
    "دبي": "DWC,DXB", "维也纳": "VIE", "哈利法克斯": "YHZ", "Köln": "CGN",
    # Cities of many airports, and airports by their own names.
    "NYC": "JFK,LGA", "New York": "JFK,LGA", "Rio": "GIG,SDU", "Heathrow": "LHR",
    "Charles de Gaulle": "CDG", "Schiphol": "AMS", "Denpasar": "DPS", "Vancouver": "YVR",
    "Panama City": "BLB,PAC,PTY", "Lyon": "LYN,LYS", "Basel": "BSL,MLH",
}  # fmt: skip

UNCLEAR = {
    "KOS": ("Kos, Greece (KGS)", "Sihanoukville", "Cambodia (KOS)"),
    "GOA": ("Goa, India", "Genova"),
    "Brest": ("Brest, Belarus (BQT)", "Brest, France (BES)"),
    "San Pedro": ("(SPY)", "Argentina", "California"),
    "Azores": ("Ponta Delgada, Portugal (PDL)", "(HOR)"),
    "Azoren": ("Ponta Delgada, Portugal (PDL)",),
    "Java": ("(SUB)", "(BDO)"),
    "Newfoundland": ("(YYT)", "(YDF)"),
    "St. Thomas": ("U.S. Virgin Islands (STX, STT)", "Ontario"),
    "San Marino": ("(RMI)", "California"),
    "Sylt": ("Germany (GWT)",),
    "Birmingham": ("Birmingham, United Kingdom (BHX)", "Birmingham, Alabama, United States (BHM)"),
    "San Jose": ("California", "Costa Rica"),
    "Georgia": ("TBS", "ATL"),
    "Valencia": ("Spain", "Venezuela"),
    "Newcastle": ("NTL", "NCL"),
    "Springfield": ("Illinois", "Massachusetts", "Missouri"),
    "Hamilton": ("Ontario", "New Zealand"),
    "Tripoli": ("Libya", "Lebanon"),
    "Hawaii": ("Honolulu, Hawaii, United States (HNL)",),
    "Sicily": ("(PMO)", "(CTA)"),
    "Georgia, USA": ("(ATL)", "(SAV)"),
    "La Palma": ("California", "SPC"),
    "Reading": ("Pennsylvania", "United Kingdom"),
    "Saint Louis": ("Missouri", "Senegal"),
    "Turkey": ("Istanbul",),
    "Ica": ("(PIO)", "(LIM)"),
    "Portland, Ontario": ("I know no airport", "Oregon"),
    "Paris, Narnia": ("I know no airport", "France"),
    "Nowhereland": ("I know no airport",),
    "  ": ("I know no airport",),
    ",": ("I know no airport",),
    ", Maine": ("I know no airport",),
}


@pytest.mark.parametrize(("said", "codes"), FOUND.items())
def test_a_place_has_its_airports(said: str, codes: str) -> None:
    assert airports.resolve(said).codes == codes


@pytest.mark.parametrize(("said", "candidates"), UNCLEAR.items())
def test_what_stays_unclear_is_refused_with_candidates(
    said: str, candidates: tuple[str, ...]
) -> None:
    with pytest.raises(Refused) as refused:
        airports.resolve(said)

    assert all(one in str(refused.value) for one in candidates), refused.value


@pytest.mark.parametrize(
    ("said", "code", "codes"),
    [
        ("Bali", "DPS", "DPS"),
        ("Kos", "KGS", "KGS"),
        ("Kos", "KOS", "KGS"),
        ("Hawaii", "HNL", "HNL"),
        ("London", "LHR", "LHR"),
        ("London", "LON", airports.by_code("LON").codes),
        ("Birmingham", "BHM", "BHM"),
        ("Sal", "SID", "SID"),
        ("Sicily", "CTA", "CTA"),
        ("Heathrow", "LHR", "LHR"),
        ("NYC", "JFK", "JFK"),
        ("jfk", "JFK", "JFK"),
    ],
)
def test_a_code_that_fits_its_place_is_taken(said: str, code: str, codes: str) -> None:
    assert airports.resolve(said, code).codes == codes


@pytest.mark.parametrize(
    ("said", "code", "says"),
    [
        ("Bali", "BLC", "Bali, Indonesia"),
        ("Goa", "GOA", "Genova"),
        ("London", "CDG", "Paris, France"),
        ("Portland, Maine", "PDX", "PWM"),
        ("Hue", "HUE", "Vietnam"),
        ("Nowhereland", "LIS", "Lisbon"),
        ("Lisbon", "QQQ", "no airport with the code"),
    ],
)
def test_a_code_that_does_not_fit_is_never_asked_for(said: str, code: str, says: str) -> None:
    try:
        found = airports.resolve(said, code).codes
    except Refused as refused:
        assert says in str(refused)
    else:
        assert code not in found.split(",")


def test_an_airport_is_told_with_its_city_and_country() -> None:
    assert airports.in_full("LIS") == "Lisbon Portela Airport, Lisbon, Portugal"
    assert airports.in_full("PWM") == (
        "Portland International Jetport Airport, Portland, Maine, United States"
    )
    assert airports.in_full("ZZZ") is None


def test_a_place_names_its_state_where_namesakes_are_common() -> None:
    assert airports.resolve("Portland, ME").name == "Portland, Maine, United States"
    assert airports.resolve("London, ON").name == "London, Ontario, Canada"


@pytest.mark.parametrize(
    "said",
    ["a," * 30, "Paris " * 10, "(" * 60, "\U0001d54a" * 60, "\n" * 59 + "x", "Ł" * 60, "," * 60],
)
def test_hostile_places_are_refused_soon(said: str) -> None:
    airports.resolve("Lisbon")
    started = time.process_time()
    with pytest.raises(Refused):
        airports.resolve(said)

    assert time.process_time() - started < 2


def test_a_long_place_is_refused() -> None:
    with pytest.raises(Refused, match="60 characters"):
        airports.resolve("x" * 61)
