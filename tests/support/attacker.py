"""One number that sends the worst of each kind as fast as it may, and the pages it links to."""

import itertools
import threading
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self

from taskflow.embedded.ports import free_port
from tests.support.stack import Stack

NUMBER = "+15559990001"
PAGES: dict[str, str] = {
    "attributes": "<html><body><p " + "".join(f"a{n}=1 " for n in range(70_000)) + ">1</p>",
    "styles": '<p style="' + "text-decoration" * 16_000 + '">9.99 EUR</p>',
    "scripts": '<script type="application/ld+json">[</script>' * 100_000,
    "brackets": "<html><body>" + "<" * 4_900_000,
    "nesting": "<div>" * 400_000 + "7.99",
    "digits": "<html><body><h1>A shoe</h1><p class=price>EUR " + "9" * 2_000_000 + "</p>",
    "prices": "<h1>A shoe</h1>" + "<b class=price>$1,2.3</b>" * 150_000,
}
MESSAGES = (
    "yes x" + ", " * 2_040 + "x",
    "," * 597,
    "if i'll remind you " * 200,
    "[" * 4_000,
    "my name is " * 370,
    "forget me",
    "no, " * 1_000,
    "\u202e\u0651" * 2_000,
)
ANSWERS = (
    "." * 50_000,
    "[" * 40_000,
    "**a " * 15_000,
    "__a " * 15_000,
    "# " + "#" * 50_000 + "b",
    "[](http://a" * 5_000,
    "\n" * 60_000 + "x",
    "https://a" + ")" * 50_000,
    "if i'll remind you " * 3_000,
)


@contextmanager
def hostile_pages() -> Generator[str]:
    """Serves PAGES by name; the address they stand below."""

    class Page(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = PAGES.get(self.path.rpartition("/")[2].partition("?")[0])
            data = (body or "").encode()
            self.send_response(200 if body else 404)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", free_port()), Page)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/evil/"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class Attacker:
    """Sends in a thread of its own, each message as soon as the one before was taken."""

    def __init__(self, stack: Stack, pages: str) -> None:
        self.stack, self._pages = stack, pages
        self._on = threading.Event()
        self._over = threading.Event()
        self._rounds = itertools.count()
        self.sent = 0
        self.scripted = 0
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._on.set()
        self._thread.join(60)

    @contextmanager
    def attacking(self) -> Generator[None]:
        self._on.set()
        try:
            yield
        finally:
            self._on.clear()

    def _run(self) -> None:
        worst = self._worst()
        while not self._over.is_set():
            self._on.wait()
            if self._over.is_set():
                return
            text, answers = next(worst)
            self.stack.script(NUMBER, *answers)
            self.scripted += len(answers)
            self.stack.say(NUMBER, text)
            self.sent += 1

    def _worst(self) -> Iterator[tuple[str, list[dict[str, Any]]]]:
        """Each message with what the poisoned model answers to it."""
        pages, messages, answers = map(itertools.cycle, (PAGES, MESSAGES, ANSWERS))
        for n in itertools.count():
            url = f"{self._pages}{next(pages)}?n={n}"
            call = {"name": "check_price", "args": {"url": url}}
            yield f"is this cheap? {url}", [{"calls": [call]}, {"text": next(answers)}]
            yield next(messages), [{"text": next(answers)}]
