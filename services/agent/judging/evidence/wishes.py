"""Whether the spans that a call names stand in what its user typed, and what they widen to. Pure.

Words of a span stand in a row, with nothing between them and nothing left out; a slip of the pen
within a word is forgiven. Each text is walked once, a span's words being the bits of one number.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from typing import Any, cast
from uuid import UUID

from services.agent.judging import proposals
from services.agent.judging.evidence import words as reading
from services.agent.judging.evidence.own_words import OwnWords, TypedSentence
from services.agent.judging.evidence.words import Word
from taskflow.words.languages import LANGUAGES

MOST_SPANS = 3
LONGEST_SPAN = 1_000
"""Characters; nobody asks for one thing in more."""
MOST_RUNS = 3
"""Into which a span may fall that the model put together of several sentences."""
LEAST = 2
"""Letters or digits that ask for something."""
FORGIVEN, FORGIVEN_TWICE, LONGEST_FORGIVEN = 4, 8, 16
"""Letters of a word in which one slip is forgiven, of one in which two are, and of the longest."""
MOST_TYPED = 1_500
"""Words of what was typed that are walked, the newest; each costs a few look-ups."""


@dataclass(frozen=True, slots=True)
class Wish:
    """The user's own sentences that a call rests on."""

    sentences: tuple[TypedSentence, ...]
    shown: tuple[str, ...] = ()
    """All that they typed and that a wish may stand in, message by message: what a witness is
    shown, so that no sentence stands without the ones about it."""

    @property
    def texts(self) -> list[str]:
        return [sentence.text for sentence in self.sentences]

    @property
    def messages(self) -> list[UUID]:
        """In which they stand."""
        return list(dict.fromkeys(sentence.message for sentence in self.sentences))


@dataclass(frozen=True, slots=True)
class Unfounded:
    """Why the spans carry nothing: told to the model."""

    because: str


def wish(said: Any, typed: OwnWords) -> Wish | Unfounded:
    """What the spans widen to, if all of them stand and together they ask for something."""
    spans = _spans(said)
    if spans is None:
        return Unfounded(f"`said` is no list of 1 to {MOST_SPANS} texts of the user's")
    standing = _Standing(typed.sentences)
    found: dict[int, TypedSentence] = {}
    asks = False
    for span in spans:
        sought = [word for word in reading.words(span) if word.form]
        if not sought:
            continue
        places = standing.places(sought)
        if places is None:
            return Unfounded("what stands in `said` is not what the user typed, word for word")
        asks = asks or _asks(span, [standing.row[place] for place in places])
        for place in places:
            at = standing.sentence_of[place]
            found[at] = typed.sentences[at]
    widened = tuple(found[at] for at in sorted(found))
    if not asks or all(
        proposals.is_affirmative(typed_sentence.text, LANGUAGES) for typed_sentence in widened
    ):
        return Unfounded("`said` holds no words of the user's that ask for anything")
    if not any(typed_sentence.now for typed_sentence in widened):
        return Unfounded("`said` holds nothing of what the user typed just now")
    return Wish(widened, tuple(typed.texts))


def _spans(said: Any) -> list[str] | None:
    given: list[Any] = cast("list[Any]", said) if isinstance(said, list) else []
    is_well = 0 < len(given) <= MOST_SPANS and all(
        isinstance(span, str) and len(span) <= LONGEST_SPAN for span in given
    )
    return cast("list[str]", given) if is_well else None


@dataclass(slots=True)
class _Standing:
    """All that was typed, as one row of words."""

    sentences: Sequence[TypedSentence]
    row: list[Word] = field(default_factory=list[Word])
    sentence_of: list[int] = field(default_factory=list[int])

    def __post_init__(self) -> None:
        for at, sentence in enumerate(self.sentences):
            self.row += sentence.words
            self.sentence_of += [at] * len(sentence.words)
        self.row, self.sentence_of = self.row[-MOST_TYPED:], self.sentence_of[-MOST_TYPED:]

    def places(self, sought: Sequence[Word]) -> list[int] | None:
        """Where each of these words stands; in a row, or in runs that are of other sentences."""
        found: list[int] = []
        used: set[int] = set()
        for _ in range(MOST_RUNS):
            run = self._longest(sought[len(found) :])
            theirs = {self.sentence_of[place] for place in run}
            is_whole = len(run) == len(sought)
            if not run or theirs & used or not (is_whole or self._is_a_piece(run)):
                return None
            found += run
            used |= theirs
            if len(found) == len(sought):
                return found
        return None

    def _is_a_piece(self, run: range) -> bool:
        """Two words, or all that its sentence holds."""
        return len(run) > 1 or len(self.sentences[self.sentence_of[run.start]].words) == 1

    def _longest(self, sought: Sequence[Word]) -> range:
        """The longest beginning of them that stands somewhere, the newest of its like."""
        masks = _masks(sought)
        whole = 1 << (len(sought) - 1)
        state = best = end = 0
        known: dict[str, int] = {}
        for place, word in enumerate(self.row):
            if (mask := known.get(word.form)) is None:
                mask = known[word.form] = masks(word)
            state = ((state << 1) | 1) & mask
            if state & whole:
                best, end = len(sought), place + 1
            elif best < len(sought) and (longest := state.bit_length()) >= max(best, 1):
                best, end = longest, place + 1
        return range(end - best, end)


def _masks(sought: Sequence[Word]) -> Callable[[Word], int]:
    """Tells of a typed word which of these it may be, as bits."""
    exact: dict[str, int] = {}
    near: dict[str, int] = {}
    for place, word in enumerate(sought):
        exact[word.form] = exact.get(word.form, 0) | 1 << place
        for variant in _variants(word):
            near[variant] = near.get(variant, 0) | 1 << place

    def mask(word: Word) -> int:
        found = exact.get(word.form, 0)
        for variant in _variants(word):
            found |= near.get(variant, 0)
        return found

    return mask


def _variants(word: Word) -> Iterator[str]:
    """What a word is known again by in spite of a slip: with one letter less, or two.

    Its first letter stays; a word with a digit has no slips, nor has an address.
    """
    form, length = word.form, len(word.form)
    if word.address or not FORGIVEN <= length <= LONGEST_FORGIVEN or not form.isalpha():
        return
    less = 2 if length >= FORGIVEN_TWICE else 1
    for count in range(1, less + 1):
        for gone in combinations(range(1, length), count):
            yield "".join(letter for place, letter in enumerate(form) if place not in gone)
    yield form


def _asks(span: str, words: Sequence[Word]) -> bool:
    """Whether it may be a wish: no quote, no address, no single letter, and no mere yes."""
    letters = sum(len(word.form) for word in words if not word.quoted and not word.address)
    return letters >= LEAST and not proposals.is_affirmative(span, LANGUAGES)
