"""Signatures by Twilio's own validator."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from twilio.request_validator import RequestValidator

from services.gateway.channels.twilio.signature import is_twilios

URL = "https://taskflow.example.org/webhook?a=%2F&b"
FORM = {"Body": ["", "x"], "From": ["whatsapp:+491701234567"], "A": ["2", "1", "2"]}


class ManyValued(dict[str, list[str]]):
    getall = dict.__getitem__


def signed(form: dict[str, list[str]]) -> str:
    return RequestValidator("token").compute_signature(URL, ManyValued(form))


@pytest.mark.parametrize("tokens", [["token"], ["new", "token"], ["token", "old"]])
def test_every_value_of_a_repeated_field_is_signed(tokens: list[str]) -> None:
    assert is_twilios(tokens, URL, FORM, signed(FORM))


def test_no_token_means_nobody_is_believed() -> None:
    assert not is_twilios([], URL, FORM, signed(FORM))


@given(st.dictionaries(st.text(), st.lists(st.text(), min_size=1)), st.text())
def test_whatever_a_stranger_posts_is_refused_and_raises_nothing(form, signature) -> None:
    assert not is_twilios(["token"], URL, form, signature)
