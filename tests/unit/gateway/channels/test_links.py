"""Addresses that we give out: nobody makes one up, and each is good for one thing."""

from uuid import UUID, uuid4

from hypothesis import given
from hypothesis import strategies as st

from services.gateway.channels.links import CallbackLinks, PictureLinks


@given(st.text(alphabet=st.characters(codec="utf-8")))
def test_no_made_up_mac_fits(mac: str) -> None:
    assert not CallbackLinks([b"k" * 32], "https://t.example").fits(uuid4(), uuid4(), 0, 1, mac)


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
        links, callbacks = PictureLinks([first, second], base), CallbackLinks([first, second], base)
        shown = PictureLinks([second], base).url(picture).rpartition("mac=")[2]
        called = CallbackLinks([second], base).url(user, reply, 0, 1).rpartition("mac=")[2]
        assert links.fits(picture, shown)
        assert callbacks.fits(user, reply, 0, 1, called)
        assert links.url(picture) == PictureLinks([first], base).url(picture)
        assert callbacks.url(user, reply, 0, 1) == CallbackLinks([first], base).url(
            user, reply, 0, 1
        )


@given(st.text())
def test_no_made_up_mac_shows_a_picture(mac: str) -> None:
    assert not PictureLinks([b"k" * 32], "https://t.example").fits(uuid4(), mac)
