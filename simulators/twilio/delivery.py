"""From TaskFlow to a person's phone: what happens to a message after its acceptance."""

import asyncio
from datetime import datetime
from typing import Any

import structlog

from simulators.context import SimContext
from simulators.phone.message import ChatMessage, Status
from simulators.twilio.callbacks import BackgroundTasks, Callbacks, Habits
from simulators.twilio.errors import DELIVERY_ERRORS, OUTSIDE_WINDOW, PROVIDER_ERROR
from simulators.twilio.media import MediaFetching
from simulators.twilio.validation import Order
from simulators.twilio.webhooks import WebhookSender
from taskflow.clock import new_id, utc_now

_log = structlog.get_logger()


class DeliveryReports:
    def __init__(
        self, context: SimContext, webhooks: WebhookSender, fetching: MediaFetching
    ) -> None:
        self.habits = Habits()
        self._faults, self._phone = context.faults, context.phone
        self._fetching, self._copies = fetching, context.copies
        self._tasks = BackgroundTasks()
        self._callbacks = Callbacks(context, webhooks, self._tasks)
        context.resets.append(self._forget)

    def accept(self, order: Order) -> ChatMessage:
        """From here on the message will reach the phone or fail, whatever the sender hears."""
        now = utc_now()
        self._phone.meet(order.user)
        message = self._phone.put(
            ChatMessage(
                sid=("MM" if order.media_url else "SM") + new_id().hex,
                direction="outbound",
                user=order.user,
                body=order.body,
                status="accepted" if order.messaging_service else "queued",
                at=now,
                updated=now,
                business=order.business,
                media_url=order.media_url,
                place=order.body if order.place else None,
                at_degrees=order.place and (order.place.latitude, order.place.longitude),
                address=order.place.label if order.place else "",
                messaging_service=order.messaging_service,
                template=order.content.sid if order.content else None,
                is_template=bool(order.content and order.content.is_template),
                buttons=order.content.buttons if order.content else (),
                opens=order.content.opens if order.content else None,
                status_callback=order.status_callback,
            )
        )
        fault = self._faults.take("twilio-delivery")
        failure = (fault.code or PROVIDER_ERROR) if fault else self._refusal(order, now)
        self._tasks.start(self._deliver(message.sid, failure))
        _log.debug("twilio.accepted", sid=message.sid, failure=failure)
        return message

    def _refusal(self, order: Order, now: datetime) -> int | None:
        is_open = self._phone.window_is_open(order.user, now, order.business)
        if order.content:
            return order.content.refusal(window_is_open=is_open)
        return None if is_open else OUTSIDE_WINDOW

    def resume(self) -> None:
        """Go on with what a stopped simulator had accepted."""
        for message in self._phone.all():
            if message.direction == "outbound" and message.status in {"accepted", "queued", "sent"}:
                self._tasks.start(self._deliver(message.sid, failure=None))

    def show(self, user: str) -> int:
        """The person looks at the chat: how many messages became read by it."""
        read = 0
        for message in self._phone.chat(user):
            if message.direction != "outbound" or message.seen or message.status != "delivered":
                continue
            self._phone.amend(message.sid, seen=True)
            if self.habits.receipts != "never":
                self._advance(message.sid, "read")
            read += 1
        return read

    async def stop(self) -> None:
        await self._tasks.cancel()

    async def _deliver(self, sid: str, failure: int | None) -> None:
        failure = failure or await self._fetch(sid)
        if failure:
            await self._pause()
            text = DELIVERY_ERRORS.get(failure, "Unknown error")
            self._advance(sid, "failed", sent_at=utc_now(), error_code=failure, error_message=text)
            return
        steps: tuple[Status, ...] = ("sent", "delivered")
        for status in steps:
            await self._pause()
            times = {"sent_at": utc_now()} if status == "sent" else {}
            self._advance(sid, status, **times)
        if self.habits.receipts == "always":
            await self._pause()
            self._advance(sid, "read")

    async def _fetch(self, sid: str) -> int | None:
        """Twilio's own copy of what is to be sent; an error's number when it cannot have one."""
        message = self._phone.get(sid)
        if message is None or message.media_url is None or message.media_kept:
            return None
        fetched = await self._fetching.fetch(message.media_url)
        if isinstance(fetched, int):
            return fetched
        self._copies.keep(sid, fetched.data)
        self._phone.amend(
            sid, media_type=fetched.content_type, media_kept=True, file_name=fetched.file_name
        )
        return None

    async def _pause(self) -> None:
        await asyncio.sleep(self.habits.delay_ms / 1000)

    def _advance(self, sid: str, status: Status, **changes: Any) -> None:
        moved = self._phone.advance(sid, status, utc_now(), **changes)
        if moved:
            self._callbacks.report(moved, self.habits.mode)

    def _forget(self) -> None:
        self._callbacks.forget()
        self.habits = Habits()
