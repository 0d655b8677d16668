"""A model's answer is cut before anything reads it, and says so."""

from typing import Any
from uuid import UUID

from google.genai import types
from structlog.testing import capture_logs

from contracts.conversation import ReplyReady
from services.agent.asking.gemini import answer_of
from services.agent.judging.answer_size import LARGEST, LONGEST_TEXT, MOST_AT_ONCE, TOO_LONG
from services.agent.judging.answers import MORE, answered
from tests.support.events import answer
from tests.unit.agent.judging.test_answers import given

TURN = UUID(int=42)
WORDS = " ".join(map(str, range(12_000)))


def came(*parts: dict[str, Any], finish: str = "STOP") -> Any:
    candidate = {"content": {"role": "model", "parts": list(parts)}, "finishReason": finish}
    response = types.GenerateContentResponse.model_validate({"candidates": [candidate]})
    return answer_of(response, "model", 1)


def test_an_answer_within_the_limits_is_kept_as_it_came() -> None:
    kept = came({"text": "a" * LONGEST_TEXT}, {"functionCall": {"name": "f", "args": {"x": 1}}})

    assert kept.finish_reason == "STOP"
    assert kept.content["parts"][0]["text"] == "a" * LONGEST_TEXT


def test_a_longer_one_is_cut_and_its_reader_is_told() -> None:
    with capture_logs() as logs:
        cut = came({"text": "t" * 20_000, "thought": True}, {"text": "a" * 9_000}, {"text": WORDS})
    texts = [part["text"] for part in cut.content["parts"]]

    assert [len(text) for text in texts] == [LONGEST_TEXT, 9_000, LONGEST_TEXT - 9_000]
    assert cut.finish_reason == TOO_LONG
    assert [one["event"] for one in logs] == ["model.answer_cut"]
    fact = answer(TURN, 1, text="a").model_copy(
        update={"content": cut.content, "finish_reason": cut.finish_reason}
    )
    reply = answered(fact, given())[1]
    assert isinstance(reply, ReplyReady)
    assert reply.text.endswith(MORE.source)
    assert len(reply.text) <= MOST_AT_ONCE + len(MORE.source) + 2


def test_one_that_is_too_large_in_another_way_is_malformed() -> None:
    with capture_logs() as logs:
        large = came({"functionCall": {"name": "f", "args": {"x": "y" * LARGEST}}})

    assert (large.content, large.finish_reason) == (None, "MALFORMED_RESPONSE")
    assert logs[0]["event"] == "model.answer_too_large"


def test_what_a_reply_says_is_cut_as_other_words_are() -> None:
    told = {"text": "a" * 20_000, "language": "en", "says_done": []}
    cut = came({"functionCall": {"name": "reply", "args": told}})
    (part,) = cut.content["parts"]

    assert cut.finish_reason == TOO_LONG
    assert part["functionCall"]["args"] == {**told, "text": "a" * LONGEST_TEXT}
