"""What Twilio calls: a message is in the log before it is answered; nothing else is waited for."""

import asyncio
from collections.abc import Awaitable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, TypeVar
from urllib.parse import parse_qs
from uuid import UUID

import asyncpg
import structlog
from fastapi import APIRouter, Request, Response
from opentelemetry.trace import Span, SpanKind
from starlette.requests import ClientDisconnect

from services.gateway.channels import statuses
from services.gateway.channels.heard import AnotherMessage, StatusNotes
from services.gateway.channels.intake import Intake
from services.gateway.channels.links import CallbackLinks
from services.gateway.channels.twilio import inbound
from services.gateway.channels.twilio.forms import (
    ALWAYS_WITH_A_MESSAGE,
    ALWAYS_WITH_A_STATUS,
    Form,
    InboundForm,
    StatusForm,
    TwilioForm,
    Unusable,
    inbound_form,
    status_form,
)
from services.gateway.channels.twilio.signature import is_twilios
from services.gateway.channels.twilio.urlencoded import NotText, TooManyFields, parsed
from services.gateway.settings import GatewaySettings
from taskflow.errors import Retryable
from taskflow.process.request_body import BodyTooLarge, body_of
from taskflow.telemetry.tracing import failed, span

MAX_BODY = 64 * 1024
ANSWER_WITHIN = 4.5
"""Seconds: Twilio gives up at 15, and a 503 in time lets it try again or us back-fill."""
FORM = "application/x-www-form-urlencoded"
MAX_QUERY = 2048
"""Characters; a callback's address of ours has about 300."""
EMPTY_TWIML = '<?xml version="1.0" encoding="UTF-8"?><Response/>'

log = structlog.get_logger()


class Refusal(Exception):
    """An HTTP answer other than success."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status, self.reason = status, reason


@dataclass(frozen=True, slots=True)
class Checked:
    """A status callback whose signature and MAC are right."""

    user: UUID
    callback: statuses.Callback
    trace: str | None
    since: datetime | None


T = TypeVar("T")


class Webhooks:
    def __init__(
        self,
        settings: GatewaySettings,
        intake: Intake,
        heard: StatusNotes,
        callbacks: CallbackLinks,
    ) -> None:
        self._settings, self._intake, self._heard = settings, intake, heard
        self._callbacks = callbacks

    def router(self) -> APIRouter:
        router = APIRouter()
        message = _takes(InboundForm, ALWAYS_WITH_A_MESSAGE)
        status = _takes(StatusForm, ALWAYS_WITH_A_STATUS)
        router.add_api_route("/webhook", self.receive, methods=["POST"], openapi_extra=message)
        router.add_api_route("/webhook", self.validate, methods=["GET"])
        router.add_api_route("/webhook/status", self.status, methods=["POST"], openapi_extra=status)
        return router

    async def validate(self) -> dict[str, str]:
        """For a person or a monitor that looks whether the address is right."""
        return {
            "taskflow": "Twilio's webhook: POST signed messages here",
            "url": f"{self._settings.public_url}/webhook",
        }

    async def receive(self, request: Request) -> Response:
        until = _deadline()
        with span("POST /webhook", SpanKind.SERVER, attributes=_about("/webhook")) as serving:
            answer = await _answered(self._take(request), until)
            _tell(serving, answer)
            return answer

    async def status(self, request: Request) -> Response:
        """Only a sender who is known may say to which trace this belongs."""
        until = _deadline()
        checked = await _answered(self._checked(request), until)
        parent, since = (
            (checked.trace, checked.since) if isinstance(checked, Checked) else (None, None)
        )
        with span(
            "POST /webhook/status",
            SpanKind.SERVER,
            parent=parent,
            since=since,
            attributes=_about("/webhook/status"),
        ) as serving:
            if isinstance(checked, Checked):
                answer = await _answered(self._note(checked), until)
            else:
                answer = checked
            _tell(serving, answer)
            return answer

    async def _verified(self, request: Request) -> Form:
        """The form, once its signature over our public URL fits. Raises Refusal."""
        if _content_type(request) != FORM:
            raise Refusal(415, f"Content-Type is not {FORM}; Twilio posts a form")
        try:
            form = parsed(await body_of(request, MAX_BODY))
        except (BodyTooLarge, TooManyFields) as error:
            raise Refusal(413, str(error)) from error
        except NotText as error:
            raise Refusal(400, str(error)) from error
        if not self._settings.taskflow_check_signatures:
            return form
        url = f"{self._settings.public_url}{_target(request)}"
        signature = request.headers.get("X-Twilio-Signature", "")
        if not is_twilios(self._settings.tokens, url, form, signature):
            raise Refusal(403, "the signature does not fit; is PUBLIC_URL what Twilio calls?")
        return form

    def _of_our_account(self, account_sid: str) -> None:
        if account_sid != self._settings.twilio_account_sid:
            raise Refusal(403, "parameter AccountSid is not ours; is TWILIO_ACCOUNT_SID right?")

    async def _take(self, request: Request) -> Response:
        form = inbound_form(await self._verified(request))
        self._of_our_account(form.account_sid)
        structlog.contextvars.bind_contextvars(message_ref=form.message_sid)  # a task a request
        new = await self._intake.take(
            inbound.message(form), inbound.addresses(form), inbound.marked(form)
        )
        log.info("message.taken" if new else "message.repeated")
        if form.to and form.to not in self._settings.senders:
            log.warning("message.to_another_sender", remedy="add it to TWILIO_WHATSAPP_FROM")
        return Response(EMPTY_TWIML, media_type="text/xml")

    async def _checked(self, request: Request) -> Checked:
        """Raises Refusal, Unusable."""
        form = status_form(await self._verified(request))
        self._of_our_account(form.account_sid)
        query = parse_qs(request.scope["query_string"][:MAX_QUERY].decode("latin-1"))
        try:
            user, reply = UUID(query["user"][0]), UUID(query["reply"][0])
            part, attempt = _small(query["part"][0]), _small(query["attempt"][0])
            mac = query["mac"][0]
        except (KeyError, ValueError) as error:
            raise Refusal(400, "this is not a callback address of ours") from error
        if not self._callbacks.fits(user, reply, part, attempt, mac):
            raise Refusal(403, "the callback's MAC does not fit")
        callback = statuses.Callback(
            reply=reply,
            part=part,
            attempt=attempt,
            message_ref=form.message_sid,
            status=form.message_status,
            code=form.error_code,
        )
        return Checked(user, callback, *_origin(query))

    async def _note(self, checked: Checked) -> Response:
        callback = checked.callback
        structlog.contextvars.bind_contextvars(message_ref=callback.message_ref)  # a task a request
        await self._heard.note(checked.user, callback)
        log.debug(
            "status.noted", status=callback.status, reply=str(callback.reply), part=callback.part
        )
        return Response(status_code=204)


def _takes(form: type[TwilioForm], always: Sequence[str]) -> dict[str, Any]:
    """An operation's body, for whoever reads its schema or makes requests of it."""
    schema = {**form.model_json_schema(), "required": list(always)}
    return {"requestBody": {"required": True, "content": {FORM: {"schema": schema}}}}


def _deadline() -> float:
    return asyncio.get_running_loop().time() + ANSWER_WITHIN


async def _answered(work: Awaitable[T], until: float) -> T | Response:
    """What the work comes to, or the answer to what is wrong with the request or with us."""
    try:
        async with asyncio.timeout_at(until):
            return await work
    except Refusal as refusal:
        log.warning("webhook.refused", status=refusal.status, reason=refusal.reason)
        return Response(refusal.reason, refusal.status, media_type="text/plain")
    except AnotherMessage as error:
        log.warning("webhook.refused", status=403, reason=str(error))
        return Response(str(error), 403, media_type="text/plain")
    except Unusable as error:
        log.warning("webhook.unusable", reason=str(error))
        return Response(str(error), 400, media_type="text/plain")
    except (Retryable, TimeoutError, asyncpg.PostgresError) as error:
        log.warning("webhook.unavailable", error=type(error).__name__)
        return Response("try again", 503, {"Retry-After": "5"}, media_type="text/plain")
    except ClientDisconnect:
        return Response(status_code=400)


def _content_type(request: Request) -> str:
    return request.headers.get("Content-Type", "").partition(";")[0].strip().lower()


def _small(text: str) -> int:
    """Of an address of ours, whose numbers have few digits. Raises ValueError."""
    if not (text.isascii() and text.isdigit() and len(text) <= 4):
        raise ValueError("not a part or an attempt")
    return int(text)


def _about(route: str) -> dict[str, str]:
    return {"http.request.method": "POST", "http.route": route}


def _tell(serving: Span, answer: Response) -> None:
    serving.set_attribute("http.response.status_code", answer.status_code)
    if answer.status_code >= 500:
        failed(serving, str(answer.status_code))


def _origin(query: Mapping[str, Sequence[str]]) -> tuple[str | None, datetime | None]:
    """The span that a callback's address was made in, and when."""
    try:
        at = datetime.fromtimestamp(int(query["at"][0][:20]), UTC)
        return query["trace"][0], at
    except (KeyError, ValueError, OverflowError, OSError):
        return None, None


def _target(request: Request) -> str:
    """Path and query as they came, still encoded; never the Host or what a proxy says of it."""
    path, query = request.scope["raw_path"].decode("latin-1"), request.scope["query_string"]
    return f"{path}?{query.decode('latin-1')}" if query else path
