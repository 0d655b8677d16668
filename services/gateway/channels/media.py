"""Pictures for a channel to fetch: whoever holds a signed address of one may look, nobody else."""

from uuid import UUID

import structlog
from fastapi import APIRouter, Response

from services.gateway.channels.links import PictureLinks
from taskflow.errors import Retryable
from taskflow.privacy.media import MediaStore

HEADERS = {
    "Cache-Control": "private, max-age=300",
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; sandbox; frame-ancestors 'none'",
    "Content-Disposition": "inline",
    "Referrer-Policy": "no-referrer",
}

NAMES = {
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "taskflow-data.xlsx",
}
"""By which a document is shown: Twilio takes its name from the header, without spaces and at most
20 characters."""

log = structlog.get_logger()


class Pictures:
    def __init__(self, media: MediaStore, links: PictureLinks) -> None:
        self._media, self._links = media, links

    async def url(self, media_id: UUID) -> str | None:
        """None when the picture is gone. Raises DatabaseUnavailable."""
        if await self._media.has(media_id):
            return self._links.url(media_id)
        log.warning("picture.gone")
        return None

    def router(self) -> APIRouter:
        router = APIRouter()
        router.add_api_route("/media/{name}", self.show, methods=["GET", "HEAD"])
        return router

    async def show(self, name: str, mac: str = "") -> Response:
        media_id = _id(name)
        if media_id is None or not self._links.fits(media_id, mac):
            log.warning("picture.refused", status=403)
            return _said(403, "this is not an address that we gave out")
        try:
            picture = await self._media.get(media_id)
        except Retryable as error:
            log.warning("picture.unavailable", error=error.code)
            return _said(503, "try again")
        if picture is None:
            return _said(404, "this picture is gone")
        log.info("picture.shown", size=len(picture.data))
        named = NAMES.get(picture.content_type)
        disposition = {"Content-Disposition": f"inline; filename={named}"} if named else {}
        # Not by media_type, which would add a charset to some types: Twilio compares it literally.
        headers = {**HEADERS, **disposition, "Content-Type": picture.content_type}
        return Response(picture.data, headers=headers)


def _id(name: str) -> UUID | None:
    try:
        return UUID(name)
    except ValueError:
        return None


def _said(status: int, text: str) -> Response:
    headers = {"Retry-After": "5"} if status == 503 else {}
    return Response(text, status, {**headers, "Cache-Control": "no-store"}, media_type="text/plain")
