"""A turn's words as a list of things to do."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

from pydantic import JsonValue

from simulators.gemini.brain import clauses
from simulators.gemini.brain.dates import find_dates
from simulators.gemini.brain.links import Links, has_mark, marked
from simulators.gemini.brain.now import Now
from simulators.gemini.brain.phrasing import (
    changing,
    facts,
    flights,
    prices,
    profile,
    quiet,
    recall,
    reminders,
    shopping,
    talk,
    watches,
    watching,
    web,
)
from simulators.gemini.brain.scene import Scene
from simulators.gemini.brain.times import find_spans, find_times
from simulators.gemini.brain.wishes import SpokenWish, WishWords

Kind = Literal[
    "flight",
    "remind",
    "list",
    "cancel",
    "change",
    "search",
    "price",
    "products",
    "watch",
    "watches",
    "stop_watch",
    "history",
    "running",
    "recall",
    "profile",
    "about",
    "forget",
    "correct",
    "forget_me",
    "my_data",
    "quiet",
    "talk",
    "clock",
    "lost",
]

_CLOCK = re.compile(
    r"\bwhat(?:'s|\s+is)?\s+(?:the\s+)?(?:time(?:\s+is\s+it)?|day\s+is\s+(?:it|today)"
    r"|date(?:\s+is\s+it)?|today'?s\s+date)(?:\s+(?:now|today|right\s+now))?\s*\??\s*$",
    re.IGNORECASE,
)
# What a clause that says nothing by itself may add to.
_TAKES_MORE = frozenset({"flight", "remind", "watch", "products"})
_OPEN_ENDED = frozenset({"cancel", "search", "stop_watch", "price", "recall"})


MOST_CLAUSES = 60
"""Of a turn that are read: each is seen beside all before it."""


@dataclass(frozen=True)
class Intent:
    """One request; `wish` is what its kind needs, None where that is nothing."""

    kind: Kind
    said: str
    wish: SpokenWish | None = None
    links: Links = field(default_factory=Links)

    def question(self) -> str | None:
        """What must be asked before anything can be done."""
        return self.wish.question() if self.wish else None

    def slots(self) -> dict[str, JsonValue]:
        found = self.wish.slots() if self.wish else {}
        return {
            slot: self.links.restored(value) if isinstance(value, str) else value
            for slot, value in found.items()
        }


def read_intents(texts: list[str], scene: Scene) -> list[Intent]:
    """`texts` are the turn's messages, oldest first."""
    plain, links = marked(texts)
    groups: list[tuple[Kind, str]] = []
    waiting: list[str] = []
    said = clauses.split(plain)[:MOST_CLAUSES]
    for clause in [piece for whole in said for piece in _pieces(whole)]:
        kind = _kind_of(clause)
        joined = _joined(groups[-1], clause, kind, _moved(scene, links, groups)) if groups else None
        if joined:
            groups[-1] = (joined, f"{groups[-1][1]} {clause}")
        elif kind == "lost":
            waiting.append(clause)
        else:
            text = " ".join([clause, *waiting]) if kind in _TAKES_MORE else clause
            waiting = [] if kind in _TAKES_MORE else waiting
            groups.append((kind, text))
    intents: list[Intent] = []
    for index, (kind, text) in enumerate(groups):
        wish = _wish(kind, text, _moved(scene, links, groups[: index + 1]))
        intents.append(Intent(kind, links.restored(text), wish, links))
    if waiting and not any(intent.kind not in {"talk", "lost"} for intent in intents):
        intents.append(Intent("lost", links.restored(" ".join(waiting))))
    return intents


def kind_of(text: str) -> Kind:
    return _kind_of(" ".join(marked([text])[0]))


def _kind_of(clause: str) -> Kind:
    for kind, fits in _SIGNS:
        if fits(clause):
            return kind
    return "lost"


# In this order: "remind me to book a flight" is no search for flights, and "notify me when it
# drops below 70" is no reminder.
_SIGNS: tuple[tuple[Kind, Callable[[str], bool]], ...] = (
    ("stop_watch", watching.wants_stop),
    ("running", watching.wants_running),
    ("change", changing.wants_change),
    ("cancel", reminders.wants_cancel),
    ("list", reminders.wants_list),
    ("watch", watches.wants_watch),
    ("remind", reminders.wants_reminder),
    ("my_data", profile.wants_own_data),
    ("quiet", quiet.wants_quiet),
    ("about", profile.asks_about_oneself),
    ("forget_me", profile.wants_to_be_forgotten),
    ("forget", profile.wants_forgotten),
    ("history", watching.wants_history),
    ("watches", watching.wants_watches),
    ("recall", recall.wants_recall),
    ("clock", lambda clause: bool(_CLOCK.search(clause))),
    ("correct", facts.corrects),
    ("profile", profile.tells_of_oneself),
    ("search", lambda clause: web.is_order(clause) and _is_for_the_web(clause)),
    ("price", prices.wants_price),
    ("flight", flights.wants_flight),
    ("products", shopping.wants_products),
    ("talk", lambda clause: talk.small_talk(clause, ()) is not None),
    ("search", web.wants_search),
)


def _is_for_the_web(clause: str) -> bool:
    return not flights.names_flight(clause) and not shopping.wants_products(clause)


def _pieces(clause: str) -> list[str]:
    """A word about oneself and the request behind it are two."""
    if _kind_of(clause) in {"profile", "clock"}:
        for head, rest in profile.cuts(clause):
            if profile.tells_of_oneself(head) and _kind_of(rest) not in {"lost", "talk"}:
                return [head, *_pieces(rest)]
    return [clause]


def _joined(last: tuple[Kind, str], clause: str, kind: Kind, scene: Scene) -> Kind | None:
    """What the last request becomes with the clause as a further piece; None if it is none."""
    before, said = last
    if before in {"price", "watch"} and kind in {"price", "watch"}:
        return _one_page(before, said, clause, kind, scene)
    if before not in _TAKES_MORE | _OPEN_ENDED:
        return None
    wish = _wish(before, said, scene)
    is_open = wish is not None and wish.question() is not None
    goes_on = before == kind == "products" and shopping.names_nothing(clause)
    if before == "flight" and kind == "flight":
        goes_on = is_open and not flights.names_flight(clause)
    elif kind == "lost":
        goes_on = is_open or before in _TAKES_MORE or _tells_time(clause, scene.now)
    elif kind == "search":
        goes_on = is_open and not web.is_question(clause) and _tells_time(clause, scene.now)
    return before if goes_on else None


def _one_page(before: Kind, said: str, clause: str, kind: Kind, scene: Scene) -> Kind | None:
    """A link and what is wanted of its page may come apart."""
    if has_mark(said) and has_mark(clause):
        return None
    if before == kind == "price":
        return "price"
    if before == "price":
        return "watch" if prices.is_bare(said) else None
    wish = _wish(before, said, scene)
    if kind == "watch":
        return "watch" if wish and wish.question() else None
    return "watch" if prices.is_bare(clause) and not has_mark(said) else None


def _tells_time(clause: str, now: Now) -> bool:
    return bool(find_dates(clause, now.wall.date()) or find_times(clause) or find_spans(clause))


def _moved(scene: Scene, links: Links, groups: list[tuple[Kind, str]]) -> Scene:
    """The scene with the newest page of the requests so far."""
    for _, text in groups:
        scene = replace(scene, page=links.first_in(text) or scene.page_of(text))
    return scene


def _flight(text: str, scene: Scene) -> SpokenWish:
    return flights.read_flight(
        text, scene.now.wall, home_is_known=scene.about.of("home airport") is not None
    )


def _history(text: str, scene: Scene) -> SpokenWish:
    url = scene.page if has_mark(text) else None
    return watching.HistoryWish(None if url else watching.read_which(text), url)


_READERS: Mapping[Kind, Callable[[str, Scene], SpokenWish | None]] = {
    "flight": _flight,
    "remind": lambda text, scene: reminders.read_reminder(text, scene.now.wall, scene.now.zone),
    "cancel": lambda text, _: WishWords("which", reminders.read_cancel(text), reminders.ASK_WHICH),
    "change": lambda text, scene: changing.read_change(text, scene.now.wall),
    "search": lambda text, _: WishWords("query", web.read_query(text), web.ASK_QUERY),
    "price": lambda text, scene: prices.read_price(text, scene.page),
    "products": lambda text, _: shopping.read_products(text),
    "watch": lambda text, scene: watches.read_watch(text, scene.page, scene.now.wall),
    "stop_watch": lambda text, _: WishWords("which", watching.read_which(text), watching.ASK_WHICH),
    "history": _history,
    "recall": lambda text, _: WishWords("query", recall.read_topic(text), recall.ASK_QUERY),
    "profile": lambda text, _: facts.read_fact(text),
    "correct": lambda text, scene: facts.read_instead(text, scene.noted),
    "forget": lambda text, _: facts.read_drop(text),
    "forget_me": lambda text, _: WishWords("said", text),
    "my_data": lambda text, _: WishWords("said", text),
    "quiet": lambda text, _: quiet.read_quiet(text),
}


def _wish(kind: Kind, text: str, scene: Scene) -> SpokenWish | None:
    read = _READERS.get(kind)
    return read(text, scene) if read else None
