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
_CARDINAL_WORDS = (
    "one eins uno un two zwei dos dois deux three drei tres trois four vier cuatro quatro quatre"
    " five funf cinco cinq six sechs seis seven sieben siete sete sept eight acht ocho oito huit"
    " nine neun nueve nove neuf ten zehn diez dez dix"
)
_CARDINALS = frozenset(_CARDINAL_WORDS.split())
_LISTS = {
    "reminder": "reminders reminder erinnerung erinnerungen recordatorio recordatorios lembrete"
    " lembretes rappel rappels promemoria herinnering przypomnienie hatirlatici нап"
    "оминание",
    "watch": "watches alert alerts alarm alarms beobachtung beobachtungen alerta alertas alerte"
    " alertes",
    "cancel": "delete remove drop losche loschen storniere entferne cancela cancelar borra borrar"
    " elimina eliminar apaga apagar annule annuler supprime supprimer annulla cancella annuleer"
    " verwijder anuluj usun iptal удали отмени",
    "stop": "end cancel delete remove drop stoppe beende losche loschen para parar deten detener"
    " borra elimina arrete arreter supprime ferma smetti stoppen zatrzymaj durdur"
    " останови",
}
"""What is said beside the number of one of a list; evidence takes its place (ADR 36)."""
_WORDS_BETWEEN = (
    "the a an my number numbers no nr num nummer numero n and please bitte der die das den dem mein"
    " meine meinen und el la los las mi mis y por favor o os as meu minha e le les l mon ma et"
    " il lo i de het en it"
)
_BETWEEN = frozenset(_WORDS_BETWEEN.split())
"""What may stand between the two, or about a number that is the whole message."""
_TOKEN = re.compile(r"\d{1,9}|[^\W\d_]+")
_CHOICE = re.compile(r"#?\s?(\d{1,9})\.?")
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


def stands_as_written(value: Any, said: Sequence[str]) -> bool:
    """As `stands`; a number stands in digits: "one" in passing is none."""
    said = _newest(said)
    match value:
        case None | bool():
            return True
        case int() | float() | Decimal():
            return any(Decimal(str(value)) in _in_digits(fold(URL.sub(" ", text))) for text in said)
        case str() if _CHOICE.fullmatch(value.strip()):
            number = Decimal(value.strip("#. "))
            return any(number in _in_digits(fold(URL.sub(" ", text))) for text in said)
        case _:
            return stands(value, said)


def _written(value: str, said: Sequence[str]) -> bool:
    if URL.fullmatch(value):
        return bool(mine := told.urls_in(value)) and mine <= _urls(said)
    if re.fullmatch(r"#?\s*\d+\.?", value):
        return _number_stands(Decimal(value.strip("#. ")), said)
    return _text_stands(value, said)


def names(value: str, said: Sequence[str], now: Sequence[str], tool: str, *, outside: bool) -> bool:
    """Whether the user's words name this one of a list: by number, or by words of it.

    A number names it as the whole message, or beside a word of the tool's own list: after it
    ("reminder 2"), an ordinal also before it ("the second reminder"). Where strangers' text is in
    view (`outside`), words name it only if this turn's messages hold a word of that list.
    """
    chosen = _CHOICE.fullmatch(value.strip())
    listed = list_words(tool)
    if chosen:
        return any(int(chosen[1]) in _chosen(text, listed) for text in said)
    if outside and not any(listed & set(_TOKEN.findall(fold(text))) for text in now):
        return False
    return stands(value, said)


def list_words(tool: str) -> frozenset[str]:
    """The words of a tool's name, and what they are called in other languages."""
    own = tool.split("_")
    return frozenset(own).union(*(_LISTS[one].split() for one in own if one in _LISTS))


def _chosen(text: str, listed: frozenset[str]) -> set[int]:
    """The numbers that this message names, of a list."""
    tokens = [one for one in _TOKEN.findall(fold(text[:MAX_VALUE])) if one not in _BETWEEN]
    kinds = [_kind(tokens, place) for place in range(len(tokens))]
    if all(kinds):
        return {kind[0] for kind in kinds if kind and kind[1] != "one"}
    found: set[int] = set()
    after = False
    for place, kind in enumerate(kinds):
        if kind is None:
            after = tokens[place] in listed
            continue
        before = place + 1 < len(tokens) and tokens[place + 1] in listed
        if after or (kind[1] == "ordinal" and before):
            found.add(kind[0])
    return found


def _kind(tokens: Sequence[str], place: int) -> tuple[int, str] | None:
    """A number, and how it is written; "one" behind an ordinal counts nothing."""
    word = tokens[place]
    if word.isdecimal():
        return int(word), "digits"
    if word not in _ORDINALS:
        return None
    is_cardinal = word in _CARDINALS
    behind = place > 0 and tokens[place - 1] in _ORDINALS and tokens[place - 1] not in _CARDINALS
    return _ORDINALS[word], "one" if is_cardinal and behind else (
        "cardinal" if is_cardinal else "ordinal"
    )


def numbers(text: str) -> set[Decimal]:
    """In every way that it may be read: 1.299 is a bargain in one country only."""
    plain = fold(URL.sub(" ", text))
    words = {Decimal(_ORDINALS[word]) for word in _WORD.findall(plain) if word in _ORDINALS}
    return _in_digits(plain) | words


def _in_digits(plain: str) -> set[Decimal]:
    found: set[Decimal] = set()
    for match in _NUMBER.finditer(plain):
        for one in (match.group(), *re.split(r"[ '\u2019]", match.group())):
            for reading in (_GROUPS.sub("", one), one):
                found |= _decimal(reading.replace(",", "."))
    return found


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
