"""The frame around every page of the shop."""

from decimal import Decimal
from html import escape

from simulators.shop.formats import shown
from simulators.shop.goods import Good, path_of
from simulators.shop.view import Parts, ShopView

_BUY = {
    "de": "In den Warenkorb",
    "ch": "In den Warenkorb",
    "pl": "Do koszyka",
    "ja": "カートに入れる",
}
_FREE_FROM = Decimal(50)
BROKEN = Parts(price='<p class="hint">Price on request.</p>')


def product_page(view: ShopView, parts: Parts) -> str:
    good = view.good
    label = _BUY.get(good.style, "Add to cart")
    off = "" if good.in_stock else " disabled"
    body = f"""<article class="product">
<img class="picture" src="{view.base}/pictures/{good.slug}.svg" alt="{view.title}">
<div class="details"><h1>{view.title}</h1>
<p class="blurb">{escape(good.blurb)}</p>
{parts.price}
<button type="button"{off}>{label}</button>
<p class="delivery">{_delivery(good)}</p></div></article>
<section class="recommendations"><h2>You may also like</h2><div class="shelf">
{"".join(card(other, view.base) for other in view.others)}</div></section>
{parts.after}"""
    head = f'<link rel="canonical" href="{view.url}">\n{parts.head}'
    return document(good.title, body, view.base, head, view.language)


def _delivery(good: Good) -> str:
    free = shown(_FREE_FROM, good.currency, good.style)
    return f"Free delivery on orders over {free}." if good.style == "en" else ""


def index(goods: list[Good], base: str) -> str:
    cards = "".join(card(good, base) for good in goods)
    body = f"""<section class="welcome"><h1>Northlight</h1>
<p>Things for outside and for home. Nothing here is real, and the prices move.</p></section>
<div class="shelf">{cards}</div>"""
    return document("Northlight", body, base)


def card(good: Good, base: str) -> str:
    price = shown(good.price, good.currency, good.style)
    sold = "" if good.in_stock else '<span class="gone">Sold out</span>'
    return f"""<a class="card" href="{base}{path_of(good.slug)}">
<img src="{base}/pictures/{good.slug}.svg" alt="">
<span class="name">{escape(good.title)}</span><span class="card-price">{price}</span>{sold}</a>"""


def not_found(base: str) -> str:
    return document("Page not found", "<h1>Page not found</h1><p>It may have been sold.</p>", base)


def document(title: str, body: str, base: str, head: str = "", language: str = "en-IE") -> str:
    return f"""<!doctype html>
<html lang="{language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{escape(title)} · Northlight</title>
<link rel="stylesheet" href="{base}/shop.css">
{head}
</head>
<body>
<header class="top"><a href="{base}/">Northlight</a>
<nav><a href="{base}/">All things</a></nav></header>
<main>
{body}
</main>
<footer><p>Northlight is a simulated shop.</p></footer>
</body>
</html>"""


def picture(good: Good) -> str:
    """A calm shape in the good's own colour."""
    hue, turn = good.hue, good.hue % 60
    initial = escape(good.title[:1])
    return f"""<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 400 400" role="img">
<rect width="400" height="400" fill="hsl({hue} 45% 90%)"/>
<circle cx="{150 + turn}" cy="170" r="120" fill="hsl({hue} 50% 72%)"/>
<rect x="{110 - turn / 2}" y="210" width="230" height="120" rx="60"
 fill="hsl({(hue + 40) % 360} 45% 60%)"/>
<text x="200" y="245" text-anchor="middle" font-family="Georgia, serif" font-size="130"
 fill="hsl({hue} 55% 25%)">{initial}</text></svg>"""
