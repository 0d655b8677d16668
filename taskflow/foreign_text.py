r"""Text that others wrote, made safe for where it is shown: a function for each place.

Whatever is not seen, and yet acts, is written out (`\x1b`, `\u202e`): controls (C0, C1, and with
them every escape sequence), bidirectional controls, zero-width and tag characters, separators of
lines, lone surrogates. Letters of every script stay as they are, and so do the joiners inside a
family of emoji or a word of a script that needs them. Each pass is linear.
"""

import re
import unicodedata
from collections.abc import Callable

from markupsafe import Markup, escape

_SHOWN_FORMATS = frozenset(
    "\u0600\u0601\u0602\u0603\u0604\u0605\u06dd\u070f\u0890\u0891\u08e2\U000110bd\U000110cd"
)
"""Format characters that have a shape: Unicode's Prepended_Concatenation_Mark."""
_UNSEEN = (
    *(0x034F, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x2065, 0x3164, 0xFFA0),
    *range(0x180B, 0x1810),
    *range(0xFE00, 0xFE10),
    *range(0xFFF0, 0xFFF9),
    *range(0xE0000, 0xE1000),
)
"""Unicode's Default_Ignorable_Code_Point, but for the format characters (DerivedCoreProperties)."""
_ACTING_CATEGORIES = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
_ISOLATES = "\u2066\u2067\u2068\u2069"
"""They reorder nothing around them (UAX 9): LRI, RLI, FSI, PDI."""
_JOINERS = "\u200c\u200d"
_STYLES = "\ufe0e\ufe0f"
_PLAIN_SCRIPTS = ("LATIN", "GREEK", "CYRILLIC", "CJK", "COMBINING", "DIGIT")
"""Beginnings of the names of letters that no joiner changes."""


def _acts(code: int) -> bool:
    character = chr(code)
    return unicodedata.category(character) in _ACTING_CATEGORIES and character not in _SHOWN_FORMATS


def _ranges() -> str:
    """Of all that acts, as a class of a pattern; the planes above the second hold only tags."""
    codes = sorted({*filter(_acts, range(0x20000)), *_UNSEEN})
    found: list[list[int]] = []
    for code in codes:
        if found and found[-1][1] == code - 1:
            found[-1][1] = code
        else:
            found.append([code, code])
    return "".join(f"\\U{first:08x}-\\U{last:08x}" for first, last in found)


_ACTING = re.compile(f"[{_ranges()}]")
_FORMULA = re.compile(r"[\s\0]*[=+\-@\uff1d\uff0b\uff0d\uff20]|[\t\r\n]")
Written = Callable[[str], str]


_TAGS = re.compile("[\U000e0000-\U000e007f]")


def storable(text: str) -> str:
    """As the log keeps it: JSON there has no NUL, UTF-8 no lone surrogates; tags hide commands."""
    text = text.replace("\x00", "").encode("utf-8", errors="replace").decode()
    return _TAGS.sub("", text)


def for_terminal(text: str, *, lines: bool = False, isolates: bool = False) -> str:
    """Nothing in it moves the cursor, colours, hides or reorders.

    `lines` keeps line feeds and tabs; `isolates` what sets a part in its own direction apart, which
    ends with its paragraph at the latest.
    """
    kept = ("\n\t" if lines else "") + (_ISOLATES if isolates else "")
    return _written(text, kept, _as_escape)


def for_log(text: str) -> str:
    """One line, whatever was in it."""
    return for_terminal(text)


def for_json(text: str) -> str:
    """A JSON document whose strings stay what they are: by escapes, which are JSON's own."""
    return _written(text, "\n\t", _as_json_escape)


def for_csv(text: str) -> str:
    """A cell, quoted where it must be, that no spreadsheet takes for a formula."""
    cell = for_terminal(text, lines=True)
    if _FORMULA.match(text) or _FORMULA.match(cell):
        cell = f"'{cell}"
    return '"' + cell.replace('"', '""') + '"' if re.search(r'[",\n\r]', cell) else cell


def for_html(value: object) -> object:
    """A value for a page, escaped; markup of our own, and what is no text, stays.

    As jinja's `finalize` wants it.
    """
    if not isinstance(value, str) or isinstance(value, Markup):
        return value
    return escape(for_terminal(value, lines=True))


def _written(text: str, kept: str, how: Written) -> str:
    if text.isascii() and text.isprintable():
        return text

    def as_written(found: re.Match[str]) -> str:
        character = found[0]
        if character in kept and character:
            return character
        if _belongs(text, found.start(), character):
            return character
        return how(character)

    return _ACTING.sub(as_written, text)


def _belongs(text: str, at: int, character: str) -> bool:
    """Whether a joiner or a style stands where its script or its emoji wants it."""
    before = text[at - 1] if at else ""
    after = text[at + 1] if at + 1 < len(text) else ""
    if character in _STYLES:
        return bool(before) and (_is_symbol(before) or before in "#*0123456789")
    if character not in _JOINERS or not before or not after:
        return False
    left = _is_symbol(before) or before == "\ufe0f"
    emoji = character == "\u200d" and left and _is_symbol(after)
    return emoji or (_is_joined(before) and _is_joined(after))


def _is_symbol(character: str) -> bool:
    return unicodedata.category(character) == "So" or "\U0001f3fb" <= character <= "\U0001f3ff"


def _is_joined(character: str) -> bool:
    if unicodedata.category(character)[0] not in "LM":
        return False
    return not unicodedata.name(character, "LATIN").startswith(_PLAIN_SCRIPTS)


def _as_escape(character: str) -> str:
    code = ord(character)
    if code < 0x100:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def _as_json_escape(character: str) -> str:
    units = character.encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{units[n]:02x}{units[n + 1]:02x}" for n in range(0, len(units), 2))
