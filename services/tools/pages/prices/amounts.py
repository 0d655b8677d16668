"""The numbers of a text that stand beside a currency's sign, and what each of them is."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from services.tools.pages.locale_hints import Hints, groups_by_space
from services.tools.pages.prices.beside import (
    Digits,
    behind_no_cents,
    believed,
    has_words,
    is_open,
    is_part_of_a_name,
)
from services.tools.pages.prices.currencies import (
    Sign,
    digits,
    resolved,
    sign_after,
    signs_after,
    signs_before,
)
from services.tools.pages.prices.kinds import (
    Kind,
    around,
    is_label,
    is_old_of_two,
    joins_a_range,
    kind_of,
)
from services.tools.pages.prices.money import Money, amount_of
from services.tools.pages.prices.multipliers import multiplier_at, tags_of, tags_of_currency
from services.tools.pages.prices.numerals import LONGEST, Numeral, numerals

_FEW = 6
"""Currencies of a family whose countries' languages are asked what "mil" is."""
_ALWAYS_BEFORE = frozenset("$£¥₩₹")
"""Signs that no one puts where the decimal sign would stand."""
_MOST_PARTS, _MOST_BETWEEN = 4, 24


@dataclass(frozen=True, slots=True)
class Amount:
    start: int
    end: int
    number: Decimal | None
    codes: frozenset[str]
    money: Money | None
    kind: Kind
    is_signed_before: bool
    nth: int
    """Which of the text's numerals is its last."""
    left: int
    """Where the amount before it ends."""


class Reader:
    """One text, from left to right."""

    def __init__(self, text: str, hints: Hints) -> None:
        self._text, self._hints = text, hints
        self._tags = tags_of(hints.languages, hints.regions)
        self._numerals = list(numerals(text))
        self._by_start = {numeral.start: numeral for numeral in self._numerals}
        self._words: bool | None = None
        self._is_at_home = bool(hints.declared or hints.tenders())

    def amounts(self) -> Iterator[Amount]:
        last: Amount | None = None
        for nth, numeral in enumerate(self._numerals):
            left = last.end if last else 0
            # Part of the amount before, where it is left of its end.
            if numeral.start >= left and (amount := self._amount(nth, left, last)):
                yield amount
                last = amount

    def _amount(self, nth: int, left: int, last: Amount | None) -> Amount | None:
        """The money that a number is of, if a sign stands beside it."""
        text, numeral = self._text, self._numerals[nth]
        if text[numeral.end : numeral.end + 1] in {"%", "\u2030", "\u00b0"}:
            return None
        before = list(signs_before(text, numeral.start, left))
        digits_of, after = self._digits(nth, before)
        signs, weak = believed(before, after)
        if not signs:
            return None
        codes = frozenset[str].intersection(*(sign.codes for sign in signs))
        weak = weak and (self._is_at_home or self._has_words())
        currency = resolved(codes, self._hints, weak=weak)
        if weak and codes and currency is None and not signs[0].is_usual:
            return None
        before = [sign for sign in before if sign in signs]
        start = min(numeral.start, *(sign.start for sign in signs))
        end = max(digits_of.end, *(sign.end for sign in signs))
        number = digits_of.value(self._hints.decimal(), digits(currency))
        named = not before and is_part_of_a_name(text, numeral.start)
        split = self._is_cents_of_the_last(nth, before, after)
        if named or split or is_open(text, numeral, digits_of.end, before, after):
            number = None
        if numeral.marks[:1] == (" ",) and not before and self._may_be_two(numeral, codes):
            number = None
        if cents := self._cents_behind_the_sign(nth, numeral, digits_of, after):
            number = None if number is None or cents == "?" else number + Decimal(cents) / 100
            end = self._numerals[nth + 1].end if cents != "?" else end
        amount = amount_of(number, currency)
        money = Money(amount, currency) if amount is not None and currency else None
        while nth + 1 < len(self._numerals) and self._numerals[nth + 1].start < end:
            nth += 1
        kind = self._kind(start, end, nth, last, codes, signed=bool(before))
        return Amount(start, end, number, codes, money, kind, bool(before), nth, left)

    def _has_words(self) -> bool:
        if self._words is None:
            self._words = has_words(self._text)
        return self._words

    def _digits(self, nth: int, before: list[Sign]) -> tuple[Digits, list[Sign]]:
        """The digits and the words among them, with the signs that follow."""
        numeral = self._numerals[nth]
        end = behind_no_cents(self._text, numeral.end)
        plainly = Digits(end, ((numeral, Decimal(1)),))
        after = self._own(end, before)
        tags = self._tags_with(before)
        factor = multiplier_at(self._text, end, tags) if end == numeral.end else None
        if factor is None:
            return plainly, after
        if after and after[0].end >= factor.end:
            # "Kr" is a million somewhere, and crowns here; "K" is a thousand, and Myanmar's kyat.
            paid = not before and resolved(after[0].codes, self._hints, weak=True)
            if paid or (after[0].codes and after[0].end - after[0].start > 1):
                return plainly, after
        multiplied = self._multiplied(nth, tags)
        after = self._own(multiplied.end, before)
        if after and (more := self._tags_with([*before, *after])) != tags:
            multiplied = self._multiplied(nth, more)
        return multiplied, after

    def _multiplied(self, nth: int, tags: Sequence[frozenset[str]]) -> Digits:
        parts: list[tuple[Numeral, Decimal | None]] = []
        least: Decimal | None = None
        end, joined = self._numerals[nth].start, True
        for numeral in self._numerals[nth : nth + _MOST_PARTS]:
            gap = self._text[end : numeral.start]
            if parts and gap not in {"", " "}:
                break
            factor = multiplier_at(self._text, numeral.end, tags)
            value = factor.value if factor else Decimal(1)
            if parts and factor is None and gap and not (joined and self._own(numeral.end, [])):
                # "$12k 2 bedrooms", "5 lakh 20,000".
                parts += [] if joined else [(numeral, None)]
                break
            if least is not None and value is not None and not value < least:
                value = None
            parts.append((numeral, value if joined or factor else None))
            end, least = (factor.end if factor else numeral.end), value
            joined = factor is not None and factor.is_joined
            if factor is None or value is None:
                break
        return Digits(end, tuple(parts))

    def _own(self, end: int, before: list[Sign]) -> list[Sign]:
        """Signs that follow, but for those of the next number: "10 \u20ac20"."""
        own: list[Sign] = []
        for nth, sign in enumerate(signs_after(self._text, end)):
            rest = self._text[sign.end : sign.end + 2]
            leads = rest[:1].isdigit() or (rest[:1] == " " and rest[1:].isdigit())
            apart = sign.start > end and rest[:1].isdigit()
            if apart and self._is_signed_behind(sign.end):
                # In "35 €49 €" each sign is of the number before it.
                own.append(sign)
                break
            if leads and (before or nth or apart) and (sign.start > end or nth):
                break
            own.append(sign)
        return own

    def _is_signed_behind(self, start: int) -> bool:
        """Whether the number that begins there has a sign behind it."""
        numeral = self._by_start.get(start)
        return numeral is not None and next(signs_after(self._text, numeral.end), None) is not None

    def _tags_with(self, signs: list[Sign]) -> tuple[frozenset[str], ...]:
        """The page's locales, then those of the countries that have such a sign."""
        codes = (
            frozenset[str]().union(*(sign.codes for sign in signs)) if signs else frozenset[str]()
        )
        theirs = [tags_of_currency(code) for code in codes] if len(codes) <= _FEW else []
        return (self._tags, frozenset[str]().union(*theirs))

    def _may_be_two(self, numeral: Numeral, codes: frozenset[str]) -> bool:
        """As in "iPhone 15 999 \u20ac", where one does not write 15 999 for fifteen thousand."""
        lead = self._text[max(0, numeral.start - 2) : numeral.start]
        if not (lead[:1].isalnum() and lead[1:] == " "):
            return False
        before = self._text[max(0, numeral.start - 1 - LONGEST) : numeral.start - 1]
        word = before.rpartition(" ")[2]
        if len(numeral.marks) > 1 or is_label(word):
            return False
        tags = self._tags or frozenset[str]().union(*map(tags_of_currency, codes))
        groups = len(codes) > _FEW or any(groups_by_space(tag) for tag in tags)
        # A word before it may be a size's or a model's: "Taille 38 129 \u20ac".
        return not groups or (word != "" and sign_after(word, 0) is None)

    def _cents_behind_the_sign(
        self, nth: int, numeral: Numeral, read: Digits, after: list[Sign]
    ) -> str | None:
        """The 50 of "12\u20ac50"; "?" where two digits stand there that may be cents or not."""
        if (
            len(after) != 1
            or numeral.marks
            or len(read.parts) > 1
            or nth + 1 >= len(self._numerals)
        ):
            return None
        following, text = self._numerals[nth + 1], self._text
        gap = text[after[0].end : following.start]
        if len(following.groups[0]) != 2 or following.marks or gap not in {"", " "}:
            return None
        if text[following.end : following.end + 1] == "%" or self._own(following.end, []):
            return None
        if gap or after[0].start > read.end:
            return None if text[following.end : following.end + 2].strip() else "?"
        return following.groups[0]

    def _is_cents_of_the_last(self, nth: int, before: list[Sign], after: list[Sign]) -> bool:
        """As in "12 \u20ac50" and "12 50 \u20ac": twelve and a half, or fifty."""
        numeral = self._numerals[nth]
        last = self._numerals[nth - 1] if nth else None
        if last is None or numeral.marks or len(numeral.groups[0]) != 2:
            return False
        if not before:
            return self._text[last.end : numeral.start] == " "
        if after or self._text[before[0].end - 1] in _ALWAYS_BEFORE:
            return False
        return self._text[last.end : before[-1].start] in {"", " "}

    def _kind(
        self,
        start: int,
        end: int,
        nth: int,
        last: Amount | None,
        codes: frozenset[str],
        *,
        signed: bool,
    ) -> Kind:
        text = self._text
        if nth and self._is_second_of_a_range(start, nth, last, signed=signed):
            return "range"
        if self._is_first_of_a_range(end, nth):
            return "range"
        near = around(text, last.end if last else 0, start, end)
        if (between := self._before_the_next(end, nth)) and is_old_of_two(near.before, between):
            return "former"
        if (
            text[start - 1 : start] == "-"
            and start > 0
            and text[start - 2 : start - 1] in {"", " ", "("}
        ):
            # "-\u20ac20" is what a coupon takes off.
            return "other"
        if last is not None and self._is_told_again(start, last, codes):
            return "other"
        return kind_of(near)

    def _stands_alone(self, end: int) -> bool:
        """Whether nothing follows a number but a word that multiplies it: "15.8 Lakh"."""
        beside = self._text[end : end + 2].strip()[:1]
        return not beside.isalnum() or multiplier_at(self._text, end, (self._tags,)) is not None

    def _is_second_of_a_range(
        self, start: int, nth: int, last: Amount | None, *, signed: bool
    ) -> bool:
        firsts = [
            numeral for numeral in self._numerals[max(0, nth - 2) : nth + 1] if numeral.end <= start
        ]
        if not firsts:
            return False
        end = firsts[-1].end
        is_money = last is not None and last.nth >= nth - 1 and last.end >= end
        end = max(end, last.end) if last else end
        return joins_a_range(self._text[end:start], signs=is_money or not signed)

    def _is_told_again(self, start: int, last: Amount, codes: frozenset[str]) -> bool:
        """As in "12,99 \u043b\u0432. / 6,64 \u20ac": in another money than is paid with here."""
        paid = self._hints.tenders()
        is_here = last.money is not None and last.money.currency in paid
        between = self._text[last.end : start].strip()
        return is_here and not codes & paid and between in {"/", "|", "("}

    def _before_the_next(self, end: int, nth: int) -> str | None:
        """What stands between an amount and the one that follows."""
        following = next(iter(self._numerals[nth + 1 : nth + 2]), None)
        if following is None or following.start - end > _MOST_BETWEEN:
            return None
        signs = list(signs_before(self._text, following.start, end))
        return self._text[end : signs[-1].start if signs else following.start]

    def _is_first_of_a_range(self, end: int, nth: int) -> bool:
        following = next(iter(self._numerals[nth + 1 : nth + 2]), None)
        if following is None or following.start - end > _MOST_BETWEEN:
            return False
        if self._text[following.end : following.end + 1] == "%":
            return False
        signs = list(signs_before(self._text, following.start, end))
        between = self._text[end : signs[-1].start if signs else following.start]
        signed = bool(signs or self._own(following.end, [])) or self._stands_alone(following.end)
        return joins_a_range(between, signs=signed)
