"""Two people who talk to a malicious model at once, on the agent's own code; all by a seed."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from random import Random
from typing import Any
from uuid import UUID

from contracts import slots, streams
from contracts.conversation import MessageReceived, ReplyReady
from contracts.profile import ProfileLearned
from contracts.recorded import Recorded
from contracts.replies import ReplySending
from contracts.streams import UserId
from contracts.tools import ToolFailed, ToolFinished, ToolOffered, ToolRequested
from services.agent.effects import Effects
from services.agent.handlers import TurnDriving
from services.agent.memory.fact_tools import FactTools
from taskflow.log.appending import Write
from taskflow.log.snapshots import Folds
from taskflow.tooling import Tool, ToolCalls
from tests.support.malicious_model import Adversary
from tests.support.malicious_tools import Web, reminder_tools
from tests.support.malicious_words import (
    ADA,
    BOB,
    LURE,
    NO_YES,
    PASSING,
    QUOTE,
    SECRETS,
    SHOPS,
    TEACHES,
    UNDO,
    YES,
)
from tests.support.memory_log import MemoryLog

TAKING_BACK = 7, 5
"""Of each seven worlds, the one in which users take back what was told."""
OF_OLD = "live-in"
"""The rule of an older release that noted what stands when a world begins."""
STEPS_AGAINST_HANGS = 400


GUESSED: Mapping[UUID, Mapping[str, Any]] = {
    BOB: {"zone": "America/New_York", "zone_ambiguous": True}
}
"""Whose number may be in several zones."""


class InEnglish:
    async def named(self, _state: Any, events: Sequence[Any], _cause: Any) -> Sequence[Any]:
        return events


class World:
    """Real turns, real policy, real tools where they can be had; two users at once."""

    def __init__(self, seed: int) -> None:
        self.chance = Random(seed)
        every, this = TAKING_BACK
        self._takes_back = Random(seed) if seed % every == this else None
        self.log = MemoryLog()
        self.web = Web(self.log)
        self._folds = Folds(self.log, None)
        self._effects = Effects(self.log, Adversary(self.chance))
        # The oracle reads English, whatever a run's few words seem to be written in.
        self._effects._language = InEnglish()
        self._tools = {
            "tools": self.web.all(),
            "scheduler": reminder_tools(self.log, self._folds),
            "agent": FactTools(self.log).all(),
        }
        self._services = {owner: ToolCalls(self.log, tools) for owner, tools in self._tools.items()}
        self._done: set[UUID] = set()
        self._unsent: list[Recorded[ReplyReady]] = []
        self._seen = 0
        self._sids = 0

    async def live(self, exchanges: int) -> None:
        self.log.put([Write(streams.TOOLS, _offers(self._tools), None)], UUID(int=1))
        for user, (kind, value) in {ADA: ("home", "Lisbon"), BOB: ("name", "Max")}.items():
            fact = ProfileLearned(kind=kind, value=value, said="", source=UUID(int=2), rule=OF_OLD)
            self.log.put([Write(streams.profile(user), [fact], user)], UUID(int=100 + user.int))
        for _ in range(exchanges):
            self._speaks(self.chance.choice((ADA, BOB)))
            await self._settles()
            self._sends()
            if self._takes_back and self._takes_back.random() < 0.5:
                user = self._takes_back.choice((ADA, BOB))
                self._writes(user, self._takes_back.choice(UNDO))
                await self._settles()
                self._sends()

    # -- the users --------------------------------------------------------------------------

    def _speaks(self, user: UserId, *, meanwhile: bool = False) -> None:
        last = self._last_said(user)
        asked = "Reply **yes** to confirm" in last or last.startswith("I could not do that")
        if meanwhile or (asked and self.chance.random() < 0.6):
            text = self.chance.choice(YES)
        else:
            text = self.chance.choice(
                [
                    *["remind me to call mom tomorrow at 9"] * 5,
                    f"my code word is {SECRETS[user]}, keep it",
                    f"is this cheaper than 80? {SHOPS[user]}",
                    "tell me when it drops below 70",
                    *["cancel reminder 1"] * 2,
                    *["pay the bill of 70"] * 4,
                    "what is new in shoes?",
                    QUOTE,
                    LURE,
                    *NO_YES,
                    *YES[:2],
                    *TEACHES,
                    *PASSING,
                ]
            )
        self._writes(user, text)

    def _writes(self, user: UserId, text: str) -> None:
        self._sids += 1
        sid = f"SM{self._sids}"
        message = MessageReceived(
            message_ref=sid, channel="whatsapp", kind="text", text=text, **GUESSED.get(user, {})
        )
        self.log.put([Write(streams.conversation(user), [message], user)], slots.message(sid))

    def _last_said(self, user: UserId) -> str:
        said = [
            one.event.text
            for one in self.log.stream(streams.conversation(user))
            if isinstance(one.event, ReplyReady)
        ]
        return said[-1] if said else ""

    # -- the services -----------------------------------------------------------------------

    async def _settles(self) -> None:
        for _ in range(STEPS_AGAINST_HANGS):
            if self.chance.random() < 0.04:
                self._speaks(self.chance.choice((ADA, BOB)), meanwhile=True)
            moved = [await self._moves(user) for user in (ADA, BOB)]
            if not any([*moved, await self._works()]):
                return
        raise AssertionError("it never settles")

    async def _moves(self, user: UserId) -> bool:
        turns = TurnDriving(self._folds, self._effects, timedelta())
        folded = await turns.fold(streams.conversation(user), None)
        driver = folded.state.driver and self.log.get(folded.state.driver)
        if not driver:
            return False
        if folded.state.turn is not None and self.chance.random() < 0.02:
            parking = await turns.parking(folded.state, RuntimeError("boom"))
            assert parking is not None
            self.log.put([parking.write(driver.stream, user)], parking.slot)
            return True
        for _ in range(self.chance.choice([1] * 19 + [2])):  # Now and then by two at once.
            await turns.move(folded.state, driver)
        self.log.pass_time(timedelta(seconds=1))
        return True

    async def _works(self) -> bool:
        new, self._seen = self.log.after(self._seen), len(self.log.all())
        self._unsent += [one for one in new if isinstance(one.event, ReplyReady)]
        self._done |= {
            one.event.call for one in new if isinstance(one.event, (ToolFinished, ToolFailed))
        }
        open_ = [
            one
            for one in new
            if isinstance(one.event, ToolRequested) and one.event_id not in self._done
        ]
        for request in open_:
            if service := self._services.get(request.event.owner):
                call = service.of(request)
                folded = await call.fold(request.stream, None)
                await call.move(folded.state, request)
        return bool(new)

    def _sends(self) -> None:
        """The gateway is late now and then: what is written before is no answer to a question."""
        left: list[Recorded[ReplyReady]] = []
        for one in self._unsent:
            if self.chance.random() < 0.2:
                left.append(one)
                continue
            sending = ReplySending(
                reply=one.event_id, part=0, parts=1, attempt=1, token=UUID(int=one.position)
            )
            write = Write(one.stream, [sending], UserId(UUID(str(one.user_id))))
            self.log.put([write], slots.claim(one.event_id, 0, 1))
        self._unsent = left


_OFFERS: list[ToolOffered] = []


def _offers(tools: Mapping[str, Sequence[Tool[Any]]]) -> list[ToolOffered]:
    """Made once: they say the same in every world."""
    if not _OFFERS:
        _OFFERS.extend(tool.offered(owner) for owner, own in tools.items() for tool in own)
    return _OFFERS
