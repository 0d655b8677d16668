"""The words by which shops say what an amount is, in some of their languages.

No library has them: they were read off shops' pages, by hand, language by language (`unit` and
`instalment` need few, since CLDR knows units and months in every language). Case and accents do not
count. A word of Latin, Cyrillic, Greek, Arabic or Hebrew letters stands alone; one of Han, kana,
Hangul or Thai may stand within others.
"""
# ruff: noqa: RUF001 - other alphabets, and the typography of prices

FORMER = """
was|before|list price|regular price|original price|originally|old price|rrp|msrp|m.r.p.|mrp
|instead of|reg.|retail price|compare at|usual price|previous price|previously|normally|non sale
|statt|anstatt|uvp|vorher|bisher|alter preis|ursprünglich|früher|unverbindliche preisempfehlung
|ancien prix|au lieu de|conseillé|avant|barré|prix d'origine|prix de référence|prix public|antes
|precio anterior|en lugar de|precio original|precio normal|precio regular|pvp recomendado|pvpr
|prezzo precedente|invece di|anziché|prima|prezzo di listino|prezzo originale|prezzo consigliato
|adviesprijs|van voor|was eerst|oude prijs|normale prijs|preço anterior|preço normal
|preço original|cena regularna|poprzednia cena|stara cena|zamiast|najniższa cena|cena katalogowa
|cena przed|ordinarie pris|ord. pris|ord.|tidigare|rek. pris|rekommenderat pris|førpris|før
|normalpris|veil. pris|veiledende|vejl. pris|vejl.|původní cena|běžná cena|doporučená cena|mpc
|pôvodná cena|bežná cena|ovh|norm.|normaalihinta|eredeti ár|régi ár|helyett|listaár|pret vechi
|preț inițial|prp|redovna cijena|stara cijena|redna cena|стара цена|старая цена|стара ціна
|обычная цена|звичайна ціна|было|вместо|eski fiyat|liste fiyatı|yerine|αρχική τιμή|παλιά τιμή
|από αρχική|giá cũ|giá gốc|giá niêm yết|harga asli|harga normal|harga awal|السعر القديم
|السعر السابق|السعر الأصلي|بدلا من|كان|קודם|במקום|מחיר קודם|מחיר מקורי|एमआरपी|पुराना मूल्य
|通常価格|定価|参考価格|メーカー希望小売価格|希望小売価格|元値|旧価格|値下げ前|原价|原價|市场价
|市場價|划线价|建議售價|정가|소비자가|기존가|판매가 전|ราคาเดิม|ราคาปกติ|จาก ราคา
|bisheriger preis|typical price|alter uvp|prima era|worth|retail|niedrigster preis|bestpreis
|tage bestpreis|prix le plus bas|precio más bajo|prezzo più basso|laagste prijs|lägsta pris
|nejnižší cena|nejnižší cena za|najnižšia cena
"""

NOW = """
now|now only|sale price|our price|your price|today|jetzt|nur|jetzt nur|unser preis|aktionspreis
|maintenant|notre prix|prix promo|ahora|por solo|oferta|ora|adesso|nu|nu voor|agora|por apenas
|teraz|nyní|naše cena|naša cena|now just|seulement|solo|сейчас|сегодня|наша цена|зараз|şimdi
|sadece|τώρα|most|akciós ár|acum|sekarang|hanya|chỉ còn|giá bán|今なら|特価|販売価格|セール価格
|现价|現價|促销价|특가|할인가|판매가|ราคาพิเศษ|ลดเหลือ|الآن|עכשיו|במבצע|free shipping
|free delivery|free postage|free returns|shipping included|delivery included|tax included
|incl tax|inc tax|including tax|tax incl|versandkostenfrei|versandfrei|kostenloser versand
|gratis versand|inkl versand|livraison gratuite|livraison offerte|envío gratis|envío gratuito
|spedizione gratuita|gratis verzending|gratis bezorging|frete grátis|portes grátis
|darmowa dostawa|doprava zdarma|fri frakt|gratis frakt|fri fragt|ilmainen toimitus
|ingyenes szállítás|livrare gratuită|бесплатная доставка|доставка бесплатно|безкоштовна доставка
|ücretsiz kargo|kargo bedava|miễn phí vận chuyển|gratis ongkir|送料無料|送料込|送料込み|包邮
|免运费|免運|무료배송|무료 배송|배송비 무료|ส่งฟรี|شحن مجاني|توصيل مجاني|משלוח חינם
"""
"""What follows one of these is the price, whatever stood before."""

OTHER = """
shipping|delivery|postage|p p|save|saving|savings|you save|you'll save|discount|off|deposit
|coupon|voucher|gift card|tax|handling|bottle deposit|cashback|reward|rewards|credit|points|earn
|refund|fee|fees|versand|versandkosten|lieferung|lieferkosten|sie sparen|spare|sparen|rabatt
|gutschein|pfand|ersparnis|anzahlung|kaution|guthaben|livraison|frais de port|économisez
|vous économisez|remise|réduction|acompte|caution|consigne|économie|envío|gastos de envío|ahorra
|ahorras|ahorre|descuento|depósito|cupón|spedizione|risparmi|risparmio|sconto|cauzione|buono
|verzending|verzendkosten|bespaar|korting|statiegeld|frete|economize|desconto|poupe|envio|portes
|cupom|wysyłka|dostawa|oszczędzasz|rabat|kaucja|frakt|spara|du sparar|pant|fragt|spar|levering
|toimitus|toimituskulut|säästät|pantti|doprava|ušetříte|ušetríte|sleva|zľava|poštovné|szállítás
|megtakarítás|kedvezmény|livrare|reducere|economisești|dostava|ušteda|popust|доставка|скидка
|экономия|выгода|депозит|знижка|економія|отстъпка|спестявате|kargo|indirim|kazanç|μεταφορικά
|έκπτωση|κερδίζεις|phí vận chuyển|giảm|tiết kiệm|ongkir|ongkos kirim|diskon|hemat|شحن|الشحن
|توصيل|خصم|وفر|توفر|משלוח|הנחה|חיסכון|छूट|बचत|送料|配送|割引|値引|ポイント|運費|运费|立减|立減
|优惠|優惠|定金|节省|立省|배송비|할인|적립|포인트|보증금|ค่าส่ง|ค่าจัดส่ง|ส่วนลด|ประหยัด|klarna
|paypal|orders over|over|above|ab einem bestellwert|bestellwert|free shipping on|minimum order
|dès un achat de|a partir de compras|mindestbestellwert|spend|off of|减|減|member price
|members price|club price|clubcard|dont|davon|di cui|finance|emi|säästä|säästö|bon d'achat
|chèque|券后|券後|starting bid|current bid|startpreis|startgebot|gebot|enchère|puja
"""

OTHER_AFTER = """
off|discount|saved|savings|less|deposit|cashback|credit|delivery|shipping|postage|p p|fee|tax
|vat|gift card|voucher|coupon|rabatt|gutschein|ersparnis|gespart|gutscheine|nachlass|pfand
|versand|versandkosten|anzahlung|guthaben|günstiger|de remise|remise|de réduction|réduction
|d'économie|de livraison|livraison|de caution|de descuento|descuento|de ahorro|de envío|envío
|menos|di sconto|sconto|di risparmio|spedizione|in meno|korting|voordeel|verzendkosten
|statiegeld|de desconto|desconto|de frete|frete|rabatu|taniej|wysyłka|rabat|billigere|fragt
|frakt|pant|billigare|alennus|säästö|sleva|zľava|kedvezmény|reducere|popusta|скидка|скидки
|доставка|знижки|знижка|отстъпка|indirim|kargo|έκπτωση|خصم|הנחה|引き|引|オフ|割引|送料|运费|運費
|立减|优惠|할인|배송비|적립|ส่วนลด|points|punkte|puntos|punti|bonus|minimum|back
|d'éco participation|éco participation|d'éco part|éco part|ecotax|clubcard price|nectar price
|member price|members price|club price|and under|or less|und weniger|pp|分の|分
"""

FORMER_AFTER = """
value|rrp|msrp|mrp|m.r.p.|list price|uvp|statt|ovh|yerine|helyett|정가|定価
"""

FROM_BEFORE = """
from|from only|from just|starting at|starting from|starts at|starts from|starting|beginning at
|beginning from|begins at|as low as|as little as|for as low as|low as|between|up to|at least
|min.|minimum|over|starting price|ab|schon ab|bereits ab|bis|bis zu|von|zwischen|ab nur
|à partir de|a partir de|a partir|à partir|dès|partir de|entre|jusqu'à|jusqu'a|desde|desde solo
|hasta|a partire da|a partire|da|fino a|partendo da|tra|vanaf|tot|al vanaf|od|już od|już za|do
|až do|už od|cena od|från|fra|upp till|op til|opp til|alkaen|alk.|alkaa|lähtien|pris fra|от|до
|начиная с|від|починаючи з|ot|începând de la|de la|de la doar|kezdve|akár|már|nuo|no|alates|από
|ξεκινά από|έως|από μόνο|başlayan fiyatlarla|itibaren|từ|chỉ từ|giá từ|mulai|mulai dari
|mulai harga|dari|hingga|bermula|dari harga|ابتداء من|ابتداءً من|يبدأ من|من|تبدأ من|החל מ|החל מ-
|מ|मात्र से|शुरू|से शुरू|starting rs|最低|最安|最安値|低至|最低价|起价|起价为|起價|最低価格|최저
|최저가|ราคาเริ่มต้น|เริ่มต้น|เริ่มต้นที่|เริ่มที่|ตั้งแต่|under|less than|below|unter
|weniger als|moins de|menos de|meno di
"""
"""Directly before the amount."""

FROM_AFTER = """
から|起|より|부터|이상|以上|~|dan başlayan|den başlayan|'dan|'den|dan itibaren|den itibaren|tól
|től|től kezdve|alkaen|alk.|onwards|and up|and above|or more|upwards|nahoru|i więcej|及以上
|ขึ้นไป|से शुरू|से|대|& up|& above|or higher|et plus|et au dessus|y más|o más|e oltre|e più
|und mehr|und höher|oder mehr|en hoger|en meer|e acima|ou mais|i więcej|och uppåt|og opp|и выше
"""
"""Directly after the amount."""

RANGE_BETWEEN = """
to|bis|bis zu|à|a|al|hasta|tot|till|til|do|до|έως|đến|sampai|ile|から|至|到|부터|إلى|עד|ila
"""
"""Between two amounts."""

INSTALMENT_BEFORE = """
per month|monthly|a month|month|monthly payment|installment|installments|instalments|instalment
|payments|payments of|interest free payments|monatlich|mtl.|monat|monatliche rate|raten
|monatsrate|ratenzahlung|finanzierung|par mois|mensualités|mensualité|en plusieurs fois|fois
|al mes|cuotas|cuotas de|plazos|mensualidades|meses|mensual|al mese|rate da|rata|rata da
|rata mensile|rate mensili|per maand|maandelijks|termijnen|termijn|parcelas|parcelas de|em até
|vezes|vezes de|por mês|mensais|raty|rat|rata od|miesięcznie|per månad|månadskostnad
|delbetalning|pr. måned|pr. md.|måned|månad|kuukausierä|kk|erä|splátky|splátek|měsíčně|mesačne
|splátka|részlet|havi|rate lunare|rate de|mesečno|платеж|платежей|в месяц|рассрочка|на місяць
|платежів|taksit|taksitle|ayda|δόσεις|δόση|άτοκες δόσεις|trả góp|cicilan|قسط|أقساط|שתשלומים
|תשלומים|月々|月額|分割|每月|月付|分期|월 납부|매월|월납|월 렌탈료|개월|할부|ผ่อน|เดือนละ|msi
|msi de|meses sin intereses|sem juros|sem juros de|senza interessi|sin intereses|sans frais
|interest free|ohne zinsen|무이자|免息|無利息|aylık|yıllık|年間|年額|annually|yearly
"""

INSTALMENT_AFTER = """
monthly|per month|a month|each month|pcm|p/m|pm|mtl.|monatlich|im monat|pro monat|par mois
|mensuel|mensuels|mensuelle|sans frais|al mes|mensual|mensuales|sin intereses|sin interés
|al mese|mensili|mensile|senza interessi|per maand|p.m.|por mês|mensais|sem juros|s/ juros
|miesięcznie|mies.|per månad|i månaden|kr/mån|mån|pr. måned|md.|mnd|kuukaudessa|kk|měsíčně
|mesačne|havonta|havi|pe lună|lunar|mesečno|mjesečno|в месяц|на місяць|месечно|ayda|το μήνα
|άτοκα|mỗi tháng|per bulan|/bln|شهريا|לחודש|interest free|月額|每月|매월|ต่อเดือน|weekly|yearly
|annually|jährlich|wöchentlich|a year|a week|par an|al año|all'anno|par semaine
"""

UNIT_BEFORE = """
unit price|base price|price per unit|per unit|grundpreis|stückpreis|prix au kilo|prix au litre
|prix unitaire|prix au|precio por kilo|precio unitario|precio por unidad|prezzo al kg
|prezzo al litro|prezzo unitario|prijs per|preço por|cena za|cena jednostkowa|jämförpris
|jmf pris|jmfpris|enhedspris|enhetspris|kilohinta|litrahinta|yksikköhinta|měrná cena
|jednotková cena|jedn. cena|merná cena|egységár|pret pe|preț unitar|cijena za jedinicu|цена за
|ціна за|birim fiyat|birim fiyatı|τιμή μονάδας|τιμή ανά|đơn giá|1個あたり|あたり|単価|单价|單價
|개당|soit
"""

PER = """
je|pro|per|par|por|pr|cada|chaque|every|za|за|kada|kom|ea|ανά|per stuk|στο|ต่อ|mỗi|setiap|tiap
|לכל|لكل|प्रति
"""
"""Beside CLDR's own, which in most languages are these."""

MULTIBUY_AFTER = """
each when you buy|when you buy|each if you buy|if you buy|beim kauf von
"""

DIRECTLY_PAID_AGAIN = """
월|月
"""
"""Directly before an amount, and no month's number."""

DIRECTLY_BY_UNIT = "당"

DIRECTLY_OFF = """
省|减|減|立减|立減|満|满|滿
"""

PRICE = """
price|prices|preis|prix|precio|prezzo|prijs|preço|pris|cena|ceny|hinta|ár|ára|preț|cijena|цена
|ціна|fiyat|fiyatı|τιμή|giá|harga|السعر|سعر|מחיר|kaina|hind|verð|kč|celkem|total|razem|suma
|итого|стало|стоимость|вартість|osta|ostohinta|köp|kjøp|køb|kup teraz|koupit|купить|skladem
|i lager|в наличии|do koszyka|koszyka|košíku
"""
"""What names a price, and nothing of it."""

NET = """
ex vat|exc vat|excl vat|excluding vat|ex tax|excl tax|excluding tax|ex gst|excl gst|plus vat
|vat excl|zzgl mwst|exkl mwst|netto|ht|hors taxes|hors taxe|sin iva|más iva|iva esclusa
|iva non inclusa|excl btw|ex btw|sem iva|bez dph|bez vat|nettó|fără tva|fara tva|exkl moms
|ex moms|eks mva|ekskl moms|alv 0|без ндс|без пдв|kdv hariç|χωρίς φπα|税抜|税別|未税|vat 별도
"""
"""Directly beside an amount that is without tax."""

GROSS = """
税込|税込価格|税込み|含税|부가세 포함|inc vat|incl vat|including vat|vat incl|vat included
|inc gst|incl gst|incl tax|including tax|tax included|inkl mwst|inkl ust|inkl mehrwertsteuer
|brutto|ttc|iva incluido|iva incl|iva inclusa|com iva|incl btw|vč dph|včetně dph|s dph|z vat
|bruttó|cu tva|inkl moms|inkl mva|с ндс|з пдв|kdv dahil|με φπα
"""
"""Directly beside an amount that is with tax."""

ALWAYS_AFTER = """
off|saved|de remise|de réduction|d'économie|de livraison|de frais de port|de caution
|de descuento|de ahorro|de envío|di sconto|di risparmio|korting|de desconto|de frete|rabatu
|taniej|gespart|nachlass|günstiger|billigere|billigare|скидки|знижки|popusta|割引|引き
"""
"""Directly after an amount that is none to pay, whatever comes then."""

UNLESS_AMOUNT_AFTER = """
deposit|coupon|voucher|gift card|cashback|gutschein|rabatt|ersparnis|pfand|anzahlung
"""
"""The same, but before another amount it is that one's."""

COUNTERS = """
件|点|個|枚|本|袋|箱|台|套|瓶|盒|개|장|병|박스|팩|セット
"""

BETWEEN = """
between|entre|zwischen|tra|tussen|mellan|mellem|mellom|między|mezi|medzi|между|між|arası|μεταξύ
"""

AND = """
and|und|et|y|e|en|och|og|i|a|и|та|ve|και
"""

THE = """
l|le|la|les|il|lo|el|los|der|die|das|the|al|im|den|det|het|de|о|в
"""
"""Before a unit only: "6 € le kg"."""

FOR_SEVERAL = """
for|für|um|pour|por|per|voor|za|för|til|do|за|για|cho|untuk|x|×|na|ab|a|de|de las|at|int
"""
"""Between how many and for how much."""

SEVERAL_BEFORE = """
個で|点で|枚で|本で|袋で|개에|buy any|any 2|any 3|any two|any three|multibuy|mix and match
|bundle of
"""

PIECES = """
stück|stk|st|pcs|pieces|units|unités|pièces|pezzi|unidades|piezas|stuks|szt|ks|kpl|шт|adet|db
|buc|kom|unidad|unidade|unité|unit|piece|pièce|pezzo|stuk|sztuka|sztukę|kus|τεμ|ud|un|pz
"""

ONE_OF_IT = """
each|ea|apiece
"""
"""A price for each is the price of one."""

TAXES = """
inkl|incl|inc|including|included|inclusive|zzgl|ttc|ht|vat|mwst|with|tva|excl|ex|exkl|excluding
|plus|iva|moms|inklusive|in|dph|bez|vč|s|btw|net|brutto|netto|ust|gst|hst|free|sale|was|statt
|rrp|uvp|now|jetzt|save
"""
"""What follows a slash and is no unit."""
