"""Turns gone through again: from facts, with recorded results, and never a write."""

from typing import Any
from uuid import UUID

import pytest

from contracts import streams
from contracts.streams import UserId
from services.agent.asking.prompt import Prompt
from services.agent.what_if.comparing import change
from services.agent.what_if.recording import Recording, load
from services.agent.what_if.report import Report, as_json, asked_alike
from services.agent.what_if.rerun import Player, Rerun
from taskflow.tooling import Call, Done, Tool
from taskflow.usage.prices import prices
from tests.support.memory_log import MemoryLog
from tests.support.talking import MODEL, Scripted, Talk, offered

ADA = UserId(UUID(int=7))
SEARCH = [("search_web", {"query": "bikes"})]
REMIND = [("set_reminder", {"text": "stretch", "date": "2026-11-25", "time": "09:00"})]


def as_then(said: str, rounds: int) -> Any:
    if "bikes" in said:
        return "Bikes are 42." if rounds else SEARCH
    if "stretch" in said:
        return "Done, I set the reminder." if rounds else REMIND
    return "Hello!"


class World:
    def __init__(self) -> None:
        self.log = MemoryLog()
        self.talk = Talk(self.log, ADA, Scripted(as_then))

    async def recorded(self, *texts: str) -> Recording:
        await offered(self.log)
        for text in texts:
            await self.talk.says(text)
        return await self.recording()

    async def recording(self) -> Recording:
        return await load(self.log, ADA, await self.log.read(streams.TOOLS))


async def again(recording: Recording, player: Player) -> Report:
    turns = [await player.again(recording, start) for start in recording.starts()]
    return Report(player.model.model, "v2", "recorded", prices(), turns)


async def one(recording: Recording, answers: Any, **player: Any) -> Rerun:
    (start,) = recording.starts()
    return await Player(Scripted(answers), **player).again(recording, start)


ALL = ("hi", "remind me to stretch tomorrow at 9", "what about bikes?", "I live in Lisbon")


async def test_with_nothing_changed_nothing_changes_and_every_question_is_the_same() -> None:
    world = World()
    recording = await world.recorded(*ALL)
    asked, kept = world.talk.model.asked, len(world.log.all())
    model = Scripted(as_then)
    report = await again(recording, Player(model))

    assert report.changes()["same"] == len(ALL) == len(report.turns)
    assert [one.hash() for one in model.asked] == [one.hash() for one in asked]
    assert report.sources() == {"recorded": 2}
    assert len(world.log.all()) == kept
    summary = report.summary()
    assert summary["recorded"] == summary["anew"]
    assert summary["recorded"]["tokens"] == 6 * 1_120
    assert summary["other_questions"] == 0


async def test_what_changed_is_counted_by_its_gravest_kind() -> None:
    def otherwise(said: str, rounds: int) -> Any:
        if "bikes" in said:
            return "Bikes are 42."
        if "stretch" in said:
            return "At which time?"
        return None if "Lisbon" in said else "Good day!"

    report = await again(await World().recorded(*ALL), Player(Scripted(otherwise)))

    assert report.changes() == {
        "same": 0, "wording": 1, "tools": 1, "outcome": 1, "not asked": 1,
    }  # fmt: skip
    assert report.unreached == 1
    assert "In 1 turn the model could not be had (503 UNAVAILABLE)." in report.limits()


async def test_another_prompt_and_model_are_asked_from_the_same_facts() -> None:
    recording = await World().recorded("what about bikes?", "and again bikes?")
    model = Scripted(as_then, "gemini-4-argon")
    report = await again(recording, Player(model, Prompt("short", "Be short.")))

    assert {question.system for question in model.asked} == {"Be short."}
    assert report.changes()["same"] == 2
    assert not any(asked_alike(one) for one in report.turns)
    assert report.summary()["other_questions"] == 0, "as was wanted"
    assert report.turns[0].anew.prompt.startswith("short-")
    assert report.summary()["anew"]["cost_unknown_turns"] == 2
    assert "No price is known for gemini-4-argon." in report.limits()
    assert report.summary()["recorded"]["cost"] == pytest.approx(
        4 * (1_000 * 0.75 + 120 * 3.75) / 1e6
    )


async def test_a_difference_does_not_reach_the_next_turn() -> None:
    recording = await World().recorded("hi", "hello")
    model = Scripted(lambda said, rounds: "Something else entirely.")
    await again(recording, Player(model))

    assert "Hello!" in str(model.asked[1].contents)
    assert "Something else" not in str(model.asked[1].contents)


async def test_the_turns_only_call_of_a_tool_answers_one_of_other_arguments() -> None:
    def asks(said: str, rounds: int) -> Any:
        return "ok" if rounds else [("search_web", {"query": "bicycles"})]

    rerun = await one(await World().recorded("what about bikes?"), asks)

    assert list(rerun.sources.values()) == ["approximate"]
    assert change(rerun.recorded, rerun.anew) == "tools"
    assert rerun.anew.calls[0].outcome == "done"


async def test_what_was_never_recorded_is_told_to_the_model_and_counted() -> None:
    model = Scripted(lambda said, rounds: "Sorry." if rounds else [*SEARCH, *REMIND])
    recording = await World().recorded("hi, remind me on 2026-11-25 at 9:00 to stretch")
    (start,) = recording.starts()
    rerun = await Player(model).again(recording, start)
    report = Report(MODEL, "v2", "recorded", prices(), [rerun])

    assert sorted(rerun.sources.values()) == ["missing", "recorded"]
    assert "Not recorded in this replay" in str(model.asked[1].contents)
    assert any(line.startswith("1 call asked for what was never") for line in report.limits())


async def test_what_would_change_something_is_never_done() -> None:
    model = Scripted(lambda said, rounds: "Not done." if rounds else REMIND)
    recording = await World().recorded("what about bikes? stretch 2026-11-25T09:00")
    (start,) = recording.starts()
    live = [_tool("set_reminder", "write"), _tool("search_web", "read")]
    rerun = await Player(model, live=live).again(recording, start)

    assert list(rerun.sources.values()) == ["not done"]
    assert "a replay changes nothing" in str(model.asked[1].contents)
    assert change(rerun.recorded, rerun.anew) == "tools"


async def test_a_look_up_may_be_made_anew_where_it_was_not_recorded() -> None:
    def asks(said: str, rounds: int) -> Any:
        return "ok" if rounds else [*SEARCH, ("search_web", {"query": "bicycles"})]

    recording = await World().recorded("what about bikes?")
    rerun = await one(recording, asks, live=[_tool("search_web", "read")])

    assert list(rerun.sources.values()) == ["recorded", "live"]
    assert [made.outcome for made in rerun.anew.calls] == ["done", "done"]


async def test_only_turns_that_ended_and_asked_the_model_are_gone_through() -> None:
    world = World()
    await world.recorded("hi")
    await world.talk.says("are you there?", answered=False)

    assert len(list((await world.recording()).starts())) == 1


async def test_words_are_covered_unless_they_are_asked_for() -> None:
    rerun = await one(await World().recorded("what about bikes?"), as_then)
    covered = str(as_json(rerun, prices(), open_=False))
    opened = str(as_json(rerun, prices(), open_=True))

    assert "search_web" in covered
    for word in ("bikes", "42"):
        assert word not in covered
        assert word in opened


def _tool(name: str, effect: Any) -> Tool:
    from services.tools.searching.web import WebSearch

    async def run(arguments: WebSearch, call: Call) -> Done:
        assert effect == "read", "nothing that changes anything is run"
        return Done({"summary": f"anew: {arguments.query}"})

    return Tool(WebSearch, run, name, effect, timeout_s=5)
