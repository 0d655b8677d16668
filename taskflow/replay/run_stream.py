"""A run's own stream on the bus: recorded events under taskflow.replay.<run>., and nowhere else.

The stream itself knows how far the run came: each message carries its place in the log.
"""

import asyncio
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, cast

import orjson
from nats.aio.client import Client
from nats.js.api import DiscardPolicy, RetentionPolicy, StorageType, StreamConfig
from nats.js.errors import APIError, NotFoundError

from contracts.recorded import Message
from taskflow import clock
from taskflow.bus import publishing, topology
from taskflow.bus.publishing import ATOMIC_FROM, ATOMIC_MAX, TIMEOUT, BusUnavailable
from taskflow.errors import Configuration, TaskFlowError
from taskflow.log.event_log import Cursor

ROOT: Final = "taskflow.replay"
KEPT_SECONDS = 7 * 24 * 3600.0
"""A run is looked at and done with; it can be published again."""
CURSOR = "Taskflow-Cursor"
"""Header of each message: its place in the log, as `transaction:position`."""
NAME = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,30}[a-z0-9])?")
ASKED = "asked"
"""In the stream's metadata: what of the log the run was begun for."""


class NotAReplay(TaskFlowError):
    """Somebody tried to publish outside the run's own subjects."""

    code = "not_a_replay"


@dataclass(frozen=True, slots=True)
class Begun:
    stream: str
    cursor: Cursor
    """Behind which the run goes on."""
    published: int
    """Messages that lie in it already."""
    asked: Mapping[str, str]
    """What the run was begun for; of a new one, what was asked now."""


class RunStream:
    """The only way of this package to the bus: it makes each subject itself."""

    def __init__(self, client: Client, run: str) -> None:
        """Raises Configuration for a name that is none."""
        if not NAME.fullmatch(run):
            raise Configuration(
                f"--run wants up to 32 of a-z, 0-9 and - such as demand-2, not {run!r}"
            )
        self._client, self._run = client, run
        self.name = f"REPLAY_{run}"

    @property
    def subjects(self) -> str:
        return f"{ROOT}.{self._run}.>"

    def subject(self, message: Message) -> str:
        """As on the live bus, under the run's root."""
        live = publishing.subject_of(message)
        return f"{ROOT}.{self._run}{live.removeprefix(topology.ROOT)}"

    async def begin(self, asked: Mapping[str, str]) -> Begun:
        """Makes the stream, or finds how far it came. Raises Configuration for another's run."""
        jetstream = self._client.jetstream()
        try:
            info = await jetstream.stream_info(self.name)
        except NotFoundError:
            info = await jetstream.add_stream(self._config(asked))
        begun_with: dict[str, str] = orjson.loads((info.config.metadata or {}).get(ASKED, "{}"))
        if not info.state.last_seq:
            return Begun(self.name, Cursor(), 0, begun_with)
        try:
            last = await jetstream.get_msg(self.name, info.state.last_seq)
        except NotFoundError:
            raise Configuration(
                f"run {self._run!r} is so old that its stream no longer knows how far it came; "
                "give the run another name"
            ) from None
        transaction, position = cast("str", (last.headers or {})[CURSOR]).split(":")
        cursor = Cursor(int(transaction), int(position))
        return Begun(self.name, cursor, info.state.messages, begun_with)

    def _config(self, asked: Mapping[str, str]) -> StreamConfig:
        return StreamConfig(
            name=self.name,
            description="Events of the past; nobody is woken by them.",
            subjects=[self.subjects],
            retention=RetentionPolicy.LIMITS,
            discard=DiscardPolicy.OLD,
            storage=StorageType.FILE,
            max_age=KEPT_SECONDS,
            duplicate_window=topology.DUPLICATE_WINDOW_SECONDS,
            allow_direct=True,
            allow_atomic=True,
            metadata={ASKED: orjson.dumps(dict(asked)).decode()},
        )

    async def publish(self, messages: Sequence[Message]) -> None:
        """Stores them in this order. Raises BusUnavailable or nats errors."""
        for start in range(0, len(messages), ATOMIC_MAX):
            page = messages[start : start + ATOMIC_MAX]
            if len(page) < ATOMIC_FROM:
                await self._singly(page)
            else:
                await self._atomically(page)

    async def _singly(self, messages: Sequence[Message]) -> None:
        for message in messages:
            await self._request(self.subject(message), _body(message), _headers(message))

    async def _atomically(self, messages: Sequence[Message]) -> None:
        batch = str(clock.new_id())
        for number, message in enumerate(messages, start=1):
            subject = self._ours(self.subject(message))
            headers = {
                **_headers(message),
                "Nats-Batch-Id": batch,
                "Nats-Batch-Sequence": str(number),
            }
            if number < len(messages):
                await self._client.publish(subject, _body(message), headers=headers)
                await asyncio.sleep(0)
            else:
                await self._request(
                    subject, _body(message), {**headers, "Nats-Batch-Commit": "1"}, len(messages)
                )

    async def _request(
        self, subject: str, body: bytes, headers: dict[str, str], count: int | None = None
    ) -> None:
        reply = await self._client.request(
            self._ours(subject), body, timeout=TIMEOUT, headers=headers
        )
        answer = orjson.loads(reply.data)
        if "error" in answer:
            raise APIError.from_error(answer["error"])
        if answer.get("stream") != self.name or (count and answer.get("count") != count):
            raise BusUnavailable(f"a page for {self.name} was not stored there as it is")

    def _ours(self, subject: str) -> str:
        if not subject.startswith(f"{ROOT}.{self._run}."):
            raise NotAReplay(f"a replay publishes under {ROOT}.{self._run}, not to {subject}")
        return subject


def _body(message: Message) -> bytes:
    return message.model_dump_json().encode()


def _headers(message: Message) -> dict[str, str]:
    """The trace is left out: nothing that is done with a copy belongs to it."""
    return {
        "Nats-Msg-Id": str(message.event_id),
        CURSOR: f"{message.transaction_id}:{message.position}",
    }
