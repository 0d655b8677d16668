"""SerpApi's errors: a JSON object with `error`, in the vendor's words where they are known."""

from collections.abc import Mapping

from pydantic import JsonValue
from starlette.responses import JSONResponse, Response

INVALID_KEY = "Invalid API key. Your API key should be here: https://serpapi.com/manage-api-key"
OUT_OF_SEARCHES = "Your account has run out of searches."
_NO_VALID_RESULTS = "We couldn't get valid results for this search. Please try again later."
_OF_STATUS: Mapping[int, str] = {
    401: INVALID_KEY,
    403: "The account associated with this API key doesn't have permission to do this search.",
    410: "The search expired and has been deleted from the archive.",
    429: OUT_OF_SEARCHES,
}


class SearchRefused(Exception):
    """SerpApi will not search; `response()` is what it answers."""

    def __init__(self, message: str, status: int = 400) -> None:
        super().__init__(message)
        self.message, self.status = message, status

    def response(self) -> Response:
        return JSONResponse({"error": self.message}, self.status)


def of_status(status: int, search_id: str) -> Response:
    """What a fault demands; searches that fail on the vendor's side keep their metadata."""
    body: dict[str, JsonValue] = {"error": _OF_STATUS.get(status, _NO_VALID_RESULTS)}
    if status >= 500:
        body = {"search_metadata": {"id": search_id, "status": "Error"}, **body}
    return JSONResponse(body, status)
