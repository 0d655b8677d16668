"""A model's answer, taken apart into calls and words."""

from typing import Any

import pytest

from services.agent.judging.answer_parts import SpokenWords, taken_apart


def content(*parts: Any) -> Any:
    return {"role": "model", "parts": list(parts)}


def call(name: str, **arguments: Any) -> Any:
    return {"functionCall": {"id": "1", "name": name, "args": arguments}}


def test_a_reply_is_words_and_no_call() -> None:
    answer = taken_apart(
        content(
            {"text": "thinking aloud"},
            call("reply", text=" Hi. ", language="en", says_done=["remember"], suggestions=["Yes"]),
        )
    )

    assert answer.words == SpokenWords("Hi.", "en", ("remember",), ("Yes",))
    assert list(answer.calls) == []
    assert answer.is_well_formed


def test_text_alone_is_words_with_nothing_said_done() -> None:
    thought = {"text": "hm", "thought": True}
    answer = taken_apart(content(thought, {"text": "Hello."}))

    assert answer.words == SpokenWords("Hello.")


def test_text_beside_calls_is_not_said() -> None:
    answer = taken_apart(content({"text": "Let me look."}, call("search_web", query="x")))

    assert answer.words is None
    assert [one.name for one in answer.calls] == ["search_web"]


def test_several_replies_are_one() -> None:
    answer = taken_apart(
        content(
            call("reply", text="One.", language="en", says_done=["a"]),
            call("reply", text="Two.", language="en", says_done=["b", "a"]),
        )
    )

    assert answer.words == SpokenWords("One.\n\nTwo.", "en", ("a", "b"))


@pytest.mark.parametrize(
    "arguments",
    [{}, {"text": ""}, {"text": "  \n"}, {"text": ["Hi"]}, {"text": {"a": 1}}, {"says_done": []}],
)
def test_a_reply_without_a_text_is_malformed(arguments: Any) -> None:
    assert not taken_apart(content(call("reply", **arguments))).is_well_formed


def test_what_is_beside_the_text_may_be_sloppy() -> None:
    sloppy = {
        "language": "English, please",
        "says_done": ["set_reminder", 7, "", "reply", "set_reminder"],
        "suggestions": ["Yes", "x" * 26, 3, " ", "No", "Maybe", "Later"],
    }
    answer = taken_apart(content(call("reply", text="Hi.", **sloppy)))

    assert answer.words == SpokenWords("Hi.", None, ("set_reminder",), ("Yes", "No", "Maybe"))
    assert taken_apart(content(call("reply", text="Hi.", says_done="x"))).words == SpokenWords(
        "Hi.", None, ("x",)
    )


def test_arguments_that_are_no_object_are_malformed() -> None:
    parts = {"functionCall": {"name": "reply", "args": ["Hi."]}}

    assert not taken_apart(content(parts)).is_well_formed
