"""Whatever a page sends: no exception, no price without digits, and no hour of work."""

import json
import time
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from contracts.readings import MAX_EVIDENCE
from services.tools.pages.page import PageReading
from tests.support.walks import how_far
from tests.unit.tools.pages.reading_of import ld, look, page

WORDS = st.sampled_from(
    [
        "price",
        "lowPrice",
        "highPrice",
        "priceCurrency",
        "offers",
        "hasVariant",
        "@type",
        "@id",
        "@graph",
        "Product",
        "ProductGroup",
        "Offer",
        "AggregateOffer",
        "EUR",
        "$",
        "€",
        "79.90",
        "0",
        "1.299,00",
        "name",
        "isVariantOf",
        "availability",
        "InStock",
        "OutOfStock",
        "url",
        "sku",
        "priceSpecification",
        "itemOffered",
        "mainEntity",
        "#a",
        "#b",
        "kr",
        "http://[",
        "Trail shoe",
    ]
)
SCALARS = st.one_of(
    WORDS, st.text(max_size=12), st.none(), st.booleans(), st.integers(), st.floats()
)
JSON = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(WORDS, inner, max_size=6),
    max_leaves=30,
)
TAGS = st.sampled_from(
    [
        "<h1>",
        "</h1>",
        '<p class="price">',
        "</p>",
        "<del>",
        "</del>",
        "<script>",
        "</script>",
        '<div itemscope itemtype="https://schema.org/Product">',
        '<b itemprop="price">',
        "</div>",
        '<div itemprop="offers" itemscope>',
        '<meta itemprop="price" content="',
        '">',
        "<sup>",
        '<meta property="og:price:amount" content="5">',
        '<html lang="',
        '<body style="display:none">',
        '<script type="application/ld+json">',
        "<template>",
        "<svg>",
        "<table><tr>",
        "<select>",
        '<link rel="canonical" href="//[">',
        "€",
        "$",
        "79",
        ",",
        ".",
        "90",
        " ",
        "from",
        "sold out",
        "<!--",
        "-->",
        "&nbsp;",
        "\x00",
        "\ud800",
        "<h1 hidden>",
        "<title>",
        '<base href="x:">',
        "kr",
    ]
)


def sound(found: PageReading) -> None:
    if found.outcome == "priced":
        assert found.amount is not None
    if found.amount is not None:
        assert found.amount.is_finite()
        assert 0 < found.amount <= 10**10
        assert found.currency is not None
        assert len(found.currency) == 3
        assert found.list_amount is None or found.list_amount > found.amount
    assert len(found.title or "") <= 200
    assert len(found.text) <= MAX_EVIDENCE
    assert (found.outcome in {"priced", "out_of_stock"}) == (not found.note)


fuzz = settings(
    max_examples=how_far(40, 100),
    deadline=None,
    derandomize=True,
    suppress_health_check=list(HealthCheck),
)


@fuzz
@given(JSON, JSON, st.sampled_from([None, "trail shoe", "42", ""]))
def test_any_json_ld(one: Any, other: Any, product: str | None) -> None:
    product_like = {"@type": "Product", "name": "Trail shoe", "offers": other}
    sound(look(ld(one, product_like, {"@graph": [one, other]}), product))


@fuzz
@given(st.lists(TAGS | st.text(max_size=5), max_size=40), st.sampled_from([None, "", "79"]))
def test_any_html(pieces: list[str], visible: str | None) -> None:
    sound(look("".join(pieces), visible=visible))


@fuzz
@given(st.lists(TAGS | st.text(max_size=5), max_size=40), JSON)
def test_no_digits_no_price(pieces: list[str], block: Any) -> None:
    scripts = json.dumps(block, allow_nan=False) if _is_plain(block) else "{}"
    html = "".join(
        [*pieces, "<h1>T</h1>", f'<script type="application/ld+json">{scripts}</script>']
    )
    bare = "".join(c for c in html if not c.isdecimal())
    found = look(f"<body>{bare}</body>")

    assert (found.amount, found.currency) == (None, None)


def _is_plain(block: Any) -> bool:
    try:
        json.dumps(block, allow_nan=False)
    except ValueError:
        return False
    return True


@fuzz
@given(
    st.sampled_from(["http://[::1", "x", "", "https://a.b/\udcff", "https://a.com:99999/p", "//"])
)
def test_any_address(url: str) -> None:
    block = {"@type": "Product", "name": "T", "url": "http://[", "offers": {"url": url, "price": 5}}
    sound(look(ld(block), url=url))


DEEP = 100_000
LONG = {
    "nested prices": '<div class="price">' * DEEP + "€5",
    "nested headings": "<h1>" + "<div><h2 class=title>" * DEEP + "€5",
    "nested recommendations": '<div class="related">' * DEEP + "<h1>T</h1>€5",
    "nested items": '<div itemscope itemtype="https://schema.org/Product" itemprop="a">' * DEEP,
    "nested properties": "<h1>T</h1>" + '<b itemprop="price">' * DEEP + "5",
    "many prices": "<h1>T</h1>" + '<b class="price">€5</b>' * DEEP,
    "many labels": "<h1>T</h1>" + "<span>sold</span>" * DEEP * 3,
    "many headings": "<h1>T</h1>" * DEEP,
    "one long text": "<h1>T</h1><p>" + "€5 " * DEEP * 5,
    "one long number": "<h1>T</h1><p class=price>€" + "1" * DEEP * 10,
    "spaces": "<h1>T</h1><p class=price>€" + " " * DEEP * 10 + "5",
    "commas": '<script type="application/ld+json">' + ", " * DEEP * 5 + "</script>",
    "braces": '<script type="application/ld+json">' + '{"a":[' * DEEP + "</script>",
    "many blocks": '<script type="application/ld+json">{"@type":"Product"}</script>' * 20_000,
    "reopened": "<h1>T</h1>" + "".join(f"<b id=x{n}>" for n in range(3000)) + "<p>x" * 20_000,
    "half as many tags": "<h1>T</h1>" + "<div class=price>" * 20_000,
    "half as many headings": "<h1>€5</h1>" * 20_000,
    "half as many items": "<div itemscope itemtype=//schema.org/Product itemprop=a>" * 500
    + "<b>" * 20_000,
    "half as many cents": "<h1>T</h1><p class=price>€5" + "<sup>90</sup>" * 20_000,
    "half as many recommendations": '<i class="related"></i>' * 20_000,
    "half as many labels": ("<div class=price>" * 400 + "<span>€5</span>" * 90 + "</div>" * 400)
    * 30,
    "open scripts": "<script type=ld+json>" * 100_000,
    "open metas": "<meta " * 500_000,
    "open headings": "<h1 " * 500_000,
    "nested styles": '<div style="display:none">' * DEEP,
    "raised cents": "<h1>T</h1><p class=price>€5" + "<sup>90</sup>" * DEEP,
}


@pytest.mark.parametrize("case", LONG)
def test_no_page_takes_long(case: str) -> None:
    html = page(LONG[case])
    started = time.process_time()
    sound(look(html, "trail shoe 42"))

    assert time.process_time() - started < 5


def test_many_offers_and_variants_take_no_longer() -> None:
    offers = [{"price": n, "priceCurrency": "EUR", "url": f"/{n}"} for n in range(1, 20_000)]
    group = {
        "@type": "ProductGroup",
        "name": "T",
        "hasVariant": [
            {"@type": "Product", "name": f"V{n}", "offers": offers[:50]} for n in range(900)
        ],
    }
    started = time.process_time()
    sound(look(ld({"@type": "Product", "name": "T", "offers": offers}, group, group), "v1"))

    assert time.process_time() - started < 5
