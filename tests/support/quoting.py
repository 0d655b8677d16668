"""A scripted model that names its user's words, as a good one does: whatever it is asked with."""

from dataclasses import replace
from typing import Any

from contracts.conversation import Usage
from contracts.event import Json
from services.agent.asking import prompt, witness
from services.agent.asking.gemini import Answer, Question

MOST = 3
WHOLE = 4
"""Words that are a request by themselves."""
MODEL = "gemini-3.8-flash"


def quoting(answer: Answer, question: Question) -> Answer:
    """The same answer; each call that wants the user's words has the newest of them."""
    wanting = {
        one["name"]
        for one in question.functions
        if "said" in one["parametersJsonSchema"].get("properties", {})
    }
    said = typed(question)
    parts: list[Json] = (answer.content or {}).get("parts") or []
    if not said or not any("functionCall" in part for part in parts):
        return answer
    quoted = [_quoted(part, wanting, said) for part in parts]
    return replace(answer, content={**(answer.content or {}), "parts": quoted})


def typed(question: Question) -> list[str]:
    """What the user wrote in the open turn; with what they wrote before, where that is little."""
    turns: list[list[str]] = []
    for content in question.contents:
        texts = [part["text"] for part in content["parts"] if "text" in part]
        own = [one for one in texts if not one.startswith(("Now: ", "(from TaskFlow", "(summary"))]
        if content["role"] != "user" or not own:
            continue
        opens = any(one.startswith("Now: ") for one in texts)
        turns += [own if not opens else texts[1:]]
    is_whole = sum(len(text.split()) for own in turns[-1:] for text in own) >= WHOLE
    return [text[:600] for own in turns[-1 if is_whole else -2 :] for text in own][-MOST:]


def asks_the_witness(question: Question) -> bool:
    return question.system == prompt.text(witness.PROMPT)


def _quoted(part: Json, wanting: set[str], said: list[str]) -> Json:
    call: Any = part.get("functionCall")
    if not call or call["name"] not in wanting or "said" in (call.get("args") or {}):
        return part
    return {**part, "functionCall": {**call, "args": {**(call.get("args") or {}), "said": said}}}


def yes_or_no(*, asks: bool) -> Answer:
    """A witness's word."""
    content: Json = {"role": "model", "parts": [{"text": "yes" if asks else "no"}]}
    return Answer(content, "STOP", Usage(input=80, output=1, total=81), "w", MODEL, 90)
