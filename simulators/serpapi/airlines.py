"""Airlines, their hubs and what they cost compared with others."""

import re
from dataclasses import dataclass
from typing import Literal

from simulators.serpapi.airports import AirportOffered

Alliance = Literal["STAR_ALLIANCE", "SKYTEAM", "ONEWORLD"]

# Low-cost airlines stay away from these.
_DEAR = frozenset({"LHR", "LCY", "FRA", "MUC", "ZRH", "CDG", "HND", "JFK"})
# Busy airports that airportsdata does not call international.
_BUSY = frozenset(
    re.findall(
        r"\w+",
        "BER HAM STN LTN LCY PMI AGP NCE EDI MAN BGY LGA DCA STR CGN NUE LEJ HAJ LYS TLS MRS BOD "
        "FAO FNC VLC SVQ BIO IBZ TFS LPA VCE BLQ CTA PMO DBV SPU ZAG GDN PRG CRL EIN BLL GOT BGO "
        "TRF TLL ORK SNN RHO JTR SOF BEG RAK ALG DAL HOU OAK SNA",
    )
)


@dataclass(frozen=True)
class Airline:
    code: str
    name: str
    hubs: tuple[str, ...]
    alliance: Alliance | None = None
    factor: float = 1.0
    """Its fares against the usual."""
    roams: str | None = None
    """A region within which a low-cost airline flies between any two large airports."""

    def flies(self, start: AirportOffered, end: AirportOffered) -> bool:
        """Without a stop."""
        if self.roams:
            is_cheap = start.code not in _DEAR and end.code not in _DEAR
            return is_cheap and self.roams == start.region == end.region
        return start.code in self.hubs or end.code in self.hubs


AIRLINES = (
    Airline("LH", "Lufthansa", ("FRA", "MUC"), "STAR_ALLIANCE", 1.1),
    Airline("LX", "SWISS", ("ZRH", "GVA"), "STAR_ALLIANCE", 1.15),
    Airline("OS", "Austrian", ("VIE",), "STAR_ALLIANCE", 1.05),
    Airline("SN", "Brussels Airlines", ("BRU",), "STAR_ALLIANCE"),
    Airline("TP", "TAP Air Portugal", ("LIS", "OPO"), "STAR_ALLIANCE", 0.9),
    Airline("SK", "SAS", ("CPH", "ARN", "OSL"), "SKYTEAM"),
    Airline("LO", "LOT", ("WAW",), "STAR_ALLIANCE", 0.9),
    Airline("TK", "Turkish Airlines", ("IST",), "STAR_ALLIANCE", 0.9),
    Airline("A3", "Aegean", ("ATH",), "STAR_ALLIANCE", 0.95),
    Airline("AF", "Air France", ("CDG", "ORY"), "SKYTEAM", 1.1),
    Airline("KL", "KLM", ("AMS",), "SKYTEAM", 1.05),
    Airline("AZ", "ITA Airways", ("FCO", "LIN"), "STAR_ALLIANCE", 0.95),
    Airline("BA", "British Airways", ("LHR", "LGW"), "ONEWORLD", 1.1),
    Airline("IB", "Iberia", ("MAD",), "ONEWORLD"),
    Airline("VY", "Vueling", ("BCN",), None, 0.75),
    Airline("AY", "Finnair", ("HEL",), "ONEWORLD"),
    Airline("EI", "Aer Lingus", ("DUB",), None, 0.95),
    Airline("FI", "Icelandair", ("KEF",), None, 0.9),
    Airline("FR", "Ryanair", (), None, 0.5, "Europe"),
    Airline("U2", "easyJet", (), None, 0.6, "Europe"),
    Airline("W6", "Wizz Air", (), None, 0.5, "Europe"),
    Airline("UA", "United", ("ORD", "EWR", "IAH", "DEN", "SFO", "IAD"), "STAR_ALLIANCE"),
    Airline("DL", "Delta", ("ATL", "JFK", "DTW", "MSP", "SLC", "SEA", "LAX"), "SKYTEAM", 1.05),
    Airline("AA", "American", ("DFW", "CLT", "MIA", "PHX", "PHL", "LAX"), "ONEWORLD"),
    Airline("B6", "JetBlue", ("JFK", "BOS", "FLL"), None, 0.8),
    Airline("WN", "Southwest", (), None, 0.75, "America"),
    Airline("AC", "Air Canada", ("YYZ", "YUL", "YVR"), "STAR_ALLIANCE"),
    Airline("AM", "Aeromexico", ("MEX",), "SKYTEAM", 0.9),
    Airline("CM", "Copa Airlines", ("PTY",), "STAR_ALLIANCE", 0.95),
    Airline("AV", "Avianca", ("BOG",), "STAR_ALLIANCE", 0.85),
    Airline("LA", "LATAM", ("GRU", "SCL", "LIM"), None, 0.95),
    Airline("EK", "Emirates", ("DXB",), None, 1.1),
    Airline("QR", "Qatar Airways", ("DOH",), "ONEWORLD", 1.1),
    Airline("EY", "Etihad", ("AUH",), None, 1.0),
    Airline("ET", "Ethiopian", ("ADD",), "STAR_ALLIANCE", 0.85),
    Airline("KQ", "Kenya Airways", ("NBO",), "SKYTEAM", 0.9),
    Airline("AT", "Royal Air Maroc", ("CMN",), "ONEWORLD", 0.85),
    Airline("AI", "Air India", ("DEL", "BOM"), "STAR_ALLIANCE", 0.85),
    Airline("6E", "IndiGo", ("DEL", "BOM", "BLR"), None, 0.6),
    Airline("SQ", "Singapore Airlines", ("SIN",), "STAR_ALLIANCE", 1.15),
    Airline("TG", "Thai", ("BKK",), "STAR_ALLIANCE"),
    Airline("CX", "Cathay Pacific", ("HKG",), "ONEWORLD", 1.1),
    Airline("NH", "ANA", ("HND", "NRT"), "STAR_ALLIANCE", 1.1),
    Airline("JL", "Japan Airlines", ("HND", "NRT"), "ONEWORLD", 1.1),
    Airline("KE", "Korean Air", ("ICN",), "SKYTEAM", 1.05),
    Airline("CA", "Air China", ("PEK", "PVG"), "STAR_ALLIANCE", 0.85),
    Airline("QF", "Qantas", ("SYD", "MEL", "PER"), "ONEWORLD", 1.1),
    Airline("NZ", "Air New Zealand", ("AKL",), "STAR_ALLIANCE", 1.1),
)
HUBS = frozenset(hub for airline in AIRLINES for hub in airline.hubs)


def is_major(airport: AirportOffered) -> bool:
    """Served without a stop from other major airports."""
    return airport.is_large or airport.code in HUBS | _BUSY
