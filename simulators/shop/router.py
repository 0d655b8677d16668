"""The shop's pages, and the few addresses behind them."""

import asyncio
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

from fastapi import APIRouter, Request
from fastapi.routing import APIRoute
from starlette.responses import (
    FileResponse,
    HTMLResponse,
    JSONResponse,
    PlainTextResponse,
    RedirectResponse,
    Response,
)

from simulators.context import SimContext
from simulators.faults import CUT, cut, linger
from simulators.shop import layout, marked, oddities, plain, structured
from simulators.shop.goods import STAFF_ONLY, Good, Make
from simulators.shop.state import ShopState, state_of
from simulators.shop.view import Parts, ShopView

MOUNT = "/shop"
ROBOTS = "User-agent: *\nDisallow: /shop/private/\nDisallow: /_sim/\nCrawl-delay: 1\n"
_STYLES = Path(__file__).parent / "shop.css"
_MAKES: dict[Make, Callable[[ShopView], Parts]] = {
    "json-ld": structured.simple,
    "json-ld-list": structured.listed,
    "json-ld-graph": structured.graph,
    "json-ld-group": structured.group,
    "json-ld-aggregate": structured.aggregate,
    "json-ld-single-aggregate": structured.single_aggregate,
    "json-ld-offers": structured.offers,
    "json-ld-sale": structured.sale,
    "json-ld-many": structured.many,
    "json-ld-hostile": oddities.hostile,
    "microdata-text": marked.microdata_text,
    "microdata-content": marked.microdata_content,
    "opengraph": marked.opengraph,
    "vendor-meta": marked.vendor_meta,
    "text": plain.text,
    "text-from": plain.starting_at,
    "script": plain.script,
    "script-json-ld": plain.script_json_ld,
    "slow": structured.simple,
    "huge": oddities.huge,
}
_ELSEWHERE = {
    "gift-card": "http://169.254.169.254/latest/meta-data/",
    "gift-box": "http://127.0.0.1:1/shop/p/trail-shoe",
    "old-tent": "/p/older-tent",
    "older-tent": "/p/oldest-tent",
    "oldest-tent": "/p/tent",
    "endless-scarf": "/p/endless-scarf",
}
"""Redirects: to where nobody should go, in a chain, in a circle."""


def build_router(context: SimContext) -> APIRouter:
    shop = _Shop(context)
    router = APIRouter(prefix=MOUNT, route_class=shop.route_class())
    router.add_api_route("/", shop.index, methods=["GET"])
    router.add_api_route("/p/{slug}", shop.product, methods=["GET"])
    router.add_api_route("/private/{slug}", shop.private, methods=["GET"])
    router.add_api_route("/api/price/{slug}", shop.price, methods=["GET"])
    router.add_api_route("/api/product/{slug}", shop.structured, methods=["GET"])
    router.add_api_route("/pictures/{slug}.svg", shop.picture, methods=["GET"])
    router.add_api_route("/shop.css", _styles, methods=["GET"])
    router.add_api_route("/{path:path}", shop.nothing, methods=["GET"])
    return router


async def robots() -> Response:
    """At the root of the host, where robots look for it."""
    return PlainTextResponse(ROBOTS)


async def _styles() -> Response:
    return FileResponse(_STYLES, media_type="text/css")


class _Shop:
    def __init__(self, context: SimContext) -> None:
        self._context = context
        self._state: ShopState = state_of(context)

    def route_class(self) -> type[APIRoute]:
        """Every request counts, and may have to suffer a fault."""
        state, faults = self._state, self._context.faults

        class Counted(APIRoute):
            def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
                handle = super().get_route_handler()

                async def counted(request: Request) -> Response:
                    state.fetches[request.url.path] += 1
                    fault = faults.take("shop")
                    await linger(fault)
                    if fault is None or fault.status is None:
                        return await handle(request)
                    if fault.status == CUT:
                        await cut(request)
                    return PlainTextResponse(
                        "The shop is closed for a moment.", fault.status or 499
                    )

                return counted

        return Counted

    async def index(self, request: Request) -> Response:
        goods = [good for good in self._state.goods() if good.slug not in STAFF_ONLY]
        return HTMLResponse(layout.index(goods, base(request)))

    async def product(self, request: Request, slug: str) -> Response:
        if slug in _ELSEWHERE:
            target = _ELSEWHERE[slug]
            return RedirectResponse(base(request) + target if target[0] == "/" else target, 302)
        good = self._state.good(slug)
        if good is None or slug in STAFF_ONLY:
            return await self.nothing(request)
        return await self._page(request, good)

    async def private(self, request: Request, slug: str) -> Response:
        good = self._state.good(slug)
        if good is None or slug not in STAFF_ONLY:
            return await self.nothing(request)
        return await self._page(request, good)

    async def price(self, request: Request, slug: str) -> Response:
        good = self._state.good(slug)
        if good is None or self._state.is_broken(slug):
            return await self.nothing(request)
        shown = ShopView(good, base(request)).price
        return JSONResponse({"shown": shown, "in_stock": good.in_stock})

    async def structured(self, request: Request, slug: str) -> Response:
        good = self._state.good(slug)
        if good is None or self._state.is_broken(slug):
            return await self.nothing(request)
        view = ShopView(good, base(request))
        return JSONResponse(view.product(offers=view.offer()))

    async def picture(self, request: Request, slug: str) -> Response:
        good = self._state.good(slug)
        if good is None:
            return await self.nothing(request)
        return Response(layout.picture(good), media_type="image/svg+xml")

    async def nothing(self, request: Request) -> Response:
        return HTMLResponse(layout.not_found(base(request)), 404)

    async def _page(self, request: Request, good: Good) -> Response:
        if good.make == "captcha":
            return HTMLResponse(oddities.CAPTCHA)
        if good.make == "slow":
            await asyncio.sleep(oddities.SLOW_SECONDS)
        view = ShopView(good, base(request), self._beside(good))
        broken = self._state.is_broken(good.slug)
        parts = layout.BROKEN if broken else _MAKES[good.make](view)
        return HTMLResponse(layout.product_page(view, parts))

    def _beside(self, good: Good) -> list[Good]:
        goods = [other for other in self._state.goods() if other.slug not in STAFF_ONLY]
        at = next((n for n, other in enumerate(goods) if other.slug == good.slug), 0)
        return [goods[(at + step) % len(goods)] for step in (1, 2, 3)]


def base(request: Request) -> str:
    """The shop's address, as whoever asks knows it."""
    return f"{request.url.scheme}://{request.url.netloc}{MOUNT}"
