"""What tests and curious people do behind the vendors' backs: JSON under /_sim."""

from dataclasses import asdict, replace
from typing import Any, Literal

from fastapi import APIRouter
from pydantic import Base64Bytes, Field, HttpUrl
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from simulators.context import SimContext
from simulators.faults import Fault, Vendor
from simulators.phone.message import ChatMessage
from simulators.phone.router import NO_BUTTON, PhonePress, UserAddress
from simulators.phone.sharing import Strict
from simulators.twilio.account import Account, AccountStatus, SenderStatus
from simulators.twilio.callbacks import Mode, Receipts
from simulators.twilio.delivery import DeliveryReports
from simulators.twilio.inbound import (
    Enclosed,
    Inbound,
    MapPlace,
    PhoneInput,
    Received,
    api_url,
    spoken,
)


class PhoneMessage(Strict):
    """`sid` sends an earlier message again; `repeat` sends as many copies at once."""

    from_: UserAddress = Field(alias="from")
    to: UserAddress | None = None
    """Which of the account's numbers; the first, where none is named."""
    body: str = Field(default="", max_length=4096)
    profile_name: str = Field(default="", max_length=60)
    sid: str | None = Field(default=None, pattern="^(SM|MM)[0-9a-f]{32}$")
    external_user_id: UserAddress | Literal[""] | None = None
    """Empty: Twilio sends none."""
    button_payload: str | None = Field(default=None, max_length=128)
    media_url: HttpUrl | None = None
    media_type: str | None = Field(default=None, max_length=100)
    file: Base64Bytes | None = Field(default=None, max_length=32 * 1024 * 1024)
    """In place of `media_url`: what Twilio serves, of the type `media_type`."""
    voice: str | None = Field(default=None, min_length=1, max_length=4096)
    """What is said in a voice note."""
    place: MapPlace | None = None
    forwarded: bool = False
    quotes: str | None = Field(default=None, pattern="^(SM|MM)[0-9a-f]{32}$")
    """The sid of the message that it answers."""
    repeat: int = Field(default=1, ge=1, le=500)


class FaultOrder(Strict):
    vendor: Vendor
    status: int | None = Field(default=None, description="0 cuts the connection")
    delay_ms: int = Field(default=0, ge=0, le=600_000)
    after_accept: bool = False
    count: int = Field(default=1, ge=1, le=1_000_000)
    retry_after: int | None = Field(default=None, ge=0)
    code: int | None = Field(default=None, description="the vendor's own error number")


class CallbackHabits(Strict):
    mode: Mode | None = None
    receipts: Receipts | None = None
    delay_ms: int | None = Field(default=None, ge=0, le=60_000)


class AccountStanding(Strict):
    """Of the account and of its registered sender."""

    account: AccountStatus = "active"
    sender: SenderStatus = "ONLINE"


class ForUser(Strict):
    user: UserAddress


class Window(ForUser):
    to: UserAddress | None = None
    """With which of the account's numbers; all of them, where none is named."""


class SideDoor:
    def __init__(
        self, context: SimContext, inbound: Inbound, deliveries: DeliveryReports, account: Account
    ) -> None:
        self._context, self._inbound, self._deliveries = context, inbound, deliveries
        self._account = account

    async def write(self, message: PhoneMessage, request: Request) -> dict[str, Any]:
        typed = PhoneInput(
            user=message.from_,
            body=message.body,
            to=message.to or "",
            profile_name=message.profile_name,
            bsuid=message.external_user_id or "",
            tells_id=message.external_user_id != "",
            button_payload=message.button_payload,
            media_url=str(message.media_url) if message.media_url else None,
            media_type=message.media_type,
            file=_file(message),
            api=api_url(request),
            place=message.place,
            forwarded=message.forwarded,
            quotes=self._context.phone.get(message.quotes) if message.quotes else None,
            sid=message.sid,
            copies=message.repeat,
        )
        return _answered(await self._inbound.receive(typed))

    async def press(self, pressed: PhonePress) -> Response:
        received = await self._inbound.press(pressed.sid, pressed.title)
        if received is None:
            return JSONResponse({"error": NO_BUTTON}, 404)
        return JSONResponse(_answered(received))

    async def chat(self, user: UserAddress) -> list[dict[str, Any]]:
        return [_shown(message) for message in self._context.phone.chat(user)]

    async def inbound(self) -> list[dict[str, Any]]:
        return [
            _shown(m) | {"user": m.user}
            for m in self._context.phone.all()
            if m.direction == "inbound"
        ]

    async def look(self, who: ForUser) -> dict[str, Any]:
        return {"read": self._deliveries.show(who.user)}

    async def close_window(self, who: Window) -> dict[str, Any]:
        self._context.phone.close_window(who.user, who.to)
        return {"user": who.user, "window": "closed"}

    async def accepted(self) -> list[dict[str, Any]]:
        outbound = (m for m in self._context.phone.all() if m.direction == "outbound")
        return [_accepted(message) for message in outbound]

    async def habits(self, change: CallbackHabits) -> dict[str, Any]:
        changes = change.model_dump(exclude_none=True)
        self._deliveries.habits = replace(self._deliveries.habits, **changes)
        return asdict(self._deliveries.habits)

    async def stand(self, standing: AccountStanding) -> dict[str, Any]:
        self._account.status, self._account.sender_status = standing.account, standing.sender
        return standing.model_dump()

    async def fault(self, order: FaultOrder) -> list[dict[str, Any]]:
        self._context.faults.add(Fault(**order.model_dump()))
        return await self.faults()

    async def faults(self) -> list[dict[str, Any]]:
        return [asdict(fault) for fault in self._context.faults.waiting()]

    async def clear_faults(self) -> list[dict[str, Any]]:
        self._context.faults.clear()
        return await self.faults()

    async def reset(self) -> dict[str, Any]:
        self._context.reset()
        return {"reset": True}


def _file(message: PhoneMessage) -> Enclosed | None:
    if message.voice:
        return spoken(message.voice)
    if message.file is None:
        return None
    return Enclosed(message.media_type or "application/octet-stream", message.file)


def _answered(received: Received) -> dict[str, Any]:
    """The sid under Twilio's name and ours; `webhook_status` is that of the first copy."""
    sid, answers = received.message.sid, received.answers
    return {
        "MessageSid": sid,
        "message_sid": sid,
        "sid": sid,
        "webhook_status": answers[0].status,
        "webhook_error": answers[0].error,
        "webhook_statuses": [answer.status for answer in answers],
    }


def _shown(message: ChatMessage) -> dict[str, Any]:
    return {
        "direction": message.direction,
        "body": message.body,
        "sid": message.sid,
        "status": message.tick,
        "at": message.at.isoformat(),
        "media_url": message.media_url,
        "media_type": message.media_type,
        "has_picture": message.has_picture,
        "template": message.template,
        "buttons": [asdict(button) for button in message.buttons],
        "opens": message.opens,
        **_place(message),
        "error_code": message.error_code,
        "webhook_status": message.webhook_status,
        "seen": message.seen,
    }


def _place(message: ChatMessage) -> dict[str, Any]:
    where = message.at_degrees
    return {"place": message.place, "at_degrees": where and [*where], "address": message.address}


def _accepted(message: ChatMessage) -> dict[str, Any]:
    return {
        "sid": message.sid,
        "to": message.to,
        "from": message.from_,
        "user": message.user,
        "body": message.body,
        "media_url": message.media_url,
        "media_type": message.media_type,
        "has_picture": message.has_picture,
        "template": message.template,
        "buttons": [asdict(button) for button in message.buttons],
        "opens": message.opens,
        **_place(message),
        "status": message.status,
        "error_code": message.error_code,
        "status_callback": message.status_callback,
        "at": message.at.isoformat(),
    }


def build_router(
    context: SimContext, inbound: Inbound, deliveries: DeliveryReports, account: Account
) -> APIRouter:
    door = SideDoor(context, inbound, deliveries, account)
    router = APIRouter(prefix="/_sim")
    router.add_api_route("/phone/messages", door.write, methods=["POST"])
    router.add_api_route("/phone/messages", door.chat, methods=["GET"])
    router.add_api_route("/phone/pressed", door.press, methods=["POST"])
    router.add_api_route("/phone/inbound", door.inbound, methods=["GET"])
    router.add_api_route("/phone/looked", door.look, methods=["POST"])
    router.add_api_route("/phone/window/close", door.close_window, methods=["POST"])
    router.add_api_route("/twilio/accepted", door.accepted, methods=["GET"])
    router.add_api_route("/twilio/callbacks", door.habits, methods=["POST"])
    router.add_api_route("/twilio/account", door.stand, methods=["POST"])
    router.add_api_route("/faults", door.fault, methods=["POST"])
    router.add_api_route("/faults", door.faults, methods=["GET"])
    router.add_api_route("/faults/clear", door.clear_faults, methods=["POST"])
    router.add_api_route("/reset", door.reset, methods=["POST"])
    return router
