"""What a stranger may post at us is a form, or refused."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.gateway.channels.twilio.urlencoded import NotText, TooManyFields, parsed


@given(st.binary(max_size=500))
def test_any_body_is_a_form_or_refused(body: bytes) -> None:
    with contextlib.suppress(NotText, TooManyFields):
        for name, values in parsed(body).items():
            "".join([name, *values]).encode()


@pytest.mark.parametrize("body", [b"Body=\xff", b"Body=%FF", b"%ED%A0%80=x", b"A=%C3"])
def test_bytes_that_are_no_text_are_no_form(body: bytes) -> None:
    with pytest.raises(NotText):
        parsed(body)
