"""The little that the simulated web knows: fixed facts, in a file beside this one."""

import json
import re
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TypedDict

_STOP_WORDS = frozenset(
    re.findall(
        r"\w+",
        "a an and are at be by did do does for from had has have how in is it its me of on or s "
        "tell that the this to was were what when where which who whom whose why will with you",
    )
)


class _Told(TypedDict):
    words: list[str]
    title: str
    answer: str
    text: str


class _File(TypedDict):
    capitals: dict[str, str]
    facts: list[_Told]


@dataclass(frozen=True)
class Article:
    words: frozenset[str]
    """All of them must stand in the query."""
    title: str
    answer: str
    text: str
    link: str


def known(query: str) -> list[Article]:
    """What the corpus has to say, the most specific first."""
    asked = stems(query)
    found = [fact for fact in _facts() if fact.words <= asked]
    return sorted(found, key=lambda fact: -len(fact.words))


@cache
def _facts() -> tuple[Article, ...]:
    read: _File = json.loads(
        files("simulators.serpapi").joinpath("knowledge.json").read_text("utf-8")
    )
    return (
        *(_capital(country, city) for country, city in read["capitals"].items()),
        *(
            Article(
                stems(" ".join(fact["words"])),
                fact["title"],
                fact["answer"],
                fact["text"],
                _link("knowledge", fact["title"]),
            )
            for fact in read["facts"]
        ),
    )


def _capital(country: str, city: str) -> Article:
    return Article(
        words=stems(f"capital {country}"),
        title=f"{country}: capital",
        answer=city,
        text=f"The capital of {country} is {city}.",
        link=_link("atlas", country),
    )


def _link(site: str, title: str) -> str:
    return f"https://{site}.example.org/{re.sub(r'[^a-z0-9]+', '-', title.lower()).strip('-')}"


def stems(text: str) -> frozenset[str]:
    """Words without the endings that questions vary."""
    words = re.findall(r"[^\W_]+", text.lower())
    return frozenset(_stem(word) for word in words if word not in _STOP_WORDS)


def _stem(word: str) -> str:
    for ending in ("ing", "ed", "s"):
        if len(word) > len(ending) + 3 and word.endswith(ending):
            return word.removesuffix(ending)
    return word
