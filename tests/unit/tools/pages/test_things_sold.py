"""Metadata of all that is sold, as templates write it: events, trips, rooms; names in any case."""

from typing import Any

import pytest

from tests.unit.tools.pages.reading_of import OFFER, ld, look, page, told

PRICED = ("priced", "79.90", "EUR")
ASKED = (
    'itemprop="offers" itemscope itemtype="https://schema.org/Offer">'
    '<b itemprop="price">79.90</b><meta itemprop="priceCurrency" content="EUR">'
)
NAMED = {"name": "Trail shoe", "offers": OFFER}


def item(kind: str, more: str, inside: str) -> str:
    return f'<div itemscope itemtype="https://schema.org/{kind}" {more}>{inside}</div>'


@pytest.mark.parametrize(
    "kind",
    [
        "Product", "product", "http://schema.org/Product", "Event", "MusicEvent", "TouristTrip",
        "Trip", "Book", "Car", "Course", "SoftwareApplication", "Movie", "Service", "MenuItem",
        "HotelRoom", "Accommodation", "Hotel", ["Product", "Event"],
    ],
)  # fmt: skip
def test_whatever_has_an_offer_is_sold(kind: Any) -> None:
    assert told(look(ld({"@type": kind, **NAMED}))) == PRICED


@pytest.mark.parametrize("kind", ["WebSite", "ItemList", "Organization", "OfferCatalog"])
def test_what_describes_a_shop_is_not(kind: str) -> None:
    assert look(ld({"@type": kind, **NAMED})).amount is None


@pytest.mark.parametrize(
    "block",
    [
        {"@Type": "Product", "Name": "x", "Offers": {"Price": "79.90", "PriceCurrency": "EUR"}},
        {"@TYPE": "PRODUCT", "NAME": "x", "OFFERS": {"PRICE": 79.9, "pricecurrency": "EUR"}},
        {"@graph": [{"@type": "WebPage"}, {"@type": "Event", **NAMED}]},
        {"@type": "WebPage", "mainEntity": {"@type": "Event", **NAMED}},
        {
            "@graph": [
                {"@type": "Event", "name": "Trail shoe", "offers": {"@id": "#o"}},
                {"@type": "Offer", "@id": "#o", "price": "79.90", "priceCurrency": "EUR"},
            ]
        },
    ],
)  # fmt: skip
def test_names_in_any_case_and_references(block: Any) -> None:
    assert told(look(ld(block))) == PRICED


@pytest.mark.parametrize(
    "body",
    [
        item("Product", 'itemref="n o"', "")
        + f'<h1 id="n" itemprop="name">Trail shoe</h1><div id="o" {ASKED}</div>',
        item("Product", 'itemref="more"', "Trail shoe")
        + f'<section id="more"><div {ASKED}</div></section>',
        item("Event", "", f'<h1 itemprop="name">Trail shoe</h1><div {ASKED}</div>'),
    ],
)
def test_microdata_that_stands_elsewhere(body: str) -> None:
    found = look(page(body))

    assert told(found) == PRICED
    assert found.source == "microdata"


def test_an_item_that_borrows_itself_ends() -> None:
    body = (
        '<div id="a" itemscope itemtype="https://schema.org/Product" itemref="b">'
        '<div id="b" itemprop="offers" itemscope itemref="a"></div></div>'
    )
    assert look(page(body)).amount is None


def test_an_article_has_no_price() -> None:
    article = {"@type": "NewsArticle", "headline": "Shoes at €79.90"}
    body = (
        "<article><h1>Shoes get dearer</h1><p>Last year a pair was sold for €79.90.</p></article>"
    )

    assert look(ld(article, body=body, lang="en-IE")).amount is None
