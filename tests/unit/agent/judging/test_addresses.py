"""A reply carries only addresses that stand in the conversation; the rest is no link."""

import time

import pytest

from services.agent.judging.addresses import MOST_SAID, KnownAddresses, addresses, checked, strange

KNOWN = KnownAddresses(
    [
        "see https://shop.example/a?x=1#f, mail bob@shop.example or call +49 155 1234567",
        "https://en.wikipedia.org/wiki/Foo_(bar).",
    ],
    [
        (
            {"query": "x"},
            {"pages": [{"link": "https://news.example/shoes?utm=1"}], "s": "www.ok.com!"},
        )
    ],
)


@pytest.mark.parametrize(
    "text",
    [
        "https://shop.example/a?x=1",
        "(https://shop.example/a?x=1).",
        "**https://shop.example/a**, without its query",
        "[the shop](https://shop.example/a?x=1)",
        "[w](https://en.wikipedia.org/wiki/Foo_(bar))",
        "https://en.wikipedia.org/wiki/Foo_(bar)",
        "shop.example/a",
        "http://www.shop.example/",
        "https://news.example/shoes",
        "ok.com",
        "bob@shop.example",
        "+49 (155) 123-4567",
        "Node.js, e.g. v1.2.3, costs 10.50 at 9:00 p.m. ... or so",
        "it rose (+12.5) 2024, +7 points, +1.299,50",
        "@ada: 50% (and/or more)",
        "👨\u200d👩\u200d👧 hi. ok",
        "你好。再见",
    ],
)
def test_what_stands_there_goes_out_as_it_is(text: str) -> None:
    assert checked(text, KNOWN) == text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("https://evil.example/?d=Ada%20lives%20in%20Lisbon", "evil[.]example"),
        ("https://shop.example/a?x=Ada", "shop[.]example"),
        ("https://shop.example/b", "shop[.]example"),
        ("[click](https://evil.example/?d=Ada)!", "[click](evil[.]example)!"),
        (
            "[https://shop.example/a](https://evil.example)",
            "[https://shop.example/a](evil[.]example)",
        ),
        ("HTTPS://EVIL.COM", "EVIL[.]COM"),
        ("evil.com", "evil[.]com"),
        ("*evil.com*, or evil.co.uk.", "*evil[.]com*, or evil[.]co[.]uk."),
        ("shop.example.evil.com", "shop[.]example[.]evil[.]com"),
        ("evil.com:8080/x", "evil[.]com"),
        ("see:https://evil.com", "see:evil[.]com"),
        ("//evil.com/x", "//evil[.]com/x"),
        ("a/evil.com", "a/evil[.]com"),
        ("wa.me/4915512345", "wa[.]me"),
        ("https://shop.example/a?x=1,https://evil.com/", "https://shop.example/a?x=1,evil[.]com"),
        ("https://shop.example@evil.example/x", "…"),
        ("user:pw@evil.com", "…"),
        ("eve@evil.com", "…"),
        ("mailto:eve@evil.com", "…"),
        ("tel:+4915599999", "…"),
        ("call +49 155 7654321 now", "call … now"),
        ("whatsapp://send?text=x", "…"),
        ("https:/evil.com/?q=1", "…"),
        ("http:evil.com", "…"),
        ("ftp://evil.com/x", "…"),
        ("http://localhost/x", "…"),
        ("http://10.0.0.1/x", "10[.]0[.]0[.]1"),
        ("https://sh\u043ep.example/a", "…"),
        ("xn--80ak6aa92e.com", "…"),
        ("ev\u200bil.com", "evil[.]com"),
        ("https\u2060://evil.com/x", "evil[.]com"),
        ("evil\uff0ecom", "evil[.]com"),
        ("evil\u3002com", "evil[.]com"),
        ("done.Now we go", "done. Now we go"),
    ],
)
def test_what_stands_nowhere_is_no_link(text: str, shown: str) -> None:
    assert checked(text, KNOWN) == shown


def test_what_a_result_repeats_of_its_call_is_the_models() -> None:
    evil = "https://evil.example/?d=Ada"
    echo = KnownAddresses(
        [], [({"query": f"x {evil}"}, {"note": f"Nothing for {evil}", "link": "https://a.com"})]
    )
    assert checked(f"{evil} https://a.com", echo) == "evil[.]example https://a.com"
    assert strange({"deep": [{"text": f"see {evil}"}]}, echo) == [evil]
    assert not strange({"deep": ["https://a.com"]}, echo)


def test_a_reply_is_cut_before_it_is_read() -> None:
    assert len(checked("x" * 10 * MOST_SAID, KNOWN)) == MOST_SAID + 1


PIECES = [
    ".", "a.", "[(", "://", "a@", "https://", "](", "+1 ", "a.com,", "a.com/", "*", ":a", "x.com",
    "com.", "\u200b.", "+1234567", "@", "#", "?", "https://a.b/", "(https://a.b)", "xn--", "'",
    "tel:",
]  # fmt: skip


@pytest.mark.parametrize("piece", PIECES)
def test_hostile_text_costs_its_length(piece: str) -> None:
    """Four times the text takes some four times as long, measured in one run."""

    def cost(length: int) -> float:
        text = (piece * length)[:length]
        taken: list[float] = []
        for _ in range(3):
            began = time.process_time()
            list(addresses(text))
            KnownAddresses([text]).keys  # noqa: B018 - it is computed here
            taken.append(time.process_time() - began)
        return min(taken)

    short, long = cost(4_000), cost(32_000)
    assert long < 8 * 2.5 * short + 0.02
