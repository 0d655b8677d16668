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

from contracts.recorded import Message, Recorded
from taskflow.privacy.sealing import DataKey, MasterKey, sealed_payload
from tests.support import golden_stories, recording
from tests.support.golden_house import recorded

GOLDEN = Path(__file__).parent.parent / "golden"
MASTER = b"a master key of golden logs, 32b"


def accepted_beside(log: Path) -> dict[str, str]:
    """By event id: why today's code decides otherwise there, on purpose."""
    beside = log.with_name(f"{log.stem}.accepted.json")
    return json.loads(beside.read_text()) if beside.exists() else {}


@dataclass(frozen=True, slots=True)
class Writer:
    """Events as a release leaves them in its database, in its own versions."""

    keys: Mapping[UUID, DataKey]

    def message(self, one: Recorded[Any]) -> Message:
        key = self.keys.get(one.user_id) if one.user_id else None
        payload = sealed_payload(one.event, one.event_id, key)
        return Message(
            event_id=one.event_id,
            stream=one.stream,
            version=one.version,
            position=one.position,
            transaction_id=one.transaction_id,
            type=one.event.type,
            schema_version=one.event.version,
            user_id=one.user_id,
            payload=payload,
            cause=one.cause,
            correlation=one.correlation,
            trace=one.trace,
            recorded_at=one.recorded_at,
        )


async def record(path: Path) -> None:
    house = await recorded(golden_stories.everything)
    events = house.log.all()
    master = MasterKey(MASTER)
    users = sorted({one.user_id for one in events if one.user_id})
    made = {user: master.new_data_key(user) for user in users}
    writer = Writer({user: key for user, (key, _) in made.items()})
    messages = list(map(writer.message, events))
    wrapped = {
        user: None if user in golden_stories.FORGOTTEN else wrapped
        for user, (_, wrapped) in made.items()
    }
    recording.write(path, messages, MASTER, wrapped)
    print(f"{path}: {len(messages)} events of {len(users)} users")


if __name__ == "__main__":
    asyncio.run(record(GOLDEN / sys.argv[1] / "everything.jsonl"))
