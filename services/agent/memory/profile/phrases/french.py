"""The plain forms in French."""

# ruff: noqa: E501 - a pattern is read in one line

from services.agent.memory.profile.phrases.rules import Rule, rules

_NOW = r"(?: maintenant| désormais| actuellement)*"
_OFTEN = r"(?:normalement|toujours|habituellement|en général|généralement|d'habitude)"
_RELATION = r"s(?:œ|oe)ur|fr[eè]re|m[eè]re|maman|p[eè]re|papa|femme|mari|fille|fils|amie|ami|copine|copain|chef|chien|chat"

RULES: list[Rule] = [
    *rules("name", ("fr-name", r"(?:je m'appelle|appelle-moi|appelez-moi|mon nom est|mon pr[eé]nom est|tu peux m'appeler|on m'appelle) (?P<v>.+)")),
    *rules("home", ("fr-home", rf"(?:j'habite|je vis|nous habitons|nous vivons){_NOW}(?: [aà]| en| au)? (?P<v>.+)"), ("fr-moved", r"(?:j'ai d[eé]m[eé]nag[eé]|je viens de d[eé]m[eé]nager) (?:[aà]|en|au) (?P<v>.+)")),
    *rules("zone", ("fr-zone", rf"mon fuseau(?: horaire)? est{_NOW}(?: celui de)? (?P<v>.+)")),
    *rules("language", ("fr-language", r"(?:r[eé]ponds|r[eé]pondez|parle|parlez|[eé]cris)(?:-moi)?(?: toujours)? en (?P<v>.+)"), ("fr-language", r"en (?P<v>\w+)")),
    *rules("language", ("fr-speak", r"je (?:ne )?parle (?:que )?(?:le |l')?(?P<v>.+)"), weak=True),
    *rules("home_airport", ("fr-airport", rf"mon a[eé]roport(?: habituel| d'origine| le plus proche| principal)? (?:est|c'est){_NOW} (?P<v>.+)"), ("fr-fly", rf"je (?:pars|d[eé]colle|vole) {_OFTEN} de (?P<v>.+)")),
    *rules("currency", ("fr-currency", rf"ma (?:monnaie|devise) est{_NOW}(?: le| la| l')? ?(?P<v>.+)"), ("fr-prices", r"(?:(?:montre|affiche|donne|indique)(?:-moi)?(?: toujours)?(?: tous)?(?: les)? )?prix en (?P<v>.+)"), ("fr-pay", r"je paie en (?P<v>.+)")),
    *rules("preference", ("fr-diet", r"je suis (?P<v>v[eé]g[eé]tarien(?:ne)?|v[eé]gan(?:e)?|v[eé]g[eé]talien(?:ne)?|diab[eé]tique|c(?:œ|oe)liaque|intol[eé]rante? au lactose)")),
    *rules("preference", ("fr-allergic", r"je suis allergique (?:au|aux|à la|à l'|à) ?(?P<v>.+)"), form="allergie : {v}"),
    *rules("preference", ("fr-prefer", r"je pr[eé]f[eè]re (?P<v>.+)")),
    *rules("preference", ("fr-dislike", r"je n'aime pas (?P<v>.+)"), ("fr-dislike", r"je d[eé]teste (?P<v>.+)"), form="n'aime pas {v}"),
    *rules("preference", ("fr-like", r"j'(?:aime|adore) (?:bien )?(?P<v>.+)"), form="aime {v}"),
    *rules("person", ("fr-person", rf"m(?:a|on) (?P<about>{_RELATION}) s'appelle (?P<v>.+)"), only=True),
    *rules("person", ("fr-person", rf"m(?:a|on) (?P<about>{_RELATION})(?: est| c'est)? (?P<v>(?-i:[A-ZÀ-Þ])[\w-]+)(?: .*)?"), surely=True),
    *rules("place", ("fr-place", r"mon (?P<about>bureau|gymnase) est (?:à|au|en|dans)?(?: le| la)? ?(?P<v>.+)")),
    *rules("place", ("fr-work", r"je travaille(?: maintenant)? (?:chez|à|pour|au) (?P<v>.+)"), about="work"),
]  # fmt: skip
