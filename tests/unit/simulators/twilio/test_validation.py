from datetime import UTC, datetime
from urllib.parse import urlencode

import pytest

from simulators.phone.message import Message
from simulators.phone.store import Phone
from simulators.twilio.errors import TwilioError
from simulators.twilio.validation import Order, parse_form, validate

SENDER = "whatsapp:+14155238886"
GOOD = {"To": "whatsapp:+15551230001", "From": SENDER, "Body": "hi"}
NOW = datetime(2026, 11, 20, tzinfo=UTC)


def order(**changes: str | None) -> Order:
    parameters = {name: value for name, value in (GOOD | changes).items() if value is not None}
    return validate(parse_form(urlencode(parameters).encode()), SENDER, Phone(), keeps_consent=True)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"To": None}, 21604),
        ({"To": ""}, 21604),
        ({"From": None}, 21603),
        ({"Body": None}, 21619),
        ({"Body": ""}, 21619),
        ({"Body": "x" * 1601}, 21617),
        ({"To": "whatsapp:5551230001"}, 21211),
        ({"To": "whatsapp:+1"}, 21211),
        ({"From": "whatsapp:bot"}, 21212),
        ({"From": "whatsapp:+14155238887"}, 21606),
        ({"To": "+15551230001"}, 21910),
        ({"From": "+14155238886"}, 21910),
        ({"To": SENDER}, 63031),
        ({"StatusCallback": "not a url"}, 21609),
        ({"MediaUrl": "ftp://example.com/a.png"}, 21620),
        ({"Body": None, "ContentSid": "HX1"}, 21655),
        ({"Body": None, "ContentSid": "HX" + "a" * 32, "ContentVariables": "{"}, 21656),
        ({"Body": None, "ContentSid": "HX" + "a" * 32, "ContentVariables": "[1]"}, 21656),
        ({"From": None, "MessagingServiceSid": "MG1"}, 20404),
    ],
)
def test_a_bad_message_is_refused_with_twilios_code(
    changes: dict[str, str | None], code: int
) -> None:
    with pytest.raises(TwilioError) as refused:
        order(**changes)

    assert refused.value.code == code


def test_one_message_carries_one_medium() -> None:
    two = parse_form(
        urlencode([*GOOD.items(), *[("MediaUrl", "https://example.com/a")] * 2]).encode()
    )

    with pytest.raises(TwilioError) as refused:
        validate(two, SENDER, Phone(), keeps_consent=True)

    assert refused.value.code == 21623


def test_a_user_who_opted_out_cannot_be_written_to() -> None:
    phone = Phone()
    phone.put(Message("SM1", "inbound", "+15551230001", "Stop", "received", NOW, NOW))

    with pytest.raises(TwilioError) as refused:
        validate(parse_form(urlencode(GOOD).encode()), SENDER, phone, keeps_consent=True)

    assert (refused.value.code, refused.value.status) == (21610, 400)


def test_a_good_message_is_taken_as_it_is() -> None:
    taken = order(Body="x" * 1600, StatusCallback="http://127.0.0.1:8000/webhook/status?mac=1")

    assert taken.user == "+15551230001"
    assert len(taken.body) == 1600
    assert taken.status_callback == "http://127.0.0.1:8000/webhook/status?mac=1"


def test_a_hidden_user_is_written_to_by_id() -> None:
    assert order(To="whatsapp:US.1a2b").user == "US.1a2b"


def test_a_template_is_shown_by_what_fills_it() -> None:
    taken = order(
        Body=None, ContentSid="HX" + "a" * 32, ContentVariables='{"1": "stretch", "2": "9:00"}'
    )

    assert (taken.template, taken.body) == ("HX" + "a" * 32, "stretch\n9:00")


def test_a_form_keeps_blank_and_repeated_values() -> None:
    assert parse_form(b"Body=&M=1&M=2&To=%2B1") == {"Body": [""], "M": ["1", "2"], "To": ["+1"]}
