"""What a turn's words are read against."""

import re
from dataclasses import dataclass, field
from typing import TypeGuard

from pydantic import JsonValue

from simulators.gemini.brain.about import AboutThemselves
from simulators.gemini.brain.links import find_links
from simulators.gemini.brain.now import Now
from simulators.gemini.brain.outcomes import Outcome, answered_calls, calls_in
from simulators.gemini.brain.toolbox import skill_of
from simulators.gemini.wire import Content

_ON_PAGES = frozenset({"check_price", "watch_price"})
_PLACES = {
    "first": 0,
    "1st": 0,
    "second": 1,
    "2nd": 1,
    "third": 2,
    "3rd": 2,
    "fourth": 3,
    "4th": 3,
    "fifth": 4,
    "5th": 4,
    "last": -1,
}
ORDINAL = rf"(?:{'|'.join(_PLACES)})"
_THE_NTH = re.compile(rf"\bthe\s+(?P<nth>{ORDINAL})(?:\s+one)?\b", re.IGNORECASE)


@dataclass(frozen=True)
class Scene:
    now: Now
    about: AboutThemselves = field(default_factory=AboutThemselves)
    page: str | None = None
    """The shop's page that "it" means."""
    noted: str | None = None
    """The kind of fact that was noted last."""
    spot: str | None = None
    """Latitude and longitude of the place that they shared last."""
    offers: tuple[str, ...] = ()
    """Pages of the products found last, in their order: "the second one"."""

    def page_of(self, text: str) -> str | None:
        match = _THE_NTH.search(text)
        if match is None or not self.offers:
            return self.page
        place = _PLACES[match["nth"].lower()]
        return self.offers[place] if place < len(self.offers) else self.page


_NOTED = re.compile(r"Noted: (?P<kind>[a-z][a-z ]*)(?:\s*\((?P<whom>[^)]*)\))?:")


def newest_noted(contents: list[Content]) -> str | None:
    """By the lines under the model's words that tell what was noted."""
    for content in reversed(contents):
        if content.role == "model" and (noted := list(_NOTED.finditer(content.text()))):
            return noted[-1]["whom"] or noted[-1]["kind"]
    return None


def newest_page(contents: list[Content]) -> str | None:
    """The newest link in the person's own messages, or that a tool was sent to look at.

    Links in results and in the model's own words do not count: others wrote them.
    """
    for content in reversed(contents):
        if content.role == "model":
            pages = [call.args.get("url") for call in content.calls() if _looks(call.name)]
        else:
            pages = [link for text in content.spoken() for link in find_links(text)]
            pages += [call.args.get("url") for call in calls_in(content) if _looks(call.name)]
        if addresses := [page for page in pages if isinstance(page, str)]:
            return addresses[-1]
    return None


def newest_offers(contents: list[Content]) -> tuple[str, ...]:
    """Found by the last search for products; a person may choose one by its place."""
    offers: tuple[str, ...] = ()
    for call, response in answered_calls(contents):
        outcome = Outcome(call.name, call.args, response)
        if outcome.skill == "search_products":
            links = [product.get("link") for product in outcome.items("products", "results")]
            offers = tuple(link for link in links if _is_whole(link))
    return offers


def _is_whole(link: JsonValue) -> TypeGuard[str]:
    """Results of past turns come shortened."""
    return isinstance(link, str) and not link.endswith("…")


def _looks(tool: str) -> bool:
    return skill_of(tool) in _ON_PAGES
