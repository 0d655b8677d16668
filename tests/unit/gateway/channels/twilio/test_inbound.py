"""What a pressed button stands for, as the form tells it."""

from uuid import UUID

import pytest

from services.gateway.channels.twilio.forms import InboundForm
from services.gateway.channels.twilio.inbound import message

EVENT = UUID(int=7)


def pressed(payload: str, text: str = "Yes") -> tuple[str, str, str | None]:
    form = InboundForm(
        MessageSid="SM" + "0" * 32,
        From="whatsapp:+15551230001",
        ButtonText=text,
        ButtonPayload=payload,
    )
    heard = message(form)
    return heard.kind, heard.text, heard.pressed


def test_a_payload_of_ours_is_kept() -> None:
    assert pressed(f"yes:{EVENT}") == ("button", "Yes", f"yes:{EVENT}")


@pytest.mark.parametrize(
    "foreign",
    [
        "",
        "yes",
        "set_reminder",
        f"yes:{EVENT}{'0' * 1_000_000}",
        "yes:\x00",
        f"yes:{EVENT}\n",
        "{}",
    ],
)
def test_of_any_other_the_label_is_all_there_is(foreign) -> None:
    assert pressed(foreign) == ("button", "Yes", None)


def test_a_pick_from_a_list_is_a_press_that_says_its_title() -> None:
    form = InboundForm(
        MessageSid="SM" + "0" * 32,
        From="whatsapp:+15551230001",
        Body="Oslo",
        ListId="words-10",
        ListTitle="Oslo",
    )
    heard = message(form)
    assert (heard.kind, heard.text, heard.pressed) == ("button", "Oslo", "words-10")
    other = message(form.model_copy(update={"body": "", "list_id": "words-11"}))
    assert (other.kind, other.text, other.pressed) == ("button", "Oslo", None)
