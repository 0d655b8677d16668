"""The plain forms in Portuguese, of both sides of the ocean."""

# ruff: noqa: E501 - a pattern is read in one line

from services.agent.memory.profile.phrases.rules import Rule, rules

_NOW = r"(?: agora| já| atualmente)*"
_OFTEN = r"(?:normalmente|sempre|quase sempre|habitualmente|geralmente)"
_RELATION = r"irm[aã]o?|m[aã]e|pai|esposa|mulher|marido|filha|filho|amiga|amigo|namorada|namorado|chefe|cão|cachorro|gato"

RULES: list[Rule] = [
    *rules("name", ("pt-name", r"(?:eu )?(?:chamo-me|me chamo|chama-me|me chama(?: de)?|me chame de|chame-me|(?:o )?meu nome [eé]|podes chamar-me|pode me chamar de) (?P<v>.+)")),
    *rules("home", ("pt-home", rf"(?:eu )?(?:moro|vivo|moramos|vivemos){_NOW} (?:em|no|na) (?P<v>.+)"), ("pt-moved", r"(?:eu )?(?:mudei-me|me mudei|mudei) para (?:o |a )?(?P<v>.+)")),
    *rules("zone", ("pt-zone", rf"(?:o )?meu fuso(?: hor[aá]rio)? [eé]{_NOW}(?: o de)? (?P<v>.+)")),
    *rules("language", ("pt-language", r"(?:responde|responda|responde-me|me responda|fala|fale|fala comigo|escreve|escreva)(?: sempre)? em (?P<v>.+)"), ("pt-language", r"em (?P<v>\w+)")),
    *rules("language", ("pt-speak", r"(?:eu )?(?:s[oó] )?falo (?P<v>.+)"), weak=True),
    *rules("home_airport", ("pt-airport", rf"(?:o )?meu aeroporto(?: habitual| de origem| mais pr[oó]ximo| principal)? [eé]{_NOW}(?: o d[eo])? (?P<v>.+)"), ("pt-fly", rf"(?:eu )?{_OFTEN} (?:v[oô]o|saio) (?:de|do|da|a partir de) (?P<v>.+)"), ("pt-fly", rf"(?:eu )?v[oô]o {_OFTEN} (?:de|do|da) (?P<v>.+)")),
    *rules("currency", ("pt-currency", rf"(?:a )?minha moeda [eé]{_NOW}(?: o| a)? (?P<v>.+)"), ("pt-prices", r"(?:(?:mostra-me|mostre-me|me mostre|mostra|mostre|d[aá]-me)(?: sempre)?(?: todos)?(?: os)? )?pre[cç]os em (?P<v>.+)"), ("pt-pay", r"(?:eu )?pago em (?P<v>.+)")),
    *rules("preference", ("pt-diet", r"(?:eu )?sou (?P<v>vegetarian[oa]|vegan[oa]|cel[ií]ac[oa]|diab[eé]tic[oa]|intolerante [aà] lactose)")),
    *rules("preference", ("pt-allergic", r"(?:eu )?(?:sou|tenho) al[eé]rgi(?:c[oa]|a) (?:a|ao|aos|à|às) (?P<v>.+)"), form="alergia: {v}"),
    *rules("preference", ("pt-prefer", r"(?:eu )?prefiro (?P<v>.+)")),
    *rules("preference", ("pt-dislike", r"(?:eu )?n[aã]o gosto (?:de|do|da|dos|das) (?P<v>.+)"), ("pt-dislike", r"(?:eu )?(?:odeio|detesto) (?P<v>.+)"), form="não gosta de {v}"),
    *rules("preference", ("pt-like", r"(?:eu )?(?:gosto|adoro) (?:de |do |da |dos |das )?(?P<v>.+)"), form="gosta de {v}"),
    *rules("person", ("pt-person", rf"(?:a |o )?minha? (?P<about>{_RELATION}) (?:chama-se|se chama) (?P<v>.+)"), ("pt-person", rf"(?:a |o )?meu (?P<about>{_RELATION}) (?:chama-se|se chama) (?P<v>.+)"), only=True),
    *rules("person", ("pt-person", rf"(?:a |o )?(?:minha|meu) (?P<about>{_RELATION})(?: [eé](?: a| o)?)? (?P<v>(?-i:[A-ZÀ-Þ])[\w-]+)(?: .*)?"), surely=True),
    *rules("place", ("pt-place", r"(?:o )?meu (?P<about>gin[aá]sio|escrit[oó]rio) (?:[eé]|fica)(?: em| no| na)?(?: o| a)? (?P<v>.+)")),
    *rules("place", ("pt-work", r"(?:eu )?trabalho(?: agora)? (?:em|na|no|para a|para o) (?P<v>.+)"), about="work"),
]  # fmt: skip
