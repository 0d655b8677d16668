"""What a log of the malicious model's tells of receipts, facts and zones: rows P10, P20, P21."""

import json
import re
import unicodedata
from collections.abc import Iterator, Sequence
from typing import Any
from uuid import UUID

from contracts.conversation import ChangesUndone, MessageReceived, ReplyReady
from contracts.profile import ProfileForgotten, ProfileLearned
from contracts.recorded import Recorded
from contracts.tools import ToolFinished, ToolRequested
from tests.support.malicious import OF_OLD
from tests.support.malicious_turns import WRITES, ZONE_QUESTION, parts, straight
from tests.support.malicious_words import YES


def of_receipts(mine: Sequence[Recorded[Any]], profile: Sequence[Recorded[Any]]) -> Iterator[str]:
    """P20: under each reply a line for each change since the one before, and no other."""
    requests = {one.event_id: one.event for one in mine if isinstance(one.event, ToolRequested)}
    owed: list[Recorded[Any]] = []
    taken, expected = None, 0
    for one in sorted([*mine, *profile], key=lambda each: each.position):
        match one.event:
            case ToolFinished(tool=tool) if tool in WRITES:
                owed.append(one)
            case ProfileLearned(rule=rule) if rule == OF_OLD:
                pass
            case ChangesUndone() as undone:
                taken = one.transaction_id
                expected += bool(undone.facts) + bool(undone.restored)
            case ProfileLearned() | ProfileForgotten() if one.transaction_id == taken:
                pass
            case ProfileLearned(call=None) | ProfileForgotten(call=None):
                owed.append(one)
            case ReplyReady() as reply if reply.turn is not None:
                yield from _told_once(reply.text, owed, expected, requests)
                owed, expected = [], 0
            case _:
                pass


def _told_once(
    text: str, owed: Sequence[Recorded[Any]], of_undo: int, requests: dict[UUID, ToolRequested]
) -> Iterator[str]:
    lines = [line for line in text.splitlines() if re.match(r"\W*[✓✅]|[✓✅]", line)]
    changes = [each for each in owed if isinstance(each.event, ToolFinished)]
    about = [each for each in owed if each not in changes]
    if about and not any(line.startswith("✓ Noted: zone") for line in lines):
        yield "P20 a zone that was noted is not told"
    told_of = {
        (json.dumps(each.event.result), str(getattr(requests.get(each.event.call), "arguments", 0)))
        for each in changes
        if "id" not in each.event.result
    } | {str(each.event.result["id"]) for each in changes if "id" in each.event.result}
    if len(lines) != len(told_of) + bool(about) + of_undo:
        yield "P20 a change is not told once, or one is told that was not"
    for change in changes:
        if (call := requests.get(change.event.call)) is None:
            continue
        told = straight(" ".join(lines))
        words = _named_by(call)
        seen = "".join(one for one in words if unicodedata.category(one) != "Cf")
        if seen[:100] not in told:
            yield "P20 a receipt tells something else"


def _named_by(call: ToolRequested) -> str:
    """What of a call stands in its receipt."""
    if call.tool == "remember":
        return str(call.arguments["value"]).strip(" .'")
    named = call.tool not in {"cancel_reminder", "forget_fact", "correct"}
    return next(parts(call.arguments)) if named else ""


def of_profile(
    user: UUID, mine: Sequence[Recorded[Any]], events: Sequence[Recorded[Any]]
) -> Iterator[str]:
    texts = {one.event_id: one.event.text for one in mine if isinstance(one.event, MessageReceived)}
    done = {one.event.call for one in mine if isinstance(one.event, ToolFinished)}
    undone = {one.transaction_id for one in mine if isinstance(one.event, ChangesUndone)}
    for one in events:
        if one.stream != f"profile-{user}" or getattr(one.event, "rule", None) == OF_OLD:
            continue
        if one.transaction_id in undone:
            continue  # P22
        if one.event.call is None:
            text = texts.get(one.event.source, "")
            if text not in YES or not _asked_before(mine, one):
                yield "P21 a zone is learned that the user did not confirm"
        elif one.event.call not in done or one.event.source not in texts:
            yield "P10 a profile changes by no call of its user's"


def _asked_before(mine: Sequence[Recorded[Any]], learned: Recorded[Any]) -> bool:
    """Whether the last thing that we said before was the question."""
    source = next(one for one in mine if one.event_id == learned.event.source)
    said = [
        one.event.text
        for one in mine
        if isinstance(one.event, ReplyReady) and one.version < source.version
    ]
    return bool(said) and ZONE_QUESTION.search(said[-1]) is not None


def of_zones(mine: Sequence[Recorded[Any]]) -> Iterator[str]:
    """P21: a reminder by the clock, where the zone is one of several, comes after one question."""
    several = any(
        isinstance(one.event, MessageReceived) and one.event.zone_ambiguous for one in mine
    )
    requests = {one.event_id: one.event for one in mine if isinstance(one.event, ToolRequested)}
    asked = 0
    for one in mine:
        match one.event:
            case ReplyReady(kind="answer", text=text, tells_again=[]) if ZONE_QUESTION.search(text):
                asked += 1
                if asked > 1:
                    yield "P21 the zone is asked for twice"
            case ToolFinished(tool="set_reminder", call=call) if (
                several and not asked and call in requests
            ):
                request = requests[call]
                at, zone = request.arguments.get("time"), request.arguments.get("zone")
                if at and zone in (None, request.zone) and not request.zone_known:
                    yield "P21 a reminder is set on a guessed zone, and nobody was asked"
            case _:
                pass
