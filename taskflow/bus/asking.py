"""One service asks another and waits for the answer: for what is no fact and needs no record.

Core NATS request-reply: nothing is stored, whoever serves the subject answers; a question that is
lost is asked again by whoever still needs it.
"""

import asyncio
from collections.abc import Awaitable, Callable

import nats.errors
import structlog
from nats.aio.client import Client
from nats.aio.msg import Msg
from opentelemetry.trace import SpanKind

from taskflow import failpoints
from taskflow.errors import SealedForEver, TaskFlowError, VendorUnavailable
from taskflow.telemetry.tracing import current_traceparent, failed, span

ROOT = "taskflow.ask"
REFUSED = "Taskflow-Refused"
"""Header of an answer that is none: an error's code."""

Answer = Callable[[bytes], Awaitable[bytes]]

log = structlog.get_logger()


def subject(of: str) -> str:
    return f"{ROOT}.{of}"


async def ask(client: Client, of: str, payload: bytes, timeout: float) -> bytes:  # noqa: ASYNC109 - NATS keeps it
    """Raises VendorUnavailable when nobody answers in time, or whoever was asked could not.

    SealedForEver when what the answer needs is sealed for ever.
    """
    with span(f"request {subject(of)}", SpanKind.CLIENT, attributes=_about(of, "request", "send")):
        trace = current_traceparent()
        headers = {"traceparent": trace} if trace else None
        try:
            async with failpoints.ASK_REQUEST:
                reply = await client.request(subject(of), payload, timeout, headers=headers)
        except (nats.errors.Error, TimeoutError, OSError) as error:
            raise VendorUnavailable(f"nobody answers {of!r} ({type(error).__name__})") from error
        refused = (reply.headers or {}).get(REFUSED)
        if refused == SealedForEver.code:
            raise SealedForEver(f"{of!r} asked for what is sealed for ever")
        if refused is not None:
            raise VendorUnavailable(f"{of!r} could not be answered ({refused})")
        return reply.data


async def serve(client: Client, of: str, queue: str, answer: Answer, *, at_once: int = 64) -> None:
    """Answers for ever, sharing the subject with whoever is in the same queue group.

    Whoever waits for a free place is answered late, or too late: it asks again.
    """
    places = asyncio.Semaphore(at_once)
    running: set[asyncio.Task[None]] = set()

    async def take(message: Msg) -> None:
        task = asyncio.create_task(_answer(client, of, message, answer, places))
        running.add(task)
        task.add_done_callback(running.discard)

    subscription = await client.subscribe(subject(of), queue, take)
    try:
        await asyncio.get_running_loop().create_future()
    finally:
        for task in running:
            task.cancel()
        if not client.is_closed:
            await subscription.unsubscribe()


async def _answer(
    client: Client, of: str, message: Msg, answer: Answer, places: asyncio.Semaphore
) -> None:
    parent = (message.headers or {}).get("traceparent")
    about = _about(of, "process", "process")
    with span(
        f"process {subject(of)}", SpanKind.CONSUMER, parent=parent, attributes=about
    ) as answering:
        headers: dict[str, str] | None = None
        try:
            async with places:
                data = await answer(message.data)
        except TaskFlowError as error:
            data, headers = b"", {REFUSED: error.code}
            failed(answering, error.code)
        except Exception as error:
            log.exception("ask.failed", of=of)
            data, headers = b"", {REFUSED: "error"}
            failed(answering, type(error).__name__)
        try:
            async with failpoints.ASK_ANSWER:
                await client.publish(message.reply, data, headers=headers)
        except (nats.errors.Error, OSError) as error:
            log.warning("ask.unanswered", of=of, error=type(error).__name__)


def _about(of: str, name: str, type_: str) -> dict[str, str]:
    return {
        "messaging.system": "nats",
        "messaging.operation.name": name,
        "messaging.operation.type": type_,
        "messaging.destination.name": subject(of),
    }
