"""What `taskflow takeover` and `taskflow hand-back` do: an operator's moves, put into the log."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from contracts import streams
from contracts.conversation import MessageReceived, ReplyReady, UserForgotten
from contracts.recorded import Recorded
from contracts.streams import UserId
from contracts.takeover import LONGEST_NAME, ConversationHandedBack, ConversationTakenOver
from services.agent.decider import FOLD
from services.agent.state import Conversation
from services.agent.takeover import deciding
from taskflow import clock
from taskflow.cli.operator import operator
from taskflow.cli.people.takeover import HeardLine
from taskflow.errors import ConcurrentAppend, Configuration, SealedForEver
from taskflow.log.appending import FRESH, Appended, Because, Outcome
from taskflow.log.deciding import Decide
from taskflow.log.event_log import Log
from taskflow.log.folding import Folded
from taskflow.log.snapshots import Folds

LONGEST_LINE = 4_000
"""Characters; it goes in parts that WhatsApp takes."""
SETTLES_SECONDS = 150.0
"""An attempt whose outcome nobody knows is assumed after two minutes."""
LOOK_SECONDS = 0.3


@dataclass(frozen=True, slots=True)
class Desk:
    """Of one person's conversation."""

    log: Log
    folds: Folds
    user: UserId

    @property
    def stream(self) -> str:
        return streams.conversation(self.user)

    async def take(self, by: str) -> None:
        """Goes on where `by` has the word already. Raises Configuration, whoever else has it."""
        if not 0 < len(by) <= LONGEST_NAME:
            raise Configuration(f"an operator's name has 1 to {LONGEST_NAME} characters")
        while True:
            state = (await self._folded()).state
            self._check(state)
            if state.taken is not None:
                await self._is_by(state.taken, by)
                return
            decision = deciding.taken_over(state, by)
            if isinstance(await self._append(decision), Appended):
                return

    async def say(self, by: str, text: str, *, seen: int, command: UUID) -> None:
        """`seen`: up to which version they saw the conversation. Raises Configuration."""
        line = text.strip()
        if not 0 < len(line) <= LONGEST_LINE:
            raise Configuration(f"a line has 1 to {LONGEST_LINE:,} characters, not {len(line):,}")
        folded = await self._folded()
        if folded.state.taken is None:
            raise Configuration(_NOBODY)
        await self._is_by(folded.state.taken, by)
        takeover, version = folded.state.taken, folded.version
        decision = deciding.said(takeover, line, version, seen=seen, command=command)
        try:
            await self._append(decision, Because(takeover))
        except ConcurrentAppend:
            raise Configuration("it was handed back meanwhile; the line is not said") from None

    async def hand_back(self) -> None:
        """Waits while an answer of before is on its way. Raises Configuration."""
        until = clock.monotonic() + SETTLES_SECONDS
        while True:
            state = (await self._folded()).state
            if state.taken is None:
                raise Configuration(_NOBODY)
            if decision := deciding.handed_back(state, "operator"):
                await self._append(decision, Because(state.taken))
                return
            if clock.monotonic() > until:
                raise Configuration(
                    "an answer of before the takeover is on its way still; does the gateway run?"
                )
            await asyncio.sleep(LOOK_SECONDS)

    async def look(self, after: int) -> tuple[list[HeardLine], int]:
        """What was said behind a version, and which one it is by now."""
        events = await self.log.read(self.stream, after)
        heard = [line for recorded in events if (line := await self._heard(recorded)) is not None]
        return heard, events[-1].version if events else after

    async def _append(self, decision: Decide, because: Because = FRESH) -> Outcome:
        return await self.log.append(
            [decision.write(self.stream, self.user)], decision.slot, because
        )

    async def _folded(self) -> Folded[Conversation]:
        return await self.folds.fold(self.stream, FOLD)

    def _check(self, state: Conversation) -> None:
        if state.forgotten:
            raise Configuration("this person was forgotten: nothing of theirs can be read or said")
        if state.leaving_since is not None:
            raise Configuration("this person asked to be forgotten, and is about to be")
        if not state.stream:
            raise Configuration("this person never wrote to us: there is nothing to take over")

    async def _is_by(self, takeover: UUID, by: str) -> None:
        taken: Recorded[ConversationTakenOver] | None = await self.log.find(takeover)
        if taken is not None and taken.event.by != by:
            since = taken.recorded_at.astimezone()
            raise Configuration(
                f"{taken.event.by!r} has the word since {since:%Y-%m-%d %H:%M}; "
                f"they, or `taskflow hand-back {self.user}`, give it back"
            )

    async def _heard(self, recorded: Recorded[Any]) -> HeardLine | None:
        at = recorded.recorded_at
        try:
            opened = await self.log.opened(recorded)
        except SealedForEver:
            return None
        who, text = _said(opened.event)
        return HeardLine(at, who, text) if who else None


def _said(event: Any) -> tuple[str, str]:
    """By whom, and what; of anything else nothing."""
    match event:
        case MessageReceived() as message:
            return "user", message.text or f"({message.kind})"
        case ReplyReady(kind=kind, text=text):
            return kind, text
        case ConversationTakenOver(by=by):
            return "takeover", f"{by} has the word"
        case ConversationHandedBack(why=why):
            reason = "" if why == "operator" else ", after two hours without a line"
            return "takeover", f"the bot has the word again{reason}"
        case UserForgotten():
            return "takeover", "this person was forgotten"
        case _:
            return "", ""


_NOBODY = "nobody has taken this conversation over"


@asynccontextmanager
async def desk(name: str) -> AsyncGenerator[Desk]:
    """`name`: a user's id or address. Raises Configuration."""
    async with operator() as me:
        yield Desk(me.log, Folds(me.log, None), await me.user_of(name))
