"""The endpoints that the serpapi package calls."""

import hmac
import json
from collections.abc import Callable, Coroutine
from typing import Any
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Request
from fastapi.routing import APIRoute
from starlette.responses import JSONResponse, Response

from simulators.context import SimContext
from simulators.faults import CUT, Fault, cut, linger
from simulators.serpapi import (
    errors,
    flight_parameters,
    google,
    google_flights,
    google_shopping,
    shopping_parameters,
)
from simulators.serpapi.errors import SearchRefused
from simulators.serpapi.offers import Body
from simulators.serpapi.state import state_of
from simulators.shop.router import base as shop_base
from simulators.shop.state import state_of as shop_state_of
from taskflow.clock import monotonic, new_id, utc_now

_TIME = "%Y-%m-%d %H:%M:%S UTC"
_WEB_ENGINES = ("google", "google_light")
# Not part of a search: they say who asks, and how the answer is served.
_ASIDES = frozenset({"api_key", "no_cache", "async", "output", "zero_trace"})


class SerpApiRoute(APIRoute):
    """Every refusal leaves in SerpApi's shape."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()

        async def guarded(request: Request) -> Response:
            try:
                return await handle(request)
            except SearchRefused as refusal:
                return refusal.response()

        return guarded


class SerpApiEndpoints:
    def __init__(self, context: SimContext) -> None:
        self._context = context
        self._state = state_of(context)
        self._shop = shop_state_of(context)

    def known_caller(self, request: Request) -> None:
        key = request.query_params.get("api_key", "")
        if not hmac.compare_digest(key.encode(), self._key().encode()):
            raise SearchRefused(errors.INVALID_KEY, status=401)

    async def search(self, request: Request) -> Response:
        parameters = dict(request.query_params)
        if _is_true(parameters, "no_cache") and _is_true(parameters, "async"):
            raise SearchRefused("`no_cache` and `async` parameters shouldn't be used together.")
        fault = self._context.faults.take("serpapi")
        await linger(fault)
        if fault is None or fault.status is None:
            return JSONResponse(self._answer(request, parameters))
        if fault.after_accept:
            self._answer(request, parameters)
        return await _suffer(request, fault)

    async def archived(self, request: Request) -> Response:
        search_id = str(request.path_params["search_id"]).removesuffix(".json")
        found = self._state.archived(search_id)
        if found is None:
            raise SearchRefused(f"The search `{search_id}` was not found.", status=404)
        return JSONResponse(found)

    async def account(self) -> Body:
        return self._state.account(f"{self._key()[:4]}…")

    def _key(self) -> str:
        return self._context.settings.serpapi_api_key.get_secret_value()

    def _answer(self, request: Request, parameters: dict[str, str]) -> Body:
        """From the cache if the same was asked within the hour. Raises SearchRefused."""
        asked = {name: value for name, value in parameters.items() if name not in _ASIDES}
        asked.setdefault("engine", "google")
        key = json.dumps(asked, sort_keys=True)
        kept = None if _is_true(parameters, "no_cache") else self._state.cached(key)
        if kept is not None:
            return kept
        started = monotonic()
        found = self._found(request, asked)
        search_id = new_id().hex[:24]
        body: Body = {
            "search_metadata": _metadata(request, asked, search_id, monotonic() - started),
            "search_parameters": _echo(asked),
            **found,
        }
        if asked["engine"] in _WEB_ENGINES and "error" not in found:
            body["serpapi_pagination"] = _pagination(request, asked)
        self._state.keep(key, search_id, body)
        return body

    def _found(self, request: Request, asked: dict[str, str]) -> Body:
        engine = asked["engine"]
        if engine == "google_flights":
            now = utc_now()
            return google_flights.search(flight_parameters.read(asked, now), now)
        if engine in _WEB_ENGINES:
            return google.search(asked)
        goods, shop = self._shop.goods(), shop_base(request)
        if engine == "google_shopping":
            query = shopping_parameters.read(asked)
            return google_shopping.search(query, goods, shop, _base(request))
        if engine == "google_immersive_product":
            return google_shopping.product(asked, goods, shop)
        raise SearchRefused(f"Unsupported `{engine}` search engine.")


def build_router(context: SimContext) -> APIRouter:
    """Mount at /serpapi; the SDK's BASE_DOMAIN is then http://host:port/serpapi."""
    endpoints = SerpApiEndpoints(context)
    router = APIRouter(route_class=SerpApiRoute, dependencies=[Depends(endpoints.known_caller)])
    for path in ("/search", "/search.json"):
        router.add_api_route(path, endpoints.search, methods=["GET"])
    for path in ("/account", "/account.json"):
        router.add_api_route(path, endpoints.account, methods=["GET"])
    router.add_api_route("/searches/{search_id}", endpoints.archived, methods=["GET"])
    return router


async def _suffer(request: Request, fault: Fault) -> Response:
    if fault.status == CUT:
        await cut(request)
        return Response(status_code=499)
    assert fault.status is not None
    return errors.of_status(fault.status, new_id().hex[:24])


def _metadata(request: Request, asked: dict[str, str], search_id: str, took_s: float) -> Body:
    base, now = _base(request), utc_now().strftime(_TIME)
    engine = asked["engine"]
    return {
        "id": search_id,
        "status": "Success",
        "json_endpoint": f"{base}/searches/{search_id}.json",
        "created_at": now,
        "processed_at": now,
        f"{engine}_url": _shown_at(asked),
        "raw_html_file": f"{base}/searches/{search_id}.html",
        "total_time_taken": round(took_s, 2),
    }


def _shown_at(asked: dict[str, str]) -> str:
    """Google's own page of the same."""
    if asked["engine"] == "google_flights":
        return "https://www.google.com/travel/flights"
    kind = {"udm": "28"} if asked["engine"] == "google_shopping" else {}
    return f"https://www.google.com/search?{urlencode({'q': asked.get('q', ''), **kind})}"


def _echo(asked: dict[str, str]) -> Body:
    """The parameters as SerpApi tells them back: with its defaults, never with the key."""
    if asked["engine"] == "google_flights":
        return {"hl": "en", "gl": "us", "type": "1", "currency": "USD", **asked}
    if asked["engine"] == "google_immersive_product":
        return {**asked}
    query = asked.get("q", "")
    return {"google_domain": "google.com", "device": "desktop", **asked, "q": query}


def _pagination(request: Request, asked: dict[str, str]) -> Body:
    current = int(asked["start"]) // 10 + 1 if asked.get("start", "").isdecimal() else 1
    pagination: Body = {"current": current}
    following = google.next_start(asked)
    if following is not None:
        query = urlencode({**asked, "start": str(following)})
        pagination["next"] = f"{_base(request)}/search.json?{query}"
    return pagination


def _base(request: Request) -> str:
    """The address under which this router is mounted."""
    return str(request.url).partition("?")[0].rpartition("/search")[0]


def _is_true(parameters: dict[str, str], name: str) -> bool:
    """The SDK sends Python's `True`."""
    return parameters.get(name, "").lower() in {"true", "1"}
