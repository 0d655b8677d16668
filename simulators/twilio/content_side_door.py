"""What tests and curious people do to WhatsApp's review of templates: JSON under /_sim/twilio."""

from dataclasses import asdict, replace
from typing import Any, Literal

from fastapi import APIRouter
from pydantic import Field
from starlette.responses import JSONResponse, Response

from simulators.phone.router import Strict
from simulators.twilio.content import StoredContent, StoredContents
from simulators.twilio.content_resource import approval_resource
from simulators.twilio.content_review import Review, Verdict

Settable = Literal["pending", "approved", "paused", "rejected", "disabled"]


class ReviewChange(Strict):
    verdict: Verdict | None = None
    reason: str | None = Field(default=None, max_length=300)
    """Of a rejection."""
    delay_ms: int | None = Field(default=None, ge=0, le=60_000)


class StatusChange(Strict):
    sid: str = Field(pattern="^HX[0-9a-f]{32}$")
    status: Settable
    reason: str = Field(default="", max_length=300)


class ContentSideDoor:
    def __init__(self, contents: StoredContents, review: Review) -> None:
        self._contents, self._review = contents, review

    async def habits(self, change: ReviewChange) -> dict[str, Any]:
        self._review.habits = replace(self._review.habits, **change.model_dump(exclude_none=True))
        return asdict(self._review.habits)

    async def contents(self) -> list[dict[str, Any]]:
        return [_shown(content) for content in self._contents.all()]

    async def stand(self, change: StatusChange) -> Response:
        content = self._contents.get(change.sid)
        if content is None or content.approval is None:
            return JSONResponse({"error": "sid: was not submitted to WhatsApp"}, 404)
        return JSONResponse(_shown(self._review.set(content, change.status, change.reason)))


def _shown(content: StoredContent) -> dict[str, Any]:
    """`name`, `category`, `status` and `rejection_reason` are those of its approval."""
    return {
        "sid": content.sid,
        "friendly_name": content.friendly_name,
        "language": content.language,
        "variables": content.variables,
        "types": content.types,
        **approval_resource(content),
    }


def build_side_door(contents: StoredContents, review: Review) -> APIRouter:
    door = ContentSideDoor(contents, review)
    router = APIRouter(prefix="/_sim/twilio")
    router.add_api_route("/review", door.habits, methods=["POST"])
    router.add_api_route("/contents", door.contents, methods=["GET"])
    router.add_api_route("/contents/status", door.stand, methods=["POST"])
    return router
