"""What an amount is by the words around it: a price to pay, or something else."""
# ruff: noqa: RUF001 - other alphabets, and the typography of prices

import re
from typing import Literal

Kind = Literal["price", "from", "range", "instalment", "unit", "several", "former", "other"]


def _any(words: str) -> str:
    return "|".join(re.escape(word.strip()) for word in words.split("|"))


_BOUND = r"(?<!\w)(?:{})(?!\w)"
DASHED = re.compile(r"\d\D{0,4}[-\u2013\u2014~\uff5e\u301c]\s*$")
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


def kind_of(before: str, after: str) -> Kind:
    """By what stands before an amount and after it."""
    if A_UNIT.search(after):
        return "unit"
    if NOT_THE_PRICE.search(before):
        return "other"
    if FROM.search(before) or FROM_AFTER.match(after):
        return "from"
    return "former" if BEFORE_THE_SALE.search(before) else "price"
