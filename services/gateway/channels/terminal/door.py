"""Where `taskflow chat` comes in: on the inner port, where the terminal is on, by a pass."""

import hmac
from collections.abc import Awaitable, Callable, Sequence

import asyncpg
import structlog
from pydantic import ValidationError
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from contracts.conversation import MessageReceived
from services.gateway.channels.intake import Intake
from services.gateway.channels.terminal.forms import LookForm, SayForm
from services.gateway.channels.terminal.terminal import Terminal
from taskflow.errors import Retryable
from taskflow.foreign_text import storable
from taskflow.privacy.terminal_pass import MOST_BYTES, address_of, pass_of
from taskflow.process.request_body import BodyTooLarge, body_of

log = structlog.get_logger()

Answered = Callable[[Request], Awaitable[Response]]


class Door:
    def __init__(self, master_keys: Sequence[bytes], intake: Intake, terminal: Terminal) -> None:
        """A pass made with any of the keys opens."""
        self._passes = [pass_of(key) for key in master_keys]
        self._intake, self._terminal = intake, terminal

    def routes(self) -> list[Route]:
        return [
            Route("/terminal/said", self._guarded(self.said), methods=["POST"]),
            Route("/terminal/shown", self._guarded(self.shown), methods=["POST"]),
        ]

    async def said(self, request: Request) -> Response:
        form = SayForm.model_validate_json(await body_of(request, MOST_BYTES))
        text = storable(form.text)
        received = MessageReceived(
            message_ref=form.ref,
            channel="terminal",
            kind="text",
            text=text,
            profile_name=form.name,
        )
        with structlog.contextvars.bound_contextvars(message_ref=form.ref):
            new = await self._intake.take(received, [address_of(form.name)])
            log.info("message.taken" if new else "message.repeated")
        return JSONResponse({"new": new})

    async def shown(self, request: Request) -> Response:
        asked = LookForm.model_validate_json(await body_of(request, MOST_BYTES))
        found = await self._terminal.shown(address_of(asked.name), asked.conversation, asked.after)
        messages = [
            {"ref": message.message_ref, "text": message.body, "picture": message.media}
            for message in found.messages
        ]
        conversation = {"conversation": found.conversation, "version": found.version}
        return JSONResponse({**conversation, "messages": messages})

    def _guarded(self, answered: Answered) -> Answered:
        async def answer(request: Request) -> Response:
            if not self._opens(request.headers.get("Authorization", "")):
                log.warning("terminal.refused", status=403)
                return _plain_text(
                    403, "the pass does not fit; is TASKFLOW_MASTER_KEY the gateway's?"
                )
            try:
                return await answered(request)
            except ValidationError as error:
                first = error.errors(include_url=False, include_input=False)[0]
                where = ".".join(map(str, first["loc"])) or "the request"
                return _plain_text(400, f"{where}: {first['msg']}")
            except BodyTooLarge as error:
                return _plain_text(413, str(error))
            except (Retryable, TimeoutError, asyncpg.PostgresError) as error:
                log.warning("terminal.unavailable", error=type(error).__name__)
                return _plain_text(503, "the log does not answer; try again")
            except ClientDisconnect:
                return Response(status_code=400)

        return answer

    def _opens(self, authorization: str) -> bool:
        given = authorization.removeprefix("Bearer ").encode("utf-8", "replace")
        return any([hmac.compare_digest(pass_.encode(), given) for pass_ in self._passes])  # noqa: C419 - all, in constant time


def _plain_text(status: int, text: str) -> Response:
    return Response(text, status, media_type="text/plain")
