"""Whether an argument is the user's own: texts by their letters, figures as figures. Pure, linear.

It knows no language: texts are held together by runs of three letters, which survive inflection
and need no spaces; numbers are read in every script's digits.
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet
from decimal import Decimal, InvalidOperation
from typing import Any

from services.agent.judging.evidence import magnitudes
from services.agent.judging.evidence import words as reading
from taskflow.log import web_addresses

MOST_OF_A_VALUE = 1_000
"""Characters: nobody writes a longer one to be reminded of."""
MOST_SAID = 16_384
"""Characters of the user's words that are read, the newest first."""
GRAM = 3
OWN_DIGITS = 3
"""Digits of a number that is never ours to add to a text: an amount, a telephone's, an account's.
Fewer are a time of day or a count."""
MULTIPLIES = 10_000
"""What a sign of so much does to the number before it: 1.5万."""
_NUMBER = re.compile(r"\d+(?:[.,'\u2019 ]\d+)*")
_DIGITS = re.compile(r"\d+")
_GROUPS = re.compile(r"[.,'\u2019 ](?=\d{3}(?:\D|$))")
_BETWEEN = re.compile(r"[\s().+/'\u2019,-]")
_CHOICE = re.compile(r"#?\s?(\d{1,9})\.?")


def is_own_text(value: Any, said: Sequence[str], wished: Sequence[str] | None = None) -> bool:
    """Whether most of it is the user's words, and every figure and address in it is theirs.

    Words are those of the messages that a wish may stand in, where they are given: figures and
    addresses may be older.
    """
    if isinstance(value, int | float):
        return is_own_number(value, said)
    if not isinstance(value, str) or len(value) > MOST_OF_A_VALUE:
        return value is None
    said = _newest(said)
    words = said if wished is None else _newest(wished)
    return (
        _is_own_figures(value, said)
        and _are_theirs(*_addresses(value), said)
        and _shares(value, words)
    )


def is_own_number(value: Any, said: Sequence[str]) -> bool:
    """Whether it stands there in digits: 1.299 is read both as a bargain and as a thousand."""
    if value is None or isinstance(value, bool):
        return True
    sought = _decimal(str(value)) if isinstance(value, int | float | str | Decimal) else None
    return sought is not None and any(sought in numbers(text) for text in _newest(said))


def is_own_address(value: Any, said: Sequence[str]) -> bool:
    """Whether this is an address of the user's, web or mail; what is none stands there as it is."""
    if not isinstance(value, str):
        return value is None
    said, found = _newest(said), _addresses(value)
    if any(found):
        return _are_theirs(*found, said)
    sought = value.strip()
    return bool(sought) and any(sought in text for text in said)


def _are_theirs(words: list[reading.Word], links: frozenset[str], said: Sequence[str]) -> bool:
    """Whether every address stands in the user's words."""
    if not words and not links:
        return True
    theirs = frozenset[str]().union(*map(web_addresses.urls_in, said))
    forms = {word.form for text in said for word in reading.words(text) if word.address}
    return links <= theirs and all(_is_theirs(word.form, forms, theirs) for word in words)


def _addresses(value: str) -> tuple[list[reading.Word], frozenset[str]]:
    return [word for word in reading.words(value) if word.address], web_addresses.urls_in(value)


def is_named(value: Any, wish: Sequence[str]) -> bool:
    """Whether the sentences of a wish name this one of a list.

    By a number that is all that one of them says, or by words of it that all stand there.
    """
    if value is None:
        return True
    text = str(value).strip()
    chosen = _CHOICE.fullmatch(text)
    forms = [[word.form for word in reading.words(text)] for text in wish]
    if chosen:
        return any(words == [str(int(chosen[1]))] for words in forms)
    sought = {word.form for word in reading.words(text)}
    return bool(sought) and sought <= {form for words in forms for form in words}


def numbers(text: str) -> set[Decimal]:
    """In every way that they may be read."""
    found: set[Decimal] = set()
    plain = _digits(text)
    for match in _NUMBER.finditer(plain):
        by = (1, *magnitudes.factors(plain[match.end() : match.end() + magnitudes.LONGEST + 1]))
        for numeral in (match.group(), *re.split(r"[ '\u2019]", match.group())):
            for way in (_GROUPS.sub("", numeral), numeral, numeral.replace(".", "")):
                number = _decimal(way.replace(",", "."))
                found |= {number * factor for factor in by} if number is not None else set()
    return found


def _is_theirs(form: str, forms: AbstractSet[str], theirs: AbstractSet[str]) -> bool:
    urls = web_addresses.urls_in(form)
    return form in forms or (bool(urls) and urls <= theirs)


def _newest(said: Sequence[str]) -> list[str]:
    room, kept = MOST_SAID, list[str]()
    for text in reversed(said):
        if room <= 0:
            break
        kept.append(text[: min(reading.MOST_OF_A_TEXT, room)])
        room -= len(kept[-1])
    return kept


def _digits(text: str) -> str:
    """Digits of every script as ours; a sign that is a number by itself (Ⅳ, 七) as its digits."""
    return "".join(map(_as_digits, unicodedata.normalize("NFKC", text)))


def _as_digits(letter: str) -> str:
    if letter.isascii():
        return letter
    value = unicodedata.numeric(letter, None)
    if value is None or value >= MULTIPLIES:
        return letter
    number = str(int(value)) if value == int(value) else str(value)
    return number if unicodedata.decimal(letter, None) is not None else f" {number} "


def _decimal(text: str) -> Decimal | None:
    try:
        number = Decimal(text)
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


def _is_own_figures(value: str, said: Sequence[str]) -> bool:
    """Long ones also where other marks stand between their digits."""
    theirs = [_digits(text) for text in said]
    joined = [_BETWEEN.sub("", text) for text in theirs]
    here = _digits(value)
    figures = {*_DIGITS.findall(here), *_DIGITS.findall(_BETWEEN.sub("", here))}
    return all(
        any(figure in text for text in (*theirs, *joined))
        for figure in figures
        if len(figure) >= OWN_DIGITS
    )


def _shares(value: str, said: Sequence[str]) -> bool:
    here = list(_grams(value))
    if not here:
        return not value.strip() or any(value.strip() in text for text in said)
    if any(_stands(value, text) for text in said):
        return True
    theirs = {gram for text in said for gram in _grams(text)}
    return 2 * sum(gram in theirs for gram in here) > len(here)


def _stands(value: str, text: str) -> bool:
    """Whether its words stand there in a row: two letters are words where none has a space."""
    sought = [word.form for word in reading.words(value)]
    row = [word.form for word in reading.words(text)]
    joined = f"\n{chr(10).join(row)}\n"
    return bool(sought) and f"\n{chr(10).join(sought)}\n" in joined


def _grams(text: str) -> Iterator[str]:
    """Of each word with its ends, without accents; of a script without spaces, of all of it."""
    letters = unicodedata.normalize("NFKD", text.casefold())
    bare = "".join(
        letter if letter.isalnum() or unicodedata.category(letter) == "Mc" else " "
        for letter in letters
        if unicodedata.category(letter) not in {"Mn", "Cf"}
    )
    for word in bare.split():
        ended = f" {word} "
        for place in range(len(ended) - GRAM + 1):
            yield ended[place : place + GRAM]
