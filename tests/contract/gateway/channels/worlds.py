"""The world around each channel, as the contract suite sees it."""

from base64 import b64encode
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, Protocol
from uuid import UUID, uuid4

import aiohttp
from pydantic import SecretStr

from contracts import slots, streams
from contracts.conversation import MessageReceived, ReplyReady
from contracts.event import Event
from contracts.recorded import Recorded
from contracts.replies import ReplySending
from contracts.streams import UserId
from services.gateway.channels.channel import Channel, Outgoing
from services.gateway.channels.intake import Intake
from services.gateway.channels.terminal.terminal import Terminal
from services.gateway.channels.twilio.twilio import Twilio
from services.gateway.saying.parts import parts_of
from services.gateway.settings import GatewaySettings
from simulators.settings import SimulatorSettings
from taskflow import clock
from taskflow.log.appending import Write
from taskflow.log.snapshots import Folds
from taskflow.postgres.database import DatabaseUnavailable
from taskflow.privacy.terminal_pass import address_of
from tests.contract.simulators.twilio.world import (
    ACCOUNT,
    ADA,
    NUMBER,
    SENDER,
    TOKEN,
    Application,
    serve_application,
    serve_simulator,
)
from tests.support.memory_log import MemoryLog
from tests.support.vault_of_one import VaultOfOne


class World(Protocol):
    channel: Channel
    address: str
    """Of somebody who wrote to us already."""

    async def outgoing(self, text: str) -> Outgoing:
        """A first attempt that may be sent; its text is what the lane makes of this one."""
        ...

    async def busy(self) -> Outgoing:
        """An attempt that the channel refuses for now."""
        ...

    async def refusing(self) -> Outgoing:
        """An attempt that the channel refuses for good."""
        ...

    async def losing_its_answer(self, text: str) -> Outgoing:
        """An attempt that the channel takes, without a word of it."""
        ...

    async def write(self, text: str) -> str:
        """A person writes to us; the message's reference."""
        ...


class TwilioWorld:
    """Twilio as it is simulated."""

    address = ADA

    def __init__(self, channel: Channel, sim: str, http: aiohttp.ClientSession) -> None:
        self.channel, self._sim, self._http = channel, sim, http

    async def outgoing(self, text: str) -> Outgoing:
        return Outgoing(UserId(uuid4()), self.address, text, uuid4())

    async def busy(self) -> Outgoing:
        await self._fault(status=429, code=20429)
        return await self.outgoing("later")

    async def refusing(self) -> Outgoing:
        await self._fault(status=400, code=21211)
        return await self.outgoing("never")

    async def losing_its_answer(self, text: str) -> Outgoing:
        await self._fault(status=500, after_accept=True)
        return await self.outgoing(text)

    async def write(self, text: str) -> str:
        typed = {"from": NUMBER, "body": text}
        return (await self._do("/_sim/phone/messages", **typed))["MessageSid"]

    async def _fault(self, **fault: Any) -> None:
        await self._do("/_sim/faults", vendor="twilio", **fault)

    async def _do(self, path: str, **body: Any) -> Any:
        async with self._http.post(self._sim + path, json=body) as answer:
            assert answer.status == 200, await answer.text()
            return await answer.json()


@asynccontextmanager
async def twilio(home: Path) -> AsyncIterator[World]:
    app = Application()
    async with serve_application(app):
        simulated = SimulatorSettings.load(
            _env_file=None,
            taskflow_home=home,
            twilio_account_sid=ACCOUNT,
            twilio_auth_token=TOKEN,
            twilio_whatsapp_from=SENDER,
            taskflow_sim_webhook_url=f"{app.url}/webhook",
            public_url=app.url,
        )
        async with serve_simulator(simulated) as sim, aiohttp.ClientSession() as http:
            settings = GatewaySettings.model_construct(
                twilio_account_sid=ACCOUNT,
                twilio_auth_token=SecretStr(TOKEN),
                twilio_whatsapp_from=SENDER,
                twilio_api_url=f"{sim}/twilio",
                taskflow_master_key=SecretStr(b64encode(b"k" * 32).decode()),
                public_url=app.url,
            )
            channel = Twilio(settings)
            world = TwilioWorld(channel, sim, http)
            await world.write("hello")
            yield world
            await channel.close()


class _Log(MemoryLog):
    """Answers nothing once it is told so, when an event is looked for."""

    silent = False

    async def find(self, event_id: UUID) -> Recorded[Any] | None:
        if self.silent:
            self.silent = False
            raise DatabaseUnavailable("no answer")
        return await super().find(event_id)


class TerminalWorld:
    """The log is all there is of a terminal."""

    address = address_of("ada")

    def __init__(self) -> None:
        self._log, self._vault = _Log(), VaultOfOne(self.address)
        nobodys: Any = None
        self.channel: Channel = Terminal(self._log, self._vault, nobodys)
        self._intake = Intake(self._log, self._vault, Folds(self._log, None))

    async def outgoing(self, text: str) -> Outgoing:
        message = await self._unclaimed(text)
        claim = ReplySending(reply=message.reply, part=0, parts=1, attempt=1, token=uuid4())
        await self._append(claim, slots.claim(message.reply, 0, 1))
        return message

    async def busy(self) -> Outgoing:
        return await self._unclaimed("later")

    async def refusing(self) -> Outgoing:
        message = await self._unclaimed("never")
        return replace(message, address="whatsapp:+15551230001")

    async def losing_its_answer(self, text: str) -> Outgoing:
        message = await self.outgoing(text)
        self._log.silent = True
        return message

    async def write(self, text: str) -> str:
        ref = f"TM{uuid4().hex}"
        self._log.now = clock.utc_now()
        told = MessageReceived(message_ref=ref, channel="terminal", kind="text", text=text)
        assert await self._intake.take(told, [self.address])
        return ref

    async def _unclaimed(self, text: str) -> Outgoing:
        ready = await self._append(ReplyReady(turn=None, kind="answer", text=text), uuid4())
        (part,) = parts_of(text, below_a_picture=False)
        return Outgoing(self._vault.user, self.address, part, ready.event_id)

    async def _append(self, event: Event, slot: UUID) -> Recorded[Any]:
        self._log.now = clock.utc_now()
        write = Write(streams.conversation(self._vault.user), [event], self._vault.user)
        return (await self._log.append([write], slot)).events[0]


@asynccontextmanager
async def terminal(_home: Path) -> AsyncIterator[World]:
    world = TerminalWorld()
    await world.write("hello")
    yield world


WORLDS = {"twilio": twilio, "terminal": terminal}
