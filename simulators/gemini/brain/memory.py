"""Answers to the brain's own questions: "Berlin" means little without "Where from?"."""

import re
from dataclasses import replace

from simulators.gemini.brain.intents import kind_of, read_intents
from simulators.gemini.brain.links import find_links
from simulators.gemini.brain.outcomes import calls_in
from simulators.gemini.brain.phrasing import (
    flights,
    prices,
    recall,
    reminders,
    shopping,
    watches,
    watching,
    web,
)
from simulators.gemini.brain.scene import Scene, newest_offers, newest_page
from simulators.gemini.brain.toolbox import skill_of
from simulators.gemini.wire import LONGEST_SAID, Content, GenerateRequest

# Questions asked of one request, each answering the one before.
_DEPTH = 6
_QUESTIONS = (
    flights.ASK_ORIGIN,
    flights.ASK_DESTINATION,
    flights.ASK_DATE,
    flights.ASK_RETURN,
    reminders.ASK_WHEN,
    reminders.ASK_TIME,
    reminders.ASK_TEXT,
    reminders.ASK_WHICH,
    web.ASK_QUERY,
    prices.ASK_PAGE,
    watches.ASK_PAGE,
    watches.ASK_GOAL,
    watching.ASK_WHICH,
    watching.ASK_WHOSE,
    shopping.ASK_QUERY,
    recall.ASK_QUERY,
)

# What joins an answer to the request it completes.
_LINKS = {
    flights.ASK_ORIGIN: "from",
    flights.ASK_DESTINATION: "to",
    flights.ASK_RETURN: "returning",
    reminders.ASK_TEXT: "to",
}
# Requests of which nothing is left but the answer.
_ANEW = {
    web.ASK_QUERY: "search for",
    reminders.ASK_WHICH: "cancel reminder",
    watching.ASK_WHICH: "stop watch",
    watching.ASK_WHOSE: "price history of",
    shopping.ASK_QUERY: "find me",
    recall.ASK_QUERY: "search our chat for",
}
_BARE_CANCEL = re.compile(
    r"(?:please\s+)?(?:cancel|delete|remove|stop)\s+(?:the\s+)?(?:number\s+|no\.?\s*|#)?(?P<n>\d+)\W*",
    re.IGNORECASE,
)
_BARE_TIME = re.compile(r"\d{1,2}([:.]\d{2})?")
_BARE_MONEY = re.compile(r"\W*\d[\d.,]*(?:\s*(?:€|\$|£|[a-z]{3,7}))?\W*", re.IGNORECASE)
_FROM_HOME = re.compile(r"\bfrom\s+(?:my\s+)?home(?:\s+airport)?\b", re.IGNORECASE)
# A watch takes these as its goal: "when it is in stock", "20% cheaper".
_ON_A_PAGE = frozenset({prices.ASK_PAGE, watches.ASK_PAGE, watches.ASK_GOAL})
_NEW = frozenset(
    {
        "list",
        "cancel",
        "remind",
        "clock",
        "talk",
        "watches",
        "stop_watch",
        "history",
        "running",
        "recall",
        "about",
        "forget",
        "profile",
    }
)


def resumed(request: GenerateRequest, scene: Scene) -> tuple[list[str], Scene]:
    """The turn's texts; if they answer a question, together with what it was asked about.

    The scene has the page that was spoken of before them.
    """
    return _resolve(request.contents[: request.spoken_start() + 1], scene, _DEPTH)


def asked_about(request: GenerateRequest) -> list[str]:
    """The messages that led to the question which this turn answers, if it answers one of ours."""
    _, before = _last_turn(request.contents[: request.spoken_start() + 1])
    asked, earlier = _last_question(before)
    return _last_turn(earlier)[0] if asked else []


def _resolve(contents: list[Content], scene: Scene, depth: int) -> tuple[list[str], Scene]:
    texts, before = _last_turn(contents)
    texts = [_of_the_list(text, before) for text in texts]
    scene = replace(scene, page=newest_page(before), offers=newest_offers(before))
    if depth == 0 or not texts:
        return texts, scene
    asked, before = _last_question(before)
    if asked is None or any(_stands_alone(text, asked) for text in texts):
        return texts, scene
    answer = " ".join(texts)
    if asked in _ANEW:
        return [f"{_ANEW[asked]} {answer}"], scene
    earlier, then = _resolve(before, scene, depth - 1)
    pending = [i for i in read_intents(earlier, then) if i.question() == asked]
    return ([_joined(pending[0].said, asked, answer)] if pending else texts), scene


def _of_the_list(text: str, before: list[Content]) -> str:
    """A bare "cancel 2" means what was listed last."""
    bare = _BARE_CANCEL.fullmatch(text.strip())
    if bare is None:
        return text
    listed = [skill_of(call.name) for content in before for call in calls_in(content)]
    lists = [skill for skill in listed if skill in {"list_reminders", "list_watches"}]
    return f"stop watch {bare['n']}" if lists[-1:] == ["list_watches"] else text


def _last_turn(contents: list[Content]) -> tuple[list[str], list[Content]]:
    """The texts of the person at the end, and the contents before them."""
    texts: list[str] = []
    index = len(contents)
    while index > 0 and contents[index - 1].role != "model":
        if contents[index - 1].responses():
            break
        said = (text[:LONGEST_SAID] for text in contents[index - 1].spoken())
        spoken = [text.replace("\u2019", "'") for text in said]
        texts = spoken + texts
        index -= 1
    return texts, contents[:index]


def _last_question(contents: list[Content]) -> tuple[str | None, list[Content]]:
    """What the model last asked, and the contents before its words.

    Between the question and its answer a reminder may have spoken.
    """
    asked: str | None = None
    index = len(contents)
    while index > 0 and (contents[index - 1].role == "model" or contents[index - 1].responses()):
        said = contents[index - 1].text()
        asked = asked or next((question for question in _QUESTIONS if question in said), None)
        index -= 1
    return asked, contents[:index]


def _stands_alone(text: str, asked: str) -> bool:
    """A new request, not an answer."""
    kind = kind_of(text)
    if asked in _ON_A_PAGE and kind in {"price", "watch", "products"}:
        # As an answer, a page is no question about its price.
        return kind == "price" and asked == watches.ASK_GOAL and bool(find_links(text))
    if asked == watches.ASK_GOAL and watches.names_goal(text):
        return False
    if web.is_question(text) or kind in _NEW or kind in {"price", "watch"}:
        return True
    return (kind == "flight" and flights.names_flight(text)) or (
        kind == "products" and asked not in _ANEW
    )


def _joined(said: str, asked: str, answer: str) -> str:
    said, answer = said.rstrip(" .!?"), answer.strip()
    link = _LINKS.get(asked, "")
    if asked in {reminders.ASK_TIME, reminders.ASK_WHEN} and _BARE_TIME.fullmatch(answer):
        link = "at"
    if asked == watches.ASK_GOAL and _BARE_MONEY.fullmatch(answer):
        link = "below"
    if asked == flights.ASK_ORIGIN:
        said = _FROM_HOME.sub(" ", said)
    if link and re.match(rf"{link}\b", answer, re.IGNORECASE):
        link = ""
    return re.sub(r"\s+", " ", f"{said} {link} {answer}")
