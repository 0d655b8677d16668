"""What `replay verify` says of logs that are cut short, newer, damaged, sealed or empty."""

import json
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from typer.testing import CliRunner

from contracts.recorded import Message
from taskflow.cli.main import app
from taskflow.errors import Configuration
from taskflow.replay.recordings import FileSource
from taskflow.replay.verify import UNOPENED, Difference, Tally, Verifying, reviews
from tests.support import golden_stories as stories
from tests.support.golden import GOLDEN, accepted_beside

EVERYTHING = GOLDEN / "0.1.0" / "everything.jsonl"
NEWEST = GOLDEN / "0.3.0" / "everything.jsonl"
"""Decided by the rules of today."""
WHOLE = FileSource.of(EVERYTHING)
MESSAGES: list[Message] = WHOLE._messages
EVES = [one for one in MESSAGES if one.user_id in {None, stories.EVE}]


async def verified(messages: list[Message], **more: Any) -> tuple[list[Difference], Tally]:
    tally = Tally()
    verifying = Verifying(FileSource(messages, WHOLE._keys), reviews(), **more)
    return [one async for one in verifying.run(tally)], tally


async def test_a_log_may_end_anywhere() -> None:
    """Wherever everything is killed, what stands in the log is what is decided there."""
    accepted = accepted_beside(EVERYTHING).keys()
    bobs = [one for one in MESSAGES if one.user_id in {None, stories.BOB}]
    for end in range(len(EVES) - 12, len(EVES), 3):
        assert (await verified(EVES[:end]))[0] == []
    for end in range(20, len(bobs), 40):
        until = [one for one in bobs if one.transaction_id <= bobs[end].transaction_id]
        differs = {str(one.at.event_id) for one in (await verified(until))[0]}
        assert differs == accepted & {str(one.event_id) for one in until}


async def test_what_a_newer_release_wrote_is_counted_and_what_follows_it_too() -> None:
    half = next(n for n, one in enumerate(EVES) if one.type == "reply.sending")
    theirs = sum(one.user_id == stories.EVE for one in EVES[half:])
    newer = EVES[half].model_copy(update={"type": "message.sung"})
    differences, tally = await verified([*EVES[:half], newer, *EVES[half + 1 :]])
    assert differences == []
    assert tally.not_comparable["newer"] == theirs
    assert tally.compared > 0

    higher = EVES[half].model_copy(update={"schema_version": 99})
    again, same = await verified([*EVES[:half], higher, *EVES[half + 1 :]])
    assert (again, same.not_comparable) == ([], tally.not_comparable)


async def test_a_sealed_text_that_does_not_open_is_a_difference() -> None:
    n = next(n for n, one in enumerate(EVES) if one.type == "message.received")
    other = next(one for one in EVES[n + 1 :] if one.type == "message.received")
    text = {**EVES[n].payload, "text": other.payload["text"]}
    moved = EVES[n].model_copy(update={"payload": text})
    differences, _ = await verified([*EVES[:n], moved, *EVES[n + 1 :]])

    first = differences[0]
    assert (first.at.event_id, first.service, first.changes) == (moved.event_id, "log", [UNOPENED])


async def test_an_event_in_no_slot_of_its_own_is_a_difference() -> None:
    n = next(n for n, one in enumerate(EVES) if one.type == "reply.sending")
    strange = EVES[n].model_copy(update={"event_id": UUID(int=5)})
    differences, _ = await verified([*EVES[:n], strange, *EVES[n + 1 :]])
    (one,) = differences
    assert one.at.event_id == UUID(int=5)
    assert [(change.field, change.now) for change in one.changes] == [
        ("event_id", EVES[n].event_id)
    ]


async def test_only_decisions_since_then_are_compared() -> None:
    _, whole = await verified(EVES)
    _, late = await verified(EVES, since=EVES[-5].recorded_at)
    assert 0 < late.compared < 8 < whole.compared


async def test_a_log_in_which_nothing_can_be_compared_proves_nothing() -> None:
    for empty in ([], [one for one in MESSAGES if one.user_id is None]):
        differences, tally = await verified(empty)
        assert (differences, tally.compared, tally.proves) == ([], 0, False)


async def test_a_decider_that_fails_is_a_difference(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("services.gateway.decider.sent", lambda *_: {}["no"])
    differences, tally = await verified(EVES)
    (one,) = differences
    assert (one.service, one.at.event.type) == ("gateway", "reply.sending")
    assert one.changes[0].now == "raises KeyError, here or right after"
    assert not tally.proves


def run(*arguments: str) -> tuple[int, list[str]]:
    result = CliRunner().invoke(app, ["replay", "verify", *arguments])
    if isinstance(result.exception, Configuration):
        raise result.exception
    return result.exit_code, result.stdout.splitlines()


def test_the_command_tells_a_clean_log(tmp_path: Path) -> None:
    code, lines = run("--log", str(EVERYTHING), "--user", str(stories.CLEO))
    assert code == 0
    assert lines[0].endswith("decisions compared, 0 differ")
    assert any("not comparable: " in line and "erased" in line for line in lines)

    at = next(
        n for n, line in enumerate(lines) if line.endswith("rules that are retired decided it")
    )
    assert lines[at].strip().startswith("not comparable: ")
    retired = dict(reversed(line.split()) for line in lines[at + 1 :] if line.startswith("    "))
    assert retired["reply.ready"] == "1"
    assert sum(map(int, retired.values())) == int(lines[at].split()[2].rstrip(","))

    (tmp_path / "empty.jsonl").write_text("")
    code, lines = run("--log", str(tmp_path / "empty.jsonl"))
    assert code == 1
    assert lines[-1].strip() == "nothing could be compared: this proves nothing"


def test_the_command_names_the_event_and_covers_texts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("services.agent.apologies.apology", lambda *_: "no.")
    eve_and_all = ("--log", str(NEWEST), "--user", str(stories.BOB))
    code, lines = run(*eve_and_all)
    assert code == 1
    assert lines[0].startswith(f"conversation-{stories.BOB} ")
    assert " reply.ready " in lines[0]
    assert lines[1] == "  text: ▒▒▒ (118 characters) → ▒▒▒ (3 characters)"
    _, opened = run(*eve_and_all, "--open")
    assert opened[1].endswith("→ no.")
    _, machine = run(*eve_and_all, "--json")
    first, last = json.loads(machine[0])["difference"], json.loads(machine[-1])
    assert (first["type"], first["service"]) == ("reply.ready", "agent")
    assert first["changes"][0]["now"] == "▒▒▒ (3 characters)"
    assert (last["differences"], last["verified"]) == (1, False)


def test_bad_input_is_named(tmp_path: Path) -> None:
    (tmp_path / "bad.jsonl").write_text('{"no": "event"}\n')
    with pytest.raises(Configuration, match=r"bad\.jsonl line 1 is no recorded event"):
        run("--log", str(tmp_path / "bad.jsonl"))
    with pytest.raises(Configuration, match=r"nowhere\.jsonl cannot be read"):
        run("--log", str(tmp_path / "nowhere.jsonl"))
    with pytest.raises(Configuration, match="--since wants a time"):
        run("--log", str(EVERYTHING), "--since", "soon")
    with pytest.raises(Configuration, match="is no user's id"):
        run("--log", str(EVERYTHING), "--user", "+15551230001")
    with pytest.raises(Configuration, match="the log holds nothing of user"):
        run("--log", str(EVERYTHING), "--user", str(UUID(int=1)))
