"""The digits of an amount, and what stands beside them and may belong to them."""

from dataclasses import dataclass
from decimal import Decimal

from services.tools.pages.prices.currencies import Sign, sign_after
from services.tools.pages.prices.multipliers import multiplier_at
from services.tools.pages.prices.numerals import Numeral


@dataclass(frozen=True, slots=True)
class Digits:
    """The digits of one amount, and the words among them: 3 and 9800 of 3\u4e079800."""

    end: int
    parts: tuple[tuple[Numeral, Decimal | None], ...]
    """Each with what it is multiplied by; None where that may be several things."""

    def value(self, decimal: str | None, places: int) -> Decimal | None:
        total = Decimal(0)
        for numeral, factor in self.parts:
            if factor is not None and factor > 1 and numeral.is_of_three() and decimal is None:
                # "1,234 million"
                return None
            number = numeral.value(decimal, 3 if factor != 1 else places)
            if number is None or factor is None:
                return None
            total += number * factor
        return total


def believed(before: list[Sign], after: list[Sign]) -> tuple[list[Sign], bool]:
    """The signs that count: weak ones only where they do not contradict, or stand alone."""
    every = [*before, *after]
    strong = [sign for sign in every if not sign.weak]
    if not strong:
        beside = after or before
        agreed = beside and frozenset[str].intersection(*(sign.codes for sign in beside))
        return beside[:1] if agreed else beside, True
    codes = frozenset[str].intersection(*(sign.codes for sign in strong))
    return [sign for sign in every if not sign.weak or sign.codes & codes], False


def has_words(text: str) -> bool:
    """Whether letters stand in a text that are no sign and no "million"."""
    at = 0
    while at < len(text):
        if text[at].isalpha():
            known = sign_after(text, at) or multiplier_at(text, at, ())
            if known is None:
                return True
            at = known.end
        else:
            at += 1
    return False


def behind_no_cents(text: str, end: int) -> int:
    """Behind the dash of "35,-" and "35.--" and "35:-"."""
    if text[end : end + 1] in {".", ",", ":"} and text[end + 1 : end + 2] == "-":
        dashed = end + 3 if text[end + 2 : end + 3] == "-" else end + 2
        return end if text[dashed : dashed + 1].isdigit() else dashed
    return end


def is_part_of_a_name(text: str, start: int) -> bool:
    """S23, A4, X-20, #7; "Preis12" is two words without a space."""
    before = text[max(0, start - 3) : start]
    last = before[-1:]
    if not last.isalpha():
        return last != "" and last in "#\u2116_@"
    return last < "\u0e00" and not (len(before) == 3 and before.isalpha())


def is_open(text: str, numeral: Numeral, end: int, before: list[Sign], after: list[Sign]) -> bool:
    """Whether what stands beside the digits may be part of the number."""
    if not after and before and not numeral.marks and _are_two_digits(text, end):
        return True
    if numeral.marks and numeral.marks[-1] in {", ", ". "}:
        # "sizes 5, 42 \u20ac" and "\u20ac5, 42 of them".
        lead = text[max(0, numeral.start - 2) : numeral.start].strip()
        trail = text[end : end + 2].strip()
        if (not before and lead[-1:].isalnum()) or (not after and trail[:1].isalnum()):
            return True
    beside = text[end : end + 1]
    if not after and beside.isalpha() and (beside < "\u0e00" or beside.isnumeric()):
        return True
    return not before and text[numeral.start - 1 : numeral.start].isnumeric() and numeral.start > 0


def _are_two_digits(text: str, end: int) -> bool:
    """As in "\u20ac 79 90": the cents stand apart, and could be anything else."""
    rest = text[end : end + 4]
    return (
        rest[:1] == " "
        and rest[1:3].isdigit()
        and len(rest) > 2
        and rest[3:4] not in {*"0123456789%"}
    )
