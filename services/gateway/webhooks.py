"""What Twilio calls: a message is in the log before it is answered; nothing else is waited for."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import parse_qs
from uuid import UUID

import asyncpg
import structlog
from fastapi import APIRouter, Request, Response
from opentelemetry.trace import Span, SpanKind
from starlette.requests import ClientDisconnect

from contracts import slots, streams
from services.gateway.channels import inbound, statuses
from services.gateway.channels.inbound import Form, Unusable
from services.gateway.channels.signature import Callbacks, TooManyFields, is_twilios, parsed
from services.gateway.decider import FOLD
from services.gateway.settings import GatewaySettings
from taskflow.errors import Retryable, SealedForEver
from taskflow.log.appending import Appended, Write
from taskflow.log.event_log import Log
from taskflow.log.folds import Folds
from taskflow.privacy.vault import Vault
from taskflow.telemetry.tracing import failed, span

MAX_BODY = 64 * 1024
ANSWER_WITHIN = 4.5
"""Seconds: Twilio gives up at 15, and a 503 in time lets it try again or us back-fill."""
EMPTY_TWIML = '<?xml version="1.0" encoding="UTF-8"?><Response/>'

log = structlog.get_logger()


class Refusal(Exception):
    """An HTTP answer other than success."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status, self.reason = status, reason


@dataclass(frozen=True, slots=True)
class Intake:
    """Puts messages into the log: those of webhooks, and those that back-fill found."""

    log: Log
    vault: Vault

    async def take(self, form: Form) -> bool:
        """Whether it is new. Raises Unusable, or Retryable when the log is away."""
        received = inbound.message(form)
        user = await self.vault.user_for(inbound.addresses(form))
        write = Write(streams.conversation(user), [received], user)
        outcome = await self.log.append([write], slots.message(received.message_sid))
        return isinstance(outcome, Appended)


Work = Callable[[Request, Form], Awaitable[Response]]


class Webhooks:
    def __init__(
        self,
        settings: GatewaySettings,
        intake: Intake,
        folds: Folds,
        callbacks: Callbacks,
    ) -> None:
        self._settings, self._intake, self._folds = settings, intake, folds
        self._callbacks = callbacks

    def router(self) -> APIRouter:
        router = APIRouter()
        router.add_api_route("/webhook", self.receive, methods=["POST"])
        router.add_api_route("/webhook", self.validate, methods=["GET"])
        router.add_api_route("/webhook/status", self.status, methods=["POST"])
        return router

    async def validate(self) -> dict[str, str]:
        """For a person or a monitor that looks whether the address is right."""
        return {"taskflow": "Twilio's webhook: POST signed messages here"}

    async def receive(self, request: Request) -> Response:
        with span("POST /webhook", SpanKind.SERVER, attributes=_about("/webhook")) as serving:
            answer = await self._answered(request, self._take)
            _tell(serving, answer)
            return answer

    async def status(self, request: Request) -> Response:
        parent, since = _origin(parse_qs(request.url.query))
        with span(
            "POST /webhook/status",
            SpanKind.SERVER,
            parent=parent,
            since=since,
            attributes=_about("/webhook/status"),
        ) as serving:
            answer = await self._answered(request, self._note_status)
            _tell(serving, answer)
            return answer

    async def _answered(self, request: Request, work: Work) -> Response:
        try:
            async with asyncio.timeout(ANSWER_WITHIN):
                form = await self._verified(request)
                return await work(request, form)
        except Refusal as refusal:
            log.warning("webhook.refused", status=refusal.status, reason=refusal.reason)
            return Response(refusal.reason, refusal.status, media_type="text/plain")
        except Unusable as error:
            log.warning("webhook.unusable", reason=str(error))
            return Response(str(error), 400, media_type="text/plain")
        except (Retryable, TimeoutError, asyncpg.PostgresError) as error:
            log.warning("webhook.unavailable", error=type(error).__name__)
            return Response("try again", 503, {"Retry-After": "5"}, media_type="text/plain")
        except ClientDisconnect:
            return Response(status_code=400)

    async def _verified(self, request: Request) -> dict[str, list[str]]:
        """The form, once its signature over our public URL fits. Raises Refusal."""
        try:
            form = parsed(await _body(request))
        except TooManyFields as error:
            raise Refusal(413, str(error)) from error
        if inbound.SID.match(sid := inbound.first(form, "MessageSid")):
            structlog.contextvars.bind_contextvars(message_sid=sid)  # each request is a task
        if not self._settings.taskflow_check_signatures:
            return form
        url = f"{self._settings.public_url}{_target(request)}"
        signature = request.headers.get("X-Twilio-Signature", "")
        if not is_twilios(self._settings.tokens, url, form, signature):
            raise Refusal(403, "the signature does not fit; is PUBLIC_URL what Twilio calls?")
        return form

    async def _take(self, _request: Request, form: Form) -> Response:
        new = await self._intake.take(form)
        log.info("message.taken" if new else "message.repeated")
        return Response(EMPTY_TWIML, media_type="text/xml")

    async def _note_status(self, request: Request, form: Form) -> Response:
        user, told = self._told(parse_qs(request.url.query), form)
        stream = streams.conversation(user)
        lane = (await self._folds.fold(stream, FOLD)).state
        for decision in statuses.called_back(lane, told):
            write = Write(stream, decision.events, streams.user_of(stream))
            try:
                await self._intake.log.append([write], decision.slot)
            except SealedForEver:
                break
        log.debug("status.noted", status=told.status, reply=str(told.reply), part=told.part)
        return Response(status_code=204)

    def _told(
        self, query: Mapping[str, Sequence[str]], form: Form
    ) -> tuple[UUID, statuses.Callback]:
        try:
            user, reply = UUID(query["user"][0]), UUID(query["reply"][0])
            part, attempt = int(query["part"][0]), int(query["attempt"][0])
            mac = query["mac"][0]
        except (KeyError, ValueError) as error:
            raise Refusal(400, "this is not a callback address of ours") from error
        if not self._callbacks.fits(user, reply, part, attempt, mac):
            raise Refusal(403, "the callback's MAC does not fit")
        code = inbound.first(form, "ErrorCode")
        return user, statuses.Callback(
            reply=reply,
            part=part,
            attempt=attempt,
            message_sid=inbound.sid(form),
            status=inbound.first(form, "MessageStatus"),
            code=int(code) if code.isdecimal() else None,
        )


def _about(route: str) -> dict[str, str]:
    return {"http.request.method": "POST", "http.route": route}


def _tell(serving: Span, answer: Response) -> None:
    serving.set_attribute("http.response.status_code", answer.status_code)
    if answer.status_code >= 500:
        failed(serving, str(answer.status_code))


def _origin(query: Mapping[str, Sequence[str]]) -> tuple[str | None, datetime | None]:
    """The span that a callback's address was made in, and when: unchecked, and good for no more."""
    try:
        at = datetime.fromtimestamp(int(query["at"][0]), UTC)
        return query["trace"][0], at
    except (KeyError, ValueError, OverflowError, OSError):
        return None, None


def _target(request: Request) -> str:
    """Path and query as they came, still encoded; never the Host or what a proxy says of it."""
    path, query = request.scope["raw_path"].decode("latin-1"), request.scope["query_string"]
    return f"{path}?{query.decode('latin-1')}" if query else path


async def _body(request: Request) -> bytes:
    """At most MAX_BODY, whatever the headers say. Raises Refusal."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MAX_BODY:
            raise Refusal(413, f"a body of more than {MAX_BODY} bytes")
    return bytes(body)
