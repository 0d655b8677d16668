"""Pages that tell their price in microdata or in `meta` elements."""

from simulators.shop.view import SCHEMA, Parts, ShopView


def microdata_text(view: ShopView) -> Parts:
    """The price stands in the text only, as people write it."""
    stock = "InStock" if view.good.in_stock else "OutOfStock"
    price = f"""<div itemprop="offers" itemscope itemtype="{SCHEMA}/Offer">
<span class="amount" itemprop="price">{view.price}</span>
<meta itemprop="priceCurrency" content="{view.good.currency}">
<link itemprop="availability" href="{SCHEMA}/{stock}"></div>"""
    return Parts(price=_item(view, price))


def microdata_content(view: ShopView) -> Parts:
    """The text says less than the attributes."""
    stock = "InStock" if view.good.in_stock else "OutOfStock"
    price = f"""<div itemprop="offers" itemscope itemtype="http://schema.org/Offer">
<span itemprop="priceCurrency" content="{view.good.currency}">{view.price[:1]}</span>
<span itemprop="price" content="{view.good.price}">{view.price[1:]}</span>
<link itemprop="availability" href="http://schema.org/{stock}"></div>"""
    return Parts(price=_item(view, price))


def _item(view: ShopView, price: str) -> str:
    return f"""<div itemscope itemtype="{SCHEMA}/Product">
<meta itemprop="name" content="{view.title}"><meta itemprop="sku" content="{view.good.sku}">
<link itemprop="url" href="{view.url}">
{price}
</div>"""


def opengraph(view: ShopView) -> Parts:
    stock = "instock" if view.good.in_stock else "oos"
    head = f"""<meta property="og:type" content="product">
<meta property="og:title" content="{view.title}">
<meta property="og:url" content="{view.url}">
<meta property="og:price:amount" content="{view.good.price}">
<meta property="og:price:currency" content="{view.good.currency}">
<meta property="og:availability" content="{stock}">"""
    return Parts(head, '<p class="hint">Ask our staff, or put it into your basket.</p>')


def vendor_meta(view: ShopView) -> Parts:
    stock = "in stock" if view.good.in_stock else "out of stock"
    usual = view.good.list_price or view.good.price
    head = f"""<meta property="og:type" content="og:product">
<meta property="og:title" content="{view.title} | Northlight">
<meta property="product:retailer_item_id" content="{view.good.sku}">
<meta property="product:price:amount" content="{usual}">
<meta property="product:price:currency" content="{view.good.currency}">
<meta property="product:sale_price:amount" content="{view.good.price}">
<meta property="product:sale_price:currency" content="{view.good.currency}">
<meta property="product:availability" content="{stock}">"""
    return Parts(head, '<p class="hint">Sale ends on Sunday.</p>')
