"""One text with one price, as shops of many countries write it: exact, or refused with a reason."""
# ruff: noqa: RUF001 - other alphabets, and the typography of prices

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from babel import Locale, localedata
from babel.numbers import (
    format_compact_currency,
    format_currency,
    get_currency_precision,
    get_territory_currencies,
)
from hypothesis import given
from hypothesis import strategies as st

from services.tools.pages.locale_hints import Hints
from services.tools.pages.prices.currencies import most
from services.tools.pages.prices.mentions import mentions
from services.tools.pages.prices.price_text import price_of
from services.tools.pages.structured.asking import Asking

NOWHERE = Hints()


def at_home(tag: str) -> Hints:
    """The hints of a page that says only where it is at home: "de-AT"."""
    language, _, region = tag.partition("-")
    return Hints((language,), (region,) if region else ()) if tag else NOWHERE


def read(text: str, tag: str = "") -> str | None:
    money = price_of(text, at_home(tag)).money
    return f"{money.amount} {money.currency}" if money else None


def kinds(text: str) -> list[str]:
    return [one.kind for one in mentions(text, Hints(declared=frozenset({"HUF", "IDR", "TRY"})))]


@pytest.mark.parametrize(
    ("text", "tag", "price"),
    [
        # Cents, and what stands among them.
        ("47 , 95 €", "", "47.95 EUR"),
        ("47 ,95 €", "", "47.95 EUR"),
        ("47, 95 €", "", "47.95 EUR"),
        ("47,\u200c 95 €", "", "47.95 EUR"),
        ("$ 47 . 95", "en-US", "47.95 USD"),
        ("47.-", "", None),
        ("CHF 47.-", "de-CH", "47.00 CHF"),
        ("47,— €", "de", "47.00 EUR"),
        ("47,-- €", "de", "47.00 EUR"),
        ("1 395:-  kr", "sv-SE", "1395.00 SEK"),
        ("3\u202f299,50\u00a0€", "fr-FR", "3299.50 EUR"),
        ("3\u2009299 €", "fr-FR", "3299.00 EUR"),
        ("Fr. 3’299.–", "de-CH", "3299.00 CHF"),
        ("₹ 2,45,999.00", "hi-IN", "245999.00 INR"),
        ("19€90", "fr-FR", "19.90 EUR"),
        ("19 € 90", "fr-FR", None),
        ("€ 19 90", "nl-NL", None),
        (".85 £", "en-GB", "0.85 GBP"),
        ("£..85", "en-GB", None),
        # Digits of other scripts, wide ones, and what nobody sees.
        ("٧٤٩٫٥٠ ر.س", "ar-SA", "749.50 SAR"),
        ("۱۲۳٬۴۵۶ ریال", "fa-IR", "123456 IRR"),
        ("₹ ४,५६७.८९", "hi-IN", "4567.89 INR"),
        ("￥４，９８０", "ja-JP", "4980 JPY"),
        ("₪\u200f 89.90\u200e", "he-IL", "89.90 ILS"),
        ("6\u200b4,90\ufeff €", "de", "64.90 EUR"),
        # Three digits behind one sign are a thousand, or nothing.
        ("1.799 €", "de", "1799.00 EUR"),
        ("1.799 €", "en-IE", None),
        ("$1,799", "en-US", "1799.00 USD"),
        ("BHD 1.750", "en-BH", "1.750 BHD"),
        ("BHD 1.750", "", None),
        # No number at all.
        ("12.11.2026 €", "", None),
        ("1,2,3 €", "", None),
        ("€ 5⁹⁰", "", None),
        ("5½ €", "", None),
        ("€79x", "", None),
        ("iPhone 15 999 €", "de-DE", None),
        ("Galaxy S23 799 €", "fr-FR", None),
        ("Größe 5, 42 €", "de-DE", None),
        ("Satz, 1, 299 €", "de-DE", None),
        ("Taille 38 129 €", "fr-FR", None),
        ("Rozmiar 38 129 zł", "pl-PL", None),
        ("Cena 1 129 zł", "pl-PL", "1129.00 PLN"),
        ("1.129 99 lei", "ro-RO", None),
        ("12 €50", "fr-FR", None),
        ("Size 8 $49", "en-US", "49.00 USD"),
        ("129,000 ₭", "lo-LA", "129000 LAK"),
        ("GHS 7⹁749", "ff-GH", None),
        ("Rs.1299/-", "en-IN", "1299.00 INR"),
    ],
)
def test_the_number(text: str, tag: str, price: str | None) -> None:
    assert read(text, tag) == price


@pytest.mark.parametrize(
    ("text", "tag", "price"),
    [
        ("NZD $64.10", "", "64.10 NZD"),
        ("$64.10 CAD", "", "64.10 CAD"),
        ("CAD 64.10 $", "", "64.10 CAD"),
        ("US $64.10", "en-CA", "64.10 USD"),
        ("US$: 64.10", "", "64.10 USD"),
        ("A $64.10", "", None),
        ("AU$64.10", "en-US", "64.10 AUD"),
        ("XQ$64.10", "en-US", None),
        ("EUR £64.10", "", None),
        ("$64.10", "", None),
        ("$64.10", "en-US", "64.10 USD"),
        ("$64.10", "es-MX", "64.10 MXN"),
        ("640 RUR", "", "640.00 RUB"),
        ("89 DEM", "", "89.00 DEM"),
        ("64,10 zł", "", "64.10 PLN"),
        ("64,10 ZŁ", "", "64.10 PLN"),
        ("1 640 Kč", "", "1640.00 CZK"),
        ("16 490 Ft", "hu-HU", "16490.00 HUF"),
        ("64,10 лв", "bg-BG", "64.10 BGN"),
        ("649 ₴", "", "649.00 UAH"),
        ("649 грн.", "uk-UA", "649.00 UAH"),
        ("649.000 ₫", "", "649000 VND"),
        ("₦64,000", "", "64000.00 NGN"),
        ("₱649.75", "en-PH", "649.75 PHP"),
        ("₲ 649.000", "", "649000 PYG"),
        ("۶۴۹٬۰۰۰ ﷼", "fa-IR", "649000 IRR"),
        ("64,10 درهم", "ar-MA", "64.10 MAD"),
        ("6 490 руб.", "ru-RU", "6490.00 RUB"),
        ("6 490 ₽", "", "6490.00 RUB"),
        ("6,490円", "", "6490 JPY"),
        ("649 元", "zh-CN", "649.00 CNY"),
        ("649 kr", "da-DK", "649.00 DKK"),
        ("649 kr", "", None),
        ("R$ 64,10", "", "64.10 BRL"),
        ("S/ 64.10", "es-PE", "64.10 PEN"),
        ("S/.64.10", "es-PE", "64.10 PEN"),
        ("Bs 64,10", "es-BO", "64.10 BOB"),
        ("RM 64.10", "ms-MY", "64.10 MYR"),
        ("Rs. 6,410", "ur-PK", "6410.00 PKR"),
        ("640 shekels", "he-IL", "640.00 ILS"),
        ("64 euros", "", "64.00 EUR"),
        ("64 dollars", "en-US", "64.00 USD"),
        ("64 dollars", "", None),
        ("10 €20", "", None),
        ("P1,299.00", "tl-PH", "1299.00 PHP"),
        ("P1,299.00", "en-ZA", None),
        ("১,২৯৯ টাকা", "bn-BD", "1299.00 BDT"),
        ("Bs. 129", "es-BO", "129.00 BOB"),
        ("12,99 лв. / 6,64 €", "bg-BG", "12.99 BGN"),
        ("12,99 лв. / 6,64 €", "", None),
        ("64,10 EUR €", "", "64.10 EUR"),
        ("64 тг", "kk-KZ", "64.00 KZT"),
        ("Q649.00", "es-GT", "649.00 GTQ"),
        ("Ksh 6,490", "en-KE", "6490.00 KES"),
    ],
)
def test_the_currency(text: str, tag: str, price: str | None) -> None:
    assert read(text, tag) == price


@pytest.mark.parametrize(
    "text",
    ["TOP 10 games", "Canon MK 4 lens", "FC 24 edition", "run 100 KM", "16.00 ft", "AMD 7900 card",
     "100 real reviews", "Type R 5 door", "5 L bottle", "2 Man tent"],
)  # fmt: skip
def test_letters_that_only_look_like_a_currency_are_none(text: str) -> None:
    assert list(mentions(text, at_home("en-US"))) == []


@pytest.mark.parametrize(
    ("text", "tag", "price"),
    [
        ("₹ 7.5 lakh", "en-IN", "750000.00 INR"),
        ("Rs 3 Lakhs", "en-IN", "300000.00 INR"),
        ("₹1.2 Cr", "en-IN", "12000000.00 INR"),
        ("Rp 7,5 juta", "id-ID", "7500000.00 IDR"),
        ("Rp 75rb", "id-ID", "75000.00 IDR"),
        ("Rp 3 jt", "", "3000000.00 IDR"),
        ("7.5万円", "ja-JP", "75000 JPY"),
        ("7万4800円", "ja-JP", "74800 JPY"),
        ("7만 4800원", "ko-KR", "74800 KRW"),
        ("1억 2000만원", "ko-KR", "120000000 KRW"),
        ("7,5 triệu ₫", "vi-VN", "7500000 VND"),
        ("R$ 3 mil", "pt-BR", "3000.00 BRL"),
        ("3 mil €", "es-ES", "3000.00 EUR"),
        ("3 mil. Kč", "cs-CZ", "3000000.00 CZK"),
        ("$75k", "en-US", "75000.00 USD"),
        ("$1.5M", "en-US", "1500000.00 USD"),
        ("1,5 Mio. €", "de-DE", "1500000.00 EUR"),
        ("1,5 млн руб.", "ru-RU", "1500000.00 RUB"),
        ("15 тыс. руб.", "ru-RU", "15000.00 RUB"),
        ("15 tys. zł", "pl-PL", "15000.00 PLN"),
        ("15 bin TL", "tr-TR", "15000.00 TRY"),
        ("15 k€", "fr-FR", "15000.00 EUR"),
        ("۱۵ هزار ریال", "fa-IR", "15000 IRR"),
        # The same word, another number, or no number that can be told.
        ("Rp 5 M", "id-ID", "5000000000.00 IDR"),
        ("3 mil €", "", None),
        ("1,234 million €", "", None),
        ("$12q", "en-US", None),
        ("₹ 5 lakh 20,000", "en-IN", None),
        ("¥3百", "ja-JP", None),
        ("3千円", "ja-JP", "3000 JPY"),
        ("1,2 M$", "fr-CA", "1200000.00 CAD"),
        ("Rp 5M", "", None),
        ("5 t€", "de-DE", None),
        ("₹12.5 - 15.8 Lakh", "en-IN", None),
    ],
)
def test_words_that_change_a_number(text: str, tag: str, price: str | None) -> None:
    assert read(text, tag) == price


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("from €64", "from"), ("Beginning at $64", "from"), ("as low as $64", "from"),
        ("ab 64 €", "from"), ("desde 64 €", "from"), ("à partir de 64 €", "from"),
        ("a partire da 64 €", "from"), ("vanaf € 64", "from"), ("od 64 zł", "from"),
        ("från 64 kr", "from"), ("от 640 ₽", "from"), ("від 640 ₴", "from"),
        ("από 64 €", "from"), ("6,400원~", "from"), ("6,400원부터", "from"), ("6,400円〜", "from"),
        ("6,400円から", "from"), ("¥640起", "from"), ("64 €'dan başlayan", "from"),
        ("6490 Ft-tól", "from"), ("mulai Rp 64.000", "from"), ("từ 64.000 ₫", "from"),
        ("החל מ- ₪64", "from"), ("ابتداءً من 64 د.إ", "from"), ("เริ่มต้น ฿640", "from"),
        ("$64+", "from"), ("€64 and up", "from"), ("64 € alkaen", "from"), ("de la 64 lei", "from"),
        ("up to £64", "from"), ("€64 – €128", "range"), ("64-128 €", "range"),
        ("€64-128", "range"), ("$64 to $128", "range"), ("64 € bis 128 €", "range"),
        ("64 € à 128 €", "range"), ("R$ 64 a R$ 128", "range"), ("640円～1,280円", "range"),
        ("от 64 до 128 ₽", "range"),
        ("12x de R$ 64,10", "instalment"), ("4 x 64,10 € sans frais", "instalment"),
        ("64,10 € mtl.", "instalment"), ("€64 per month", "instalment"),
        ("€64/mo", "instalment"), ("64 € / Monat", "instalment"), ("64 €/mois", "instalment"),
        ("64 € al mes", "instalment"), ("64 zł miesięcznie", "instalment"),
        ("$64 a month", "instalment"), ("4 payments of $64", "instalment"),
        ("3 cuotas de $ 64", "instalment"), ("6 taksit 64 TL", "instalment"),
        ("月々640円", "instalment"), ("640 ₽ в месяц", "instalment"), ("R$ 64 x 12", "instalment"),
        ("64 kr/mån", "instalment"), ("rata 64 zł", "instalment"),
        ("2 for £6", "several"), ("3 für 6 €", "several"), ("3 pour 6 €", "several"),
        ("2 voor € 6", "several"), ("3 pairs for £6", "several"), ("£6 for 2", "several"),
        ("2 за 600 ₽", "several"), ("3 x €6", "several"), ("ab 3 Stück 6 €", "several"),
        ("$6.40 / Pack", "unit"), ("6,40 €/100 g", "unit"), ("(64,10 €/l)", "unit"),
        ("€6.40 per kg", "unit"), ("6,40 € pro Stück", "unit"), ("6,40 € le kg", "unit"),
        ("6,40 €/kg", "unit"), ("1 kg = 6,40 €", "unit"), ("Grundpreis 6,40 €", "unit"),
        ("$64 a night", "unit"), ("64 €/nuit", "unit"), ("640 руб/шт", "unit"),
        ("640元/台", "unit"),
        ("£6.40 per 100ml", "unit"), ("6,40 zł za kg", "unit"), ("6,40 Kč / 1 ks", "unit"),
        ("Delivery: £6", "other"), ("zzgl. Versand 6 €", "other"), ("€6 delivery", "other"),
        ("送料640円", "other"), ("save $6", "other"), ("you save: $6", "other"),
        ("$6 off", "other"), ("-6 €", "other"), ("6 € Rabatt", "other"), ("6 € de remise", "other"),
        ("Pfand 0,25 €", "other"), ("deposit €64", "other"), ("orders over £64", "other"),
        ("economize R$ 64", "other"), ("скидка 640 ₽", "other"), ("€6 cashback", "other"),
        ("M.R.P.: ₹640", "former"), ("RRP £64", "former"), ("was £64", "former"),
        ("£64 RRP", "former"), ("statt 64 €", "former"), ("au lieu de 64 €", "former"),
        ("antes 64 €", "former"), ("定価 6,400円", "former"), ("List Price: $64", "former"),
        ("běžná cena 640 Kč", "former"), ("najniższa cena 64 zł", "former"),
        ("€64", "price"), ("Price: €64", "price"), ("now only €64", "price"),
        ("€64 incl. VAT", "price"), ("€64 + free shipping", "price"), ("€64 each", "price"),
        ("€64/each", "price"), ("€64 / inkl. MwSt.", "price"), ("Free shipping! €64", "price"),
        ("送料無料 6,400円", "price"), ("Versandkostenfrei 64 €", "price"),
        ("€64 (-15%)", "price"), ("€64 -15%", "price"), ("€64*", "price"),
        ("€64 Shipping calculated at checkout", "price"), ("64 € / 70 $", "price"),
        ("€64 Delivery in 2 days", "price"), ("64 € *", "price"), ("- €64", "price"),
        ("Statt 99 € jetzt 64 €", "former"), ("99円 → 64円", "former"),
        ("월 6,400원", "instalment"), ("11월 6,400원", "price"), ("100g당 640원", "unit"),
        ("soit 6,40 € l'unité", "unit"), ("6,40 € la unidad", "unit"), ("£64 p/m", "instalment"),
        ("12 MSI de $64", "instalment"), ("£6 each when you buy 2", "several"),
        ("£6 P&P", "other"), ("6 € d'économie", "other"), ("+ 6 €", "other"),
        ("12/$64", "several"), ("ab 10: 6,40 €", "several"), ("2件640元", "several"),
        ("24 Monate x 6,40 €", "instalment"), ("3x sem juros de R$ 64", "instalment"),
        ("$64 deposit required", "other"), ("$6 off $64", "other"), ("省¥64", "other"),
        ("500円分のポイント", "other"), ("Starting bid: $64", "other"), ("6만원대", "from"),
        ("Niedrigster Preis der letzten 30 Tage: 64 €", "former"), ("per stuk € 6", "unit"),
        ("$64 minimum", "other"), ("under $64", "from"), ("£6 Clubcard Price", "other"),
    ],
)  # fmt: skip
def test_what_an_amount_is(text: str, kind: str) -> None:
    assert kinds(text)[0] == kind


@pytest.mark.parametrize(
    ("text", "price"),
    [
        ("Was £99.00 Now £64.00", "64.00 GBP"),
        ("M.R.P.: ₹999 ₹640 (36% off)", "640.00 INR"),
        ("Statt 99 € nur 64 € (6,40 €/100 g)", "64.00 EUR"),
        ("De R$ 99,00 por R$ 64,00", "64.00 BRL"),
        ("van € 99 voor € 64", "64.00 EUR"),
        ("R$ 64,00 ou 4x de R$ 16,00", "64.00 BRL"),
        ("64 € oder 4 Raten zu 16 €", "64.00 EUR"),
        ("£64 You save £35", "64.00 GBP"),
        ("64,10 € 64.10 €", "64.10 EUR"),
        ("£53.33 ex VAT £64.00 inc VAT", "64.00 GBP"),
        ("64,00 € bez DPH: 52,89 €", "64.00 EUR"),
        ("£53.33 ex VAT", "53.33 GBP"),
        ("5,980円(税込6,578円)", "6578 JPY"),
        ("本体価格5,980円 税込価格6,578円", "6578 JPY"),
        ("64,10 zł netto 78,84 zł brutto", "78.84 PLN"),
        ("$64 ($99 value)", None),
        ("US$64 (US$99 value)", "64.00 USD"),
        ("Retail: US$99 Our price: US$64", "64.00 USD"),
        ("entre 64 y 99 €", None),
        ("€64 €99", None),
        ("from €64", None),
        ("€64 or from €16/month", "64.00 EUR"),
    ],
)
def test_of_several_amounts_the_one_to_pay(text: str, price: str | None) -> None:
    assert read(text) == price


@pytest.mark.parametrize(
    ("text", "beside", "price"),
    [
        ("64.10", "GBP", "64.10 GBP"),
        ("64,10", "Preis in €", "64.10 EUR"),
        ("64,10", "zł", "64.10 PLN"),
        ("64.10", "", None),
        ("64.10", "$", None),
        ("£64.10", "USD", "64.10 GBP"),
        ("0.00", "EUR", None),
        ("call us", "EUR", None),
    ],
)
def test_the_currency_may_stand_beside(text: str, beside: str, price: str | None) -> None:
    money = price_of(text, NOWHERE, beside).money

    assert (f"{money.amount} {money.currency}" if money else None) == price


@pytest.mark.parametrize(
    ("value", "currency", "price"),
    [
        ("$64.10", "USD", "64.10 USD"),
        ("64.10", "RUR", "64.10 RUB"),
        ("CA$64.10", "USD", "None USD"),
        ("£64.10", "USD", "None USD"),
        ("from $64.10", "USD", "None USD"),
        ("64,10 €", None, "64.10 EUR"),
        ("64.10/mo", "USD", "None USD"),
        (64.1, None, "None None"),
        ("٦٤٫١٠", "SAR", "64.10 SAR"),
        ("$1.2M", "USD", "1200000.00 USD"),
    ],
)
def test_a_value_with_the_code_of_its_currency(
    value: object, currency: str | None, price: str
) -> None:
    asking = Asking(NOWHERE, datetime(2026, 11, 29, tzinfo=UTC))
    told = asking.price(value, currency)

    assert f"{told.amount} {told.currency}" == price


def test_a_refusal_says_why() -> None:
    assert price_of("from €64", NOWHERE).reason == "a price from which others begin"
    assert price_of("€64 €99", NOWHERE).reason == "several prices"
    assert price_of("64,90 €99,90 €", NOWHERE).reason == "several prices"
    for more in ("& up", "et plus", "y más", "und mehr", "e più"):
        assert price_of(f"€64 {more}", NOWHERE).reason == "a price from which others begin"
    assert price_of("$64", NOWHERE).reason == "a sign of several currencies"
    assert price_of("64", NOWHERE).reason == "no currency"
    assert price_of("€0.00", NOWHERE).reason == "no amount that a shop asks"
    assert price_of("€ 64 90", NOWHERE).reason == "a number that can be read in two ways"
    assert price_of("€" * 9_999, NOWHERE).reason == "too long for one price"


def test_a_mention_says_where_it_stands() -> None:
    text = "Preis\u200b: \u200e６４,10\u00a0€ inkl."
    (one,) = mentions(text, NOWHERE)

    assert text[one.start : one.end] == "６４,10\u00a0€"


LOCALES = sorted(
    identifier
    for identifier in localedata.locale_identifiers()
    if (territory := Locale.parse(identifier).territory) and get_territory_currencies(territory)
)


@given(st.sampled_from(LOCALES), st.integers(1, 99_999_999), st.booleans(), st.data())
def test_what_cldr_writes_is_read_back_or_refused(
    identifier: str, units: int, is_known: bool, data: st.DataObject
) -> None:
    locale = Locale.parse(identifier)
    currency = data.draw(st.sampled_from(get_territory_currencies(locale.territory)))
    amount = Decimal(units).scaleb(-get_currency_precision(currency))
    hints = Hints((locale.language,), (locale.territory or "",)) if is_known else NOWHERE
    money = price_of(format_currency(amount, currency, locale=locale), hints).money

    if money is not None:
        # Pounds of a page that does not say where it is at home are taken for those of Britain.
        assert money.currency == currency or (not is_known and money.currency == "GBP")
        assert money.amount == amount


def test_what_cldr_writes_is_seldom_refused() -> None:
    refused = total = 0
    for identifier in LOCALES:
        locale = Locale.parse(identifier)
        hints = Hints((locale.language,), (locale.territory or "",))
        for currency in get_territory_currencies(locale.territory):
            for amount in (Decimal(5), Decimal(749), Decimal(1290), Decimal(249_990)):
                shown = format_currency(min(amount, most(currency)), currency, locale=locale)
                refused += price_of(shown, hints).money is None
                total += 1

    assert refused / total < 0.03


MAJOR = [
    "de_DE", "fr_FR", "es_ES", "es_MX", "it_IT", "pt_BR", "pt_PT", "nl_NL", "pl_PL", "cs_CZ",
    "sk_SK", "sl_SI", "hr_HR", "sr_Cyrl_RS", "sv_SE", "da_DK", "nb_NO", "fi_FI", "hu_HU",
    "ro_RO", "bg_BG", "el_GR", "tr_TR", "ru_RU", "uk_UA", "kk_KZ", "ja_JP", "ko_KR",
    "zh_Hans_CN", "zh_Hant_TW", "vi_VN", "th_TH", "id_ID", "ms_MY", "fil_PH", "hi_IN", "bn_BD",
    "ur_PK", "ar_SA", "ar_EG", "he_IL", "fa_IR", "en_US", "en_GB", "en_IN", "en_ZA", "lt_LT",
    "lv_LV", "et_EE", "is_IS", "ka_GE",
]  # fmt: skip
UNITS = ["mass-kilogram", "volume-liter", "length-meter", "duration-month", "duration-year"]


@pytest.mark.parametrize("identifier", MAJOR)
def test_a_price_by_a_unit_is_none_in_any_language(identifier: str) -> None:
    locale = Locale.parse(identifier)
    currency = get_territory_currencies(locale.territory)[0]
    shown = format_currency(64, currency, locale=locale)
    hints = Hints((locale.language,), (locale.territory or "",))
    patterns = localedata.load(identifier)["unit_patterns"]
    for unit in UNITS:
        for style in ("long", "short"):
            by_unit = patterns[unit].get(style, {}).get("per", "{0}/x")
            text = by_unit.replace("{0}", shown)
            assert "price" not in [one.kind for one in mentions(text, hints)], text


@pytest.mark.parametrize("identifier", MAJOR)
def test_what_cldr_writes_in_short_is_multiplied_or_refused(identifier: str) -> None:
    locale = Locale.parse(identifier)
    currency = get_territory_currencies(locale.territory)[0]
    hints = Hints((locale.language,), (locale.territory or "",))
    for amount in (1_500, 25_000, 340_000, 1_200_000, 64_000_000):
        shown = format_compact_currency(amount, currency, locale=locale, fraction_digits=1)
        for known in (hints, NOWHERE):
            money = price_of(shown, known).money
            assert money is None or money.amount == amount, shown
