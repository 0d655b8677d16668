"""Answers to the brain's own questions: "Berlin" means little without "Where from?"."""

import re

from simulators.gemini.brain.intents import kind_of, read_intents
from simulators.gemini.brain.now import Now
from simulators.gemini.brain.phrasing import flights, reminders, web
from simulators.gemini.wire import Content, GenerateRequest

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
)

# What joins an answer to the request it completes.
_LINKS = {
    flights.ASK_ORIGIN: "from",
    flights.ASK_DESTINATION: "to",
    flights.ASK_RETURN: "returning",
    reminders.ASK_TEXT: "to",
}
_BARE_TIME = re.compile(r"\d{1,2}([:.]\d{2})?")


def resumed(request: GenerateRequest, now: Now) -> list[str]:
    """The turn's texts; if they answer a question, together with what it was asked about."""
    return _resolve(request.contents[: request.spoken_start() + 1], now, _DEPTH)


def _resolve(contents: list[Content], now: Now, depth: int) -> list[str]:
    texts, before = _last_turn(contents)
    if depth == 0 or not texts:
        return texts
    asked, before = _last_question(before)
    if asked is None or any(_stands_alone(text) for text in texts):
        return texts
    earlier = _resolve(before, now, depth - 1)
    pending = [i for i in read_intents(earlier, now) if i.question() == asked]
    answer = " ".join(texts)
    if asked == reminders.ASK_WHICH:
        return [f"cancel reminder {answer}"]
    if not pending:
        return texts
    return [_joined(pending[0].said, asked, answer)]


def _last_turn(contents: list[Content]) -> tuple[list[str], list[Content]]:
    """The texts of the person at the end, and the contents before them."""
    texts: list[str] = []
    index = len(contents)
    while index > 0 and contents[index - 1].role != "model":
        if contents[index - 1].responses():
            break
        spoken = [text.replace("\u2019", "'") for text in contents[index - 1].spoken()]
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


def _stands_alone(text: str) -> bool:
    """A new request, not an answer."""
    if web.is_question(text):
        return True
    kind = kind_of(text)
    return kind in {"list", "cancel", "remind", "clock", "talk"} or (
        kind == "flight" and flights.names_flight(text)
    )


def _joined(said: str, asked: str, answer: str) -> str:
    said, answer = said.rstrip(" .!?"), answer.strip()
    if asked == web.ASK_QUERY:
        return f"search for {answer}"
    link = _LINKS.get(asked, "")
    if asked in {reminders.ASK_TIME, reminders.ASK_WHEN} and _BARE_TIME.fullmatch(answer):
        link = "at"
    if link and re.match(rf"{link}\b", answer, re.IGNORECASE):
        link = ""
    return re.sub(r"\s+", " ", f"{said} {link} {answer}")
