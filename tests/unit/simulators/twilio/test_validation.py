import json
from collections.abc import Iterable
from datetime import UTC, datetime
from urllib.parse import urlencode

import pytest

from simulators.phone.message import ChatMessage
from simulators.phone.store import Phone
from simulators.twilio.content import StoredContent, StoredContents
from simulators.twilio.errors import TwilioError
from simulators.twilio.places import SentPlace
from simulators.twilio.validation import Order, parse_form, validate

SENDER = "whatsapp:+14155238886"
GOOD = {"To": "whatsapp:+15551230001", "From": SENDER, "Body": "hi"}
NOW = datetime(2026, 11, 20, tzinfo=UTC)


TEMPLATE = "HX" + "a" * 32


def contents() -> StoredContents:
    kept = StoredContents()
    types = {"twilio/text": {"body": "Your reminder {{1}} is for {{2}} today"}}
    kept.put(StoredContent(TEMPLATE, "en", types, NOW, NOW, variables={"1": "a walk", "2": "noon"}))
    picture = {"twilio/media": {"media": ["{{1}}"]}}
    kept.put(StoredContent("HX" + "b" * 32, "en", picture, NOW, NOW, variables={"1": "no address"}))
    return kept


def validated(pairs: Iterable[tuple[str, str]], phone: Phone | None = None) -> Order:
    form = parse_form(urlencode(list(pairs)).encode())
    return validate(form, SENDER, phone or Phone(), contents(), keeps_consent=True)


def order(**changes: str | None) -> Order:
    parameters = {name: value for name, value in (GOOD | changes).items() if value is not None}
    return validated(parameters.items())


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
        ({"Body": None, "ContentSid": "HX" + "0" * 32}, 21655),
        ({"Body": None, "ContentSid": TEMPLATE, "ContentVariables": "{"}, 21656),
        ({"Body": None, "ContentSid": TEMPLATE, "ContentVariables": "[1]"}, 21656),
        ({"Body": None, "ContentSid": TEMPLATE, "ContentVariables": "[" * 9_999}, 21656),
        ({"Body": None, "ContentSid": TEMPLATE, "ContentVariables": '{"1": 7}'}, 21656),
        ({"Body": None, "ContentSid": TEMPLATE, "ContentVariables": '{"1": null}'}, 21656),
        (
            {
                "Body": None,
                "ContentSid": TEMPLATE,
                "ContentVariables": json.dumps({"1": "x" * 1600}),
            },
            21617,
        ),
        ({"Body": None, "ContentSid": "HX" + "b" * 32}, 21620),
        ({"ContentVariables": '{"1": "stretch"}'}, 21654),
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
    with pytest.raises(TwilioError) as refused:
        validated([*GOOD.items(), *[("MediaUrl", "https://example.com/a")] * 2])

    assert refused.value.code == 21623


def test_a_user_who_opted_out_cannot_be_written_to() -> None:
    phone = Phone()
    phone.put(ChatMessage("SM1", "inbound", "+15551230001", "Stop", "received", NOW, NOW))

    with pytest.raises(TwilioError) as refused:
        validated(GOOD.items(), phone)

    assert (refused.value.code, refused.value.status) == (21610, 400)


def test_a_good_message_is_taken_as_it_is() -> None:
    taken = order(Body="x" * 1600, StatusCallback="http://127.0.0.1:8000/webhook/status?mac=1")

    assert taken.user == "+15551230001"
    assert len(taken.body) == 1600
    assert taken.status_callback == "http://127.0.0.1:8000/webhook/status?mac=1"


def test_a_hidden_user_is_written_to_by_id() -> None:
    assert order(To="whatsapp:US.1a2b").user == "US.1a2b"


@pytest.mark.parametrize(
    ("variables", "body"),
    [
        ('{"1": "to stretch", "2": "9:00"}', "Your reminder to stretch is for 9:00 today"),
        ('{"1": "to {{2}}", "9": "x"}', "Your reminder to {{2}} is for noon today"),
        (None, "Your reminder a walk is for noon today"),
    ],
)
def test_a_content_is_filled_with_what_is_given_or_its_samples(
    variables: str | None, body: str
) -> None:
    taken = order(Body=None, ContentSid=TEMPLATE, ContentVariables=variables)

    assert taken.content is not None
    assert (taken.content.sid, taken.body, taken.media_url) == (TEMPLATE, body, None)


def test_a_content_supersedes_what_else_is_given() -> None:
    url = "https://example.com/a.png"
    taken = order(Body="x" * 1601, MediaUrl=url, ContentSid=TEMPLATE)

    assert taken.body == "Your reminder a walk is for noon today"
    assert taken.media_url is None


def test_a_form_keeps_blank_and_repeated_values() -> None:
    assert parse_form(b"Body=&M=1&M=2&To=%2B1") == {"Body": [""], "M": ["1", "2"], "To": ["+1"]}


GEO = "geo:37.787890,-122.391664"


def sent_to_a_place(*actions: str, **changes: str) -> Order:
    return validated([*(GOOD | changes).items(), *(("PersistentAction", one) for one in actions)])


@pytest.mark.parametrize(
    ("action", "label"), [(GEO, ""), (f"{GEO}|375 Beale St", "375 Beale St"), (f"{GEO}|a|b", "a|b")]
)
def test_a_place_is_taken_with_its_degrees_and_label(action: str, label: str) -> None:
    taken = sent_to_a_place(action, Body="Twilio")
    assert taken.body == "Twilio"
    assert taken.place == SentPlace("37.787890", "-122.391664", label)


@pytest.mark.parametrize(
    "action",
    [
        "geo:",
        "geo:1",
        "geo:91,1",
        "geo:1,181",
        "geo:1,5,2",
        "geo:1e3,4",
        "geo:a,b",
        "geo:1.,2",
        "geo:1, 2",
        "GEO:1,2",
        "geo:nan,1",
        f"{GEO};u=5",
    ],
)
def test_a_place_that_lies_nowhere_is_refused(action: str) -> None:
    with pytest.raises(TwilioError) as refused:
        sent_to_a_place(action)
    assert refused.value.code == 20001


def test_there_is_one_place_in_a_message_and_it_has_a_name() -> None:
    with pytest.raises(TwilioError):
        sent_to_a_place(GEO, GEO)
    with pytest.raises(TwilioError) as unnamed:
        sent_to_a_place(GEO, Body="")
    assert unnamed.value.code == 21619


def test_an_action_that_whatsapp_does_not_know_changes_nothing() -> None:
    assert sent_to_a_place("mailto:test@example.com").place is None
