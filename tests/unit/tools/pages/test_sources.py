"""What counts where metadata and what people see name different prices."""
# ruff: noqa: RUF001 - the typography of prices

import json
from typing import Any

import pytest

from tests.unit.tools.pages.reading_of import SHOE, ld, look, page, shoe, text, told

SHOWN = '<main><h1>Trail shoe</h1><p class="price">{}</p></main>'


def script(block: dict[str, Any]) -> str:
    return f'<script type="application/ld+json">{json.dumps(block)}</script>'


def described(price: str, shown: str, **more: Any) -> str:
    return ld(shoe(price=price, **more), body=f"<main><h1>Trail shoe</h1>{shown}</main>")


@pytest.mark.parametrize(
    ("stated", "shown", "amount"),
    [
        ("79.90", '<p class="price">€79.90</p>', "79.90"),
        # Old, net and starting prices in metadata.
        ("99.00", '<p class="price"><s>€99.00</s> <b>€79.90</b></p>', "79.90"),
        ("67.14", '<p class="price">€79.90</p>', "79.90"),
        ("79.90", '<p class="price">from €79.90</p>', None),
        ("79.90", '<p class="price">€79.90 – €99.90</p>', None),
        # Other amounts beside it.
        ("79.90", '<p class="price">€79.90</p><p class="fees">€4.90 delivery</p>', "79.90"),
        ("79.90", '<b class="price">€79.90</b><b class="price">€89.90</b>', "79.90"),
        ("69.90", '<b class="price">€79.90</b><b class="price">€89.90</b>', None),
        # What is not named a price does not outdo metadata.
        ("79.90", "<p>€4.90</p>", None),
        ("79.90", "<p>Sizes 39 to 46</p>", "79.90"),
        # Other sellers' offers begin at another price.
        (
            "79.90",
            '<b class="price">€79.90</b><div class="price used">Used from €40</div>',
            "79.90",
        ),
    ],
)
def test_the_shown_price_counts_if_it_is_clear(stated: str, shown: str, amount: str | None) -> None:
    assert told(look(described(stated, shown)))[1] == amount


def test_a_former_price_in_metadata_is_the_price_before() -> None:
    found = look(described("99.00", '<p class="price"><s>€99.00</s> <b>€79.90</b></p>'))

    assert (str(found.amount), str(found.list_amount), found.source) == ("79.90", "99.00", "text")


def test_of_two_that_disagree_the_shown_one_counts() -> None:
    meta = (
        '<meta property="product:price:amount" content="67.14">'
        '<meta property="product:price:currency" content="EUR">'
    )
    html = ld(SHOE, body=SHOWN.format("€79.90")).replace("</head>", f"{meta}</head>")

    assert told(look(html))[1] == "79.90"
    hidden = ld(SHOE).replace("</head>", f"{meta}</head>")
    assert told(look(hidden)) == ("unclear", None, None)


def test_meta_elements_left_from_a_template_do_not_hide_the_others() -> None:
    head = "".join(f'<meta property="og:price:amount" content="{n}">' for n in ("10", "20"))
    html = ld(SHOE, body=SHOWN.format("€79.90")).replace("</head>", f"{head}</head>")

    assert told(look(html))[1] == "79.90"


@pytest.mark.parametrize(
    ("head", "currency"),
    [
        ("", None),
        ('<meta property="og:locale" content="en_US">', "USD"),
        ('<link rel="alternate" hreflang="en-us" href="/p/trail-shoe">', "USD"),
        ('<link rel="alternate" hreflang="en-CA" href="/p/trail-shoe">', "CAD"),
        ('<link rel="alternate" hreflang="en-us" href="/us/p/trail-shoe">', None),
        (script({"@type": "Organization", "address": {"addressCountry": "US"}}), "USD"),
        (script({"@type": "Organization", "address": {"addressCountry": "USA"}}), "USD"),
        (script({"@type": "Service", "priceCurrency": "NZD"}), "NZD"),
    ],
)
def test_evidence_of_a_country_tells_which_dollar(head: str, currency: str | None) -> None:
    found = look(page(SHOWN.format("$79.90"), head, "en"))

    assert found.currency == currency


@pytest.mark.parametrize(
    ("shown", "amount"),
    [
        ("35<span>,</span><span>99</span> €", "35.99"),
        ("<span>35</span><sup>99</sup> €", "35.99"),
        ("<b>35</b>.<i>99</i> €", "35.99"),
        ("<b>35</b> <b>,</b> <b>99</b> €", "35.99"),
        ("35 ,99 €", "35.99"),
        ("<span>35</span><span>99</span> €", "35.99"),
        ("€<span>35</span><span>.99</span>", "35.99"),
        ("<span>1.299</span><sup>99</sup> €", "1299.99"),
        ("<div>35</div><div>,99 €</div>", "35.99"),
        ("<div>35</div><div>,</div><div>99</div><div>€</div>", "35.99"),
        ("<div>35</div><div>99</div><div>€</div>", None),
        ("<table><tr><td>12</td><td>99 €</td></tr></table>", "99.00"),
        ('<span>€35</span> <span class="price-cents">99</span>', "35.99"),
        ("€35 <span>99</span>", None),
        ("<span>Size 35</span>, <span>99 €</span>", None),
        ("<b>€400</b><i>5 bids</i>", "400.00"),
        ("<b>€635.000</b><i>2010 - 89.000 km</i>", "635000.00"),
        ("<span>EUR <i>35.99</i></span>", "35.99"),
        ("<span>35,99</span>\n      <span>€</span>", "35.99"),
        ('<i style="display:none">from </i>35,99 €', "35.99"),
    ],
)
def test_a_price_may_stand_in_several_elements(shown: str, amount: str | None) -> None:
    assert told(look(page(SHOWN.format(shown), lang="de")))[1] == amount


@pytest.mark.parametrize(
    ("body", "title"),
    [
        ("<h1>Cookies and you</h1><h2>Trail shoe 42</h2>", "Trail shoe 42"),
        ("<h1 hidden>Welcome</h1><h1>Trail shoe 42</h1>", "Trail shoe 42"),
        ("<h1>Example</h1><h1>Trail shoe 42</h1>", "Trail shoe 42"),
        ('<h1>Example</h1><div class="product-name">Trail shoe 42</div>', "Example"),
        ('<h3>Policies</h3><div class="product-name">Trail shoe 42</div>', "Trail shoe 42"),
    ],
)
def test_the_title_is_the_products(body: str, title: str) -> None:
    inside = f'<main>{body}<p class="price">€79.90</p></main>'
    found = look(page(inside, "<title>Trail shoe 42 | Example</title>", "en-IE"))

    assert (found.title, str(found.amount)) == (title, "79.90")


@pytest.mark.parametrize(
    "inside",
    [
        "<p>Pickup: <span>not available</span></p>",
        '<div class="delivery"><p>Sold out</p></div>',
        '<p style="display:none">Sold out</p>',
        '<p class="hidden">Sold out</p>',
        '<script type="text/template"><p>Sold out</p></script>',
        "<template><p>Sold out</p></template>",
        "<p>Information not available</p>",
        '<div class="sizes"><p>39</p><p>Sold out</p></div>',
        "<p>Sold out</p><p>In stock</p>",
    ],
)  # fmt: skip
def test_not_everything_that_is_not_available_is_the_product(inside: str) -> None:
    found = look(page(f'<main><h1>Trail shoe</h1><p class="price">€79.90</p>{inside}</main>'))

    assert (found.outcome, found.in_stock) in {("priced", None), ("priced", True)}


def test_the_first_size_sold_out_is_not_all() -> None:
    sizes = '<div class="size-picker"><button>39</button><button>40</button></div>'
    found = look(described("79.90", sizes, availability="https://schema.org/OutOfStock"))

    assert (found.outcome, found.in_stock) == ("priced", None)
    assert "size" in found.note
    alone = look(described("79.90", "", availability="https://schema.org/OutOfStock"))
    assert (alone.outcome, alone.in_stock) == ("out_of_stock", False)
    offers = [
        {**SHOE["offers"], "availability": f"https://schema.org/{said}"}
        for said in ("OutOfStock", "InStock")
    ]
    differing = look(ld({**SHOE, "offers": offers}))
    assert (differing.outcome, differing.in_stock) == ("priced", True)
    assert "size" in differing.note


def test_a_list_of_products_has_no_price() -> None:
    card = '<li><a href="/p/{0}"><h3>Shoe {0}</h3></a><span class="price">€{0}9.00</span></li>'
    cards = "".join(card.format(n) for n in range(1, 6))
    listed = page(f"<main><h1>Shoes</h1><ul>{cards}</ul></main>", "<title>Shoes</title>", "en-IE")

    assert look(listed).amount is None


@pytest.mark.parametrize("shown", ["€9.99 / month", "€9.99 per month", "4 x €9.99", "2 for €9.99"])
def test_what_is_shown_as_a_part_only_is_no_price_though_it_is_stated(shown: str) -> None:
    offer = shoe(price="9.99")
    body = f"<h1>Trail shoe</h1><div><span class=price>{shown}</span><button>Order</button></div>"
    assert told(look(ld(offer, body=body, lang="en-IE")))[0] == "unclear"


@pytest.mark.parametrize(
    ("lang", "price", "amount"),
    [("ja-JP", "12万円", "120000"), ("ko-KR", "3만원", "30000"), ("zh-CN", "1.5万元", "15000.00")],
)
def test_a_multiplier_may_stand_between_a_number_and_its_sign(
    lang: str, price: str, amount: str
) -> None:
    assert told(look(text(f"<p class=price>{price}</p>", lang)))[:2] == ("priced", amount)


@pytest.mark.parametrize(
    "said", ["Salary €50,000", "Costs about €5 a portion", "We raised €5,000,000", "Fine: €80"]
)
def test_an_amount_on_a_page_that_sells_nothing_is_no_price(said: str) -> None:
    assert told(look(page(f"<main><h1>Trail shoe</h1><p>{said}</p></main>")))[0] == "not_found"


def test_the_title_is_the_products_and_not_the_first_heading() -> None:
    body = (
        "<div><h1>MyShop</h1></div><main><h2>Trail shoe</h2><p class=price>€79.90</p>"
        "<button>Add to cart</button></main>"
    )
    head = '<title>Trail shoe | MyShop</title><meta property="og:title" content="Trail shoe">'
    found = look(page(body, head, "en-IE"))

    assert (found.title, told(found)) == ("Trail shoe", ("priced", "79.90", "EUR"))
