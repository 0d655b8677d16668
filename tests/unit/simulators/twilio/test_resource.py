from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest

from simulators.phone.message import ChatMessage
from simulators.twilio.errors import TwilioError
from simulators.twilio.resource import list_resource, message_resource

ACCOUNT = "AC" + "0" * 32
NOON = datetime(2026, 11, 20, 12, 0, 0, 400_000, tzinfo=UTC)


def inbound(number: int, at: datetime = NOON, user: str = "+15551230001") -> ChatMessage:
    sid = f"SM{number:032x}"
    return ChatMessage(sid, "inbound", user, str(number), "received", at, at, at, "+14155238886")


def listed(messages: list[ChatMessage], **filters: str) -> list[str]:
    renamed = {
        name.replace("_before", "<").replace("_after", ">"): v for name, v in filters.items()
    }
    page = list_resource(messages, ACCOUNT, urlencode(renamed))
    return [message["body"] for message in page["messages"]]


DAYS = [inbound(number, NOON + timedelta(days=number)) for number in range(3)]


@pytest.mark.parametrize(
    ("filters", "bodies"),
    [
        ({}, ["2", "1", "0"]),
        ({"DateSent": "2026-11-21"}, ["1"]),
        ({"DateSent_after": "2026-11-21"}, ["2", "1"]),
        ({"DateSent_before": "2026-11-21"}, ["1", "0"]),
        ({"DateSent_after": "2026-11-21T12:00:00Z"}, ["2", "1"]),
        ({"DateSent_after": "2026-11-21T12:00:01Z"}, ["2"]),
        ({"DateSent_before": "2026-11-21T11:59:59Z"}, ["0"]),
        ({"DateSent_after": "2026-11-21 12:00:00.000"}, ["2", "1"]),
        ({"DateSent_after": "Sat, 21 Nov 2026 12:00:01 -0000"}, ["2"]),
        ({"From": "whatsapp:+15551230001"}, ["2", "1", "0"]),
        ({"From": "whatsapp:+15551230002"}, []),
        ({"To": "whatsapp:+15551230001"}, []),
        ({"PageSize": "1"}, ["2"]),
        ({"PageSize": "2", "Page": "1"}, ["0"]),
    ],
)
def test_a_list_holds_what_was_asked_for(filters: dict[str, str], bodies: list[str]) -> None:
    assert listed(DAYS, **filters) == bodies


def test_a_message_not_yet_sent_matches_no_date() -> None:
    queued = ChatMessage("SM1", "outbound", "+15551230001", "hi", "queued", NOON, NOON)

    assert listed([queued]) == ["hi"]
    assert listed([queued], DateSent_after="2020-01-01") == []


@pytest.mark.parametrize(
    "filters", [{"DateSent": "soon"}, {"PageSize": "-1"}, {"PageToken": "PAx"}]
)
def test_a_senseless_filter_is_refused(filters: dict[str, str]) -> None:
    with pytest.raises(TwilioError) as refused:
        listed(DAYS, **filters)

    assert refused.value.code == 20001


def test_pages_keep_their_place_while_messages_arrive() -> None:
    first = list_resource(DAYS, ACCOUNT, "PageSize=2")
    grown = [*DAYS, inbound(3, NOON + timedelta(days=3))]
    second = list_resource(grown, ACCOUNT, urlsplit(first["next_page_uri"]).query)
    back = list_resource(grown, ACCOUNT, urlsplit(second["previous_page_uri"]).query)

    assert [message["body"] for message in second["messages"]] == ["0"]
    assert second["next_page_uri"] is None
    assert (second["page"], second["start"], second["end"]) == (1, 2, 2)
    assert [message["body"] for message in back["messages"]] == ["2", "1"]


def test_the_next_page_asks_the_same_question() -> None:
    page = list_resource(
        DAYS, ACCOUNT, "From=whatsapp%3A%2B15551230001&DateSent%3E=2026-11-20&PageSize=1"
    )

    assert parse_qs(urlsplit(page["next_page_uri"]).query) == {
        "From": ["whatsapp:+15551230001"],
        "DateSent>": ["2026-11-20"],
        "PageSize": ["1"],
        "Page": ["1"],
        "PageToken": [f"PASM{2:032x}"],
    }


def test_a_message_of_a_messaging_service_has_no_sender_yet() -> None:
    accepted = ChatMessage(
        "SM1", "outbound", "+15551230001", "hi", "accepted", NOON, NOON, business="+1"
    )
    resource = message_resource(accepted, ACCOUNT)

    assert (resource["from"], resource["num_segments"], resource["date_sent"]) == (None, "0", None)
    assert resource["date_created"] == "Fri, 20 Nov 2026 12:00:00 +0000"
