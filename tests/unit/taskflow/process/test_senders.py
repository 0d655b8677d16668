"""The setting that names the senders."""

import pytest

from taskflow.errors import Configuration
from taskflow.process.senders import MOST, WhatsAppSenders, senders_of
from taskflow.process.settings import Settings

ONE, OTHER = "whatsapp:+14155238886", "whatsapp:+15550100000"


class SomeSettings(Settings):
    twilio_whatsapp_from: WhatsAppSenders


def loaded(value: str) -> str:
    return SomeSettings.load(_env_file=None, twilio_whatsapp_from=value).twilio_whatsapp_from


def test_the_first_is_the_default() -> None:
    assert senders_of(ONE) == (ONE,)
    assert senders_of(loaded(f" {OTHER} ,{ONE}")) == (OTHER, ONE)
    assert loaded(f" {OTHER} , {ONE} ") == f"{OTHER},{ONE}"


@pytest.mark.parametrize(
    ("value", "says"),
    [
        ("", "must be a WhatsApp sender"),
        (f"{ONE},", "must be a WhatsApp sender"),
        (f"{ONE},,{OTHER}", "must be a WhatsApp sender"),
        ("+14155238886", "must be a WhatsApp sender"),
        (f"{ONE};{OTHER}", "must be a WhatsApp sender"),
        ("whatsapp:+٤٤١٥٥٢٣٨٨٨", "must be a WhatsApp sender"),
        (f"{ONE}, {ONE}", "names a sender twice"),
        (",".join(f"whatsapp:+155501000{n:02}" for n in range(MOST + 1)), f"{MOST} are the most"),
        ("," * 1_000_000, f"{MOST} are the most"),
    ],
)
def test_what_names_none_is_told(value: str, says: str) -> None:
    with pytest.raises(Configuration, match="TWILIO_WHATSAPP_FROM") as refused:
        loaded(value)

    assert says in str(refused.value)
    assert len(str(refused.value)) < 400
