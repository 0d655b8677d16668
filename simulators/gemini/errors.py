"""Errors in the JSON shape of Google's APIs.

GoogleError
├── api_key_invalid, api_key_missing   who asks
├── invalid_argument, not_found        what is asked
└── of_status                          what a fault or a script demands
"""

from collections.abc import Mapping

from pydantic import JsonValue
from starlette.responses import HTMLResponse, JSONResponse, Response

_STATUSES: Mapping[int, tuple[str, str]] = {
    400: ("INVALID_ARGUMENT", "Request contains an invalid argument."),
    403: ("PERMISSION_DENIED", "The caller does not have permission"),
    404: ("NOT_FOUND", "Requested entity was not found."),
    408: ("DEADLINE_EXCEEDED", "The request timed out."),
    429: (
        "RESOURCE_EXHAUSTED",
        "You exceeded your current quota, please check your plan and billing details.",
    ),
    499: ("CANCELLED", "The operation was cancelled."),
    500: ("INTERNAL", "An internal error has occurred. Please retry."),
    503: ("UNAVAILABLE", "The model is overloaded. Please try again later."),
    504: ("DEADLINE_EXCEEDED", "Deadline expired before operation could complete."),
}
_DEFAULT_RETRY_S = 12.0
_HTML = (
    "<!DOCTYPE html><html lang=en><title>Error {status} (Server Error)!!1</title>"
    "<p><b>{status}.</b> <ins>That's an error.</ins><p>The server encountered a temporary error "
    "and could not complete your request.<p>Please try again in 30 seconds.</html>"
)


class GoogleError(Exception):
    """An answer that is no answer; `response()` is what goes over the wire."""

    def __init__(
        self,
        code: int,
        status: str,
        message: str,
        details: list[dict[str, JsonValue]] | None = None,
    ) -> None:
        super().__init__(message)
        self.code, self.status, self.message = code, status, message
        self.details = details or []

    def response(self) -> Response:
        error: dict[str, object] = {
            "code": self.code,
            "message": self.message,
            "status": self.status,
        }
        if self.details:
            error["details"] = self.details
        return JSONResponse({"error": error}, status_code=self.code)


def invalid_argument(message: str) -> GoogleError:
    return GoogleError(400, "INVALID_ARGUMENT", message)


def not_found(model: str, version: str) -> GoogleError:
    return GoogleError(
        404,
        "NOT_FOUND",
        f"models/{model} is not found for API version {version}, or is not supported for "
        "generateContent. Call ListModels to see the list of available models and their "
        "supported methods.",
    )


def api_key_invalid() -> GoogleError:
    """Google answers 400, not 401, to a wrong key."""
    message = "API key not valid. Please pass a valid API key."
    return GoogleError(
        400,
        "INVALID_ARGUMENT",
        message,
        [
            {
                "@type": "type.googleapis.com/google.rpc.ErrorInfo",
                "reason": "API_KEY_INVALID",
                "domain": "googleapis.com",
                "metadata": {"service": "generativelanguage.googleapis.com"},
            },
            {
                "@type": "type.googleapis.com/google.rpc.LocalizedMessage",
                "locale": "en-US",
                "message": message,
            },
        ],
    )


def api_key_missing() -> GoogleError:
    return GoogleError(
        403,
        "PERMISSION_DENIED",
        "Method doesn't allow unregistered callers (callers without established identity). "
        "Please use API Key or other form of API consumer identity to call this API.",
    )


def of_status(
    status: int,
    *,
    body: Mapping[str, JsonValue] | str | None = None,
    retry_after_s: float | None = None,
) -> Response:
    """The answer of a Google front end to this status; 502 comes as HTML, a body as given."""
    if isinstance(body, str):
        return HTMLResponse(body, status_code=status)
    if body is not None:
        return JSONResponse(dict(body), status_code=status)
    if status == 502:
        return HTMLResponse(_HTML.format(status=status), status_code=status)
    name, message = _STATUSES.get(status, ("UNKNOWN", "Unknown error."))
    details: list[dict[str, JsonValue]] = []
    if status == 429 or retry_after_s is not None:
        delay = _DEFAULT_RETRY_S if retry_after_s is None else retry_after_s
        if status == 429:
            message = f"{message} Please retry in {delay:g}s."
        details.append(
            {"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": f"{delay:g}s"}
        )
    return GoogleError(status, name, message, details).response()
