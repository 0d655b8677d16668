"""Meta tags, visible text, and pages that are none."""
# ruff: noqa: RUF001 - the typography of prices

import pytest

from tests.unit.tools.pages.reading_of import SHOE, ld, look, page, text, told

NONE = ("unclear", None, None)


def meta(**tags: str) -> str:
    head = "".join(
        f'<meta property="{name.replace("__", ":")}" content="{value}">'
        for name, value in tags.items()
    )
    return page("<h1>Trail shoe</h1>", head)


def test_meta_tags() -> None:
    sale = meta(
        product__price__amount="99.00",
        product__price__currency="EUR",
        product__sale_price__amount="79.90",
        product__sale_price__currency="EUR",
        product__availability="in stock",
    )
    found = look(sale)

    assert told(found) == ("priced", "79.90", "EUR")
    assert (str(found.list_amount), found.in_stock, found.source) == ("99.00", True, "opengraph")
    original = meta(
        product__original_price__amount="99.00",
        product__price__amount="79.90",
        product__price__currency="EUR",
    )
    assert str(look(original).list_amount) == "99.00"
    assert told(look(meta(og__price__amount="1,299.00", og__price__currency="USD")))[1] == "1299.00"
    assert look(meta(product__availability="oos")).outcome == "out_of_stock"
    assert told(look(meta(og__price__amount="79.90"))) == NONE
    assert told(look(meta(og__price__amount="0", og__price__currency="EUR"))) == NONE


def test_meta_tags_that_contradict_each_other_are_none() -> None:
    head = "".join(
        f'<meta property="og:price:amount" content="{amount}">' for amount in ("10", "20")
    )
    currency = '<meta property="og:price:currency" content="EUR">'

    assert told(look(page("<h1>T</h1><p class=price>€10.00</p>", head + currency))) == NONE


def test_a_vendors_own_names() -> None:
    head = '<meta name="price" content="79.90"><meta name="currency" content="EUR">'
    assert look(page("<h1>Trail shoe</h1>", head)).source == "meta"
    other = (
        '<meta name="twitter:label1" content="Reading time">'
        '<meta name="twitter:data1" content="5 €">'
    )
    assert look(page("<h1>Trail shoe</h1>", other)).amount is None


@pytest.mark.parametrize(
    ("inside", "lang", "price", "before"),
    [
        ('<p class="price">€79.90</p>', "en-IE", "79.90 EUR", None),
        ('<p class="price"><del>€99.00</del> <ins>€79.90</ins></p>', "en-IE", "79.90 EUR", "99.00"),
        ('<p class="price"><s>99,00 €</s> 79,90 €</p>', "de", "79.90 EUR", "99.00"),
        ('<p class="price">79,90 € <span>statt 99,00 €</span></p>', "de", "79.90 EUR", "99.00"),
        ('<b class="old-price">€99</b><b class="price">€79.90</b>', "en-IE", "79.90 EUR", "99.00"),
        ('<b class="priceOld">€99</b><b class="priceNow">€79.90</b>', "en", "79.90 EUR", "99.00"),
        (
            '<b class="regular-price">€99</b><b class="sale-price">€79</b>',
            "en",
            "79.00 EUR",
            "99.00",
        ),
        ('<b class="regular-price">€99.00</b>', "en", "99.00 EUR", None),
        ("<p>Was £85.00 Now £65.00</p>", "en-GB", "65.00 GBP", "85.00"),
        ("<p>UVP 99,00 € | 79,90 €</p>", "de-DE", "79.90 EUR", "99.00"),
        ("<p>79,90 €</p><p>Versand 4,90 €</p>", "de-DE", "79.90 EUR", None),
        ('<p class="price">79,90 € <small>(15,98 € / 100 g)</small></p>', "de", "79.90 EUR", None),
        ('<p class="price">79,90 €</p><p class="unit-price">15,98 €</p>', "de", "79.90 EUR", None),
        ('<p class="price">€ 79<sup>90</sup></p>', "nl", "79.90 EUR", None),
        ('<p class="price">€79.<sup>90</sup></p>', "en-IE", "79.90 EUR", None),
        ('<p class="price">$79.90</p>', "en-US", "79.90 USD", None),
        ('<p class="price">$79.90</p>', "en-AU", "79.90 AUD", None),
        ('<p class="price">US$79.90</p>', "en", "79.90 USD", None),
        ('<p class="price">1 299 kr</p>', "sv-SE", "1299.00 SEK", None),
        ('<p class="price">1.299 kr.</p>', "da", "1299.00 DKK", None),
        ('<p class="price">¥1,980</p>', "ja", "1980 JPY", None),
        ('<p class="price">¥1,980</p>', "zh-CN", "1980.00 CNY", None),
        ('<p class="price">R$ 1.299,90</p>', "pt-BR", "1299.90 BRL", None),
        ('<p class="price">CHF 49.–</p>', "de-CH", "49.00 CHF", None),
        ('<p class="price">Rs. 12,34,567</p>', "en-IN", "1234567.00 INR", None),
        ('<p class="price">29 990 Ft</p>', "hu", "29990.00 HUF", None),
        ('<p class="price">KWD 12.500</p>', "", None, None),
        ('<p class="price">KWD 12.500</p>', "en-US", "12.500 KWD", None),
    ],
)
def test_a_price_that_people_see(
    inside: str, lang: str, price: str | None, before: str | None
) -> None:
    found = look(text(inside, lang))

    assert (f"{found.amount} {found.currency}" if found.amount else None) == price
    assert (str(found.list_amount) if found.list_amount else None) == before


@pytest.mark.parametrize(
    "inside",
    [
        '<p class="price">from €79.90</p>',
        '<p class="price">ab 79,90 €</p>',
        '<p class="price">€10 – €20</p>',
        '<p class="price">10-20 €</p>',
        '<p class="price">As low as €10</p>',
        '<p class="price">1,980円〜</p>',
        '<b class="price">€10</b><b class="price">€20</b>',
        '<p class="price">$79.90</p>',
        '<p class="price">kr 79</p>',
        '<p class="price">€ 79 90</p>',
        '<p class="price">€0.00</p>',
        '<p class="price">€99999999999.00</p>',
        '<p class="price">79.90</p>',
        '<p class="price">call us</p>',
        '<p class="price" hidden>€79.90</p><p class="price"></p>',
        '<p class="price" style="display: none">€79.90</p><p class="price"></p>',
        '<div class="related"><p class="price">€79.90</p></div><p class="price"></p>',
        '<nav><p class="price">€79.90</p></nav><p class="price"></p>',
        '<p class="price">Save €20</p>',
        '<p class="shipping-price">€4.90</p>',
        '<p class="price">€12.00 per month</p>',
        '<s class="price">€99.00</s>',
        '<s class="price">€199.00</s> <b class="price">€4.90</b>',
        "<script>var price = '€79.90'</script><p class='price'></p>",
        "<!-- €79.90 --><p class='price'></p>",
        "<noscript><p class='price'>€79.90</p></noscript><p class='price'></p>",
        "<textarea class='price'>€79.90</textarea><p class='price'></p>",
    ],
)
def test_what_is_no_price_is_none(inside: str) -> None:
    found = look(text(inside, "en"))

    assert (found.amount, found.currency) == (None, None)
    assert found.outcome in {"unclear", "not_found"}


def test_signs_of_countries_that_disagree_leave_the_currency_open() -> None:
    html = text('<p class="price">$79.90</p>', "en-US")

    assert told(look(html, url="https://shop.example.ca/p"))[1] is None
    assert told(look(html, url="https://shop.example.io/p"))[1] == "79.90"
    plain = text('<p class="price">$79.90</p>', "en")
    assert look(plain, url="https://shop.example.ca/p").currency == "CAD"
    assert look(plain, locale="en-NZ").currency == "NZD"


def test_the_nearest_to_the_title_counts() -> None:
    cards = '<section><div><h3>Sock</h3><b class="price">€5.00</b></div></section>'
    html = page(f'<div><h1>Trail shoe</h1><b class="price">€79.90</b></div>{cards}')

    assert told(look(html))[1] == "79.90"
    assert told(look(html, "sock"))[1] == "5.00"


def test_what_a_browser_does_not_show_is_no_price() -> None:
    html = text('<p class="price">€79.90</p><p class="price x">€1.00</p>')

    assert told(look(html)) == NONE
    assert told(look(html, visible="Trail shoe\n€79.90"))[1] == "79.90"


@pytest.mark.parametrize(
    ("inside", "outcome"),
    [
        ('<p class="price">€79.90</p><p>Sold out</p>', "out_of_stock"),
        (
            '<p class="price">79,90 €</p><p>Ausverkauft</p><button disabled>Kaufen</button>',
            "out_of_stock",
        ),
        ('<p class="price">€79.90</p><p>Sold out</p><button>Add to cart</button>', "priced"),
        ('<p class="price">€79.90</p><ul><li>42 sold out</li></ul>', "priced"),
        ('<p class="price">€79.90</p><p>In stock</p>', "priced"),
        ("<p>Currently unavailable</p>", "out_of_stock"),
    ],
)
def test_sold_out_by_text(inside: str, outcome: str) -> None:
    assert look(text(inside)).outcome == outcome


@pytest.mark.parametrize("status", [401, 403, 429])
def test_a_refusal_is_blocked_whatever_it_shows(status: int) -> None:
    assert told(look(ld(SHOE), status=status)) == ("blocked", None, None)


@pytest.mark.parametrize(
    ("html", "status", "outcome"),
    [
        (ld(SHOE), 404, "not_found"),
        (ld(SHOE), 410, "not_found"),
        (ld(SHOE), 500, "unreachable"),
        (page("<p>maintenance</p>"), 503, "unreachable"),
        (page("<div id='cf-chl-widget'></div>"), 503, "blocked"),
        (page("<h1>Robot or human?</h1><p>€79.90</p>"), 200, "blocked"),
        (page("", "<title>Just a moment...</title>"), 200, "blocked"),
        (page("<form><div class='h-captcha'></div></form>"), 200, "blocked"),
        (page("<h1>Page not found</h1>"), 200, "not_found"),
        (page("<h1>About our cats</h1><p>They are soft.</p>"), 200, "not_found"),
        ("", 200, "not_found"),
        (page("<div id=root></div><script src=app.js></script>"), 200, "unclear"),
        (page("<h1>Shoe</h1><button>Add to cart</button>"), 200, "unclear"),
    ],
)
def test_pages_without_a_product(html: str, status: int, outcome: str) -> None:
    assert look(html, status=status).outcome == outcome


def test_a_shop_with_a_captcha_in_its_form_is_read() -> None:
    html = ld(SHOE, body="<h1>Trail shoe</h1><form><div class='g-recaptcha'></div></form>")

    assert told(look(html))[1] == "79.90"


def test_what_a_page_sends_is_cut_and_cleaned() -> None:
    block = {**SHOE, "name": "Trail\u200b shoe\U000e0041\ufe0f\x07 " + "x" * 999}
    found = look(ld(block))

    assert found.title is not None
    assert found.title.startswith("Trail shoe xxx")
    assert len(found.title) == 200
    assert len(look(text(f'<p class="price">€79.90</p><p>{"y" * 999}</p>')).text) <= 300
