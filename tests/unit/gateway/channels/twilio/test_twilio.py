"""What Twilio's errors mean for a message."""

import pytest
from twilio.base.exceptions import TwilioRestException, TwilioServiceException

from services.gateway.channels.channel import Never, NotNow, TooLate, Unknown
from services.gateway.channels.twilio.errors import CODES
from services.gateway.channels.twilio.twilio import LONGEST_RETRY_AFTER, _seconds, outcome_of

OUTCOMES = {
    "later": NotNow,
    "shut": TooLate,
    "stopped": TooLate,
    "content": Never,
    "never": Never,
}


@pytest.mark.parametrize("code", CODES)
def test_a_known_code_is_told_in_words_and_decides(code: int) -> None:
    outcome = outcome_of(TwilioRestException(400, "/", "what a user wrote", code))

    assert isinstance(outcome, OUTCOMES[CODES[code].verdict])
    assert outcome.reason == f"HTTP 400, {code}: {CODES[code].words}"


@pytest.mark.parametrize(
    ("status", "code", "outcome"),
    [
        (429, 429, NotNow("HTTP 429", 7.0)),
        (408, None, NotNow("HTTP 408", 7.0)),
        (400, 99999, Never(99999, "HTTP 400, 99999")),
        (404, "odd", Never(None, "HTTP 404")),
        (
            429,
            63016,
            NotNow("HTTP 429, 63016: the 24 hours since the user's last message are over", 7.0),
        ),
        (503, 20429, Unknown("HTTP 503, 20429: too many requests")),
        (307, 307, Unknown("HTTP 307")),
    ],
)
def test_the_status_comes_first(status: int, code: object, outcome: object) -> None:
    assert outcome_of(TwilioRestException(status, "/", "", code), 7.0) == outcome


def test_a_refusal_of_the_newer_shape_is_as_definite() -> None:
    error = TwilioServiceException("about:blank", "quotes the message", 400, 21211)

    assert outcome_of(error) == Never(21211, "HTTP 400, 21211: the recipient's number is not valid")


@pytest.mark.parametrize(
    ("header", "seconds"),
    [("", None), ("3", 3.0), ("-1", None), ("soon", None), ("²", None), ("9" * 9, 900.0)],
)
def test_retry_after_is_seconds_within_reason(header: str, seconds: float | None) -> None:
    assert _seconds(header) == seconds
    assert LONGEST_RETRY_AFTER == 900
