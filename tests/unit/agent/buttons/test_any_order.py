"""Whatever is pressed and typed in whatever order: a call is used once, after a yes to it.

The rules are those that `tests/protocol/buttons.py` explores; here they are looked for in logs that
the agent's own code wrote, by an oracle that reads nothing but the log.
"""

import random
from collections.abc import Sequence
from typing import Any
from uuid import UUID

import pytest

from contracts import streams
from contracts.buttons import read
from contracts.conversation import MessageReceived, ReplyReady, TurnStarted
from contracts.recorded import Recorded
from contracts.replies import ReplySending
from contracts.tools import NOBODY, ActionProposed, ToolRequested
from services.agent.buttons import pressing
from services.agent.judging import facts
from tests.support.golden_house import House, says
from tests.unit.agent.buttons.pressing import ADA, lived, replies

WALKS, STEPS = 40, 12
ASKED = says(None, ("pay_bill", {"which": "electricity", "said": ["pay the bill"]}))
OTHER = says(None, ("pay_bill", {"which": "water", "said": ["pay the bill"]}))


async def walk(house: House, dice: random.Random) -> None:
    for _ in range(STEPS):
        payloads = [
            one.payload
            for reply in replies(house)
            for one in reply.buttons or ()
            if one.payload.startswith(("yes:", "no:"))
        ]
        match dice.choice(["ask", "ask", "yes", "press", "press", "press", "other", "remind"]):
            case "ask":
                await house.hears(ADA, "pay the bill")
            case "yes":
                await house.hears(ADA, "yes")
            case "press" if payloads:
                newest = payloads[-2]  # its Yes
                payload = dice.choice([newest, newest, newest, dice.choice(payloads)])
                await house.hears(ADA, "Yes", kind="button", pressed=payload)
            case "other":
                await house.hears(ADA, "what a day")
            case "remind":
                reminder = ReplyReady(turn=None, kind="reminder", text="⏰")
                await house.put(ADA, [reminder], house.fresh())
            case _:
                pass
        if dice.random() < 0.75:
            await house.answers(ADA, dice.choice([ASKED, ASKED, OTHER]), says("I would."))
            house.script.answers.clear()
        if dice.random() < 0.75:
            await house.sends(ADA)


def faults(events: Sequence[Recorded[Any]]) -> list[str]:
    """Uses of `pay_bill` that no yes carries."""
    found: list[str] = []
    pending: list[Recorded[MessageReceived]] = []
    covers: list[Recorded[MessageReceived]] = []
    turn: UUID | None = None
    fresh: dict[UUID, str] = {}
    alive: dict[UUID, str] = {}
    shown: UUID | None = None
    at: int | None = None
    used: set[str] = set()
    for one in events:
        match one.event:
            case MessageReceived():
                pending.append(one)
            case TurnStarted():
                turn, covers, pending, fresh, used = one.event_id, pending, [], {}, set()
            case ActionProposed(fingerprint=mark):
                fresh[one.event_id] = mark
            case ToolRequested(tool="pay_bill", owner=owner) as call if owner != NOBODY:
                mark = facts.proposals.fingerprint(call.tool, call.arguments)
                if mark in used or mark not in alive.values():
                    found.append(f"{one.version}: used twice, or not alive")
                if not covers or not all(_is_yes(said, alive, at) for said in covers):
                    found.append(f"{one.version}: used without a yes")
                used.add(mark)
            case ReplyReady(turn=closes, kind=kind) if closes is not None and closes == turn:
                turn, covers, at = None, [], None
                alive = fresh if kind == "answer" else {}
                shown = one.event_id
            case ReplyReady(turn=None) if turn is None and not pending:
                alive, at, shown = {}, None, None
            case ReplySending(reply=reply) if reply == shown and at is None:
                at = one.version
            case _:
                pass
    return found


def _is_yes(said: Recorded[MessageReceived], alive: dict[UUID, str], at: int | None) -> bool:
    if said.event.pressed is not None:
        press = read(said.event.pressed)
        return press is not None and press.means == "yes" and press.names in alive
    return said.event.text == "yes" and at is not None and said.version > at


def paid(events: Sequence[Recorded[Any]]) -> int:
    calls = [one.event for one in events if isinstance(one.event, ToolRequested)]
    return sum(one.tool == "pay_bill" and one.owner != NOBODY for one in calls)


async def walked(seed: int) -> Sequence[Recorded[Any]]:
    async def story(house: House) -> None:
        await walk(house, random.Random(seed))

    house = await lived(story)
    return house.log.stream(streams.conversation(ADA))


async def test_a_yes_counts_once_for_what_was_asked() -> None:
    done = 0
    for seed in range(WALKS):
        events = await walked(seed)
        assert faults(events) == [], f"seed {seed}"
        done += paid(events)
    assert done > WALKS / 4, "the walks do reach a use"


@pytest.mark.long
@pytest.mark.parametrize("rule", ["payload", "mixed"])
async def test_without_a_rule_something_breaks(rule: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """So the oracle can see."""

    def any_button(covered: Any, shown_at: Any, languages: Any, asked: Any = ()) -> bool:
        named = [press.names for one in covered if (press := read(one.event.pressed))]
        return honest(covered, shown_at, languages, asked and named)

    def one_is_enough(covered: Any, *more: Any) -> bool:
        return any(honest([one], *more) for one in covered)

    honest = facts.confirms
    broken = any_button if rule == "payload" else one_is_enough
    monkeypatch.setattr(facts, "confirms", broken)
    monkeypatch.setattr(pressing, "is_to_nothing", lambda *_: False)
    found = [await walked(seed) for seed in range(WALKS)]
    assert any(faults(events) for events in found)
