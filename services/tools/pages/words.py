"""The words of shops for "sale", "was", "from" and "sold out", in some of their languages."""
# ruff: noqa: RUF001 - other alphabets, and the typography of prices

import re
from typing import Literal

Stock = Literal["in", "out", "later"]


def _any(words: str) -> str:
    return "|".join(re.escape(word.strip()) for word in words.split("|"))


_BOUND = r"(?<!\w)(?:{})(?!\w)"
BEFORE_THE_SALE = re.compile(
    _BOUND.format(
        _any(
            "was|before|list price|regular price|original price|old price|rrp|msrp|instead of|reg."
            "|statt|uvp|vorher|bisher|alter preis|ursprünglich|ancien prix|au lieu de|conseillé"
            "|avant|barré|antes|precio anterior|en lugar de|prezzo precedente|invece di|prima"
            "|prezzo di listino|adviesprijs|van voor|was eerst|preço anterior|cena regularna"
            "|poprzednia cena|zamiast|najniższa cena|ordinarie pris|ord. pris|tidigare|førpris|før"
            "|normalpris|vejl. pris|původní cena|běžná cena|通常価格|定価|参考価格|原价|市场价"
            "|старая цена|eski fiyat|ovh|norm."
        )
    ),
    re.IGNORECASE,
)
FROM = re.compile(
    _BOUND.format(
        _any(
            "from|starting at|starts at|as low as|between|up to|ab|bis|à partir de|a partir de"
            "|dès|desde|entre|hasta|a partire da|da|fino a|vanaf|tot|od|do|från|fra|alkaen|от|до"
        )
    )
    + r"[\s:]*$",
    re.IGNORECASE,
)
FROM_AFTER = re.compile(r"[\s]*(?:から|起|〜|～|より|-?dan başlayan|alkaen)", re.IGNORECASE)
NOT_THE_PRICE = re.compile(
    _BOUND.format(
        _any(
            "shipping|delivery|postage|save|saving|savings|you save|discount|off|deposit|coupon"
            "|voucher|gift card|per month|monthly|installment|installments|instalments|a month|tax"
            "|versand|lieferung|sie sparen|spare|rabatt|gutschein|monatlich|monat|rate|raten|pfand"
            "|ersparnis|livraison|économisez|remise|par mois|mensualités|envío|ahorra|descuento"
            "|al mes|spedizione|risparmi|sconto|al mese|rate da|verzending|bespaar|korting"
            "|per maand|frete|economize|desconto|wysyłka|dostawa|oszczędzasz|rabat|frakt|spara"
            "|fragt|spar|送料|配送|割引|運費|运费|доставка|скидка|kargo|indirim|klarna|paypal"
            "|orders over|over|ab einem bestellwert|free shipping on|minimum order"
        )
    ),
    re.IGNORECASE,
)
A_UNIT = re.compile(
    r"^\s*[/|]\s*\d*\s*(?:kg|g|l|ml|m|m²|cm|st|stk|stück|pc|pcs|unit|lb|oz|month|mo|mon|monat|mois)\b"
    r"|^\s*(?:per|pro|je|le|al|por|za)\s+\d*\s*(?:kg|kilo|g|l|liter|litre|litro|ml|m|piece|stück|month)\b",
    re.IGNORECASE,
)
SOLD_OUT = re.compile(
    _any(
        "sold out|out of stock|currently unavailable|no longer available|temporarily unavailable"
        "|not in stock|not available|ausverkauft|nicht auf lager|nicht verfügbar|vergriffen"
        "|nicht lieferbar|épuisé|rupture de stock|indisponible|en rupture|agotado|sin existencias"
        "|no disponible|esaurito|non disponibile|uitverkocht|niet op voorraad|niet leverbaar"
        "|esgotado|indisponível|wyprzedane|wyprzedany|niedostępny|brak w magazynie|slutsåld"
        "|slut i lager|ej i lager|udsolgt|ikke på lager|utsolgt|loppuunmyyty|ei varastossa"
        "|vyprodáno|není skladem|elfogyott|stoc epuizat|εξαντλήθηκε|нет в наличии|распродано"
        "|tükendi|stokta yok|品切れ|在庫切れ|売り切れ|在庫なし|售罄|缺货|無庫存|품절"
    ),
    re.IGNORECASE,
)
IN_STOCK = re.compile(
    _any(
        "in stock|available now|auf lager|sofort lieferbar|lieferbar|vorrätig|en stock|disponible"
        "|disponibile|op voorraad|em stock|disponível|dostępny|na stanie|i lager|på lager"
        "|varastossa|skladem|raktáron|în stoc|в наличии|stokta|在庫あり|有货|有貨|재고 있음"
    ),
    re.IGNORECASE,
)
BUY = re.compile(
    _any(
        "add to cart|add to basket|add to bag|buy now|in den warenkorb|in den einkaufswagen"
        "|jetzt kaufen|ajouter au panier|añadir al carrito|añadir a la cesta|comprar|aggiungi"
        "|in winkelwagen|in winkelmand|adicionar|do koszyka|dodaj do koszyka|lägg i|köp|læg i kurv"
        "|legg i|lisää ostoskoriin|do košíku|kosárba|в корзину|купить|sepete ekle|カートに入れる"
        "|加入购物车|加入購物車|장바구니"
    ),
    re.IGNORECASE,
)
NO_PAGE = re.compile(
    r"\b404\b|"
    + _any(
        "page not found|not found|cannot be found|can't be found|nicht gefunden|existiert nicht"
        "|introuvable|no encontrada|non trovata|niet gevonden|não encontrada|nie znaleziono"
        "|hittades inte|ikke fundet|ikke funnet|ei löytynyt|nenalezena|не найдена|見つかりません"
        "|bulunamadı|no longer exists"
    ),
    re.IGNORECASE,
)

_AVAILABLE: dict[str, Stock] = {
    "instock": "in",
    "limitedavailability": "in",
    "onlineonly": "in",
    "instoreonly": "in",
    "available": "in",
    "availablefororder": "in",
    "outofstock": "out",
    "soldout": "out",
    "discontinued": "out",
    "oos": "out",
    "unavailable": "out",
    "notavailable": "out",
    "preorder": "later",
    "presale": "later",
    "backorder": "later",
    "madetoorder": "later",
    "pending": "later",
}


def stock_of(said: object) -> Stock | None:
    """schema.org's and the Open Graph's values, with or without their address."""
    if not isinstance(said, str):
        return None
    last = said.strip().rstrip("/").replace("#", "/").rpartition("/")[2]
    return _AVAILABLE.get(re.sub(r"[\s_-]", "", last[:60]).lower())
