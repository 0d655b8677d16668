"""Amounts as people write them in the shop's countries."""

from decimal import Decimal

from simulators.shop.goods import Style

LANGUAGES: dict[Style, str] = {
    "en": "en-IE",
    "en-us": "en-US",
    "de": "de-DE",
    "ch": "de-CH",
    "pl": "pl-PL",
    "ja": "ja-JP",
    "in": "en-IN",
}
_NO_BREAK = "\u00a0"
_SIGNS = {"EUR": "€", "USD": "$", "INR": "₹", "JPY": "¥", "CHF": "CHF", "PLN": "zł"}


def shown(amount: Decimal, currency: str, style: Style) -> str:
    sign = _SIGNS[currency]
    match style:
        case "de":
            return f"{_grouped(amount, '.', ',')} {sign}"
        case "ch":
            return f"{sign} " + _grouped(amount, "'", ".")
        case "pl":
            return f"{_grouped(amount, _NO_BREAK, ',')} {sign}"
        case "ja":
            return f"{sign}{amount:,.0f}"
        case "in":
            return f"{sign}{_lakhs(amount)}"
        case _:
            return f"{sign}{amount:,.2f}"


def _grouped(amount: Decimal, thousands: str, decimal: str) -> str:
    whole, _, cents = f"{amount:,.2f}".partition(".")
    return whole.replace(",", thousands) + decimal + cents


def _lakhs(amount: Decimal) -> str:
    """Indian grouping: 1,12,999.00."""
    whole, _, paise = f"{amount:.2f}".partition(".")
    head, tail = whole[:-3], whole[-3:]
    groups: list[str] = []
    while head:
        groups.insert(0, head[-2:])
        head = head[:-2]
    return ",".join([*groups, tail]) + f".{paise}"
