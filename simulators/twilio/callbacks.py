"""Status callbacks: signed, each on its own way, so they can be lost, doubled or swapped."""

import asyncio
from collections.abc import Coroutine
from dataclasses import dataclass
from typing import Any, Literal

import structlog

from simulators.context import SimContext
from simulators.faults import linger
from simulators.phone.message import WHATSAPP, ChatMessage
from simulators.twilio.resource import API_VERSION
from simulators.twilio.webhooks import Params, WebhookSender
from taskflow.clock import new_id

Mode = Literal["normal", "off", "reversed", "duplicated"]
Receipts = Literal["seen", "always", "never"]
"""When a message counts as read: once it was on the screen, once delivered, or never."""

_log = structlog.get_logger()


@dataclass(frozen=True)
class Habits:
    """How the carrier behaves; `delay_ms` lies between one status and the next."""

    mode: Mode = "normal"
    receipts: Receipts = "seen"
    delay_ms: int = 120


class BackgroundTasks:
    """Work nobody waits for; it ends with the simulator."""

    def __init__(self) -> None:
        self._running: set[asyncio.Task[None]] = set()

    def start(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._running.add(task)
        task.add_done_callback(self._running.discard)

    async def cancel(self) -> None:
        tasks = list(self._running)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


class Callbacks:
    def __init__(
        self, context: SimContext, webhooks: WebhookSender, tasks: BackgroundTasks
    ) -> None:
        self._context, self._webhooks, self._tasks = context, webhooks, tasks
        self._held: dict[str, ChatMessage] = {}

    def report(self, message: ChatMessage, mode: Mode) -> None:
        """Tell the sender's StatusCallback, if it gave one."""
        if not message.status_callback or mode == "off":
            return
        held = self._held.pop(message.sid, None)
        if mode == "reversed" and message.status == "sent":
            self._held[message.sid] = message
        elif mode == "duplicated":
            self._tasks.start(self._send(message))
            self._tasks.start(self._send(message))
        else:
            self._tasks.start(self._send(*[message, held] if held else [message]))

    def forget(self) -> None:
        self._held.clear()

    async def _send(self, *messages: ChatMessage) -> None:
        for message in messages:
            fault = self._context.faults.take("twilio-callbacks")
            await linger(fault)
            if fault and fault.status is not None:
                continue
            answer = await self._webhooks.post(
                message.status_callback or "", self._params(message), str(new_id())
            )
            _log.debug(
                "twilio.callback_answered",
                sid=message.sid,
                message_status=message.status,
                status=answer.status,
                error=answer.error,
            )

    def _params(self, message: ChatMessage) -> Params:
        params = {
            "SmsSid": message.sid,
            "SmsStatus": message.status,
            "MessageStatus": message.status,
            "ChannelToAddress": message.user,
            "To": message.to,
            "ChannelPrefix": WHATSAPP.removesuffix(":"),
            "MessageSid": message.sid,
            "AccountSid": self._context.settings.twilio_account_sid,
            "StructuredMessage": "false",
            "From": message.from_,
            "ApiVersion": API_VERSION,
            "ChannelInstallSid": "XE" + "0" * 32,
        }
        if message.messaging_service:
            params["MessagingServiceSid"] = message.messaging_service
        if message.status in {"delivered", "read"}:
            params["EventType"] = message.status.upper()
        if message.status == "delivered":
            params["RawDlrDoneDate"] = f"{message.updated:%y%m%d%H%M}"
        if message.error_code:
            params["ErrorCode"] = str(message.error_code)
            params["ErrorMessage"] = message.error_message or ""
            params["ChannelStatusMessage"] = message.error_message or ""
        return params
