"""An operator takes over in the middle of a turn, on a stack that works."""

import itertools
from collections.abc import Callable

import pytest
from typer.testing import CliRunner

from taskflow.cli import main
from taskflow.errors import Configuration
from tests.support.stack import Stack, wait_until

pytestmark = pytest.mark.e2e

_numbers = itertools.count(15557000001)
Taskflow = Callable[..., str]


@pytest.fixture
def user() -> str:
    return f"+{next(_numbers)}"


@pytest.fixture
def taskflow(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> Taskflow:
    for name, value in stack.env.items():
        monkeypatch.setenv(name, value)

    def run(*arguments: str, typed: str = "") -> str:
        told = CliRunner().invoke(main.app, arguments, catch_exceptions=False, input=typed)
        assert told.exit_code == 0, told.output
        return told.output

    return run


def test_the_bot_answers_what_the_line_did_not_see(
    stack: Stack, user: str, taskflow: Taskflow
) -> None:
    stack.script(user, {"text": "Too late.", "delay_ms": 4000}, {"text": "By noon."})
    stack.say(user, "is my parcel lost?")
    wait_until(lambda: len(stack.model_calls(user)) == 1, 15)
    taskflow("takeover", user, "--say", "I am looking into it.", "--by", "Grace")
    assert stack.await_replies(user, 1) == ["I am looking into it."]

    stack.say(user, "and when will it be here?")
    with pytest.raises(Configuration, match="'Grace' has the word since"):
        taskflow("takeover", user, "--say", "Me too!", "--by", "Alan")
    assert "answers what nobody has" in taskflow("hand-back", user)
    assert stack.await_replies(user, 2) == ["I am looking into it.", "By noon."]
    _, asked = stack.model_calls(user)
    assert asked["last_user_text"].endswith("and when will it be here?")
    assert "parcel" not in asked["last_user_text"]

    with pytest.raises(Configuration, match="nobody has taken this conversation over"):
        taskflow("hand-back", user)


def test_lines_are_typed_and_what_comes_in_is_shown(
    stack: Stack, user: str, taskflow: Taskflow
) -> None:
    stack.script(user, {"text": "Hello!"})
    stack.say(user, "good morning")
    stack.await_replies(user, 1)

    shown = taskflow("takeover", user, typed="Grace here.\nHow can I help?\n/back\n")
    assert "user: good morning" in shown
    assert "answer: Hello!" in shown
    assert "the bot has the word again" in shown
    assert stack.await_replies(user, 3) == ["Hello!", "Grace here.", "How can I help?"]


def test_whoever_is_unknown_is_not_taken_over(taskflow: Taskflow) -> None:
    with pytest.raises(Configuration, match="nobody is known as"):
        taskflow("takeover", "+15559999999", "--say", "Hello?")
    with pytest.raises(Configuration, match="never wrote to us"):
        taskflow("takeover", "00000000-0000-4000-8000-000000000001", "--say", "Hello?")
