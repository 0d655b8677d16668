"""Signatures by Twilio's own validator, and what a stranger may post at us."""

import contextlib
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st
from twilio.request_validator import RequestValidator

from services.gateway.channels.signature import (
    Callbacks,
    NotText,
    PictureLinks,
    TooManyFields,
    is_twilios,
    parsed,
)

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


@given(st.binary(max_size=500))
def test_any_body_is_a_form_or_refused(body: bytes) -> None:
    with contextlib.suppress(NotText, TooManyFields):
        for name, values in parsed(body).items():
            "".join([name, *values]).encode()


@pytest.mark.parametrize("body", [b"Body=\xff", b"Body=%FF", b"%ED%A0%80=x", b"A=%C3"])
def test_bytes_that_are_no_text_are_no_form(body: bytes) -> None:
    with pytest.raises(NotText):
        parsed(body)


@given(st.text(alphabet=st.characters(codec="utf-8")))
def test_no_made_up_mac_fits(mac: str) -> None:
    assert not Callbacks([b"k" * 32], "https://t.example").fits(uuid4(), uuid4(), 0, 1, mac)


def test_a_pictures_address_fits_that_picture_alone() -> None:
    links, picture = PictureLinks([b"k" * 32], "https://t.example"), uuid4()
    url = links.url(picture)
    mac = url.rpartition("mac=")[2]

    assert url.startswith(f"https://t.example/media/{picture}?mac=")
    assert links.fits(picture, mac)
    assert not links.fits(UUID(int=1), mac)
    assert not links.fits(picture, mac[:-1])
    assert not PictureLinks([b"x" * 32], "https://t.example").fits(picture, mac)


def test_while_the_master_key_is_rotated_what_either_signed_fits() -> None:
    (old, new), base = (b"a" * 32, b"b" * 32), "https://t.example"
    picture, user, reply = uuid4(), uuid4(), uuid4()
    for first, second in ((new, old), (old, new)):
        links, callbacks = PictureLinks([first, second], base), Callbacks([first, second], base)
        shown = PictureLinks([second], base).url(picture).rpartition("mac=")[2]
        called = Callbacks([second], base).url(user, reply, 0, 1).rpartition("mac=")[2]
        assert links.fits(picture, shown)
        assert callbacks.fits(user, reply, 0, 1, called)
        assert links.url(picture) == PictureLinks([first], base).url(picture)
        assert callbacks.url(user, reply, 0, 1) == Callbacks([first], base).url(user, reply, 0, 1)


@given(st.text())
def test_no_made_up_mac_shows_a_picture(mac: str) -> None:
    assert not PictureLinks([b"k" * 32], "https://t.example").fits(uuid4(), mac)
