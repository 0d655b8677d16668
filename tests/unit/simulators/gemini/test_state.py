from collections import deque
from datetime import UTC, datetime

import pytest
from pydantic import ValidationError

from simulators.gemini.state import GeminiState, Script, ScriptedAnswer, speakers
from simulators.phone.message import ChatMessage
from simulators.phone.store import Phone

ADA, BOB = "+15551230001", "+15551230002"
_AT = datetime(2026, 11, 23, tzinfo=UTC)


def phone(*said: tuple[str, str]) -> Phone:
    made = Phone()
    for number, (user, body) in enumerate(said):
        made.put(ChatMessage(f"SM{number:032x}", "inbound", user, body, "received", _AT, _AT))
    return made


def test_a_request_belongs_to_whoever_wrote_its_message_last() -> None:
    world = phone((ADA, "a flight please"), (BOB, "hi"))

    assert speakers("a flight please", world) == [ADA]
    assert speakers("hi", world) == [BOB]
    assert speakers("nobody wrote this", phone()) == []


def test_a_whole_line_beats_a_part_of_one() -> None:
    assert speakers("hi\nthere", phone((ADA, "there"), (BOB, "ther"))) == [ADA]


def test_a_turn_keeps_its_speaker_when_the_user_writes_again() -> None:
    world = phone((ADA, "a first question"), (ADA, "a second question"), (BOB, "q"))

    assert speakers("a first question", world) == [ADA]


def test_answers_are_taken_in_order_by_the_right_user() -> None:
    state, world = GeminiState(), phone((ADA, "hello"), (BOB, "hey"))
    answers = deque([ScriptedAnswer(text="1"), ScriptedAnswer(text="2")])
    state.scripts.append(Script(ADA, None, answers))

    assert state.take("hey", world) is None
    taken = [state.take("hello", world) for _ in range(3)]
    assert [answer and answer.text for answer in taken] == ["1", "2", None]


def test_a_substring_serves_where_no_user_is_known() -> None:
    state = GeminiState()
    state.scripts.append(Script(None, "flight", deque([ScriptedAnswer(status=503)])))

    assert state.take("a flight", phone()) == ScriptedAnswer(status=503)


@pytest.mark.parametrize(
    "broken", [{}, {"text": "a", "status": 500}, {"text": "a", "retry_delay_s": 1}, {"tekst": "a"}]
)
def test_an_answer_says_one_thing(broken: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        ScriptedAnswer.model_validate(broken)
