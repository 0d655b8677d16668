"""What an amount is by the words around it: a price to pay, or something else.

Of what stands before an amount the last word counts: "was €99, now €79". What stands directly after
it ("/ month", "off", "~") goes before what stands before.
"""

import re
from dataclasses import dataclass
from typing import Literal

from services.tools.pages.prices import kind_words
from services.tools.pages.prices.characters import is_letter
from services.tools.pages.prices.cldr import TABLE
from services.tools.pages.prices.currencies import sign_after
from services.tools.pages.prices.phrases import Phrases, PriceToken, folded, tokens, words_of

Kind = Literal["price", "from", "range", "instalment", "unit", "several", "former", "other"]
Tax = Literal["net", "gross"]

_BEFORE: Phrases[Kind] = Phrases(
    {
        "former": kind_words.FORMER,
        "price": kind_words.NOW,
        "other": kind_words.OTHER,
        "instalment": kind_words.INSTALMENT_BEFORE,
        "unit": kind_words.UNIT_BEFORE,
        "several": kind_words.SEVERAL_BEFORE,
    }
)
_AFTER: Phrases[Kind] = Phrases(
    {
        "other": kind_words.OTHER_AFTER,
        "former": kind_words.FORMER_AFTER,
        "instalment": kind_words.INSTALMENT_AFTER,
        "from": kind_words.FROM_AFTER,
        "several": kind_words.MULTIBUY_AFTER,
    }
)
_FROM: Phrases[Kind] = Phrases({"from": kind_words.FROM_BEFORE})
_DIRECTLY: Phrases[Kind] = Phrases(
    {
        "instalment": kind_words.DIRECTLY_PAID_AGAIN,
        "unit": kind_words.DIRECTLY_BY_UNIT,
        "other": kind_words.DIRECTLY_OFF,
    }
)
_TAX: Phrases[Tax] = Phrases({"net": kind_words.NET, "gross": kind_words.GROSS})
_ALWAYS: Phrases[Kind] = Phrases({"other": kind_words.ALWAYS_AFTER})
_UNLESS_AMOUNT: Phrases[Kind] = Phrases({"other": kind_words.UNLESS_AMOUNT_AFTER})
_COUNTERS = words_of(kind_words.COUNTERS)
_BETWEEN_WORDS, _AND = words_of(kind_words.BETWEEN), words_of(kind_words.AND)
_LABELS = words_of(kind_words.PRICE) | {
    tokens(phrase)[-1].word
    for table in (kind_words.FROM_BEFORE, kind_words.NOW, kind_words.FORMER)
    for phrase in table.split("|")
} - words_of("de|of|a|van|voor|la")
_BETWEEN = words_of(kind_words.RANGE_BETWEEN)
_PER = words_of(kind_words.PER)
_BEFORE_A_UNIT = _PER | words_of(kind_words.THE) | {folded(word.rstrip(".")) for word in TABLE.per}
_UNITS = frozenset(folded(word) for word in TABLE.units)
_PAID_AGAIN = frozenset(folded(word) for word in TABLE.paid_again)
_FOR = words_of(kind_words.FOR_SEVERAL)
_FOR_SURELY = _FOR - words_of("a|de|til|na|ab|do|int|at|x|\u00d7")
_FOR_A_PRICE = frozenset({"por"})
"""Which stands before a price as well."""
_MEASURES = frozenset({"1", "10", "100", "500", "1000"})
_TIMES = frozenset({"x", "\u00d7", "*", "\u0445"})
_TIME = words_of("tage|tagen|days|jours|días|giorni|dagen|dni|dní|dnů|dagar|dage|дней|gün")
_FROM_HOW_MANY = words_of("ab|from|od|da|vanaf|desde|dès|från|fra|alkaen|от|від")
_PIECES = words_of(kind_words.PIECES)
_LONGEST_PER = max(map(len, [*TABLE.per_after, *TABLE.per_before]))
_ONE = words_of(kind_words.ONE_OF_IT)
_TAXES = words_of(kind_words.TAXES)
_ENDS_A_SENTENCE = "!?;|\u2022\u00b7)\u3002\uff01"
_MOST_FOR = 99
LONGEST, _LONGEST_AFTER = 60, 32
"""Characters before an amount that say something of it, and after it."""


@dataclass(frozen=True, slots=True)
class Around:
    """An amount's neighbourhood in a plain text."""

    before: str
    """From the amount before, or the sentence's beginning."""
    after: str
    """To a little way behind it."""


def around(text: str, left: int, start: int, end: int) -> Around:
    """What stands around `start` to `end`, from `left` on."""
    before = text[max(left, start - LONGEST) : start]
    cut = max(before.rfind(sign) for sign in _ENDS_A_SENTENCE)
    return Around(before[cut + 1 :], text[end : end + _LONGEST_AFTER])


def kind_of(near: Around) -> Kind:
    before, after = tokens(near.before), tokens(near.after)
    return (
        _by_what_follows(near.after, after)
        or _by_count(before, near.after, after)
        or _by_what_leads(near.before, before)
        or "price"
    )


def _by_what_follows(text: str, after: list[PriceToken]) -> Kind | None:
    if not after:
        return None
    if after[0].word in {"/", "\u2044"}:
        return _of_one(text, after[1:])
    if after[0].word == "+" and after[0].start == 0 and not _is_word(after, 1):
        return "from"
    bare = after[1:] if after[0].word in "([" else after
    return _per_by_cldr(text) or _per(text, bare) or _times(text, bare) or _said_after(text, after)


def _times(text: str, after: list[PriceToken]) -> Kind | None:
    """As in "€50 x 12" and "£5 for 2"."""
    if len(after) < 2 or not after[1].word.isdigit():
        return None
    if after[0].word in _TIMES:
        return "instalment"
    is_of_money = _has_a_sign(text, after[1].end)
    return "several" if after[0].word in _FOR and not is_of_money else None


def _said_after(text: str, after: list[PriceToken]) -> Kind | None:
    if _ALWAYS.begins(text, after):
        return "other"
    if said := _UNLESS_AMOUNT.begins(text, after):
        leads = text[said[1] :].lstrip(" .:)")[:1].isdigit() or _has_a_sign(text, said[1])
        return None if leads else "other"
    said = _AFTER.begins(text, after)
    if said is None:
        return None
    kind, end = said
    # "€4.90 delivery", but not "€49 Delivery in two days" or "€49 UVP €99".
    rest = text[end:].lstrip(" .:)")[:1]
    goes_on = rest.isdigit() or (rest.isalpha() and text[end - 1] < "\u0e00")
    if kind in {"other", "former"} and (goes_on or _has_a_sign(text, end)):
        return None
    return kind


def _has_a_sign(text: str, at: int) -> bool:
    while at < len(text) and text[at] in " :":
        at += 1
    sign = sign_after(text, at) if at < len(text) else None
    return sign is not None and (sign.is_usual or not sign.weak)


def _of_one(text: str, after: list[PriceToken]) -> Kind | None:
    """What stands after a slash."""
    if not after or after[0].word in _TAXES or after[0].word in _ONE:
        return None
    first = after[0]
    if first.word.isdigit():
        # A price in another currency, or so many grams.
        return None if _has_a_sign(text, first.end) or _decimals(after) else "unit"
    sign = sign_after(text, first.start)
    if sign and (not sign.weak or text[sign.end : sign.end + 1].isdigit()):
        return None
    if not first.word[0].isalpha():
        return None
    return "instalment" if first.word in _PAID_AGAIN and len(first.word) > 1 else "unit"


def _decimals(after: list[PriceToken]) -> bool:
    return len(after) > 2 and after[1].word in {".", ","} and after[2].word.isdigit()


def _per_by_cldr(text: str) -> Kind | None:
    """As a language says "per kilogram" or "per month" behind an amount."""
    shown = text.lstrip(" (").casefold()
    for length in range(min(_LONGEST_PER, len(shown)), 1, -1):
        said = TABLE.per_after.get(shown[:length])
        if said and not is_letter(shown[length : length + 1] or " "):
            return "unit" if said == "unit" else "instalment"
    return None


def _per_before_by_cldr(text: str) -> Kind | None:
    shown = text.rstrip(" :").casefold()
    for length in range(min(_LONGEST_PER, len(shown)), 1, -1):
        said = TABLE.per_before.get(shown[-length:])
        if said and not is_letter(shown[-length - 1 : -length] or " "):
            return "unit" if said == "unit" else "instalment"
    return None


def _per(text: str, after: list[PriceToken]) -> Kind | None:
    """As in "per month", "pro 100 g", "a night"."""
    if not after or after[0].word not in _BEFORE_A_UNIT:
        return None
    rest = [price_token for price_token in after[1:4] if price_token.word not in {".", "'"}]
    if len(rest) > 1 and rest[0].word in _MEASURES:
        return "unit" if rest[1].word in _UNITS else None
    unit = rest[0].word if rest else ""
    if len(unit) > 1 and unit in _PAID_AGAIN:
        return "instalment"
    word = after[0].word
    if unit in _PIECES or (unit in _UNITS and (len(unit) > 1 or word in _PER)):
        return "unit"
    surely = word in _PER - _FOR_A_PRICE and len(word) > 2
    is_word = unit[:1].isalpha() and sign_after(text, rest[0].start) is None
    return "unit" if is_word and (surely or word[0] >= "\u2e80") else None


def _by_count(before: list[PriceToken], text: str, after: list[PriceToken]) -> Kind | None:
    """How many, directly before how much: "2 for", "12x de", "3 x", "ab 3 Stück"."""
    words = [price_token.word for price_token in before[-6:] if price_token.word != "."]
    if _unit_before(words):
        return "unit"
    colon = words[-1:] == [":"]
    last, second, third = ([*(words[:-1] if colon else words)[::-1], "", "", ""])[:3]
    if last in _TIMES and _is_count(second):
        said = _AFTER.begins(text, after)
        return "instalment" if said and said[0] == "instalment" else "several"
    if (second in _TIMES and _is_count(third)) or (last in _TIMES and second in _PAID_AGAIN):
        return "instalment"
    if second.isdigit() and last in _AND and third in _BETWEEN_WORDS:
        return "range"
    starts_there = colon and _is_count(last) and second in _FROM_HOW_MANY
    return "several" if starts_there or _is_for_several(last, second, third) else None


def _is_for_several(last: str, second: str, third: str) -> bool:
    if _is_count(second):
        return last in _FOR_SURELY or last in {"/", *_COUNTERS} or (third != "" and last in _PIECES)
    return last in _FOR_SURELY and _is_count(third)


def _unit_before(words: list[str]) -> Kind | None:
    """As in "1 kg = ", "100 g: ", "Preis pro kg"."""
    equals = words[-1:] in (["="], [":"])
    *_, how, unit = ["", "", *(words[:-1] if equals else words)]
    if unit in _PIECES and how in {"/", "per", "pro", "je"}:
        return "unit"
    if unit not in _UNITS or (equals and unit in _TIME):
        return None
    return "unit" if how in {"/", "per", "pro", "je"} or (equals and how.isdigit()) else None


def _is_count(word: str) -> bool:
    return word.isdecimal() and 1 < int(word[:4]) <= _MOST_FOR


def _by_what_leads(text: str, before: list[PriceToken]) -> Kind | None:
    if before and before[-1].word == "+":
        return "other"
    directly = _DIRECTLY.ends(text, before) or _per_before_by_cldr(text)
    if directly and not text.rstrip(" :")[-2:-1].isdigit():
        return directly
    said = _BEFORE.last_in(text, before)
    if said in {"other", "instalment", "unit", "several"}:
        return said
    if _FROM.ends(text, before):
        return "from"
    return said


def joins_a_range(between: str, *, signs: bool) -> bool:
    """Whether what stands between two amounts makes them the ends of a range.

    `signs` says whether the first has a sign, or the second none before it.
    """
    said = between.strip(" ")
    if said and set(said) <= {"-", "~"} and len(said) <= 2:
        return signs or len(between) == len(said)
    return signs and folded(said) in _BETWEEN


def is_old_of_two(before: str, between: str) -> bool:
    """Whether the first of two amounts is the former price, as in "de 99 por 64"."""
    lead = tokens(before)
    said = between.strip(" :,").casefold()
    return said in _ARROWS or (bool(lead) and (lead[-1].word, folded(said)) in _OLD_AND_NEW)


_ARROWS = frozenset({"\u2192", "\u27a1", "\u21d2", "\u25ba", "\u25b6", "->", ">", ">>", "\u00bb"})
_OLD_AND_NEW = frozenset({("de", "por"), ("van", "voor"), ("da", "a"), ("z", "na"), ("из", "за")})


def is_label(word: str) -> bool:
    """Whether a word names a price, and not a thing that may end with a number."""
    return folded(word) in _LABELS


def tax_of(near: Around, *, is_first: bool) -> Tax | None:
    """Whether an amount is said to be without tax or with it.

    What stands before may be of another amount, unless this one `is_first`.
    """
    after = [token for token in tokens(near.after) if token.word not in "(+"]
    said = _TAX.begins(near.after, after)
    # "€64 ex VAT: €53" and "1,980円(税込2,178円)": it is of the next amount.
    is_own = said is not None and not _LEADS_ON.match(near.after, said[1])
    if said and is_own:
        return said[0]
    last = near.before.rstrip()[-1:]
    leads = is_first or near.before.lstrip()[:1] in {"(", "/"} or last == ":" or last >= "\u2e80"
    return _TAX.ends(near.before, tokens(near.before)) if leads else None


_LEADS_ON = re.compile(r"\s?(?::|[^\w\s]?[0-9]++(?!\s?%))")


def _is_word(of: list[PriceToken], at: int) -> bool:
    return len(of) > at and of[at].word[0].isalpha()
