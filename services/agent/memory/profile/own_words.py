"""What of a message its writer says themselves, now, and means: the rest is taken out."""

# ruff: noqa: E501, RUF001, RUF002 - a pattern is read in one line; quotation marks are its subject

import re
import unicodedata

from services.agent.memory.profile.words import MARK, visible

LONGEST = 600
"""Characters: what is longer was pasted, and only an explicit "remember that" speaks in it."""
MOST_READ = 4_096
"""Characters that are looked at: as many as a message on WhatsApp has at most."""

_CLOSERS = {
    '"': '"', "“": "”", "”": "”", "„": "“”", "«": "»", "»": "«", "‹": "›", "「": "」", "『": "』",
    "`": "`", "‘": "’", "‚": "‘’", "＂": "＂", "〝": "〞", "❝": "❞",
}  # fmt: skip
_URL = re.compile(
    r"(?:https?|ftp|file|data|javascript)\s?:\s?\S+|www\.\S+|\S+@\S+"
    r"|(?<!\S)[\w-]+(?:\.[\w-]+)*\.(?:com|net|org|io|co|dev|app|shop|store|info|biz|eu|de|pt|fr|es"
    r"|uk|ch|at|us|it|nl)(?:/\S*|(?=[\s,;:!?)]|$))",
    re.IGNORECASE,
)
_SINGLE = re.compile(r"(?<!\w)'(?=\S).*?'(?!\w)", re.DOTALL)
_OTHERS_LINE = re.compile(
    r"^[^\S\n]*(?:>|\||\[\s*\d|\d{1,2}[:.]\d\d\b.*?[-:]|(?!(?:note|ps|p\.s\.|fyi|remember|by the way|btw|"
    r"profile|about me|my|i)\b)[^\W\d_][\w '.-]{0,40}:\s).*$",
    re.IGNORECASE | re.MULTILINE,
)
_PASTED = re.compile(
    r"(?:^|(?<![#<\[{(|*\s])[#<\[{(|*\s])[#<\[{(|*\s]*/?(?:forwarded(?: message)?|fwd?|system|assistant|developer"
    r"|tool|model|human|user|ai|admin(?:istrator)?|taskflow|instructions?|begin|end)"
    r"(?:\s(?:message|prompt|note|result|instructions?))?\s*(?::|\]|>|\|>|-{3,}|_{3,})",
    re.IGNORECASE,
)
_COMMANDS = re.compile(
    r"\b(?:ignore|disregard|override|bypass|forget)\b.{0,40}"
    r"\b(?:instructions?|prompts?|rules|guidelines|system|previous|prior|above)\b"
    r"|\byou are (?:now|no longer)\b|\bnew instructions?\b|\bact as (?:a|an|the)\b|\bjailbreak\b",
    re.IGNORECASE | re.DOTALL,
)
_EXPLICIT = re.compile(
    r"(?:please[\s,]+)?(?:remember|keep in mind|note)(?:\s+that|\s*:|,)?\s+(?=(?:i|i'm|my|we)\b)",
    re.IGNORECASE,
)
_CONTRACTED = re.compile(r"(?:m|ve|ll|d|t|s|re)(?!\w)", re.IGNORECASE)
_SENTENCE_ENDS = re.compile(r"[.!?\n]")


def own_words(text: str) -> str:
    """Lines of the writer's own; MARK stands where somebody else's words stood."""
    text = visible(text[:MOST_READ]).strip()
    if len(text) > LONGEST:
        if not _EXPLICIT.match(text):
            return ""
        text = _SENTENCE_ENDS.split(text, maxsplit=1)[0]
        if len(text) > LONGEST:
            return ""
    if _COMMANDS.search(text):
        return ""
    text = _without_quotes(text)
    if pasted := _PASTED.search(text):
        text = text[: pasted.start()]
    text = _URL.sub("\n", _OTHERS_LINE.sub("", text))
    return _without_pictures(text)


def _without_quotes(text: str) -> str:
    """A quotation that nobody closes goes on to the end."""
    kept: list[str] = []
    at = 0
    while at < len(text):
        closers = _CLOSERS.get(text[at])
        if closers is None or _is_apostrophe(text, at):
            kept.append(text[at])
            at += 1
            continue
        kept.append(MARK)
        at = _closed(text, at + 1, closers)
    joined = "".join(kept).replace("’", "'").replace("‘", "'").replace("´", "'")
    return _SINGLE.sub(MARK, joined)


def _is_apostrophe(text: str, at: int) -> bool:
    """Typed with the wrong mark: "I‘m", "I`m". Whatever else a letter follows is a quotation."""
    joins = text[at] in "‘`‚" and text[at - 1 : at].isalpha()
    return joins and _CONTRACTED.match(text, at + 1) is not None


def _closed(text: str, start: int, closers: str) -> int:
    """Just after the quotation's end. A curly one that a letter follows is an apostrophe."""
    for at in range(start, len(text)):
        if text[at] in closers and not (text[at] == "’" and text[at + 1 : at + 2].isalpha()):
            return at + 1
    return len(text)


def _without_pictures(text: str) -> str:
    """Emoji and brackets end a clause; what merely varies them goes."""
    kept: list[str] = []
    for letter in text:
        category = unicodedata.category(letter)
        if letter == MARK:
            kept.append(letter)
        elif letter in "()[]{}" or (category in {"So", "Sk"} and letter not in "°^`´"):
            kept.append("\n")
        elif not "\ufe00" <= letter <= "\ufe0f":
            kept.append(letter)
    return "".join(kept)
