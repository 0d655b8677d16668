"""Requests are measured by the route's template, however they end."""

from collections.abc import Generator

import pytest
from fastapi import APIRouter, FastAPI, Response
from starlette.routing import Route

from services.gateway.web.requests import Requests
from taskflow.telemetry.metrics import HTTP_DURATION
from tests.support.asgi import Browser
from tests.support.metering import Meter, metering


@pytest.fixture
def meter() -> Generator[Meter]:
    with metering() as opened:
        yield opened


@pytest.fixture
def browser() -> Browser:
    app, router = FastAPI(), APIRouter()

    @router.get("/media/{picture}")
    async def picture(picture: str) -> Response:
        return Response(picture, 404 if picture == "gone" else 200)

    @router.post("/webhook")
    async def webhook() -> Response:
        raise ZeroDivisionError

    async def live(_: object) -> Response:
        return Response("live")

    app.add_middleware(Requests)
    app.include_router(router)
    app.router.routes.append(Route("/live", live))
    return Browser(app)


async def test_by_template_method_and_status(browser: Browser, meter: Meter) -> None:
    for picture in ("4cc4479c", "5dd5580d", "gone"):
        await browser.get(f"/media/{picture}")
    await browser.get("/live")
    await browser.get("/wp-admin/setup.php")
    await browser.once("BREW", "/live")
    with pytest.raises(ZeroDivisionError):
        await browser.post("/webhook", {})

    name = f"{HTTP_DURATION.prometheus}_count"
    assert meter.all(name) == {
        "GET 200 /media/{picture}": 2,
        "GET 404 /media/{picture}": 1,
        "GET 200 /live": 1,
        "GET 404 none": 1,
        "other 405 /live": 1,
        "POST 500 /webhook": 1,
    }
