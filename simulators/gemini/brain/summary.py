"""A conversation in few words, when the request asks for nothing else.

It quotes: names, numbers, links and decisions stay as they were said.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from simulators.gemini.brain.links import MARK, marked
from simulators.gemini.wire import GenerateRequest

MOST_WORDS = 250
MOST_CHARACTERS = 1_800
"""Links are long, and words that are asked for mean some seven letters each."""
_OF_ONE_SENTENCE = 40
_ASKED = re.compile(
    r"\b(?:summari[sz]e|condense)\b|\b(?:write|make|give|produce)\b[^.\n]{0,40}\bsummary\b"
    r"|\bsummary\s+of\s+(?:the|this|a|our)\b[^.\n]{0,30}\bconversation\b",
    re.IGNORECASE,
)
_SENTENCE = re.compile(
    rf"(?<=[.!?])(?<!\bDr\.)(?<!\bMr\.)(?<!\bMs\.)(?<!\bMrs\.)(?<!\bSt\.)\s+(?=[A-Z0-9*“\"]|{MARK})|\n+"
)
_SPEAKER = re.compile(
    r"^\W*(?P<who>user|human|person|me|taskflow|assistant|model|you)\W{0,2}:\s+", re.IGNORECASE
)
# Headings, times, and what tools answered: others' words.
_NOBODY = re.compile(
    r"(?:earlier summary:|conversation:|…|\([\d: -]+UTC\)|Tool [a-z]\w* ?[\[{n](?s:.*))\s*$",
    re.IGNORECASE,
)
_THEIRS = frozenset({"user", "human", "person", "me"})
_FIGURE = re.compile(r"\d")
_NAME = re.compile(r"(?<=[\w,] )[A-Z][\w'-]+")
_DECISION = re.compile(
    r"\b(?:remind\w*|cancel\w*|watch\w*|book\w*|decid\w*|prefer\w*|chose|choose|take|want|need|call\s+me"
    r"|my|live|below|until|from|to)\b",
    re.IGNORECASE,
)
_EMPTY = re.compile(
    r"^(?:hi|hello|hey|thanks?|thank\s+you|ok(?:ay)?|you're\s+welcome|bye|yes|no)(?:\s+\w+){0,2}\W*$"
    r"|^(?:i\s+can:|i\s+am\s+(?:a\s+simulator|not\s+sure)|is\s+there\s+anything)",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class _Line:
    place: int
    is_theirs: bool
    text: str

    def spoken_line(self) -> str:
        return f"{'User' if self.is_theirs else 'TaskFlow'}: {self.text}"

    @property
    def weight(self) -> int:
        """What a person said weighs more; links and figures more than other words."""
        text = self.text
        points = 3 * bool(re.search(r"https?://", text)) + 2 * bool(_FIGURE.search(text))
        points += (
            min(2, len(_NAME.findall(text))) + bool(_DECISION.search(text)) + 2 * self.is_theirs
        )
        return (
            points - 5 * bool(_EMPTY.match(text)) - 2 * (not self.is_theirs and text.endswith("?"))
        )


def is_asked(request: GenerateRequest) -> bool:
    """No tools, and an instruction to sum up."""
    if request.declarations() or not request.contents:
        return False
    system = request.system_instruction.text() if request.system_instruction else ""
    notes = [note for content in request.contents for note in content.notes()]
    return any(_ASKED.search(note) for note in (system, *notes))


def summarized(request: GenerateRequest) -> str:
    """The weightiest sentences, in the order in which they were said."""
    kept: list[_Line] = []
    words, characters = MOST_WORDS, MOST_CHARACTERS
    lines = {line.text: line for line in _lines(request)}
    for line in sorted(lines.values(), key=lambda each: (-each.weight, -each.place)):
        text = line.spoken_line()
        if line.weight > 0 and len(text.split()) <= words and len(text) < characters:
            kept.append(line)
            words -= len(text.split())
            characters -= len(text) + 1
    in_order = sorted(kept, key=lambda each: each.place)
    return (
        "\n".join(line.spoken_line() for line in in_order)
        or "Nothing was said that is worth keeping."
    )


def _lines(request: GenerateRequest) -> Iterator[_Line]:
    place = 0
    for content in request.contents:
        is_theirs = content.role != "model"
        said = [*content.notes()[:1], *content.spoken()] if place == 0 else content.spoken()
        said = said if is_theirs else [content.text()]
        texts, links = marked(said)
        for sentence in (piece for text in texts for piece in _SENTENCE.split(text)):
            if _NOBODY.match(sentence):
                continue
            speaker = _SPEAKER.match(sentence)
            if speaker:
                is_theirs = speaker["who"].lower() in _THEIRS
            words = sentence[speaker.end() if speaker else 0 :].split()[:_OF_ONE_SENTENCE]
            if words:
                yield _Line(place, is_theirs, links.restored(" ".join(words)))
                place += 1
