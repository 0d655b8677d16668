"""What a page is made of may not make its reading dearer than in proportion to its length."""

import math
import time
from collections.abc import Callable

import pytest

from tests.unit.tools.pages.reading_of import look, page

SMALL, LARGE = 60_000, 960_000
EXPONENT = 1.2
AGAIN = 3
NOTHING = 0.3
"""CPU seconds for the large one: what takes less holds nobody up, and is too little to compare."""


def filled(piece: str, length: int) -> str:
    return piece * (length // len(piece))


def numbered(piece: str, length: int) -> str:
    return "".join(piece.format(n) for n in range(length // (len(piece) + 3)))


def script(inside: str) -> str:
    return f'<script type="application/ld+json">{inside}</script>'


ITEM = '<div itemscope itemtype="https://schema.org/Product">'
PAGES: dict[str, Callable[[int], str]] = {
    "attributes": lambda n: f"<p {numbered('a{}=1 ', n)}>",
    "attributes after a comment": lambda n: f'<!--<p a="--><p {numbered("a{}=1 ", n)}>',
    "attributes without values": lambda n: f"<p {numbered('a{} ', n)}>",
    "attributes apart by slashes": lambda n: f"<p {numbered('a{}/', n)}>",
    "attributes of the body": lambda n: numbered("<body a{}=1>", n),
    "attributes twice": lambda n: f"<p {filled('a=1 ', n)}>",
    "tags of attributes": lambda n: f"<p {numbered('a{} ', 9_000)}>" * (n // 9_000),
    "a price's attributes": lambda n: f"<h1>T</h1><p class=price {numbered('a{}=1 ', n)}>€5",
    "text-decoration": lambda n: (
        f'<h1>T</h1><p class=price style="{filled("text-decoration", n)}">€5'
    ),
    "styles": lambda n: f'<p style="{filled("display  ", n)}">',
    "names of a property": lambda n: f'{ITEM}<b itemprop="{filled("a ", n)}">5</b>',
    "properties of many names": lambda n: ITEM + filled(f'<b itemprop="{"a b " * 99}">5</b>', n),
    "JSON-LD scripts": lambda n: filled(script("{}"), n),
    "brackets in JSON-LD": lambda n: script("<" * n),
    "digits in JSON-LD": lambda n: script(f'{{"a":{"1" * n}}}'),
    "arrays in JSON-LD": lambda n: script("[" * n),
    "spaces after a comma in JSON-LD": lambda n: script(f'{{"a":1,{" " * n}x'),
    "open scripts": lambda n: "<p>" * 26_000 + filled("<script ld+json>", n),
    "open metas": lambda n: "<p>" * 26_000 + filled("<meta ", n),
    "brackets": lambda n: "<" * n,
    "comments": lambda n: filled("<!--", n),
    "CDATA": lambda n: "<svg>" + filled("<![CDATA[", n),
    "entities": lambda n: "<p>" + filled("&amp", n),
    "an unclosed quote": lambda n: f'<p a="{filled("<p b=", n)}',
    "unclosed quotes": lambda n: filled("<p a='", n),
    "tables": lambda n: filled("<table><tr><td>", n),
    "options": lambda n: "<select>" + filled("<option>", n),
    "price separators": lambda n: "<h1>T</h1><p>€" + filled("1,1.1 ", n),
    "NUL": lambda n: "\0" * n,
}


def seconds(html: str) -> float:
    began = time.process_time()
    look(html, "trail shoe 42")
    return time.process_time() - began


@pytest.mark.parametrize("kind", PAGES)
def test_reading_grows_no_faster_than_the_page(kind: str) -> None:
    small, large = (page(PAGES[kind](length)) for length in (SMALL, LARGE))
    look(small)
    if seconds(large) > NOTHING:
        # The quickest of several: what held one of them up is no part of the reading.
        most = min(seconds(large) for _ in range(AGAIN))
        least = max(min(seconds(small) for _ in range(AGAIN)), NOTHING / 16)
        assert math.log(most / least) < EXPONENT * math.log(len(large) / len(small))


def test_a_character_number_without_end_is_no_error() -> None:
    assert look(page(script("&#" + "1" * 30_000))).outcome == "unclear"


def test_a_style_strikes_through_as_before() -> None:
    struck = '<p class=price style="color:red; TEXT-decoration : 1px line-through">€9</p>'
    found = look(page(f"<main><h1>T</h1>{struck}<p class=price>€5</p></main>", lang="en-IE"))
    assert (str(found.amount), str(found.list_amount)) == ("5.00", "9.00")
