"""The page of the phone, and what it asks for while a person uses it."""

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Annotated, Any

from fastapi import APIRouter
from pydantic import AfterValidator, Field
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response, StreamingResponse
from starlette.staticfiles import StaticFiles

from simulators.context import SimContext
from simulators.phone.address import is_address, is_hidden
from simulators.phone.pictures import on_phone
from simulators.phone.sharing import SID, Shared, Strict, again, place_of
from simulators.phone.store import Phone
from simulators.twilio.delivery import DeliveryReports
from simulators.twilio.inbound import Inbound, PhoneInput, api_url

STATIC = Path(__file__).parent / "static"
HEARTBEAT_SECONDS = 15
NO_BUTTON = "no message on a phone has such a button"
SAFE = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; "
    "img-src 'self'; media-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-cache",
    "X-Content-Type-Options": "nosniff",
}

PICTURE = {
    "Content-Security-Policy": "default-src 'none'; sandbox; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "private, max-age=86400",
    "X-Content-Type-Options": "nosniff",
}


def _is_a_user(value: str) -> str:
    if not is_address(value):
        raise ValueError("must be a number such as +15551230001, or an id such as US.1a2b3c")
    return value


UserAddress = Annotated[str, AfterValidator(_is_a_user)]


def _is_an_id(value: str) -> str:
    if not is_hidden(value):
        raise ValueError("must be an id such as US.1a2b3c")
    return value


BusinessScopedId = Annotated[str, AfterValidator(_is_an_id)]


class PhoneLook(Strict):
    user: UserAddress


class Met(Strict):
    user: UserAddress
    name: str = Field(min_length=1, max_length=60)
    bsuid: BusinessScopedId | None = None
    """Another one than the number's: the number has changed hands."""


class PhoneSend(Shared):
    user: UserAddress
    quotes: str | None = Field(default=None, pattern=SID)
    """The message that it answers."""


class Forwarded(Strict):
    user: UserAddress
    sid: str = Field(pattern=SID)


class PhonePress(Strict):
    """A button under the message with this sid."""

    sid: str = Field(pattern=SID)
    title: str = Field(min_length=1, max_length=1600)


class PhonePage:
    def __init__(self, context: SimContext, inbound: Inbound, deliveries: DeliveryReports) -> None:
        self._phone, self._inbound, self._deliveries = context.phone, inbound, deliveries
        self._copies = context.copies
        self._business = context.settings.business_address

    async def index(self) -> Response:
        return FileResponse(STATIC / "index.html", headers=SAFE)

    async def events(self) -> Response:
        return StreamingResponse(
            stream(self._phone, self._business), media_type="text/event-stream", headers=SAFE
        )

    async def picture(self, sid: str) -> Response:
        """Twilio's copy, or the phone's own, so that the page reaches no other server.

        A document is saved by the browser, and never shown in the page.
        """
        message = self._phone.get(sid)
        if message is None or not (message.has_picture or message.has_document or message.said):
            return Response(status_code=404, headers=SAFE)
        path = self._copies.path(on_phone(sid) if message.attached else sid)
        if path is None:
            return Response(status_code=404, headers=SAFE)
        shown_as = message.attached or message.media_type
        name = (message.file_name or "document") if message.has_document else None
        return FileResponse(path, media_type=shown_as, headers=PICTURE, filename=name)

    async def send(self, sent: PhoneSend, request: Request) -> dict[str, Any]:
        typed = PhoneInput(
            sent.user,
            sent.text(),
            file=sent.enclosed(),
            place=sent.where(),
            quotes=self._phone.get(sent.quotes) if sent.quotes else None,
            api=api_url(request),
        )
        return {"sid": (await self._inbound.receive(typed)).message.sid}

    async def forward(self, forwarded: Forwarded, request: Request) -> Response:
        """Into the one chat there is: as if it had come from somebody else."""
        message = self._phone.get(forwarded.sid)
        if message is None:
            return JSONResponse({"error": "no such message is on a phone"}, 404)
        file = again(message, self._copies)
        typed = PhoneInput(
            forwarded.user,
            message.body,
            file=file,
            place=place_of(message),
            forwarded=True,
            api=api_url(request),
        )
        return JSONResponse({"sid": (await self._inbound.receive(typed)).message.sid})

    async def press(self, pressed: PhonePress) -> Response:
        received = await self._inbound.press(pressed.sid, pressed.title)
        if received is None:
            return JSONResponse({"error": NO_BUTTON}, 404)
        return JSONResponse({"sid": received.message.sid})

    async def look(self, looked: PhoneLook) -> dict[str, Any]:
        return {"read": self._deliveries.show(looked.user)}

    async def meet(self, met: Met) -> dict[str, Any]:
        return self._phone.meet(met.user, met.name, met.bsuid or "").as_json()


async def stream(phone: Phone, business: str) -> AsyncIterator[str]:
    """Everything there is, then every change, as server-sent events."""
    with phone.subscribe() as changes:
        yield _event(
            {
                "business": business,
                "contacts": [contact.as_json() for contact in phone.contacts()],
                "messages": [message.as_json() for message in phone.all()],
            }
        )
        # A pending `anext` must outlive the heartbeat, or a change could be lost with it.
        upcoming = asyncio.ensure_future(anext(changes, None))
        try:
            while True:
                done, _ = await asyncio.wait({upcoming}, timeout=HEARTBEAT_SECONDS)
                if not done:
                    yield ": still here\n\n"
                elif (change := upcoming.result()) is None:
                    return
                else:
                    yield _event(change)
                    upcoming = asyncio.ensure_future(anext(changes, None))
        finally:
            upcoming.cancel()


def _event(change: dict[str, Any]) -> str:
    return f"data: {json.dumps(change)}\n\n"


def welcome(phone: Phone) -> None:
    """Somebody to write as, at the first start: one with a number, one who hides it."""
    if not phone.contacts():
        # A number that the German regulator keeps for fiction.
        phone.meet("+491713920012", "Ada")
        phone.meet("GB.5f1c9e7a2b", "Grace")


def build_router(context: SimContext, inbound: Inbound, deliveries: DeliveryReports) -> APIRouter:
    page = PhonePage(context, inbound, deliveries)
    context.resets.append(lambda: welcome(context.phone))
    router = APIRouter()
    router.add_api_route("/", page.index, methods=["GET"])
    router.add_api_route("/phone/events", page.events, methods=["GET"])
    router.add_api_route("/_media/{sid}", page.picture, methods=["GET"])
    router.add_api_route("/phone/messages", page.send, methods=["POST"])
    router.add_api_route("/phone/forwarded", page.forward, methods=["POST"])
    router.add_api_route("/phone/pressed", page.press, methods=["POST"])
    router.add_api_route("/phone/looked", page.look, methods=["POST"])
    router.add_api_route("/phone/contacts", page.meet, methods=["POST"], response_model=None)
    return router


def static_files() -> StaticFiles:
    return StaticFiles(directory=STATIC)
