"""Whether an argument stands in the user's own words: lenient in form, not in substance. Pure."""

import re
import unicodedata
from bisect import bisect_left
from collections.abc import Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

from taskflow.log import told

URL = re.compile(r"(?:https?://|www\.)[^\s<>\"]+", re.IGNORECASE)
MAX_VALUE = 1_000
"""Characters: nobody writes a longer one to be reminded of, and patterns take their time."""
MAX_MESSAGE, MAX_SAID = 4_096, 16_384
"""Characters of one message, as many as WhatsApp lets a person send, and of all that are read."""
_ADDRESS = re.compile(
    r"[\w.+-]{1,64}@[\w-]{1,63}\.\w+|\b(?:[a-z0-9-]{1,63}\.){1,8}[a-z]{2,}\b(?:/\S*)?"
)
_NUMBER = re.compile(r"\d+(?:[.,'\u2019 ]\d+)*")
_WORD = re.compile(r"\w+")
_LONG_NUMBER = re.compile(r"\d{5,}")
"""A telephone's or an account's: never ours to add to a text."""
_GROUPS = re.compile(r"[.,'\u2019 ](?=\d{3}(?:\D|$))")
MIN_STEM = 4
"""Letters that two words must share to be forms of one."""
_ORDINALS = {
    word: number
    for number, words in enumerate(
        [
            "one first eins erste ersten uno primero primera primeiro un premier premiere",
            "two second zwei zweite zweiten dos segundo segunda dois deux deuxieme",
            "three third drei dritte dritten tres tercero tercera terceiro trois troisieme",
            "four fourth vier vierte cuatro cuarto quatro quarto quatre quatrieme",
            "five fifth funf funfte cinco quinto quinta cinq cinquieme",
            "six sixth sechs sechste seis sexto sixieme",
            "seven seventh sieben siebte siete septimo sete setimo sept septieme",
            "eight eighth acht achte ocho octavo oito oitavo huit huitieme",
            "nine ninth neun neunte nueve noveno nove nono neuf neuvieme",
            "ten tenth zehn zehnte diez decimo dez dix dixieme",
        ],
        start=1,
    )
    for word in words.split()
}
_FUNCTION_WORDS = (
    "a an the to of for on in at my me i it is and or with by from this that be up do you your"
    " about as der die das den dem ein eine einen zu von fur auf im am um mein meine meinen mich"
    " mir ich es und oder mit el la los las un una unos del para por en mi mis yo y o con que se"
    " lo le os uma da dos das no na em ao meu minha eu e com les une des du de pour sur dans au"
    " aux mon ma mes je et ou avec"
)
_SMALL = frozenset(_FUNCTION_WORDS.split())


def stands(value: Any, said: Sequence[str]) -> bool:
    """Numbers as numbers, addresses as addresses, texts by at least half of their content words."""
    said = _newest(said)
    match value:
        case None | bool():
            return True
        case int() | float() | Decimal():
            return _number_stands(Decimal(str(value)), said)
        case str():
            return len(value) <= MAX_VALUE and _written(value.strip(), said)
        case _:
            return False


def _newest(said: Sequence[str]) -> list[str]:
    """What of the messages is read: the newest, and of a long one its beginning."""
    room, kept = MAX_SAID, list[str]()
    for text in reversed(said):
        if room <= 0:
            break
        kept.append(text[: min(MAX_MESSAGE, room)])
        room -= len(kept[-1])
    return kept[::-1]


def _written(value: str, said: Sequence[str]) -> bool:
    if URL.fullmatch(value):
        return bool(mine := told.urls_in(value)) and mine <= _urls(said)
    if re.fullmatch(r"#?\s*\d+\.?", value):
        return _number_stands(Decimal(value.strip("#. ")), said)
    return _text_stands(value, said)


def numbers(text: str) -> set[Decimal]:
    """In every way that it may be read: 1.299 is a bargain in one country only."""
    found: set[Decimal] = set()
    plain = fold(URL.sub(" ", text))
    for match in _NUMBER.finditer(plain):
        for one in (match.group(), *re.split(r"[ '\u2019]", match.group())):
            for reading in (_GROUPS.sub("", one), one):
                found |= _decimal(reading.replace(",", "."))
    return found | {Decimal(_ORDINALS[word]) for word in _WORD.findall(plain) if word in _ORDINALS}


def fold(text: str) -> str:
    letters = unicodedata.normalize("NFKD", text.casefold())
    return "".join(one for one in letters if unicodedata.category(one) not in {"Mn", "Cf"})


def _decimal(text: str) -> set[Decimal]:
    try:
        return {Decimal(text)}
    except InvalidOperation:
        return set()


def _number_stands(value: Decimal, said: Sequence[str]) -> bool:
    return any(value in numbers(text) for text in said)


def _urls(said: Sequence[str]) -> frozenset[str]:
    return frozenset[str]().union(*map(told.urls_in, said))


def _text_stands(value: str, said: Sequence[str]) -> bool:
    if not told.urls_in(value) <= _urls(said):
        return False
    folded, theirs = fold(URL.sub(" ", value)), [fold(text) for text in said]
    strict = [*_ADDRESS.findall(folded), *_LONG_NUMBER.findall(re.sub(r"[\s().+/-]", "", folded))]
    closed = [re.sub(r"[\s().+/-]", "", text) for text in theirs]
    if any(not any(one in text for text in (*theirs, *closed)) for one in strict):
        return False
    words = [word for word in _WORD.findall(folded) if word not in _SMALL]
    if not words:
        return bool(folded.strip()) and any(folded.strip() in text for text in theirs)
    heard = sorted({word for text in theirs for word in _WORD.findall(text)} - _SMALL)
    overlap = sum(_is_heard(word, heard) for word in words)
    return overlap * 2 >= len(words) or any(folded.strip() in text for text in theirs)


def _is_heard(word: str, heard: Sequence[str]) -> bool:
    """Also "call" for "calling", and the other way round; `heard` is sorted."""
    beginnings = [word[:length] for length in range(MIN_STEM, len(word))]
    if any(_has(heard, one) for one in (word, *beginnings)):
        return True
    place = bisect_left(heard, word)
    return len(word) >= MIN_STEM and place < len(heard) and heard[place].startswith(word)


def _has(heard: Sequence[str], word: str) -> bool:
    place = bisect_left(heard, word)
    return place < len(heard) and heard[place] == word
