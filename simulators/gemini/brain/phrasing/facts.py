"""What a clause tells of its writer: the facts that a memory tool takes, and which to drop."""

# ruff: noqa: E501 - a pattern is read in one line

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from pydantic import JsonValue

from simulators.gemini.brain.phrasing.profile import RELATION

ALL = "all"
_PLACES = re.compile(
    r"gym|office|work|workplace|school|university|studio|holiday\s+home", re.IGNORECASE
)
_IS = r"(?:'s|\s+is)(?:\s+(?:now|actually|really))*"
_MUCH = r"(?:\s+(?:really|generally|always|usually|mostly|normally|typically))*"
_KINDS: tuple[tuple[str, str], ...] = (
    ("name", rf"my\s+(?:full\s+|first\s+)?name{_IS}\s+(?P<v>.+)"),
    ("name", r"(?:you\s+can\s+)?(?:people\s+)?call\s+me\s+(?P<v>.+)|i\s+go\s+by\s+(?P<v2>.+)"),
    ("home", r"i(?:\s+(?:now|currently|still))?\s+(?:live|reside)\s+(?:in|at)\s+(?P<v>.+)"),
    ("home", r"i(?:'ve|\s+have)?\s+(?:just\s+|recently\s+)?moved\s+to\s+(?P<v>.+)"),
    ("home", rf"(?:my\s+)?(?:home(?:\s+(?:city|town|base|address))?|address){_IS}\s+(?P<v>.+)"),
    ("zone", rf"my\s+(?:time\s*)?zone{_IS}\s+(?P<v>.+)|i'?m\s+on\s+(?P<v2>\S+)\s+time"),
    ("home_airport", rf"my\s+(?:\w+\s+)*airport{_IS}\s+(?P<v>.+)"),
    ("home_airport", rf"i{_MUCH}\s+(?:fly|depart|leave)\s+(?:from|out\s+of)\s+(?P<v>.+)"),
    ("currency", rf"my\s+(?:preferred\s+)?currency{_IS}\s+(?P<v>.+)"),
    ("currency", rf"i{_MUCH}\s+(?:pay|think|count|calculate)\s+in\s+(?P<v>.+)"),
    ("currency", r".*\bprices\s+in\s+(?P<v>\S+).*|use\s+(?P<v2>[a-z€$£]+)"),
    ("language", r"(?:speak|write|talk|answer|reply)(?:\s+to\s+me)?\s+in\s+(?P<v>[a-z]+)"),
    ("language", rf"my\s+(?:native\s+|first\s+)?(?:language|mother\s+tongue){_IS}\s+(?P<v>.+)"),
    ("home", r"i'?m\s+(?:from|based\s+in|living\s+in|in)\s+(?P<v>.+)"),
    ("preference", r"i'?m\s+(?:an?\s+)?(?P<v>vegan|vegetarian|allergic\s+to\s+.+)"),
    ("preference", rf"i{_MUCH}\s+prefer\s+(?P<v>.+)"),
    ("preference", rf"(?P<v>i{_MUCH}\s+(?:like|love|hate|dislike|only|never|always|don'?t|can'?t)\s.+)"),
)  # fmt: skip
_READ = tuple((kind, re.compile(pattern, re.IGNORECASE)) for kind, pattern in _KINDS)
_WHOSE = re.compile(
    rf"my\s+(?P<who>{RELATION})(?:'s)?(?:\s+name)?(?:\s+is|\s+called|'s)?(?:\s+called)?\s+(?P<v>.+)"
    rf"|(?P<v2>[\w'-]+)\s+is\s+my\s+(?P<who2>{RELATION})",
    re.IGNORECASE,
)
_I_AM = re.compile(
    r"(?:i'?m|i\s+am)\s+(?:called\s+|named\s+)?(?P<v>[\w' -]+)|(?P<v2>[\w'-]+)\s+here",
    re.IGNORECASE,
)
_LEAD = re.compile(
    r"(?:(?:hi|hello|hey|ok(?:ay)?|so|and|also|please|pls|btw|by\s+the\s+way|fyi|well|actually|no|sorry"
    r"|remember|note|that|can\s+you|could\s+you|from\s+now\s+on|just\s+so\s+you\s+know)\b[,!.:]?\s*)+",
    re.IGNORECASE,
)
_TAIL = re.compile(r"(?:\s+(?:now|please|too|actually|from\s+now\s+on))+$", re.IGNORECASE)
_INSTEAD = re.compile(
    r"(?:no|sorry|actually|wait)\b[\s,.:!]*(?:(?:it'?s|that'?s|i\s+meant?)\s+)+(?P<new>[^,]+?)"
    r"(?:,?\s+(?:and\s+)?not\s+(?P<old>.+))?[\s.!]*"
    r"|(?:it'?s\s+)?not\s+(?P<old2>[^,]+?),?\s+but\s+(?P<new2>.+?)[\s.!]*",
    re.IGNORECASE,
)
_WHICH: Mapping[str, re.Pattern[str]] = {
    kind: re.compile(pattern, re.IGNORECASE)
    for kind, pattern in (
        (
            ALL,
            r"\beverything\b|\ball\b|\banything\b|\bwhat\s+you\s+know\b|\bmy\s+profile\b|\babout\s+me\b",
        ),
        ("home airport", r"\bairport\b|\bfly\s+from\b"),
        ("name", r"\bmy\s+name\b|\bcalled\b"),
        ("zone", r"\bzone\b"),
        ("language", r"\blanguage\b"),
        ("currency", r"\bcurrency\b"),
        (
            "preference",
            r"\bpreferences?\b|\bi(?:'m)?\s+(?:prefer|like|love|hate|vegetarian|vegan)\b",
        ),
        ("home", r"\blive\b|\bhome\b|\baddress\b|\bmy\s+city\b"),
    )
}
_PLACE_ALONE = re.compile(
    r"(?i:(?:(?:no|nope|sorry|actually)\b[\s,.!]*)*(?:(?:i'?m|i\s+am|i\s+live|it'?s)\s+(?:(?:in|on)\s+)?)?)"
    r"(?P<v>(?!(?:No|Yes|OK|Sorry|I)\b)[A-Z][\w' /-]{2,40}?)(?:\s+time)?[\s.!]*"
)
_MINE = re.compile(rf"\bmy\s+(?P<who>{RELATION})\b", re.IGNORECASE)


@dataclass(frozen=True)
class FactWish:
    """One fact to be noted."""

    kind: str
    value: str
    said: str
    about: str | None = None

    def question(self) -> str | None:
        return None

    def slots(self) -> dict[str, JsonValue]:
        return {"kind": self.kind, "value": self.value, "about": self.about, "said": self.said}


@dataclass(frozen=True)
class DropWish:
    """A fact to be forgotten, or to get another value."""

    which: str
    said: str
    value: str | None = field(default=None)

    def question(self) -> str | None:
        return None

    def slots(self) -> dict[str, JsonValue]:
        return {"fact": self.which, "value": self.value, "said": self.said}


def read_fact(text: str) -> FactWish | None:
    """None where nothing is told that could be noted."""
    bare = _TAIL.sub("", _LEAD.sub("", text.strip(), count=1).strip(" .!,;"))
    if match := _WHOSE.fullmatch(bare):
        who = (match["who"] or match["who2"]).lower()
        kind = "place" if _PLACES.fullmatch(who) else "person"
        return FactWish(kind, _value(match), text, who)
    for kind, pattern in _READ:
        if match := pattern.fullmatch(bare):
            return FactWish(kind, _value(match), text)
    named = _I_AM.fullmatch(bare)
    return FactWish("name", _value(named), text) if named else None


def read_drop(text: str) -> DropWish:
    """Which fact "forget where I live" means; the words themselves where none is named."""
    if match := _MINE.search(text):
        return DropWish(match["who"].lower(), text)
    named = (kind for kind, pattern in _WHICH.items() if pattern.search(text))
    return DropWish(next(named, text), text)


def corrects(text: str) -> bool:
    return _INSTEAD.fullmatch(text.strip()) is not None


def read_zone(texts: list[str]) -> FactWish | None:
    """The place that a whole turn names, asked for its writer's time: "no, I'm in Denver"."""
    said = " ".join(texts).strip()
    match = _PLACE_ALONE.fullmatch(said)
    return FactWish("zone", match["v"].strip(), said) if match else None


def read_instead(text: str, newest: str | None) -> DropWish | None:
    """Puts right what was noted last (`newest`), or what it names: "no, it's Porto"."""
    match = _INSTEAD.fullmatch(text.strip())
    if match is None:
        return None
    new, old = match["new"] or match["new2"], match["old"] or match["old2"] or newest
    return DropWish(old.strip(), text, new.strip()) if old else None


def _value(match: re.Match[str]) -> str:
    groups = match.groupdict()
    return next(value for name, value in groups.items() if name in {"v", "v2"} and value).strip()
