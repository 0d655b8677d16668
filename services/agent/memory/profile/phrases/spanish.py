"""The plain forms in Spanish."""

# ruff: noqa: E501 - a pattern is read in one line

from services.agent.memory.profile.phrases.rules import Rule, rules

_NOW = r"(?: ahora| ya| actualmente)*"
_OFTEN = r"(?:normalmente|siempre|casi siempre|habitualmente|generalmente)"
_RELATION = r"hermana|hermano|madre|mamá|padre|papá|esposa|mujer|marido|esposo|hija|hijo|amiga|amigo|novia|novio|jefa|jefe|perro|gato"

RULES: list[Rule] = [
    *rules("name", ("es-name", r"(?:yo )?(?:me llamo|ll[aá]mame|ll[aá]meme|mi nombre es|puedes llamarme|todos me llaman) (?P<v>.+)")),
    *rules("home", ("es-home", rf"(?:yo )?(?:vivo|vivimos){_NOW} en (?P<v>.+)"), ("es-moved", r"(?:me mud[eé]|me he mudado|nos mudamos) a (?P<v>.+)")),
    *rules("zone", ("es-zone", rf"mi (?:zona horaria|huso horario) es{_NOW} (?P<v>.+)")),
    *rules("language", ("es-language", r"(?:resp[oó]ndeme|responde|cont[eé]stame|h[aá]blame|escr[ií]beme|habla)(?: siempre)? en (?P<v>.+)"), ("es-language", r"en (?P<v>\w+)")),
    *rules("language", ("es-speak", r"(?:yo )?(?:solo )?hablo (?P<v>.+)"), weak=True),
    *rules("home_airport", ("es-airport", rf"mi aeropuerto(?: habitual| de origen| m[aá]s cercano| principal)? es{_NOW} (?P<v>.+)"), ("es-fly", rf"{_OFTEN} (?:vuelo|salgo) (?:desde|de) (?P<v>.+)"), ("es-fly", rf"vuelo {_OFTEN} (?:desde|de) (?P<v>.+)")),
    *rules("currency", ("es-currency", rf"mi moneda es{_NOW}(?: el| la)? (?P<v>.+)"), ("es-prices", r"(?:(?:mu[eé]strame|ens[eé][nñ]ame|dame|pon)(?: siempre)?(?: todos)?(?: los)? )?precios en (?P<v>.+)"), ("es-pay", r"pago en (?P<v>.+)")),
    *rules("preference", ("es-diet", r"(?:yo )?soy (?P<v>vegetarian[oa]|vegan[oa]|cel[ií]ac[oa]|diab[eé]tic[oa]|intolerante a la lactosa)")),
    *rules("preference", ("es-allergic", r"(?:yo )?soy al[eé]rgic[oa] (?:al?|a los|a las) (?P<v>.+)"), form="alergia: {v}"),
    *rules("preference", ("es-prefer", r"(?:yo )?prefiero (?P<v>.+)")),
    *rules("preference", ("es-dislike", r"(?:a m[ií] )?no me gustan? (?P<v>.+)"), ("es-dislike", r"odio (?P<v>.+)"), form="no le gusta: {v}"),
    *rules("preference", ("es-like", r"(?:a m[ií] )?me (?:gustan?|encantan?) (?P<v>.+)"), form="le gusta: {v}"),
    *rules("person", ("es-person", rf"mi (?P<about>{_RELATION}) se llama (?P<v>.+)"), only=True),
    *rules("person", ("es-person", rf"mi (?P<about>{_RELATION})(?: es)? (?P<v>(?-i:[A-ZÀ-Þ])[\w-]+)(?: .*)?"), surely=True),
    *rules("place", ("es-place", r"mi (?P<about>gimnasio|oficina|escritorio) (?:es|est[aá])(?: en)?(?: el| la)? (?P<v>.+)")),
    *rules("place", ("es-work", r"(?:yo )?trabajo(?: ahora)? (?:en|para) (?P<v>.+)"), about="work"),
]  # fmt: skip
