"""Where others are told to ask."""

import socket

import pytest

from taskflow.process.http_server import address


@pytest.mark.parametrize(("host", "told"), [("127.0.0.1", "127.0.0.1:9000"), ("::1", "[::1]:9000")])
def test_an_address_is_told_as_it_is(host: str, told: str) -> None:
    assert address(host, 9000) == told


def test_who_listens_everywhere_is_reached_under_this_machines_name(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(socket, "gethostname", lambda: "pod-7")
    monkeypatch.setattr(socket, "gethostbyname", {"pod-7": "10.1.2.3"}.__getitem__)
    assert address("0.0.0.0", 9000) == address("::", 9000) == "10.1.2.3:9000"

    def unknown(_: str) -> str:
        raise socket.gaierror

    monkeypatch.setattr(socket, "gethostbyname", unknown)
    assert address("0.0.0.0", 9000) == "pod-7:9000"
