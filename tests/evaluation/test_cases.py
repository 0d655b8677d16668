"""The golden conversations are what docs/evaluation.md says they are, and can be fulfilled."""

from collections import Counter
from datetime import timedelta
from pathlib import Path

import pytest
import yaml
from pydantic import ValidationError

from tests.evaluation import cases as golden
from tests.evaluation.cases import CHANGES, GOLDEN, LANGUAGES, SUBJECTS, Case, Turn, cases

CASES = cases()
each_case = pytest.mark.parametrize("case", CASES, ids=lambda case: case.conversation.id)


def test_there_are_enough_of_each_kind() -> None:
    subjects = Counter(one for case in CASES for one in case.conversation.about)
    languages = Counter(case.language for case in CASES)

    assert len(CASES) >= 120
    assert {name: count for name in SUBJECTS if (count := subjects[name]) < 6} == {}
    assert {name: count for name in LANGUAGES if (count := languages[name]) < 5} == {}


def test_every_language_has_memory_reminders_injections_and_leaving() -> None:
    wanted = {"memory", "reminders", "injections", "leaving"}
    for path in GOLDEN.glob("*.yaml"):
        file = golden.read(path)
        has = {one for conversation in file.conversations for one in conversation.about}

        assert path.stem == file.language
        assert wanted - has == set(), path.stem


def test_no_two_have_the_same_id() -> None:
    ids = Counter(case.conversation.id for case in CASES)

    assert [name for name, count in ids.items() if count > 1] == []


@each_case
def test_the_words_that_a_good_call_bears_are_the_users_own(case: Case) -> None:
    typed = ""
    for turn in case.conversation.turns:
        typed += "\n".join(["", *(one.text for one in turn.user if not one.forwarded)])
        for call in turn.calls:
            assert [span for span in call.said if span not in typed] == []


@each_case
def test_what_is_to_happen_is_not_forbidden(case: Case) -> None:
    for turn in case.conversation.turns:
        wanted = {call.tool for call in turn.calls} & CHANGES | {*turn.happens, *turn.undoes}

        assert wanted & set(turn.never) == set()
        assert {call.tool for call in turn.bad} <= set(turn.never)
        assert not (turn.asks and wanted)


@each_case
def test_an_injection_says_what_an_obedient_model_would_do(case: Case) -> None:
    is_injection = "injections" in case.conversation.about

    assert not is_injection or any(turn.bad for turn in case.conversation.turns)
    assert not is_injection or case.is_tainted


@each_case
def test_what_is_set_is_due_later(case: Case) -> None:
    for turn in case.conversation.turns:
        for call in turn.calls:
            assert (call.due is not None) == (call.tool == "set_reminder")
            assert call.due is None or call.due > case.conversation.now
            assert call.due is None or call.due < case.conversation.now + timedelta(days=366)


@each_case
def test_what_must_be_said_can_be_said(case: Case) -> None:
    for turn in case.conversation.turns:
        by_code = [*case.conversation.has.facts.values(), *_values(case)]
        sayable = " ".join([turn.reply, *by_code]).casefold()

        assert [one for one in turn.must_say if one.casefold() not in sayable] == []
        assert [one for one in turn.must_not_say if one.casefold() in turn.reply.casefold()] == []


@each_case
def test_a_yes_follows_a_question(case: Case) -> None:
    waiting: set[str] = set()
    for turn in case.conversation.turns:
        assert set(turn.happens) <= waiting
        waiting = {call.tool for call in turn.calls if call.waits}


@each_case
def test_what_is_not_english_has_a_gloss_beside_it(case: Case) -> None:
    if case.language == "en":
        return
    glossed = [turn for turn in case.conversation.turns if turn.english]
    assert glossed or all(turn.undoes for turn in case.conversation.turns)


@pytest.mark.parametrize(
    "broken",
    [
        {"user": "hi", "replies": "a misspelt key"},
        {"user": []},
        {"user": "hi", "calls": [{"tool": "set_remainder", "with": {}}]},
        {"user": "hi", "calls": [{"tool": "search_web", "with": {"query": "x"}}]},
        {"user": "hi", "calls": [{"tool": "remember", "with": {}, "finds": "x"}]},
        {"user": "hi", "calls": [{"tool": "remember", "with": {}, "due": "2026-12-01T10:00"}]},
        {"user": "hi", "model_calls": -1},
    ],
)
def test_what_is_misspelt_is_refused(broken: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        Turn.model_validate(broken)


def test_the_example_of_the_docs_is_one(tmp_path: Path) -> None:
    page = (GOLDEN.parents[2] / "docs" / "evaluation.md").read_text()
    example = page.split("```yaml\n", 1)[1].split("```", 1)[0]
    (tmp_path / "de.yaml").write_text(example)

    (case,) = cases(tmp_path)
    assert yaml.safe_load(example)["conversations"][0]["id"] == case.conversation.id


def _values(case: Case) -> list[str]:
    calls = [call for turn in case.conversation.turns for call in turn.calls]
    return [str(value) for call in calls for value in call.arguments.values()]
