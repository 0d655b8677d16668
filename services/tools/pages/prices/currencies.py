"""From what stands beside a number to ISO 4217.

1. A code, or a sign that only one currency uses, is that currency; a code of the past whose name
   lives on is today's (RUR is RUB), any other stays what it says (DEM).
2. A sign of several ("$", "kr", "¥"), or a word ("dollars"), is the one of them that the page names
   in its metadata, else the one with which people pay where the page is at home (its language's
   country, its domain). Two signs beside one number are what both can mean.
3. Where that leaves none, or more than one, the currency is not known.
"""
# ruff: noqa: RUF001 - other alphabets, and the typography of prices

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import cast

from babel.core import get_global  # pyright: ignore[reportUnknownVariableType]
from babel.numbers import get_currency_precision

from services.tools.pages.locale_hints import Hints
from services.tools.pages.prices.characters import is_letter
from services.tools.pages.prices.cldr import TABLE

_NAMES = cast("Mapping[str, str]", get_global("all_currencies"))  # pyright: ignore[reportUnknownArgumentType]
# X codes are metals and test codes; these are the X codes that people pay with.
CODES = frozenset(
    code
    for code in _NAMES
    if not code.startswith("X") or code in {"XOF", "XAF", "XPF", "XCD", "XCG"}
)
_SHOPS_WRITE: Mapping[str, str] = {
    "U$S": "USD", "Mex$": "MXN", "CLP$": "CLP", "COP$": "COP", "G$": "GYD", "CAN$": "CAD",
    "zl": "PLN", "SFr.": "CHF", "Fr.": "CHF", "Kr": "SEK NOK DKK ISK", "kr": "SEK NOK DKK ISK",
    "元": "CNY TWD HKD", "圓": "TWD HKD", "人民币": "CNY", "RMB": "CNY", "NT": "TWD", "NTD": "TWD",
    "Rs": "INR PKR LKR NPR MUR SCR", "BHT": "THB", "руб": "RUB BYN", "р.": "RUB BYN",
    "Р": "RUB BYN", "р": "RUB BYN", "грн": "UAH", "hrn": "UAH", "лв": "BGN", "сум": "UZS",
    "so'm": "UZS", "тг": "KZT", "тенге": "KZT", "Bs": "BOB VES", "﷼": "IRR OMR QAR SAR YER",
    "dh": "MAD AED", "Dh": "MAD AED", "Dhs": "MAD AED", "DHS": "AED MAD", "E£": "EGP",
    "LE": "EGP", "L.E.": "EGP", 'ש"ח': "ILS", "ש״ח": "ILS", "KShs": "KES", "Shs": "UGX TZS KES",
    "VNĐ": "VND", "Ks": "MMK", "रु": "INR NPR", "रू": "NPR INR", "P": "BWP PHP", "€uro": "EUR",
    "€uros": "EUR",
}  # fmt: skip
"""Signs that neither CLDR nor Unicode nor price-parser lists, as shops of the countries write."""


def _families() -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    for sign, codes in [*TABLE.signs.items(), *((s, c.split()) for s, c in _SHOPS_WRITE.items())]:
        # With and without the point of an abbreviation; "US $" and "US$" alike.
        bare = sign.replace(" ", "")
        for written in {bare, bare.rstrip(".") or bare, bare.strip(".") or bare}:
            found.setdefault(written, set()).update(codes)
    return {
        sign: frozenset(codes | found.get(sign.rstrip("."), codes)) for sign, codes in found.items()
    }


_FAMILIES = _families()
_AS_WRITTEN = frozenset({*TABLE.signs, *_SHOPS_WRITE})


def _longest_by(place: int) -> dict[str, int]:
    """By the first or the last character of signs and codes, how long they are at most."""
    longest: dict[str, int] = {}
    for sign in [*_FAMILIES, *CODES]:
        # Written "US $" as well, and in either case.
        for character in {sign[place], sign[place].upper(), sign[place].lower()}:
            longest[character] = max(longest.get(character, 0), len(sign) + 1)
    return longest


_LONGEST_AFTER, _LONGEST_BEFORE = _longest_by(0), _longest_by(-1)
_MOST_BEFORE_A_SIGN = 4
_LONGEST_NOUN = max(len(noun) for noun in TABLE.nouns)
_CODES_LIKE_WORDS = frozenset(
    {
        "ALL", "AMD", "BAM", "BOB", "COP", "CUP", "GEL", "LAK", "MAD", "MOP", "PEN", "RON", "SOS",
        "STD", "TOP", "TRY",
    }
)  # fmt: skip
"""As titles write words: "TOP 10", "AMD 7900"."""
# Prices in these run into many digits, as in those without a smaller unit.
_SMALL_UNITS = frozenset(
    {
        "IDR", "COP", "UZS", "TZS", "HUF", "KHR", "MNT", "NGN", "ALL", "AMD", "KZT", "RSD", "CRC",
        "INR", "PKR", "LKR", "NPR", "BDT", "PHP", "RUB", "TWD", "ARS", "TRY",
    }
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Sign:
    """What tells a currency beside a number, `start` to `end` of a plain text."""

    start: int
    end: int
    codes: frozenset[str]
    """The currencies that it can mean; none if it is a sign that nobody knows."""
    weak: bool = False
    """A word or a few letters: it means something else just as well."""
    is_usual: bool = False
    """Weak, but what stands behind a number so is seldom anything else: "kr"."""


def sign_after(text: str, at: int) -> Sign | None:
    """The longest one that begins at `at`."""
    longest = _LONGEST_AFTER.get(text[at : at + 1], 0)
    for length in range(min(longest, len(text) - at), 0, -1):
        written = text[at : at + length]
        if written[-1] == " " or not _ends_well(text, at + length):
            continue
        if codes := _known(written):
            end = at + length
            # The point of an abbreviation.
            end += written[-1].isalpha() and text[end : end + 1] == "." and _is_abbreviated(written)
            usual = len(written) > 1 and written.islower() and written in _AS_WRITTEN
            return Sign(at, end, codes, _is_weak(written), usual)
    end = _word_end(text, at)
    if 0 < end - at <= _MOST_BEFORE_A_SIGN and _is_pure_sign(text[end : end + 1]):
        # "G$": some dollar, but no one knows which.
        return Sign(at, end + 1, frozenset())
    codes = TABLE.nouns.get(text[at:end].casefold())
    return Sign(at, end, codes, weak="EUR" not in codes) if codes else None


def sign_before(text: str, at: int) -> Sign | None:
    """The longest one that ends at `at`."""
    longest = _LONGEST_BEFORE.get(text[at - 1 : at], 1) if at else 0
    for length in range(min(longest, at), 0, -1):
        start = at - length
        written = text[start:at]
        if written[0] == " " or not _begins_well(text, start, written):
            continue
        if codes := _known(written):
            return Sign(start, at, codes, _is_weak(written))
    if at and _is_pure_sign(text[at - 1]):
        # "CAN$": some dollar, but no one knows which.
        return Sign(at - 1, at, frozenset())
    word = _word_before(text, at)
    codes = TABLE.nouns.get(word.casefold())
    return Sign(at - len(word), at, codes, weak="EUR" not in codes) if codes else None


def _word_before(text: str, at: int) -> str:
    start = at
    while start > 0 and at - start <= _LONGEST_NOUN and is_letter(text[start - 1]):
        start -= 1
    return text[start:at]


def _word_end(text: str, at: int) -> int:
    end = at
    while end < len(text) and end - at <= _LONGEST_NOUN and is_letter(text[end]):
        end += 1
    return end


def _is_pure_sign(character: str) -> bool:
    """$, £ and the like, which letters before them make another currency's."""
    return character in {"$", "£", "¥", "₣", "₱", "₵"}


def _known(written: str) -> frozenset[str] | None:
    bare = written.replace(" ", "")
    if len(bare) != len(written) and written not in TABLE.signs:
        # "US $5", but "A $5 gift" is in no Australian dollars.
        apart = len(bare) > 2 and written.count(" ") == 1 and _is_pure_sign(bare[-1])
        return _FAMILIES.get(bare) if apart else None
    if len(bare) == 3 and bare in CODES:
        return frozenset({TABLE.renamed.get(bare, bare)})
    # "Bs." and "Bs", but no point behind "$".
    for known in (bare, bare[:-1] if bare[-1:] == "." and bare[-2:-1].isalpha() else bare):
        if known in _FAMILIES:
            return _FAMILIES[known]
    # "LEI" and "Zł", but not "ft", which is a foot.
    return _folded().get(bare.casefold()) if len(bare) > 1 and bare.isalpha() else None


@cache
def _folded() -> Mapping[str, frozenset[str]]:
    found: dict[str, frozenset[str]] = {}
    for sign, codes in _FAMILIES.items():
        folded = sign.casefold()
        if sign.isalpha() and len(sign) > 1 and folded not in TABLE.units:
            found[folded] = found.get(folded, frozenset()) | codes
    return found


def _is_weak(written: str) -> bool:
    """Two letters, a word, a unit: "Canon MK 4", "FC 24", "TOP 10", "100 KM"."""
    bare = written.strip(".")
    if not bare.isalpha() or bare[0] >= "\u0e00" or not (bare.isascii() or len(bare) == 1):
        return False
    if len(bare) == 3 and bare in CODES:
        return bare in _CODES_LIKE_WORDS
    return (
        len(bare) <= 2 or bare not in _FAMILIES or bare.islower() or bare.casefold() in TABLE.units
    )


def _is_abbreviated(written: str) -> bool:
    return not (len(written) == 3 and written in CODES)


def _ends_well(text: str, end: int) -> bool:
    """A sign of letters is no beginning of a word; those of Han, Hangul and Thai stand in a row."""
    last, after = text[end - 1], text[end : end + 1]
    if last.isalpha() and _is_pure_sign(after):
        return False
    return not (last.isalpha() and after.isalpha() and last < "\u0e00" and after < "\u0e00")


def _begins_well(text: str, start: int, written: str) -> bool:
    before = text[start - 1 : start] if start else ""
    if not before.isalpha() or before >= "\u0e00":
        return True
    return not written[0].isalpha() and not _is_pure_sign(written[0])


_MOST_SIGNS = 2


def signs_before(text: str, at: int, left: int) -> Iterator[Sign]:
    """Those that end at `at`, nearest first, from `left` on."""
    for nth in range(_MOST_SIGNS):
        place = at
        while place > left and at - place < 2 and text[place - 1] in (" " if nth else " :"):
            place -= 1
        sign = sign_before(text, place) if place > left else None
        if sign is None or sign.start < left:
            return
        yield sign
        at = sign.start


def signs_after(text: str, at: int) -> Iterator[Sign]:
    """Those that begin at `at`, nearest first."""
    for _ in range(_MOST_SIGNS):
        place = at
        while place < len(text) and place - at < 2 and text[place] == " ":
            place += 1
        sign = sign_after(text, place) if place < len(text) else None
        if sign is None:
            return
        yield sign
        at = sign.end


def currency_of(said: str | None, hints: Hints) -> str | None:
    """ISO 4217 of a code or a sign, or None if it could be several."""
    text = (said or "").strip().strip("\u200e\u200f")
    if len(text) > _LONGEST_NOUN:
        return None
    if text.upper() in CODES and len(text) == 3:
        return TABLE.renamed.get(text.upper(), text.upper())
    family = _known(text) or TABLE.nouns.get(text.casefold()) or frozenset[str]()
    return resolved(family, hints)


def resolved(family: frozenset[str], hints: Hints, *, weak: bool = False) -> str | None:
    """The one of a family that the page means; a `weak` sign needs the page's word for it."""
    if len(family) == 1 and not weak:
        return next(iter(family))
    for known in (hints.declared, hints.tenders()):
        if fitting := family & known:
            return next(iter(fitting)) if len(fitting) == 1 else None
    # Pound signs of other countries are rare, and stand on pages that say where they are.
    return "GBP" if family == _FAMILIES["£"] and not hints.regions and not weak else None


def digits(currency: str | None) -> int:
    """After the decimal sign."""
    return get_currency_precision(currency) if currency else 2


def most(currency: str) -> int:
    """No shop asks more than this for anything."""
    return 10**10 if currency in _SMALL_UNITS or not digits(currency or None) else 10**7
