"""When older turns are put in few words, which ones, and what the model is asked for. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from contracts.conversation import HistorySummarized
from contracts.event import Json
from services.agent.asking import history, messages, prompt
from services.agent.asking.gemini import Answer, Question
from services.agent.asking.history import HISTORY_TOKENS
from services.agent.asking.results import shortened
from services.agent.turns import WalkedTurns
from taskflow.time_travel.turns import TurnStory

PROMPT = "summary-v1"
MOST_TURNS = 30
"""Ended since the last summary, before there is another."""
KEPT = 10
"""Newest turns that stay as they were said, where the budget holds them."""
LONGEST = 2_000
"""Characters of a summary: it is asked for in at most 250 words."""
MOST_ASKED = 120_000
"""Bytes of what is to be summed up; long turns are cut first."""
_RESULT = 600
"""Characters of a tool's result in it."""


@dataclass(frozen=True, slots=True)
class Coverage:
    """Turns to sum up, none of whose events is one of a later turn."""

    turns: Sequence[TurnStory]
    first: int
    upto: int
    """Versions of their events, both included."""


def is_due(turns_since: int, tokens: int) -> bool:
    return turns_since > MOST_TURNS or tokens > HISTORY_TOKENS


def uncovered(turns: WalkedTurns, upto: int) -> list[TurnStory]:
    """The ended turns that no summary stands for, up to the one that is open."""
    found: list[TurnStory] = []
    for turn in turns.turns:
        if turn.ended is None:
            break
        if turn.version > upto:
            found.append(turn)
    return found


def coverage(turns: WalkedTurns, upto: int) -> Coverage | None:
    """All but the newest; a little more or less where a message came while we answered another."""
    ended = uncovered(turns, upto)
    wanted = len(ended) - _kept([(turn_story, _tokens(turn_story, turns)) for turn_story in ended])
    fewer, more = range(wanted, 0, -1), range(max(wanted, 0) + 1, len(ended) + 1)
    for count in (*fewer, *(more if wanted > 0 else ())):
        covered, rest = ended[:count], ended[count:]
        last = max(turn.ended.version for turn in covered if turn.ended)
        if last < _first_after(turns, covered, rest):
            return Coverage(covered, min(turn_story.first() for turn_story in covered), last)
    return None


def _kept(sizes: Sequence[tuple[TurnStory, int]]) -> int:
    """How many of the newest stay: what we said unasked counts for nothing but its tokens."""
    left, talked = HISTORY_TOKENS // 2, 0
    for count, (turn, size) in enumerate(reversed(sizes)):
        left -= size
        if left < 0 or (turn.turn is not None and talked == KEPT):
            return count
        talked += turn.turn is not None
    return len(sizes)


def tokens(turns: WalkedTurns, upto: int) -> int:
    return sum(_tokens(turn_story, turns) for turn_story in uncovered(turns, upto))


def _tokens(turn: TurnStory, turns: WalkedTurns) -> int:
    return history.tokens(history.ended(turn, turns))


def _first_after(
    turns: WalkedTurns, covered: Sequence[TurnStory], rest: Sequence[TurnStory]
) -> int:
    """The oldest event of what is not covered: later turns, the open one, messages that wait."""
    after = [turn for turn in turns.turns if turn.version > covered[-1].version]
    firsts = [turn_story.first() for turn_story in (*rest, *after)]
    return min([*firsts, *(message.version for message in turns.pending)], default=1 << 62)


def question(covered: Coverage, before: HistorySummarized | None) -> Question:
    """The earlier summary, and word for word what came after it."""
    each = MOST_ASKED // len(covered.turns)
    turn_texts = [_turn_text(turn, each) for turn in covered.turns]
    earlier = [f"Earlier summary:\n{before.text}"] if before else []
    text = "\n\n".join([*earlier, "Conversation:", *turn_texts])
    return Question(
        system=prompt.text(PROMPT),
        contents=[{"role": "user", "parts": [{"text": text}]}],
        functions=[],
    )


def _turn_text(turn: TurnStory, most: int) -> str:
    lines = [f"({turn.started_at:%Y-%m-%d %H:%M} UTC)"]
    lines += [f"User: {messages.words(message.event)}" for message in turn.messages]
    for step, _ in turn.answered():
        for call in step.calls:
            request = call.request.event
            asked, came = (
                shortened(json_value, _RESULT) for json_value in (request.arguments, call.came_to())
            )
            lines.append(f"Tool {request.tool} {_json(asked)}: {_json(came)}")
    if turn.said:
        lines.append(f"TaskFlow: {turn.said}")
    text = "\n".join(lines)
    encoded = text.encode()
    if len(encoded) <= most:
        return text
    first, last = encoded[: most // 2], encoded[-most // 2 :]
    return f"{first.decode(errors='ignore')}\n…\n{last.decode(errors='ignore')}"


def accepted(answer: Answer) -> str | None:
    """The summary, if it is one."""
    parts: list[Json] = (answer.content or {}).get("parts") or []
    answer_text = "".join(str(part.get("text") or "") for part in parts if not part.get("thought"))
    text = answer_text.strip()
    return text if answer.finish_reason == "STOP" and 0 < len(text) <= LONGEST else None


def fact(
    text: str,
    covered: Coverage,
    answer: Answer,
    number: int,
    before: HistorySummarized | None,
) -> HistorySummarized:
    """It stands for all that the one before it stood for, too."""
    return HistorySummarized(
        number=number,
        covers_from=before.covers_from if before else covered.first,
        covers_upto=covered.upto,
        turns=(before.turns if before else 0) + len(covered.turns),
        text=text,
        model=answer.model,
        prompt_version=prompt.full_version(PROMPT),
        usage=answer.usage,
    )


def _json(value: Any) -> str:
    return orjson.dumps(value).decode()
