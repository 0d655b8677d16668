"""Behind the shop's counter: prices move, shelves empty, pages break."""

from decimal import Decimal
from typing import Annotated, Any

from fastapi import APIRouter
from pydantic import AfterValidator, Field
from starlette.responses import JSONResponse, Response

from simulators.context import SimContext
from simulators.phone.router import Strict
from simulators.shop.goods import GOODS, Good, path_of
from simulators.shop.router import MOUNT
from simulators.shop.state import state_of


def _is_sold_here(slug: str) -> str:
    if slug not in GOODS:
        raise ValueError(f"is none of the shop's products: {', '.join(GOODS)}")
    return slug


class ProductChange(Strict):
    """What is left out stays as it is; `broken` makes the page unreadable."""

    product: Annotated[str, AfterValidator(_is_sold_here)]
    price: Decimal | None = Field(default=None, gt=0, max_digits=12, decimal_places=2)
    in_stock: bool | None = None
    broken: bool | None = None


def build_side_door(context: SimContext) -> APIRouter:
    state = state_of(context)

    async def change(order: ProductChange) -> dict[str, Any]:
        good = state.good(order.product)
        assert good is not None
        changed = state.move(good, order.price, order.in_stock, order.broken)
        return _good_fields(changed, broken=state.is_broken(changed.slug))

    async def goods() -> list[dict[str, Any]]:
        return [_good_fields(good, broken=state.is_broken(good.slug)) for good in state.goods()]

    async def fetches() -> Response:
        return JSONResponse(dict(sorted(state.fetches.items())))

    router = APIRouter(prefix="/_sim/shop")
    router.add_api_route("/price", change, methods=["POST"])
    router.add_api_route("/goods", goods, methods=["GET"])
    router.add_api_route("/fetches", fetches, methods=["GET"], response_model=None)
    return router


def _good_fields(good: Good, *, broken: bool) -> dict[str, Any]:
    return {
        "product": good.slug,
        "title": good.title,
        "path": MOUNT + path_of(good.slug),
        "price": str(good.price),
        "currency": good.currency,
        "in_stock": good.in_stock,
        "broken": broken,
    }
