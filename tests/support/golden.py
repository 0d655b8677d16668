"""Records the golden log of a release: python -m tests.support.golden 0.1.0

A released one is never recorded again: it is what that release wrote.
"""

import asyncio
import json
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

from contracts.event import Json
from contracts.recorded import Message, Recorded
from taskflow.privacy.sealing import DataKey, MasterKey, sealed_payload
from tests.support import golden_stories, recording
from tests.support.golden_house import recorded
from tests.support.snapshots import ROOT

GOLDEN = Path(__file__).parent.parent / "golden"
MASTER = b"a master key of golden logs, 32b"
LATER = {"reply.ready": 2}
"""Of the events in old versions, the second half is of this one."""


@dataclass(frozen=True, slots=True)
class Writer:
    """Events as a release would have left them in its database."""

    keys: Mapping[UUID, DataKey]

    def message(self, one: Recorded[Any], version: int | None) -> Message:
        key = self.keys.get(one.user_id) if one.user_id else None
        payload = sealed_payload(one.event, one.event_id, key)
        return Message(
            event_id=one.event_id,
            stream=one.stream,
            version=one.version,
            position=one.position,
            transaction_id=one.transaction_id,
            type=one.event.type,
            schema_version=version or one.event.version,
            user_id=one.user_id,
            payload=_as_of(one.event.type, version, payload) if version else payload,
            cause=one.cause,
            correlation=one.correlation,
            trace=one.trace,
            recorded_at=one.recorded_at,
        )


def _as_of(type_: str, version: int, payload: Json) -> Json:
    """Only what that version's payloads had."""
    sample = json.loads((ROOT / "samples" / f"{type_}.v{version}.json").read_text())
    return {name: payload[name] for name in sample}


def _version(one: Recorded[Any], first_offers: int, half: int) -> int | None:
    if one.user_id == golden_stories.OLD:
        return LATER.get(one.event.type, 1) if one.version > half else 1
    return 1 if one.position <= first_offers else None


async def record(path: Path) -> None:
    house = await recorded(golden_stories.everything)
    events = house.log.all()
    master = MasterKey(MASTER)
    users = sorted({one.user_id for one in events if one.user_id})
    made = {user: master.new_data_key(user) for user in users}
    writer = Writer({user: key for user, (key, _) in made.items()})
    offers = next(n for n, one in enumerate(events) if one.user_id)
    old = [one for one in events if one.user_id == golden_stories.OLD]
    messages = [writer.message(one, _version(one, offers, len(old) // 2)) for one in events]
    wrapped = {
        user: None if user in golden_stories.FORGOTTEN else wrapped
        for user, (_, wrapped) in made.items()
    }
    recording.write(path, messages, MASTER, wrapped)
    print(f"{path}: {len(messages)} events of {len(users)} users")


if __name__ == "__main__":
    asyncio.run(record(GOLDEN / sys.argv[1] / "everything.jsonl"))
