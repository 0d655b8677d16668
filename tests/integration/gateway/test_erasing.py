"""A user is forgotten, and Twilio keeps nothing of theirs either."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from contracts.conversation import ReplyReady, UserForgotten
from contracts.replies import ReplyDelivered, ReplyRead, ReplySent
from services.gateway.channels.erasing import exchanged
from services.gateway.channels.twilio.twilio import Twilio
from taskflow.forgetting.erasure import Forgetting
from taskflow.log.event_log import EventLog
from taskflow.privacy.vault import Vault
from taskflow.process.service import Runtime
from tests.contract.simulators.twilio.world import NUMBER, SDK_IS_BEHIND_AIOHTTP
from tests.integration.gateway.conftest import House
from tests.support.events import message
from tests.support.eventually import eventually
from tests.support.story import USER, Story

pytestmark = [pytest.mark.integration, SDK_IS_BEHIND_AIOHTTP]
BESIDE = "+15551230002"


async def told(house: House, runtime: Runtime) -> None:
    """Ada and one beside her wrote, and Ada was answered."""
    await house.do("/_sim/twilio/callbacks", delay_ms=0)
    await house.do("/_sim/phone/messages", **{"from": BESIDE, "body": "from beside"})
    await house.say("an answer of ours")
    await eventually(lambda: house.events("reply.delivered"))


async def at_twilio(house: House) -> set[str]:
    twilio = Twilio(house.settings)
    try:
        listed = await twilio.received_since(datetime(2020, 1, 1, tzinfo=UTC))
        sent = await twilio.sent_to(f"whatsapp:{NUMBER}", datetime(2020, 1, 1, tzinfo=UTC))
    finally:
        await twilio.close()
    return {one.body for one in [*listed, *sent]}


async def forget(runtime: Runtime, house: House, event_log: EventLog, vault: Vault) -> None:
    await Forgetting(runtime.pool, vault, event_log).forget(await house.user())


def journal(house: House, tmp_path: Path) -> str:
    return (tmp_path / "sim" / "simulators" / "phone.jsonl").read_text("utf-8")


async def test_who_is_forgotten_is_forgotten_at_twilio(
    house: House, runtime: Runtime, event_log: EventLog, vault: Vault, tmp_path: Path
) -> None:
    await told(house, runtime)
    assert await at_twilio(house) == {"hello", "from beside", "an answer of ours"}

    await forget(runtime, house, event_log, vault)

    async def only_beside() -> bool:
        return await at_twilio(house) == {"from beside"}

    await eventually(only_beside)
    assert NUMBER not in journal(house, tmp_path)
    assert BESIDE in journal(house, tmp_path)


@pytest.mark.parametrize("fault", [{"status": 503}, {"status": 0}, {"status": 429, "code": 20429}])
async def test_what_twilio_does_not_delete_now_it_deletes_later(
    house: House, runtime: Runtime, event_log: EventLog, vault: Vault, fault: dict[str, int]
) -> None:
    await told(house, runtime)
    await house.fault("twilio-delete", count=2, **fault)

    await forget(runtime, house, event_log, vault)

    async def only_beside() -> bool:
        return await at_twilio(house) == {"from beside"}

    await eventually(only_beside, seconds=20)


async def test_what_is_still_on_its_way_is_deleted_once_it_arrived(
    house: House, runtime: Runtime, event_log: EventLog, vault: Vault
) -> None:
    await house.do("/_sim/twilio/callbacks", delay_ms=700)
    await house.say("slow")
    await eventually(lambda: house.events("reply.sent"))

    await forget(runtime, house, event_log, vault)

    async def nothing() -> bool:
        return await at_twilio(house) == set()

    await eventually(nothing, seconds=20)


def test_a_conversation_names_every_message_once() -> None:
    told = Story()
    told.tell(message("hi", sid="SM1"))
    told.tell(message("", kind="media", sid="MM2"))
    (alert,) = told.tell(ReplyReady(turn=None, kind="alert", text="65", picture=USER))
    sent = {"reply": alert.event_id, "part": 0, "message_ref": "MM3"}
    told.tell(ReplySent(**sent, attempt=1, known_by="response"), ReplyRead(**sent))
    (plain,) = told.tell(ReplyReady(turn=None, kind="answer", text="65"))
    (data,) = told.tell(ReplyReady(turn=None, kind="answer", text="Here", document=USER))
    told.tell(ReplySent(reply=data.event_id, part=1, message_ref="MM5", attempt=1, known_by="list"))
    # Only assumed to be gone: its SID is told by what became of it.
    told.tell(ReplyDelivered(reply=plain.event_id, part=0, message_ref="SM4"), UserForgotten())

    media = {"MM2": True, "MM3": True, "MM5": True}
    assert exchanged(told.events) == {"SM1": False, **media, "SM4": False}
