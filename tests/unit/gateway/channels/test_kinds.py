"""Files are known by their first bytes."""

import pytest

from services.gateway.channels import kinds
from simulators.ogg import voice_note
from tests.support.files import pdf, png, vcard


@pytest.mark.parametrize(
    ("announced", "data", "kind"),
    [
        ("image/png", png(), "image/png"),
        ("image/webp", png(), "image/png"),
        ("image/webp", b"RIFF\x00\x00\x00\x00WEBPVP8 ", "image/webp"),
        ("image/webp", b"RIFF\x00\x00\x00\x00WAVEfmt ", None),
        ("audio/ogg", voice_note("hi"), "audio/ogg"),
        ("audio/mpeg", b"ID3\x04" + bytes(60), "audio/mpeg"),
        ("audio/ogg", png(), None),
        ("application/pdf", pdf(), "application/pdf"),
        ("application/pdf", b"GIF89a", None),
        ("text/vcard", b"\xef\xbb\xbf\r\nbegin:vcard\r\n", "text/vcard"),
        ("text/vcard", vcard(), "text/vcard"),
        ("text/vcard", b"hello", None),
        ("", b"", None),
    ],
)
def test_a_file_is_what_its_bytes_say(announced: str, data: bytes, kind: str | None) -> None:
    assert kinds.kept_as(announced, data[: kinds.HEAD]) == kind


@pytest.mark.parametrize(
    ("said", "named"),
    [
        ("audio/ogg; codecs=opus", "audio/ogg"),
        ("audio/OGA", "audio/ogg"),
        ("text/x-vcard", "text/vcard"),
        (" image/jpg ", "image/jpeg"),
        ("", ""),
    ],
)
def test_a_type_has_one_name(said: str, named: str) -> None:
    assert kinds.named(said) == named


def test_a_video_and_a_program_are_not_fetched() -> None:
    assert not kinds.may_be_kept("video/mp4")
    assert not kinds.may_be_kept("application/x-msdownload")
    assert kinds.may_be_kept("application/octet-stream")
