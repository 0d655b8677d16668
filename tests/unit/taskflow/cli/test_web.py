"""A request goes to the address that it was made for, and to no other."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from taskflow.cli.web import MOST, NoAnswer, WebAnswer, ask


@contextmanager
def answering(status: int, body: bytes, **headers: str) -> Iterator[tuple[str, list[str]]]:
    """Its URL, and the paths that were asked for."""
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name.replace("_", "-"), value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", asked
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_a_redirect_takes_the_key_nowhere(status: int) -> None:
    with (
        answering(200, b"{}") as (elsewhere, stolen),
        answering(status, b"", Location=f"{elsewhere}/steal") as (url, asked),
    ):
        answer = ask("GET", f"{url}/a", headers={"Authorization": "Basic eA=="})

    assert (answer.status, asked, stolen) == (status, ["/a"], [])


def test_an_endless_answer_is_cut() -> None:
    with answering(429, b" " * (MOST + 100_000), Retry_After="7") as (url, _):
        answer = ask("GET", url)

    assert (answer.status, len(answer.body), answer.retry_after) == (429, MOST, "7")


@pytest.mark.parametrize("body", [b"", b"[]", b"7", b"[" * 100_000, b"\xff", b"<html>"])
def test_what_is_no_json_object_tells_nothing(body: bytes) -> None:
    assert WebAnswer(200, body, "").json_object() == {}


@pytest.mark.parametrize("url", ["http://127.0.0.1:1/", "http://127.0.0.1:port/", "http://a b/"])
def test_nobody_there_is_told_in_words(url: str) -> None:
    with pytest.raises(NoAnswer) as caught:
        ask("GET", url)

    assert str(caught.value)
