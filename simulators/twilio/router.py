"""Twilio's REST API, as far as TaskFlow uses it; both of its hosts answer under /twilio."""

import base64
import binascii
import secrets

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response

from simulators.context import SimContext
from simulators.faults import CUT, Fault, Vendor, cut, linger
from simulators.phone.message import ChatMessage
from simulators.phone.pictures import on_phone
from simulators.settings import SimulatorSettings
from simulators.twilio.account import Account
from simulators.twilio.content import StoredContents
from simulators.twilio.delivery import DeliveryReports
from simulators.twilio.errors import TwilioError
from simulators.twilio.resource import (
    list_resource,
    media_list_resource,
    media_resource,
    media_sid,
    message_resource,
)
from simulators.twilio.validation import first, parse_form, validate

BYTES = "media-bytes"
"""Where the store behind Twilio answers, which knows no account."""
TYPING_SECONDS = 25
"""How long WhatsApp shows the indicator when no message ends it."""
ON_ITS_WAY = frozenset({"accepted", "queued"})
"""What Twilio has not handed over yet is not deleted (its error 20009)."""


class TwilioApi:
    def __init__(
        self,
        context: SimContext,
        deliveries: DeliveryReports,
        account: Account,
        contents: StoredContents,
    ) -> None:
        self._settings, self._faults = context.settings, context.faults
        self._phone, self._deliveries, self._contents = context.phone, deliveries, contents
        self._copies, self._account = context.copies, account

    async def create_message(self, request: Request, account: str) -> Response:
        form = parse_form(await request.body())
        self._admit(request, account)
        fault = self._faults.take("twilio")
        if fault and not fault.after_accept and (answer := await suffer(fault, request)):
            return answer
        order = validate(
            form,
            self._settings.senders,
            self._phone,
            self._contents,
            keeps_consent=bool(self._settings.taskflow_sim_messaging_service),
        )
        message = self._deliveries.accept(order)
        if fault and fault.after_accept and (answer := await suffer(fault, request)):
            return answer
        return JSONResponse(message_resource(message, account), 201)

    async def list_messages(self, request: Request, account: str) -> Response:
        self._admit(request, account)
        if answer := await self._fault(request, "twilio-list"):
            return answer
        return JSONResponse(list_resource(self._phone.at_twilio(), account, request.url.query))

    async def fetch_message(self, request: Request, account: str, sid: str) -> Response:
        message = await self._asked_for(request, account, sid)
        if isinstance(message, Response):
            return message
        return JSONResponse(message_resource(message, account))

    async def list_media(self, request: Request, account: str, sid: str) -> Response:
        message = await self._asked_for(request, account, sid)
        if isinstance(message, Response):
            return message
        return JSONResponse(media_list_resource(message, account))

    async def fetch_media(self, request: Request, account: str, sid: str, media: str) -> Response:
        message = await self._asked_for(request, account, sid)
        if isinstance(message, Response):
            return message
        if message.media_url is None or media != media_sid(message):
            raise TwilioError(20404, path_of(request))
        return JSONResponse(media_resource(message, account))

    async def show_media(self, request: Request, account: str, sid: str, media: str) -> Response:
        """Sends on to where the bytes lie, for as long as somebody who asked may take them."""
        message = await self._asked_for(request, account, sid, "twilio-media")
        if isinstance(message, Response):
            return message
        if not message.media_kept or media != media_sid(message):
            raise TwilioError(20404, path_of(request))
        path = f"{request.scope['root_path']}/twilio/{BYTES}/{self._account.token_of(sid)}/{sid}"
        return Response(status_code=307, headers={"Location": path})

    async def bytes_of_media(self, request: Request, token: str, sid: str) -> Response:
        """As the store behind Twilio: whoever has the address may take it, and nobody else."""
        if "Authorization" in request.headers:
            return Response("Only one auth mechanism allowed", 400, media_type="text/plain")
        message, path = self._phone.get(sid), self._copies.path(sid)
        is_theirs = secrets.compare_digest(token, self._account.token_of(sid))
        if message is None or path is None or not is_theirs:
            return Response("AccessDenied", 403, media_type="text/plain")
        return FileResponse(
            path, headers={"Content-Type": message.media_type or "binary/octet-stream"}
        )

    async def delete_message(self, request: Request, account: str, sid: str) -> Response:
        message = await self._asked_for(request, account, sid, "twilio-delete")
        if isinstance(message, Response):
            return message
        if message.status in ON_ITS_WAY:
            raise TwilioError(20009)
        self._copies.delete(on_phone(sid))
        self._phone.erase(sid)
        return Response(status_code=204)

    async def delete_media(self, request: Request, account: str, sid: str, media: str) -> Response:
        message = await self._asked_for(request, account, sid, "twilio-delete")
        if isinstance(message, Response):
            return message
        if message.media_url is None or media != media_sid(message):
            raise TwilioError(20404, path_of(request))
        self._copies.delete(sid)
        self._phone.amend(sid, media_url=None, media_type=None, media_kept=False)
        return Response(status_code=204)

    async def _asked_for(
        self, request: Request, account: str, sid: str, vendor: Vendor = "twilio-list"
    ) -> ChatMessage | Response:
        """The message, or what a fault answers in its place."""
        self._admit(request, account)
        if answer := await self._fault(request, vendor):
            return answer
        message = self._phone.get(sid)
        if message is None or self._phone.is_erased(sid):
            raise TwilioError(20404, path_of(request))
        return message

    async def show_typing(self, request: Request) -> Response:
        form = parse_form(await request.body())
        self._authenticate(request)
        if answer := await self._fault(request, "twilio-typing"):
            return answer
        if first(form, "channel").lower() != "whatsapp":
            raise TwilioError(20001, "channel")
        message = self._phone.get(first(form, "messageId"))
        if message is None or message.direction != "inbound":
            raise TwilioError(20404, first(form, "messageId"))
        self._phone.typing(message.user, TYPING_SECONDS)
        return JSONResponse({"success": True})

    async def fetch_account(self, request: Request, account: str) -> Response:
        self._admit(request, account)
        if answer := await self._fault(request, "twilio-account"):
            return answer
        return JSONResponse(self._account.resource())

    async def list_senders(self, request: Request) -> Response:
        self._authenticate(request)
        if answer := await self._fault(request, "twilio-account"):
            return answer
        channel = request.query_params.get("Channel", "")
        return JSONResponse(self._account.senders(channel, _own_url(request)))

    async def fetch_sender(self, request: Request, sid: str) -> Response:
        self._authenticate(request)
        if answer := await self._fault(request, "twilio-account"):
            return answer
        return JSONResponse(self._account.sender(sid, _own_url(request), path_of(request)))

    async def update_sender(self, request: Request, sid: str) -> Response:
        body = await request.body()
        self._authenticate(request)
        if answer := await self._fault(request, "twilio-account"):
            return answer
        changed = self._account.update(sid, _own_url(request), path_of(request), body)
        return JSONResponse(changed, 202)

    async def nothing_here(self, request: Request) -> Response:
        self._authenticate(request)
        raise TwilioError(20404, path_of(request))

    def _admit(self, request: Request, account: str) -> None:
        self._authenticate(request)
        if account != self._settings.twilio_account_sid:
            raise TwilioError(20404, path_of(request))

    def _authenticate(self, request: Request) -> None:
        if not is_authorized(request.headers.get("Authorization", ""), self._settings):
            raise TwilioError(20003)

    async def _fault(self, request: Request, vendor: Vendor) -> Response | None:
        fault = self._faults.take(vendor)
        return await suffer(fault, request) if fault else None


def is_authorized(header: str, settings: SimulatorSettings) -> bool:
    scheme, _, credentials = header.partition(" ")
    try:
        given = base64.b64decode(credentials, validate=True)
    except binascii.Error:
        return False
    token = settings.twilio_auth_token.get_secret_value()
    expected = f"{settings.twilio_account_sid}:{token}".encode()
    return scheme.lower() == "basic" and secrets.compare_digest(given, expected)


async def suffer(fault: Fault, request: Request) -> Response | None:
    """The faulty answer; None if the usual one is only late."""
    await linger(fault)
    if fault.status is None:
        return None
    if fault.status == CUT:
        await cut(request)
    return TwilioError.of(fault).response()


def path_of(request: Request) -> str:
    return request.url.path.removeprefix("/twilio")


def _own_url(request: Request) -> str:
    """Without the query."""
    return f"{request.url.scheme}://{request.url.netloc}{request.url.path}"


def build_router(
    context: SimContext, deliveries: DeliveryReports, account: Account, contents: StoredContents
) -> APIRouter:
    """Mounted at /twilio."""
    api = TwilioApi(context, deliveries, account, contents)
    router = APIRouter()
    messages = "/2010-04-01/Accounts/{account}/Messages"
    router.add_api_route(f"{messages}.json", api.create_message, methods=["POST"])
    router.add_api_route(f"{messages}.json", api.list_messages, methods=["GET"])
    router.add_api_route(messages + "/{sid}.json", api.fetch_message, methods=["GET"])
    router.add_api_route(messages + "/{sid}/Media.json", api.list_media, methods=["GET"])
    router.add_api_route(messages + "/{sid}/Media/{media}.json", api.fetch_media, methods=["GET"])
    router.add_api_route(messages + "/{sid}/Media/{media}", api.show_media, methods=["GET"])
    router.add_api_route(f"/{BYTES}/{{token}}/{{sid}}", api.bytes_of_media, methods=["GET"])
    router.add_api_route(messages + "/{sid}.json", api.delete_message, methods=["DELETE"])
    router.add_api_route(
        messages + "/{sid}/Media/{media}.json", api.delete_media, methods=["DELETE"]
    )
    router.add_api_route("/2010-04-01/Accounts/{account}.json", api.fetch_account, methods=["GET"])
    router.add_api_route("/v2/Channels/Senders", api.list_senders, methods=["GET"])
    router.add_api_route("/v2/Channels/Senders/{sid}", api.fetch_sender, methods=["GET"])
    router.add_api_route("/v2/Channels/Senders/{sid}", api.update_sender, methods=["POST"])
    router.add_api_route("/v2/Indicators/Typing.json", api.show_typing, methods=["POST"])
    router.add_api_route("/{path:path}", api.nothing_here, methods=["GET", "POST", "DELETE"])
    return router
