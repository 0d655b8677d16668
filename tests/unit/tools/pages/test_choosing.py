"""Which of several products and variants is meant."""
# ruff: noqa: RUF001 - the typography of prices

from typing import Any

import pytest

from tests.unit.tools.pages.reading_of import ld, look, told

A = "https://shop.example.com/p/trail-shoe"


def product(name: str, price: float, **more: Any) -> dict[str, Any]:
    offer = {"@type": "Offer", "price": price, "priceCurrency": "EUR"}
    return {"@type": "Product", "name": name, "offers": offer, **more}


SOCKS = product("Wool socks", 9.9, url="/p/wool-socks", sku="SOCK-1")
SHOE = product("Trail shoe", 79.9, url=A, sku="SHOE-42")


@pytest.mark.parametrize("order", [[SOCKS, SHOE], [SHOE, SOCKS]])
@pytest.mark.parametrize(
    "url",
    [
        A,
        f"{A}/",
        f"{A}?utm=1",
        A.replace("shop.", "www.shop."),
        "https://other.example/x?id=SHOE-42",
    ],
)
def test_the_one_at_the_pages_address(order: list[Any], url: str) -> None:
    body = "<h1>Welcome</h1>"
    where = url.replace("www.shop.", "shop.")

    assert told(look(ld(*order, body=body), url=where))[1] == "79.90"


def test_the_canonical_address_counts_too() -> None:
    body = "<h1>Welcome</h1>"
    html = ld(SOCKS, SHOE, body=body).replace("<head>", f'<head><link rel="canonical" href="{A}">')

    assert told(look(html, url="https://shop.example.com/go/77"))[1] == "79.90"


LISTED = [product(name, price) for name, price in (("Trail shoe", 79.9), ("Road shoe", 69.9))]


def test_the_one_that_the_user_named() -> None:
    body = "<h1>Shoes</h1>"

    assert told(look(ld(*LISTED, body=body), "road shoe"))[1] == "69.90"
    assert told(look(ld(*LISTED, body=body), "the trail shoe"))[1] == "79.90"


def test_the_one_that_the_heading_names() -> None:
    assert told(look(ld(*LISTED, body="<h1>Road shoe – Shop</h1>")))[1] == "69.90"


@pytest.mark.parametrize("product_", [None, "shoe", "boot"])
def test_several_and_no_way_to_tell(product_: str | None) -> None:
    found = look(ld(*LISTED, body="<h1>Everything</h1><p class='price'>€5.00</p>"), product_)

    assert told(found) == ("unclear", None, None)
    assert "“Trail shoe”, “Road shoe”" in found.note
    assert "2 products" in found.note


def test_titles_in_the_note_are_cleaned() -> None:
    named = [product("A\u200b" + "x" * 500, 1), product("B", 2)]
    found = look(ld(*named, body="<h1>Everything</h1>"))

    assert "\u200b" not in found.note
    assert len(found.note) < 300


def test_a_lone_product_that_is_plainly_another_is_not_taken() -> None:
    assert look(ld(SOCKS, body="<h1>Trail shoe</h1>")).amount is None


def test_related_ones_do_not_count() -> None:
    main = {**SHOE, "isRelatedTo": [SOCKS], "isSimilarTo": product("Road shoe", 1)}

    assert told(look(ld(main)))[1] == "79.90"
    assert look(ld({"@type": "WebPage", "isRelatedTo": SOCKS})).amount is None


def variant(colour: str, size: str, price: float, **more: Any) -> dict[str, Any]:
    return product(f"Shoe {colour} {size}", price, color=colour, size=size, **more)


GROUP = {
    "@type": "ProductGroup",
    "name": "Shoe",
    "hasVariant": [
        variant("blue", "42", 70, url=f"{A}?v=1", sku="AAA1"),
        variant("blue", "43", 75, url=f"{A}?v=2", sku="AAA2"),
        variant("red", "42", 80, url=f"{A}?v=3", sku="AAA3"),
    ],
}


@pytest.mark.parametrize(
    ("url", "named", "amount"),
    [
        (A, None, None),
        (f"{A}?v=2", None, "75.00"),
        (f"{A}?sku=AAA3", None, "80.00"),
        (A, "blue shoe in 43", "75.00"),
        (A, "the red one", "80.00"),
        (A, "blue", None),
        (A, "shoe", None),
        (A, "shoe 44", None),
        (A, "red 44", None),
        (A, "green", None),
    ],
)
def test_the_variant_that_is_meant(url: str, named: str | None, amount: str | None) -> None:
    assert told(look(ld(GROUP), named, url=url))[1] == amount


def test_variants_of_one_price_need_no_choice() -> None:
    group = {**GROUP, "hasVariant": [variant("blue", "42", 70), variant("red", "43", 70)]}

    assert told(look(ld(group)))[1] == "70.00"
    missing = look(ld(group), "shoe in 44")
    assert (missing.amount, missing.outcome) == (None, "unclear")


def test_one_variant_sold_out_leaves_the_other() -> None:
    out = variant("blue", "42", 70)
    out["offers"] = {**out["offers"], "availability": "OutOfStock"}
    in_ = variant("red", "43", 70)
    in_["offers"] = {**in_["offers"], "availability": "InStock"}
    group = {**GROUP, "hasVariant": [out, in_]}

    assert look(ld(group)).in_stock is True
    assert look(ld(group), "blue").outcome == "out_of_stock"


def test_variants_that_name_their_group_are_one_product() -> None:
    each = [
        {**variant("blue", "42", 70), "isVariantOf": {"@id": "#g"}},
        {**variant("red", "42", 80), "isVariantOf": {"@id": "#g"}},
        {"@type": "ProductGroup", "@id": "#g", "name": "Shoe"},
    ]

    assert told(look(ld({"@graph": each})))[1] is None
    assert told(look(ld({"@graph": each}), "red"))[1] == "80.00"
