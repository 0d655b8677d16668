"""Older turns in few words: when, which ones, and that none is lost or told twice."""

import random
import re
from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

import pytest

from contracts.conversation import HistorySummarized, TurnStarted
from contracts.event import Json
from services.agent.asking import history, summaries
from services.agent.asking.history import HISTORY_TOKENS
from services.agent.asking.summaries import KEPT, LONGEST, MOST_TURNS, Coverage
from services.agent.decider import FOLD
from services.agent.turns import walked
from tests.support.events import answer, message, reply
from tests.support.story import Story
from tests.support.summarising import an_answer
from tests.support.walks import how_far

WORD = re.compile(r"\b(?:q|a|r)\d+\b")


def talk(story: Story, count: int, size: int = 20, *, start: int = 0) -> None:
    """Turns of a question and an answer, each with a word of its own."""
    for n in range(start, start + count):
        story.tell(message(f"q{n}"))
        turn = story.tell(TurnStarted(number=n))[0].event_id
        story.tell(answer(turn, 1, text=f"a{n}"), reply(turn, f"a{n} {'x' * size}"))


def open_turn(story: Story) -> UUID:
    story.tell(message("now"))
    return story.tell(TurnStarted(number=FOLD.over(story.events).ended))[0].event_id


def cover(story: Story, upto: int = 0) -> Coverage:
    covered = summaries.coverage(walked(story.events), upto)
    assert covered is not None
    return covered


def told(contents: Sequence[Json]) -> list[str]:
    texts = [part.get("text", "") for content in contents for part in content["parts"]]
    return WORD.findall("\n".join(texts))


def summed_up(story: Story, before: HistorySummarized | None = None) -> HistorySummarized:
    """By a model that keeps every word of weight."""
    covered = cover(story, before.covers_upto if before else 0)
    asked = summaries.question(covered, before).contents
    text = " ".join(dict.fromkeys(told(asked)))
    number = before.number + 1 if before else 0
    return summaries.fact(text, covered, an_answer(text), number, before)


@pytest.mark.parametrize(
    ("turns", "tokens", "is_due"),
    [
        (MOST_TURNS, HISTORY_TOKENS, False),
        (MOST_TURNS + 1, 0, True),
        (0, HISTORY_TOKENS + 1, True),
        (0, 0, False),
    ],
)
def test_is_due_after_many_turns_or_when_they_grow_too_long(
    turns: int, tokens: int, is_due: bool
) -> None:
    assert summaries.is_due(turns, tokens) is is_due


def test_covers_all_but_the_newest_turns() -> None:
    story = Story()
    talk(story, 31)
    open_turn(story)
    covered = cover(story)

    assert len(covered.turns) == 31 - KEPT
    assert covered.first == 1
    assert covered.upto == covered.turns[-1].ended.version


def test_covers_nothing_while_there_is_little() -> None:
    story = Story()
    talk(story, KEPT)
    open_turn(story)

    assert summaries.coverage(walked(story.events), 0) is None


def test_reminders_in_between_do_not_push_the_talk_out() -> None:
    story = Story()
    talk(story, 20)
    for n in range(15):
        story.tell(reply(None, f"r{n}", kind="reminder"))
    open_turn(story)

    assert len(cover(story).turns) == 20 - KEPT


def test_of_long_turns_fewer_are_kept() -> None:
    story = Story()
    talk(story, 20, size=20_000)
    open_turn(story)
    kept = 20 - len(cover(story).turns)

    assert 0 < kept < KEPT
    assert kept * 5_000 <= HISTORY_TOKENS // 2


def test_a_message_that_came_while_another_was_answered_belongs_to_its_own_turn() -> None:
    story = Story()
    talk(story, 9)
    story.tell(message("q9"))
    turn = story.tell(TurnStarted(number=9))[0].event_id
    story.tell(message("q10"))
    story.tell(answer(turn, 1, text="a9"), reply(turn, "a9"))
    turn = story.tell(TurnStarted(number=10))[0].event_id
    story.tell(answer(turn, 1, text="a10"), reply(turn, "a10"))
    talk(story, 9, start=11)
    open_turn(story)
    covered = cover(story)

    assert len(covered.turns) == 9, "the cut lies before the two that overlap"
    assert all(one.version > covered.upto for one in walked(story.events).turns[9].messages)


@pytest.mark.parametrize("seed", range(0, 25, how_far(3, 1)))
def test_golden_conversations_lose_no_turn_and_tell_none_twice(seed: int) -> None:
    """Bursts, messages in the middle, reminders, long answers; summed up whenever it is due."""
    chance = random.Random(seed)
    story, standing = Story(), None
    said: list[str] = []
    waiting: list[str] = []

    def says() -> None:
        word = f"q{len(said)}"
        said.append(word)
        waiting.append(word)
        story.tell(message(word))

    since = 0
    for _ in range(110):
        if not waiting:
            says()
        while chance.random() < 0.25:
            says()
        turn = story.tell(TurnStarted(number=since))[0].event_id
        covered, waiting[:] = list(waiting), []
        upto = standing.covers_upto if standing else 0
        turns = walked(story.events)
        if summaries.is_due(since, summaries.tokens(turns, upto)):
            covering = summaries.coverage(turns, upto)
            if covering:
                standing, since = summed_up(story, standing), 0
        contents = history.contents(story.events, turn, "UTC", zone_known=True, summary=standing)
        words = told(contents)
        assert len(words) == len(set(words)), "nothing is told twice"
        assert set(words) == {*said} - set(waiting), "nothing is lost"
        assert contents[-1]["parts"][1:] == [{"text": word} for word in covered]
        assert history.tokens(contents[2:-1]) <= HISTORY_TOKENS
        if chance.random() < 0.3:
            says()
        word = f"a{len(said)}"
        said.append(word)
        story.tell(answer(turn, 1, text=word))
        story.tell(reply(turn, f"{word} {'x' * chance.choice([5, 50, 4_000, 30_000])}"))
        since += 1
        if chance.random() < 0.15:
            word = f"r{len(said)}"
            said.append(word)
            story.tell(reply(None, word, kind="reminder"))
    assert standing is not None
    assert standing.number >= 1


def test_one_summary_stands_for_what_the_one_before_it_stood_for() -> None:
    story = Story()
    talk(story, 31)
    first = summed_up(story)
    talk(story, 31, start=31)
    second = summed_up(story, first)

    assert (second.number, second.covers_from) == (1, 1)
    assert second.turns == 62 - KEPT
    assert second.covers_upto > first.covers_upto


def test_the_model_is_given_the_earlier_summary_and_only_what_came_after_it() -> None:
    story = Story()
    talk(story, 31)
    first = summed_up(story).model_copy(update={"text": "Ada wants a window seat."})
    talk(story, 31, start=31)
    question = summaries.question(cover(story, first.covers_upto), first)
    text = question.contents[0]["parts"][0]["text"]

    assert question.functions == []
    assert text.startswith("Earlier summary:\nAda wants a window seat.\n\nConversation:")
    assert told(question.contents)[:2] == [f"q{31 - KEPT}", f"a{31 - KEPT}"]
    assert "TaskFlow: a40 " in text
    assert "User: q40" in text


def test_what_is_asked_is_bounded() -> None:
    story = Story()
    talk(story, 40, size=30_000)
    question = summaries.question(cover(story), None)

    assert len(question.contents[0]["parts"][0]["text"]) < summaries.MOST_ASKED * 1.05
    assert {f"q{n}" for n in range(30)} <= set(told(question.contents))


@pytest.mark.parametrize(
    ("text", "finish", "is_one"),
    [
        ("Ada flies to Porto on Friday.", "STOP", True),
        ("x" * LONGEST, "STOP", True),
        ("x" * (LONGEST + 1), "STOP", False),
        ("", "STOP", False),
        ("  \n", "STOP", False),
        ("Ada flies", "MAX_TOKENS", False),
        ("Ada", "SAFETY", False),
    ],
)
def test_an_answer_is_a_summary_or_it_is_not(text: str, finish: str, is_one: bool) -> None:
    assert (summaries.accepted(an_answer(text, finish)) is not None) is is_one


def test_thoughts_are_no_part_of_it() -> None:
    content = {"parts": [{"text": "hm", "thought": True}, {"text": "Ada."}]}

    assert summaries.accepted(replace(an_answer(""), content=content)) == "Ada."
