"""Makes cldr.json: `python -m tests.support.cldr_table`.

All of CLDR takes a second and 60 MB to load, and a reader of pages has neither: what prices need
of it is written down once, and a test compares it with what the libraries say today. Signs come
from CLDR's symbols of every locale, from Unicode's names of currency signs, and from price-parser's
list of national signs; nothing here is written by hand.
"""

import json
import re
import sys
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, cast

from babel import localedata
from babel.core import get_global  # pyright: ignore[reportUnknownVariableType]
from babel.numbers import get_territory_currencies
from price_parser._currencies import (  # pyright: ignore[reportMissingTypeStubs]
    CURRENCIES as _LISTED,  # pyright: ignore[reportUnknownVariableType]
)

from services.tools.pages.prices import cldr
from services.tools.pages.prices.characters import is_letter, plain

TABLE = Path(cldr.__file__).with_name("cldr.json")
_AMONG_NAMES = ("USD", "CAD", "AUD", "NZD", "GBP", "EGP", "SEK", "DKK", "CHF", "XOF", "MXN", "ARS")
"""Currencies whose names share their nouns: they show where in a name a language puts the noun."""
_UNITS = frozenset(
    {
        "mass-kilogram", "mass-gram", "mass-milligram", "mass-pound", "mass-ounce", "mass-tonne",
        "volume-liter", "volume-deciliter", "volume-centiliter", "volume-milliliter",
        "volume-cubic-meter", "volume-fluid-ounce", "volume-gallon", "volume-pint", "volume-quart",
        "length-meter", "length-centimeter", "length-millimeter", "length-kilometer",
        "length-foot", "length-inch", "length-yard", "area-square-meter", "area-square-foot",
        "area-hectare", "area-acre", "digital-gigabyte", "digital-terabyte",
        "duration-minute", "duration-hour", "duration-day", "duration-night", "duration-week",
    }
)  # fmt: skip
"""What shops ask a price for each of."""
_PAID_AGAIN = frozenset({"duration-month", "duration-quarter", "duration-year"})


def table() -> dict[str, Any]:
    territories = cast("Mapping[str, object]", get_global("territory_currencies"))  # pyright: ignore[reportUnknownArgumentType]
    paid = {territory: frozenset(get_territory_currencies(territory)) for territory in territories}
    today = frozenset[str]().union(*paid.values())
    signs, nouns = defaultdict[str, set[str]](set), defaultdict[str, set[str]](set)
    words: dict[str, dict[int, set[str]]] = defaultdict(lambda: defaultdict(set))
    units, again, per = set[str](), set[str](), set[str]()
    around: dict[str, dict[str, str]] = {"before": {}, "after": {}}
    # A language comes before its countries, which add only what is theirs alone.
    for identifier in sorted(localedata.locale_identifiers(), key=lambda one: (len(one), one)):
        data = cast("Mapping[str, Any]", localedata.load(identifier))
        language, country = identifier.partition("_")[0], identifier.rpartition("_")[2]
        for code, symbol in data["currency_symbols"].items():
            if code in today:
                signs[_plain(symbol)].add(code)
        for word, value in _compact(data["compact_decimal_formats"]):
            if language not in words[word][value]:
                words[word][value].add(identifier)
        # English names are known everywhere, those of other languages where one pays so.
        named = today if identifier == "en" else paid.get(country, frozenset())
        for noun, code in _nouns(data, named):
            nouns[noun].add(code)
        units |= set(_unit_names(data, _UNITS))
        again |= set(_unit_names(data, _PAID_AGAIN))
        per |= set(_per(data))
        for names, kind in ((_UNITS, "unit"), (_PAID_AGAIN, "again")):
            for place, said in _said_per(data, names):
                around[place][said] = kind
    _add_signs(signs, nouns, today)
    names = cast("Mapping[str, str]", localedata.load("en")["currency_names"])
    codes = set(cast("Mapping[str, str]", get_global("all_currencies")))  # pyright: ignore[reportUnknownArgumentType]
    return {
        "signs": {
            sign: sorted(of)
            for sign, of in sorted(signs.items())
            if sign and sign not in codes and not sign.isdecimal() and sign not in "-¤"
        },
        "nouns": {noun: sorted(of) for noun, of in sorted(nouns.items())},
        "multipliers": {
            word: {str(value): sorted(of) for value, of in sorted(by.items())}
            for word, by in sorted(words.items())
        },
        "renamed": dict(sorted(_renamed(names, codes, today))),
        "units": sorted(units),
        "paid_again": sorted(again),
        "per": sorted(per),
        "per_after": dict(sorted(around["after"].items())),
        "per_before": dict(sorted(around["before"].items())),
    }


def _add_signs(
    signs: dict[str, set[str]], nouns: Mapping[str, Iterable[str]], today: frozenset[str]
) -> None:
    """Those that CLDR's locales do not have: by their names in Unicode, and by price-parser."""
    for sign, code in [one for one in _named_by_unicode(nouns) if one[0] not in signs]:
        signs[sign].add(code)
    for sign, code in _listed():
        if code in today:
            signs[_plain(sign)].add(code)


def _renamed(
    names: Mapping[str, str], codes: set[str], today: frozenset[str]
) -> Iterator[tuple[str, str]]:
    """A code of the past with the one of today that has its name: RUR and RUB are rubles."""
    now = {names[code]: code for code in today if code in names}
    for code in codes - today:
        name = names.get(code, "").partition(" (")[0]
        if name in now:
            yield code, now[name]


def _plain(text: str) -> str:
    """Without what is not seen, and with one kind of space."""
    seen = "".join(c for c in text if unicodedata.category(c) != "Cf")
    return " ".join(seen.split())


def _compact(formats: Mapping[str, Any]) -> Iterator[tuple[str, int]]:
    """Words such as "thousand" with what they multiply by."""
    for plurals in formats.values():
        for by_size in plurals.values():
            for size, pattern in by_size.items():
                shown = pattern.pattern.partition(";")[0]
                zeros = shown.count("0")
                word = _plain(shown.replace("0", "").replace("'", ""))
                if word and zeros:
                    yield word, int(size) // 10 ** (zeros - 1)


def _nouns(data: Mapping[str, Any], paid: frozenset[str]) -> Iterator[tuple[str, str]]:
    """The noun of a currency's names: "dollars", and not "American"."""
    names: dict[str, set[str]] = {
        code: {
            _plain(name).casefold()
            for name in (
                data["currency_names"].get(code) or "",
                *data["currency_names_plural"].get(code, {}).values(),
            )
            if name
        }
        for code in {*paid, *_AMONG_NAMES}
    }
    sample = [name.split() for code in _AMONG_NAMES for name in names.get(code, ()) if " " in name]
    firsts, lasts = (len({words[at] for words in sample}) for at in (0, -1))
    at = 0 if firsts < lasts else -1
    for code in paid:
        for name in names[code]:
            words = [word for word in re.sub(r"\([^()]*\)", " ", name).split() if len(word) > 1]
            noun = words[at].strip(".,") if words else ""
            if len(noun) > 2 and all(map(is_letter, noun)):
                yield noun, code


def _unit_names(data: Mapping[str, Any], wanted: frozenset[str]) -> Iterator[str]:
    for name in wanted & data["unit_patterns"].keys():
        for forms in data["unit_patterns"][name].values():
            for form, pattern in forms.items():
                if form not in {"per", "gender"} and isinstance(pattern, str):
                    unit = _plain(pattern.replace("{0}", " ")).casefold()
                    if unit.rstrip(".²³").isalpha():
                        yield unit.rstrip(".")


def _said_per(data: Mapping[str, Any], wanted: frozenset[str]) -> Iterator[tuple[str, str]]:
    """What stands before or after an amount that is by a unit: "á mánuði" of "{0} á mánuði"."""
    for name in wanted & data["unit_patterns"].keys():
        for forms in data["unit_patterns"][name].values():
            before, found, after = str(forms.get("per", "")).partition("{0}")
            for place, said in (("before", _plain(before)), ("after", _plain(after))):
                shown = plain(said).text.casefold()
                least = 2 if shown[:1] >= "\u2e80" else 3
                if found and len(shown) >= least and shown[0] != "/" and not (before and after):
                    yield place, shown


def _per(data: Mapping[str, Any]) -> Iterator[str]:
    """What stands between an amount and its unit: "/", "per", "pro"."""
    for forms in data["compound_unit_patterns"].get("per", {}).values():
        for pattern in forms.values():
            if isinstance(pattern, str):
                between = _plain(pattern.partition("{0}")[2].partition("{1}")[0])
                if between:
                    yield between


def _listed() -> Iterator[tuple[str, str]]:
    listed = cast("Mapping[str, Mapping[str, Any]]", _LISTED)
    for code, one in listed.items():
        for sign in (one["s"], one["sn"], *one.get("sn2", ())):
            yield sign, code


def _named_by_unicode(nouns: Mapping[str, Iterable[str]]) -> Iterator[tuple[str, str]]:
    """₲ is the "guarani sign", and a guarani is a currency's noun."""
    for number in range(sys.maxunicode):
        sign = chr(number)
        if unicodedata.category(sign) == "Sc":
            name = unicodedata.name(sign, "").casefold().removesuffix(" sign")
            for code in nouns.get(name.rpartition(" ")[2], ()):
                yield sign, code


if __name__ == "__main__":
    made = table()
    TABLE.write_text(json.dumps(made, ensure_ascii=False, indent=0, sort_keys=True) + "\n")
    sys.stdout.write(f"{Counter({kind: len(one) for kind, one in made.items()})}\n")
