"""The words of shops for "sold out", "in stock" and "buy", in some of their languages."""
# ruff: noqa: RUF001 - other alphabets, and the typography of prices

import re
from collections.abc import Iterable
from typing import Literal

_LITTLE = 8

Stock = Literal["in", "out", "later"]


def _folded(words: str) -> tuple[str, ...]:
    return tuple(word.casefold() for word in words.split("|"))


def says(phrases: Iterable[str], text: str) -> bool:
    """Whether any of the phrases stands in a text, whatever its case."""
    folded = text.casefold()
    return any(phrase in folded for phrase in phrases)


def is_little_more(phrases: Iterable[str], text: str) -> bool:
    """Whether a text is one of the phrases and a few letters more: not "Pickup: sold out"."""
    folded = text.casefold()
    if ":" in folded:
        return False
    return any(phrase in folded and len(folded) <= len(phrase) + _LITTLE for phrase in phrases)


SOLD_OUT = _folded(
    "sold out|out of stock|not in stock|ausverkauft|nicht auf lager|vergriffen|épuisé"
    "|rupture de stock|en rupture|agotado|sin existencias|esaurito|uitverkocht|niet op voorraad"
    "|esgotado|wyprzedane|wyprzedany|brak w magazynie|slutsåld|slut i lager|ej i lager|udsolgt"
    "|ikke på lager|utsolgt|loppuunmyyty|ei varastossa|vyprodáno|není skladem|elfogyott"
    "|stoc epuizat|εξαντλήθηκε|нет в наличии|распродано|tükendi|stokta yok|品切れ|在庫切れ|売り切れ"
    "|在庫なし|售罄|缺货|無庫存|품절"
)
NOT_TO_BE_HAD = _folded(
    "currently unavailable|no longer available|temporarily unavailable|not available"
    "|nicht verfügbar|nicht lieferbar|indisponible|no disponible|non disponibile|niet leverbaar"
    "|indisponível|niedostępny"
)
"""Said of a thing, and of much else: of information, of a way to get it, of a payment."""
IN_STOCK = _folded(
    "in stock|available now|auf lager|sofort lieferbar|lieferbar|vorrätig|en stock|disponible"
    "|disponibile|op voorraad|em stock|disponível|dostępny|na stanie|i lager|på lager"
    "|varastossa|skladem|raktáron|în stoc|в наличии|stokta|在庫あり|有货|有貨|재고 있음"
)
BUY = _folded(
    "add to cart|add to basket|add to bag|buy now|in den warenkorb|in den einkaufswagen"
    "|jetzt kaufen|ajouter au panier|añadir al carrito|añadir a la cesta|comprar|aggiungi"
    "|in winkelwagen|in winkelmand|adicionar|do koszyka|dodaj do koszyka|lägg i|köp|læg i kurv"
    "|legg i|lisää ostoskoriin|do košíku|kosárba|в корзину|купить|sepete ekle|カートに入れる"
    "|加入购物车|加入購物車|장바구니"
)
_NUMBER_OF_NO_PAGE = re.compile(r"\b404\b")
_NO_PAGE = _folded(
    "page not found|not found|cannot be found|can't be found|nicht gefunden|existiert nicht"
    "|introuvable|no encontrada|non trovata|niet gevonden|não encontrada|nie znaleziono"
    "|hittades inte|ikke fundet|ikke funnet|ei löytynyt|nenalezena|не найдена|見つかりません"
    "|bulunamadı|no longer exists"
)


def says_no_page(text: str) -> bool:
    return bool(_NUMBER_OF_NO_PAGE.search(text)) or says(_NO_PAGE, text)


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
