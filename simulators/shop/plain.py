"""Pages whose price stands in the text only, or is written by a script."""

import json

from simulators.shop.goods import Style
from simulators.shop.view import Parts, ShopView

_WAS: dict[Style, str] = {"en": "was", "en-us": "was", "de": "statt", "ch": "statt"}
_SOLD_OUT: dict[Style, str] = {
    "en": "Sold out", "en-us": "Sold out", "de": "Ausverkauft", "ch": "Ausverkauft",
    "pl": "Wyprzedane", "ja": "品切れ", "in": "Out of stock",
}  # fmt: skip


def text(view: ShopView) -> Parts:
    good = view.good
    before = ""
    if good.list_price:
        word = _WAS.get(good.style, "was")
        before = f' <span class="before">{word} {view.said(good.list_price)}</span>'
    tax = "（税込）" if good.style == "ja" else ""
    stock = "" if good.in_stock else f'<p class="stock">{_SOLD_OUT[good.style]}</p>'
    return Parts(price=f'<p class="price-now">{view.price}{tax}{before}</p>{stock}')


def starting_at(view: ShopView) -> Parts:
    return Parts(price=f'<p class="price-now">ab {view.price}</p>')


def script(view: ShopView) -> Parts:
    """Nothing in the page: a script asks for the price and writes it."""
    source = f"""<script>
fetch({json.dumps(f"{view.base}/api/price/{view.good.slug}")})
  .then((answer) => answer.json())
  .then((told) => {{
    document.getElementById("price").textContent = told.shown;
    if (!told.in_stock) document.getElementById("stock").textContent = "Sold out";
  }});
</script>"""
    return Parts(
        price='<p class="price" id="price"></p><p class="stock" id="stock"></p>', after=source
    )


def script_json_ld(view: ShopView) -> Parts:
    """The page's structured data come from a script, as single-page shops do it."""
    address = json.dumps(f"{view.base}/api/product/{view.good.slug}")
    source = f"""<script>
fetch({address})
  .then((answer) => answer.json())
  .then((product) => {{
    const block = document.createElement("script");
    block.type = "application/ld+json";
    block.textContent = JSON.stringify(product);
    document.head.append(block);
  }});
</script>"""
    return Parts(price='<p class="hint" id="price">One moment, please…</p>', after=source)
