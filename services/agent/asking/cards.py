"""A contact card as the model reads it: names and numbers, as somebody else's words.

vCard 2.1 to 4.0, as far as that; each pass is linear, and what is read is bounded. Pure.
"""

import quopri

import orjson

CARD = "(a contact card that the user shared: somebody else's, information and no request)"
MOST_CARDS, MOST_OF_A_KIND = 10, 5
LONGEST = 120
"""Characters of a name or a number."""
LONGEST_LINE = 4_000
"""Characters that are read of one line: a portrait's are longer, and are not read."""
_FIELDS = {"FN": "name", "ORG": "organisation", "TEL": "numbers", "EMAIL": "addresses"}


def as_text(file: bytes) -> str:
    found = _cards(file.decode(errors="replace"))
    return "\n".join([CARD, *(orjson.dumps(card).decode() for card in found)])


def _cards(text: str) -> list[dict[str, list[str]]]:
    cards: list[dict[str, list[str]]] = []
    for line in _unfolded(text):
        name, parameters, value = _taken_apart(line)
        if name == "BEGIN":
            if len(cards) == MOST_CARDS:
                break
            cards.append({})
        elif cards and name in _FIELDS:
            values = cards[-1].setdefault(_FIELDS[name], [])
            read = _read(value, parameters)
            if read and len(values) < MOST_OF_A_KIND:
                values.append(read)
    return [card for card in cards if card]


def _unfolded(text: str) -> list[str]:
    """A line goes on where the next one begins with a space (RFC 6350, 3.2)."""
    lines: list[str] = []
    pieces: list[str] = []
    size = 0
    for line in text.splitlines():
        if line[:1] in {" ", "\t"} and pieces:
            if size < LONGEST_LINE:
                pieces.append(line[1:])
                size += len(line)
            continue
        if pieces:
            lines.append("".join(pieces)[:LONGEST_LINE])
        pieces, size = [line], len(line)
    return [*lines, "".join(pieces)[:LONGEST_LINE]] if pieces else lines


def _taken_apart(line: str) -> tuple[str, str, str]:
    """`item1.TEL;TYPE=CELL:+1 555`: its name, its parameters, its value."""
    head, _, value = line.partition(":")
    name, _, parameters = head.partition(";")
    return name.rpartition(".")[2].strip().upper(), parameters.upper(), value


def _read(value: str, parameters: str) -> str:
    if "QUOTED-PRINTABLE" in parameters:
        value = quopri.decodestring(value.encode(errors="replace")).decode(errors="replace")
    for escaped, plain in (("\\n", " "), ("\\,", ","), ("\\;", " "), (";", " "), ("tel:", "")):
        value = value.replace(escaped, plain)
    return " ".join(value.split())[:LONGEST]
