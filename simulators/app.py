"""The simulators of every vendor, wired into one process."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from simulators import side_door
from simulators.context import SimContext
from simulators.faults import Faults
from simulators.gemini import router as gemini
from simulators.gemini import side_door as gemini_side_door
from simulators.hosts import OwnNames
from simulators.phone import router as phone_page
from simulators.phone.journal import Journal
from simulators.phone.pictures import Copies
from simulators.phone.store import Phone
from simulators.serpapi import router as serpapi
from simulators.server import SimulatorServer, listen, quiet_signals
from simulators.settings import SimulatorSettings
from simulators.shop import router as shop
from simulators.shop import side_door as shop_side_door
from simulators.twilio import router as twilio
from simulators.twilio.account import Account
from simulators.twilio.content import StoredContents
from simulators.twilio.content_review import Review
from simulators.twilio.content_router import build_content_router
from simulators.twilio.content_side_door import build_side_door as build_content_side_door
from simulators.twilio.delivery import DeliveryReports
from simulators.twilio.errors import TwilioError
from simulators.twilio.inbound import Inbound
from simulators.twilio.media import MediaFetching
from simulators.twilio.webhooks import WebhookSender
from taskflow.telemetry import logs


def build_app(settings: SimulatorSettings) -> FastAPI:
    home = settings.taskflow_home / "simulators"
    phone, copies = Phone(Journal(home / "phone.jsonl")), Copies(home / "media")
    context = SimContext(settings, Faults(), phone, copies)
    webhooks = WebhookSender(settings.twilio_auth_token.get_secret_value())
    fetching = MediaFetching(settings)
    account = Account(settings)
    context.resets.append(account.forget)
    contents = StoredContents(Journal(home / "contents.jsonl"))
    context.resets.append(contents.clear)
    review = Review(context, contents)
    inbound = Inbound(context, webhooks, account)
    deliveries = DeliveryReports(context, webhooks, fetching)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncGenerator[None]:
        await webhooks.open()
        await fetching.open()
        phone_page.welcome(context.phone)
        deliveries.resume()
        review.resume()
        yield
        await deliveries.stop()
        await review.stop()
        await webhooks.close()
        await fetching.close()
        context.phone.close()
        contents.close()

    app = FastAPI(
        title="TaskFlow simulators",
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        lifespan=lifespan,
    )
    app.state.context = context
    app.add_middleware(OwnNames, settings.hosts)
    app.include_router(phone_page.build_router(context, inbound, deliveries))
    app.include_router(side_door.build_router(context, inbound, deliveries, account))
    app.include_router(gemini_side_door.build_side_door(context))
    app.include_router(build_content_side_door(contents, review))
    app.include_router(build_content_router(context, contents, review), prefix="/twilio")
    app.include_router(
        twilio.build_router(context, deliveries, account, contents), prefix="/twilio"
    )
    app.include_router(gemini.build_router(context), prefix="/gemini")
    app.include_router(serpapi.build_router(context), prefix="/serpapi")
    app.include_router(shop_side_door.build_side_door(context))
    app.include_router(shop.build_router(context))
    app.add_api_route("/robots.txt", shop.robots, methods=["GET"])
    app.mount("/static", phone_page.static_files())
    app.add_exception_handler(TwilioError, _refused)
    app.add_exception_handler(RequestValidationError, _misunderstood)
    return app


async def _refused(_: Request, error: Exception) -> Response:
    if not isinstance(error, TwilioError):
        raise error
    return error.response()


async def _misunderstood(_: Request, error: Exception) -> Response:
    """One line that names each wrong field; the values stay out, they are people's texts."""
    if not isinstance(error, RequestValidationError):
        raise error
    lines: list[str] = []
    for fault in error.errors():
        name = ".".join(str(part) for part in fault["loc"][1:]) or "body"
        lines.append(f"{name}: {fault['msg'].removeprefix('Value error, ')}")
    return JSONResponse({"error": "; ".join(lines)}, 422)


def build_server(settings: SimulatorSettings) -> SimulatorServer:
    app = build_app(settings)
    context: SimContext = app.state.context
    return SimulatorServer(app, context.phone)


def main() -> None:
    """Serve until SIGINT or SIGTERM. Raises Configuration for a wrong setting or a taken port."""
    settings = SimulatorSettings.load()
    logs.start("simulators", settings.taskflow_home, settings.taskflow_log_level)
    sock = listen(settings.taskflow_sim_port, settings.taskflow_sim_host)
    with quiet_signals():
        asyncio.run(build_server(settings).serve([sock]))
