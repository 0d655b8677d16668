"""Twilio's refusals, in its own words and shape."""

from typing import Any

from starlette.responses import JSONResponse

from simulators.faults import Fault

# The texts are what the API answers today; programs must go by the code.
_TEXTS = {
    20001: (400, "Invalid parameter: {0}"),
    20003: (401, "Authenticate"),
    20009: (409, "Cannot delete this resource before it is complete"),
    20404: (404, "The requested resource {0} was not found"),
    20429: (429, "Too Many Requests"),
    20500: (500, "An internal server error has occurred"),
    20503: (503, "Service unavailable"),
    21211: (400, "Invalid 'To' Phone Number: {0}"),
    21212: (400, "Invalid 'From' Phone Number: {0}"),
    21603: (400, "A 'From' phone number is required."),
    21604: (400, "A 'To' phone number is required."),
    21606: (400, "The 'From' phone number {0} is not a valid message-capable phone number."),
    21609: (400, "The 'StatusCallback' URL {0} is not a valid URL."),
    21610: (400, "Attempt to send to unsubscribed recipient"),
    21617: (400, "The concatenated message body exceeds the 1600 character limit"),
    21619: (400, "A text message body or media urls must be specified."),
    21620: (400, "Invalid media URL(s)"),
    21623: (400, "Number of media files exceeds the allowed limit"),
    21654: (400, "A ContentSid must be specified if ContentVariables are provided"),
    21655: (400, "The ContentSid {0} is invalid"),
    21656: (400, "The ContentVariables parameter is invalid"),
    21910: (400, "Invalid 'From' and 'To' pair. 'From' and 'To' should be of the same channel"),
    63031: (400, "Channels message cannot have same From and To: {0}"),
    92002: (400, "Invalid variables. The max amount of variables allowed is 100"),
    92009: (400, "The template associated with this SID has already been submitted for approval."),
}
_BY_STATUS = {400: 20001, 401: 20003, 404: 20404, 429: 20429, 500: 20500, 503: 20503}

DELIVERY_ERRORS = {
    11751: "Media Message - Media exceeds messaging carrier size limit",
    12300: "Invalid Content-Type",
    63003: "Channel could not find To address",
    63007: "Twilio could not find a Channel with the specified From address",
    63012: "Channel provider returned an internal service error",
    63013: "This message send failed because it violates Channel provider's policy",
    63015: "Channel Sandbox can only send messages to phone numbers that have joined the Sandbox",
    63016: "Failed to send freeform message because you are outside the allowed window. "
    "If you are using WhatsApp, please use a Message Template.",
    63018: "Rate limit exceeded for Channel",
    63019: "Media failed to download",
    63021: "Channel invalid content error",
    63024: "Invalid message recipient",
    63032: "User was part of an experiment: WhatsApp did not deliver the message",
    63049: "Meta chose not to deliver this WhatsApp marketing message",
}
OUTSIDE_WINDOW = 63016
AGAINST_POLICY = 63013
CONTENT_REJECTED = 63021
PROVIDER_ERROR = 63012
MEDIA_NOT_FETCHED = 63019
MEDIA_TOO_LARGE = 11751
INVALID_CONTENT_TYPE = 12300


class TwilioError(Exception):
    def __init__(
        self, code: int, about: str = "", *, status: int = 0, retry_after: int | None = None
    ) -> None:
        usual_status, text = _TEXTS.get(code, (400, f"Error {code}"))
        super().__init__(text.format(about))
        self.code, self.status, self.retry_after = code, status or usual_status, retry_after

    @classmethod
    def of(cls, fault: Fault) -> "TwilioError":
        """The refusal that a fault asks for."""
        status = fault.status or 500
        code = fault.code or _BY_STATUS.get(status, 20000 + status)
        return cls(code, status=status, retry_after=fault.retry_after)

    def response(self) -> JSONResponse:
        body: dict[str, Any] = {
            "code": self.code,
            "message": str(self),
            "more_info": f"https://www.twilio.com/docs/errors/{self.code}",
            "status": self.status,
        }
        headers: dict[str, str] = {}
        if self.status == 401:
            headers["WWW-Authenticate"] = 'Basic realm="Twilio API"'
        if self.retry_after is not None:
            headers["Retry-After"] = str(self.retry_after)
        return JSONResponse(body, self.status, headers)
