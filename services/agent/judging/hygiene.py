"""What a model must not say to anybody: a call written out as text, its instructions, a loop. Pure.

Each pass is linear in the text, whose limit is that of an answer (answer_size.py).
"""

from collections.abc import Collection, Iterable, Iterator

LEAST_REPEATED = 300
"""Characters of a text's end that say one thing again and again; shorter ones may be a song."""
MOST_TIMES = 8
LONGEST_UNIT = 1_000
"""Characters of what is repeated: a paragraph, or two."""
LEAST_COPIED = 60
"""Characters of a line of the instructions: shorter ones anybody may write."""
_OUR_NOTE = "(from TaskFlow, not from the user)"
_MARKS = (
    "<tool_call",
    "<tool_code",
    "<function_call",
    "```tool_code",
    "default_api.",
    "default_api:",
    "declaration:",
    '"functioncall"',
    '"function_call"',
    "<think>",
    _OUR_NOTE.casefold(),
)
"""How models write a call, a thought or our notes where they should have been none."""
_KEYS = ("name", "tool", "function", "action")
_AROUND = 40
"""Characters beside a tool's name that tell whether it is called."""


def leaks(text: str, tools: Collection[str], instructions: str) -> bool:
    """Whether a call, a thought, our notes or the instructions stand in it as text."""
    plain = text.casefold()
    if any(mark in plain for mark in _MARKS):
        return True
    if any(_is_called(text, at, name) for name in tools for at in _places(text, name)):
        return True
    return any(line in text for line in _lines(instructions))


def unrepeated(text: str) -> str:
    """The same without a loop at its end, which is said once."""
    unit, length = _loop(text)
    if length < max(LEAST_REPEATED, MOST_TIMES * unit):
        return text
    return f"{text[: len(text) - length + unit].rstrip()}…"


def _loop(text: str) -> tuple[int, int]:
    """The shortest stretch that the text's end repeats, and how long that end is.

    By the Z function of the text read backwards: at each distance, how far it equals itself.
    """
    read = text[::-1]
    total = len(read)
    equal = [0] * total
    left = right = 0
    best = (0, 0)
    for place in range(1, min(total, LONGEST_UNIT + 1)):
        same = min(right - place, equal[place - left]) if place < right else 0
        while place + same < total and read[same] == read[place + same]:
            same += 1
        equal[place] = same
        if place + same > right:
            left, right = place, place + same
        if same and place + same >= max(LEAST_REPEATED, MOST_TIMES * place) and not best[0]:
            best = (place, place + same)
    return best


def _places(text: str, name: str) -> Iterator[int]:
    at = text.find(name)
    while at >= 0:
        yield at
        at = text.find(name, at + len(name))


def _is_called(text: str, at: int, name: str) -> bool:
    """`name(key=…)`, `name{"key": …}`, `"name": "set_reminder"`; a name in passing is none."""
    before = text[max(0, at - _AROUND) : at].rstrip()
    after = text[at + len(name) : at + len(name) + _AROUND].lstrip()
    if before[-1:] in {'"', "'"} and after[:1] in {'"', "'"}:
        key = before[:-1].rstrip()
        return key.endswith(":") and key[:-1].rstrip(" \"'").endswith(_KEYS)
    opened = after.replace(" ", "")
    return opened.startswith(('({"', '("', "('", '{"', "{'")) or (
        opened.startswith("(") and "=" in opened.partition(")")[0]
    )


def _lines(instructions: str) -> Iterable[str]:
    lines = (line.strip().removeprefix("- ") for line in instructions.splitlines())
    return (line for line in lines if len(line) >= LEAST_COPIED)
