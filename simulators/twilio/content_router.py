"""Twilio's Content API, which answers under /twilio like its other hosts."""

from collections.abc import Callable
from typing import Any

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from simulators.context import SimContext
from simulators.faults import Vendor
from simulators.twilio.content import StoredContent, StoredContents
from simulators.twilio.content_request import approval_order, content_order
from simulators.twilio.content_resource import (
    approval_resource,
    approvals_resource,
    content_resource,
    contents_and_approvals_resource,
    contents_resource,
)
from simulators.twilio.content_review import Review
from simulators.twilio.errors import TwilioError
from simulators.twilio.router import is_authorized, path_of, suffer
from taskflow.clock import new_id, utc_now

FAULTS: Vendor = "twilio-content"


class ContentApi:
    def __init__(self, context: SimContext, contents: StoredContents, review: Review) -> None:
        self._settings, self._faults = context.settings, context.faults
        self._contents, self._review = contents, review
        self._account = context.settings.twilio_account_sid

    async def create(self, request: Request) -> Response:
        def created(body: bytes) -> dict[str, Any]:
            order, now = content_order(body), utc_now()
            content = StoredContent(
                sid="HX" + new_id().hex,
                language=order.language,
                types=order.types,
                created=now,
                updated=now,
                friendly_name=order.friendly_name,
                variables=order.variables,
            )
            return content_resource(self._contents.put(content), self._account, _base(request))

        return await self._answer(request, lambda body: JSONResponse(created(body), 201))

    async def list(self, request: Request) -> Response:
        return await self._answer(
            request,
            lambda _: JSONResponse(
                contents_resource(
                    self._contents.all(), self._account, _base(request), request.url.query
                )
            ),
        )

    async def list_with_approvals(self, request: Request) -> Response:
        return await self._answer(
            request,
            lambda _: JSONResponse(
                contents_and_approvals_resource(
                    self._contents.all(), self._account, _base(request), request.url.query
                )
            ),
        )

    async def fetch(self, request: Request, sid: str) -> Response:
        return await self._answer(
            request,
            lambda _: JSONResponse(
                content_resource(self._known(request, sid), self._account, _base(request))
            ),
        )

    async def delete(self, request: Request, sid: str) -> Response:
        def deleted(_: bytes) -> Response:
            self._contents.delete(self._known(request, sid).sid)
            return Response(status_code=204)

        return await self._answer(request, deleted)

    async def submit(self, request: Request, sid: str) -> Response:
        def submitted(body: bytes) -> Response:
            content = self._known(request, sid)
            order = approval_order(body)
            if content.approval:
                raise TwilioError(92009)
            return JSONResponse(approval_resource(self._review.submit(content, order)), 201)

        return await self._answer(request, submitted)

    async def fetch_approvals(self, request: Request, sid: str) -> Response:
        return await self._answer(
            request,
            lambda _: JSONResponse(
                approvals_resource(self._known(request, sid), self._account, _base(request))
            ),
        )

    def _known(self, request: Request, sid: str) -> StoredContent:
        content = self._contents.get(sid)
        if content is None:
            raise TwilioError(20404, path_of(request))
        return content

    async def _answer(self, request: Request, work: Callable[[bytes], Response]) -> Response:
        """The work's own, or what a fault makes of it."""
        body = await request.body()
        if not is_authorized(request.headers.get("Authorization", ""), self._settings):
            raise TwilioError(20003)
        fault = self._faults.take(FAULTS)
        if fault and not fault.after_accept and (answer := await suffer(fault, request)):
            return answer
        done = work(body)
        if fault and fault.after_accept and (answer := await suffer(fault, request)):
            return answer
        return done


def _base(request: Request) -> str:
    """This API's own address, with its version, as the caller named it."""
    address = f"{request.url.scheme}://{request.url.netloc}{request.url.path}"
    return address.partition("/v1/")[0] + "/v1"


def build_content_router(
    context: SimContext, contents: StoredContents, review: Review
) -> APIRouter:
    """Mounted at /twilio, ahead of what answers for all else there."""
    api = ContentApi(context, contents, review)
    router = APIRouter()
    resource = "/v1/Content/{sid}"
    router.add_api_route("/v1/Content", api.create, methods=["POST"])
    router.add_api_route("/v1/Content", api.list, methods=["GET"])
    router.add_api_route(resource, api.fetch, methods=["GET"])
    router.add_api_route(resource, api.delete, methods=["DELETE"])
    router.add_api_route(f"{resource}/ApprovalRequests/whatsapp", api.submit, methods=["POST"])
    router.add_api_route(f"{resource}/ApprovalRequests", api.fetch_approvals, methods=["GET"])
    router.add_api_route("/v1/ContentAndApprovals", api.list_with_approvals, methods=["GET"])
    return router
