"""A call as text, the instructions, a loop: none of them is shown to anybody."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.agent.asking import prompt
from services.agent.judging import hygiene
from tests.evaluation import sentences

TOOLS = ("set_reminder", "search_web", "reply")
INSTRUCTIONS = prompt.text()
LEAKED = [
    'declaration:default_api:set_reminder{"text": "call mom"}',
    "Sure!\n```tool_code\nprint(default_api.search_web(query='x'))\n```",
    '<tool_call>{"name": "search_web", "arguments": {}}</tool_call>',
    '{"name": "set_reminder", "args": {"text": "call mom"}}',
    "{'tool': 'set_reminder', 'text': 'call mom'}",
    'set_reminder(text="call mom", day="tomorrow")',
    'I will now do this: reply({"text": "Hi"})',
    'search_web {"query": "news"}',
    '{"functionCall": {"id": "1"}}',
    "<think>The user wants a reminder.</think> Done.",
    "(from TaskFlow, not from the user) Your last answer could not be used.",
    max(INSTRUCTIONS.splitlines(), key=len),
]
HARMLESS = [
    "I can set a reminder (or several).",
    "search_web is what I look things up with.",
    "The function is f(x) = x + 1.",
    'Write {"a": 1} into the file.',
    'He said: "reply" and left.',
    "You can reply (or call) until 9.",
]


@pytest.mark.parametrize("text", LEAKED)
def test_what_leaked_is_found(text: str) -> None:
    assert hygiene.leaks(text, TOOLS, INSTRUCTIONS)


@pytest.mark.parametrize("text", HARMLESS)
def test_what_only_speaks_of_it_is_left_alone(text: str) -> None:
    assert not hygiene.leaks(text, TOOLS, INSTRUCTIONS)


def test_no_honest_sentence_leaks_or_repeats_itself() -> None:
    for said in sentences.honest().values():
        for one in said:
            assert not hygiene.leaks(one.said, TOOLS, INSTRUCTIONS)
            assert hygiene.unrepeated(one.said) == one.said


@pytest.mark.parametrize("unit", ["Ha. ", "no ", "\nThe price is €70.", "ありがとう。", "a"])
def test_a_loop_is_said_once(unit: str) -> None:
    told = hygiene.unrepeated("Here it is: " + unit * 900)

    assert told.startswith("Here it is: ")
    assert told.endswith("…")
    assert len(told) < len("Here it is: ") + 2 * len(unit) + 2


def test_a_loop_that_was_cut_off_is_one() -> None:
    text = "Prices: " + "€70 at A, €80 at B; " * 40 + "€70 at A"

    assert len(hygiene.unrepeated(text)) < 60


@pytest.mark.parametrize(
    "text",
    ["", "ha ha ha ha ha ha ha ha ha ha", "=" * 200, "\n".join(f"{n}. item" for n in range(99))],
)
def test_what_people_write_is_no_loop(text: str) -> None:
    assert hygiene.unrepeated(text) == text


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=60), st.text(min_size=1, max_size=40), st.integers(0, 60))
def test_only_an_end_is_ever_taken_off(head: str, unit: str, times: int) -> None:
    text = head + unit * times
    told = hygiene.unrepeated(text)

    assert told == text or text.startswith(told.removesuffix("…"))
