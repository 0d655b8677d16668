"""The plain forms in German."""

# ruff: noqa: E501 - a pattern is read in one line

from services.agent.memory.profile.phrases.rules import Rule, rules

_NOW = r"(?: jetzt| nun| eigentlich| momentan)*"
_OFTEN = r"(?:meistens|normalerweise|immer|meist|gewöhnlich|in der regel)"
_RELATION = r"schwester|bruder|mutter|mama|vater|papa|frau|mann|tochter|sohn|chefin|chef|freundin|freund|oma|opa|hund|katze"

RULES: list[Rule] = [
    *rules("name", ("de-name", rf"(?:ich hei(?:ß|ss)e|mein name ist|ich werde|alle nennen mich|nenn(?:e|en sie)? mich){_NOW} (?P<v>.+?)(?: genannt)?"), ("de-name", r"(?:du kannst|sie können) mich (?P<v>.+) nennen")),
    *rules("home", ("de-home", rf"(?:ich|wir) (?:wohnen?|leben?|lebe){_NOW} in (?P<v>.+)"), ("de-moved", rf"ich bin{_NOW} nach (?P<v>.+?) (?:um)?gezogen")),
    *rules("zone", ("de-zone", rf"meine zeitzone ist{_NOW} (?P<v>.+)")),
    *rules("language", ("de-language", r"(?:antworte|antworten sie|schreib|schreibe|sprich|rede)(?: mir| mit mir| bitte| immer)* (?:auf |in )?(?P<v>.+?)(?: mit mir)?"), ("de-language", r"auf (?P<v>\w+)")),
    *rules("language", ("de-speak", r"ich spreche (?:nur )?(?P<v>.+)"), weak=True),
    *rules("home_airport", ("de-airport", rf"mein (?:heimat|stamm)?flughafen ist{_NOW} (?P<v>.+)"), ("de-fly", rf"ich fliege {_OFTEN} (?:ab|von|aus) (?P<v>.+?)(?: ab)?")),
    *rules("currency", ("de-currency", rf"meine währung ist{_NOW} (?P<v>.+)"), ("de-prices", r"(?:(?:zeig|zeige|nenn|nenne)(?: mir)?(?: bitte)?(?: die| alle)* )?preise?(?: bitte| immer)* in (?P<v>.+)"), ("de-pay", r"ich (?:be)?zahle in (?P<v>.+)")),
    *rules("preference", ("de-diet", r"ich bin(?: auch)? (?P<v>vegetarier(?:in)?|vegetarisch|veganer(?:in)?|vegan|laktoseintolerant|diabetiker(?:in)?|nichtraucher(?:in)?)")),
    *rules("preference", ("de-allergic", r"ich bin allergisch (?:gegen|auf) (?P<v>.+)"), form="allergisch gegen {v}"),
    *rules("preference", ("de-prefer", r"ich (?:bevorzuge|ziehe) (?P<v>.+?)(?: vor)?"), ("de-prefer", r"am liebsten (?:habe|mag|fliege|sitze) ich (?P<v>.+)")),
    *rules("preference", ("de-dislike", r"ich mag (?P<v>keine?n? .+|.+ nicht)"), ("de-dislike", r"ich (?:hasse|esse keine?) (?P<v>.+)"), form="mag nicht: {v}"),
    *rules("preference", ("de-like", r"ich (?:mag|liebe) (?P<v>.+)"), form="mag {v}"),
    *rules("person", ("de-person", rf"meine? (?P<about>{_RELATION}) hei(?:ß|ss)t (?P<v>.+)"), only=True),
    *rules("person", ("de-person", rf"meine? (?P<about>{_RELATION})(?: ist)? (?P<v>(?-i:[A-ZÀ-Þ])[\w-]+)(?: .*)?"), surely=True),
    *rules("place", ("de-place", r"mein (?P<about>fitnessstudio|büro) (?:ist|heißt)(?: in| im| bei| am)?(?: der)? (?P<v>.+)")),
    *rules("place", ("de-work", r"ich arbeite(?: jetzt)? (?:bei|in) (?P<v>.+)"), about="work"),
]  # fmt: skip
