"""JSON-LD and microdata: what counts, what is final, and what hides nothing."""

import json
from typing import Any

import pytest

from tests.unit.tools.pages.reading_of import OFFER, SHOE, ld, look, page, shoe, told

NONE = ("unclear", None, None)


@pytest.mark.parametrize(
    ("price", "amount"),
    [
        ("79.90", "79.90"),
        (79.9, "79.90"),
        (80, "80.00"),
        ("1.299,00", "1299.00"),
        ("1,299.00", "1299.00"),
        ("1 299,90", "1299.90"),
        ("79.9000", "79.90"),
        ("€79.90", "79.90"),
        ("79,90 €", "79.90"),
        (["79.90"], "79.90"),
        ({"@value": "79.90"}, "79.90"),
        (66.3866, "66.39"),
    ],
)
def test_a_price_is_a_number_or_a_text(price: Any, amount: str) -> None:
    assert told(look(ld(shoe(price=price)))) == ("priced", amount, "EUR")


@pytest.mark.parametrize(
    "price",
    [
        0,
        "0",
        "0.00",
        -5,
        "-79.90",
        1e300,
        10**40,
        10**8,
        "",
        None,
        True,
        [],
        {},
        "free",
        "call us",
        "79.900",
        "10-20",
        "10 - 20 €",
        "from",
        "NaN",
        "Infinity",
        "79.90.10",
        "$79.90",
        "1e3",
        "9" * 5000,
        "79.90 EUR or 85.00 EUR",
        float("nan"),
        float("inf"),
        "<b>79.90</b>",
        "0.001",
    ],
)
def test_a_price_that_makes_no_sense_is_none(price: Any) -> None:
    assert told(look(ld(shoe(price=price)))) == NONE


@pytest.mark.parametrize("currency", [None, "", "XXX", "EURO!", "$", 978, ["?"]])
def test_an_amount_without_a_currency_is_no_price(currency: Any) -> None:
    assert told(look(ld(shoe(priceCurrency=currency)))) == NONE


@pytest.mark.parametrize(
    ("currency", "lang", "iso"),
    [("eur", "en", "EUR"), ("€", "en", "EUR"), ("$", "en-CA", "CAD"), ("kr", "sv", "SEK")],
)
def test_a_currency_may_be_a_sign(currency: str, lang: str, iso: str) -> None:
    assert look(ld(shoe(priceCurrency=currency), lang=lang)).currency == iso


@pytest.mark.parametrize(
    ("said", "outcome", "in_stock"),
    [
        ("https://schema.org/InStock", "priced", True),
        ("http://schema.org/LimitedAvailability", "priced", True),
        ("InStock", "priced", True),
        ("in stock", "priced", True),
        ("https://schema.org/OutOfStock", "out_of_stock", False),
        ("SoldOut", "out_of_stock", False),
        ("schema:Discontinued", "priced", None),
        ("https://schema.org/PreOrder", "priced", False),
        ("BackOrder", "priced", False),
        ("who knows", "priced", None),
        (7, "priced", None),
    ],
)
def test_availability(said: Any, outcome: str, in_stock: bool | None) -> None:
    found = look(ld(shoe(availability=said)))

    assert (found.outcome, found.in_stock) == (outcome, in_stock)
    assert told(found)[1:] == ("79.90", "EUR")


@pytest.mark.parametrize(
    "broken",
    [
        '{"@type": "Product", "name": "x"y"}',
        "",
        "null",
        "[[[[",
        '"text"',
        "42",
        "{" * 5000,
        '{"a":' * 3000,
        "[" * 100_000,
        "\x00\x01",
        '{"@type": ["Product", 1, null, {}]}',
        '{"@type": "Product", "offers": [[], null, 1, "x", {"offers": 3}]}',
        '{"@graph": {"@graph": [{"@graph": null}]}}',
    ],
)
def test_a_broken_block_hides_nothing(broken: str) -> None:
    assert told(look(ld(broken, SHOE))) == ("priced", "79.90", "EUR")
    assert told(look(ld(SHOE, broken))) == ("priced", "79.90", "EUR")


@pytest.mark.parametrize(
    "block",
    [
        '<!-- {"@type":"Product","offers":{"price":"79.90","priceCurrency":"EUR"}} -->',
        '//<![CDATA[\n{"@type":"Product","offers":{"price":"79.90","priceCurrency":"EUR"}}\n//]]>',
        '{"@type":"Product","name":"T","offers":{"price":"79.90","priceCurrency":"EUR",},};',
        json.dumps(SHOE).replace('"', "&quot;"),
        '{"@type":"Product","name":"two\nlines","offers":{"price":"79.90","priceCurrency":"EUR"}}',
    ],
)
def test_what_templates_do_to_json_is_undone(block: str) -> None:
    assert told(look(ld(block))) == ("priced", "79.90", "EUR")


@pytest.mark.parametrize(
    "block",
    [
        [SHOE],
        {"@graph": [SHOE]},
        {"@graph": [{"@type": "WebPage", "mainEntity": SHOE}]},
        {**SHOE, "@type": ["Product", "Thing"]},
        {**SHOE, "@type": "http://schema.org/IndividualProduct"},
        {**SHOE, "offers": [OFFER, OFFER]},
        {**SHOE, "offers": {"@type": "AggregateOffer", "offers": [OFFER]}},
        {
            **SHOE,
            "offers": {
                "@type": "AggregateOffer",
                "lowPrice": 79.9,
                "highPrice": "79.90",
                "priceCurrency": "EUR",
            },
        },
        {
            **SHOE,
            "offers": {
                "@type": "AggregateOffer",
                "lowPrice": 79.9,
                "offerCount": 1,
                "priceCurrency": "EUR",
            },
        },
        {"@type": "Offer", **OFFER, "itemOffered": {"@type": "Product", "name": "Trail shoe"}},
        {"@graph": [{**SHOE, "offers": {"@id": "#o"}}, {"@id": "#o", **OFFER}]},
        {"@type": "ProductGroup", "name": "Trail shoe", "hasVariant": [SHOE, SHOE]},
        {
            "@graph": [
                {"@type": "ProductGroup", "name": "Trail shoe", "hasVariant": [{"@id": "#v"}]},
                {"@id": "#v", **SHOE},
            ]
        },
    ],
)
def test_a_product_is_found_wherever_it_stands(block: Any) -> None:
    assert told(look(ld(block))) == ("priced", "79.90", "EUR")


@pytest.mark.parametrize(
    "offers",
    [
        [OFFER, {**OFFER, "price": "85.00"}],
        {"@type": "AggregateOffer", "lowPrice": 10, "highPrice": 20, "priceCurrency": "EUR"},
        {"@type": "AggregateOffer", "lowPrice": 10, "priceCurrency": "EUR"},
        {"@type": "AggregateOffer", "offers": [OFFER, {**OFFER, "price": 1}]},
        {"priceCurrency": "EUR", "priceSpecification": [{"price": 10}, {"price": 20}]},
    ],
)
def test_several_prices_are_none_whatever_else_the_page_says(offers: Any) -> None:
    body = '<h1>Trail shoe</h1><p class="price">€10.00</p>'
    found = look(ld({**SHOE, "offers": offers}, body=body))

    assert told(found) == NONE
    assert found.note.startswith("Prices ")


def test_a_group_that_holds_itself_ends() -> None:
    group = {"@type": "ProductGroup", "@id": "#g", "name": "T", "hasVariant": [{"@id": "#g"}]}

    assert look(ld({"@graph": [group]})).amount is None


@pytest.mark.parametrize(
    ("specifications", "amount", "list_amount"),
    [
        (
            [{"price": 79.9}, {"price": 99, "priceType": "https://schema.org/ListPrice"}],
            "79.90",
            "99.00",
        ),
        (
            [{"price": 79.9, "priceType": "SalePrice"}, {"price": 99, "priceType": "MSRP"}],
            "79.90",
            "99.00",
        ),
        ([{"price": 79.9}, {"price": 59, "validForMemberTier": {"name": "gold"}}], "79.90", None),
        ([{"price": 79.9}, {"price": 9, "referenceQuantity": {"value": 100}}], "79.90", None),
        ([{"price": 79.9}, {"price": 9, "eligibleQuantity": {"minValue": 10}}], "79.90", None),
        ([{"price": 79.9}, {"price": 9, "validFrom": "2027-01-01"}], "79.90", None),
        ([{"price": 79.9}, {"price": 9, "validThrough": "2026-11-23T23:00:00Z"}], "79.90", None),
        ([{"price": 79.9}, {"price": 60, "priceType": "ListPrice"}], "79.90", None),
        (
            [{"price": 79.9}, {"price": 99, "priceType": "ListPrice", "priceCurrency": "USD"}],
            "79.90",
            None,
        ),
    ],
)
def test_a_list_price_is_above_and_others_do_not_count(
    specifications: Any, amount: str, list_amount: str | None
) -> None:
    offer = {"@type": "Offer", "priceCurrency": "EUR", "priceSpecification": specifications}
    found = look(ld({**SHOE, "offers": offer}))

    assert told(found) == ("priced", amount, "EUR")
    assert (None if found.list_amount is None else str(found.list_amount)) == list_amount


def test_a_used_one_is_not_the_price_of_a_new_one() -> None:
    used = {**OFFER, "price": 30, "itemCondition": "https://schema.org/UsedCondition"}

    assert told(look(ld({**SHOE, "offers": [used, OFFER]}))) == ("priced", "79.90", "EUR")


def test_of_two_currencies_that_of_the_pages_country_counts() -> None:
    dollars = {**OFFER, "price": 89, "priceCurrency": "USD"}
    block = {**SHOE, "offers": [dollars, OFFER]}

    assert told(look(ld(block, lang="de-DE"))) == ("priced", "79.90", "EUR")
    assert told(look(ld(block, lang="en"))) == NONE


ITEM = (
    '<h1>Trail shoe</h1><div itemscope itemtype="https://schema.org/Product">'
    '<span itemprop="name">Trail shoe</span>'
    '<div itemprop="offers" itemscope itemtype="https://schema.org/Offer">{}</div></div>'
)


@pytest.mark.parametrize(
    "offer",
    [
        '<b itemprop="price" content="79.90">x</b><i itemprop="priceCurrency" content="EUR"></i>',
        '<b itemprop="price">79,90 €</b>',
        '<meta itemprop="price" content="79.90"><meta itemprop="priceCurrency" content="EUR">',
        '<data itemprop="price" value="79.90">x</data><b itemprop="priceCurrency">EUR</b>',
        '<a itemprop="price" href="/x">€79.90</a>',
        '<b itemprop="lowPrice">79.90 €</b><b itemprop="highPrice">79.90 €</b>',
    ],
)
def test_microdata(offer: str) -> None:
    found = look(page(ITEM.format(offer)))

    assert told(found) == ("priced", "79.90", "EUR")
    assert found.source == "microdata"


def test_microdata_of_recommendations_is_not_the_products() -> None:
    other = ITEM.format('<b itemprop="price">€5.00</b>').replace("<h1>Trail shoe</h1>", "")
    body = f'<h1>Trail shoe</h1><div class="related-products">{other}</div>'

    assert look(page(body)).amount is None
