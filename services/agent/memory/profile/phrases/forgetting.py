"""How people take things back: "forget where I live", "I'm not vegetarian any more"."""

# ruff: noqa: E501 - a pattern is read in one line

import re
from collections.abc import Callable

from contracts.profile import ProfileKind
from services.agent.memory.profile.phrases.english import DIET, IM, PLACE, RELATION
from services.agent.memory.profile.phrases.rules import related
from services.agent.memory.profile.statements import Forget, Learn
from services.agent.memory.profile.values.values import value_of
from services.agent.memory.profile.words import MARK, MOST_CHARACTERS, tidy

Reader = Callable[[str], Learn | None]
"""What the rest of a clause would have taught."""

_FORGET = (
    r"(?:(?:you (?:can|may|should)|now|just|also) )*(?:forget|delete|remove|erase|clear|wipe|unlearn|drop"
    r"|don't remember|do not remember|stop remembering|no longer remember)(?: about)?"
)
_AGAIN = r"(?: (?:anymore|any more|any longer|now))*"
_ALL = re.compile(
    rf"{_FORGET} (?:absolutely |really )?(?:everything|all(?: of it| things| the things| facts| the facts)?|anything|whatever|what)"
    r"(?: that)? (?:(?:you(?:'ve| have)?|ya) (?:know|knew|remember|learned|learnt|stored|saved|got|have|kept)(?: about (?:me|us)| on me)?|about me)"
    rf"|{_FORGET} my (?:whole |entire )?(?:profile|personal (?:facts|details|information))"
    r"|vergiss(?: bitte)? alles,?(?: was du)? [uü]ber mich(?: wei(?:ß|ss)t)?|vergiss(?: bitte)? alles,? was du [uü]ber mich wei(?:ß|ss)t"
    r"|(?:olvida|borra) todo (?:lo que sabes )?(?:sobre|de) m[ií]|(?:esquece|esque[cç]a|apaga|apague) tudo (?:o que sabes |que sabe |o que sabe )?sobre mim"
    r"|oublie(?:z)? tout(?: ce que tu sais| ce que vous savez)? (?:sur|de) moi",
    re.IGNORECASE,
)
_KINDS: dict[ProfileKind, str] = {
    "name": r"my (?:first |full |nick)?name|what my name is|what i'm called|who i am"
    r"|(?:meinen|mein) namen?|wie ich hei(?:ß|ss)e|mi nombre|c[oó]mo me llamo|(?:o )?meu nome|como me chamo|mon (?:nom|pr[eé]nom)|comment je m'appelle",
    "zone": r"my time ?zone|what my time ?zone is|which time ?zone i'm in|meine zeitzone|mi zona horaria|(?:o )?meu fuso(?: hor[aá]rio)?|mon fuseau(?: horaire)?",
    "language": r"my (?:preferred |native )?languages?|(?:what|which) languages? (?:i speak|i prefer|to (?:answer|reply) in|my language is)|meine sprache|mi idioma|(?:a )?minha l[ií]ngua|(?:o )?meu idioma|ma langue",
    "home_airport": r"my (?:home |usual |local |nearest |default )?airport|(?:what|which|where) (?:my (?:home )?airport is|airport i (?:use|fly from)|i (?:usually |normally )?fly from)"
    r"|meinen (?:heimat)?flughafen|mi aeropuerto(?: habitual)?|(?:o )?meu aeroporto(?: habitual)?|mon a[eé]roport(?: habituel)?",
    "home": r"my (?:home(?: ?town| city| address)?|address|city|location|place of residence)|where (?:i|we) (?:live|am|am based|'m based|are based)|where (?:i'm|i am|we're) (?:living|based|at home)|what my (?:home|address|city) is"
    r"|wo ich (?:wohne|lebe)|mein(?:en|e)? (?:wohnort|adresse|zuhause)|d[oó]nde vivo|mi (?:casa|direcci[oó]n|ciudad)|onde (?:eu )?(?:moro|vivo)|(?:a )?minha (?:casa|morada|cidade)|o[uù] j'habite|o[uù] je vis|mon adresse|ma ville",
    "currency": r"my currency|(?:what|which) (?:my )?currency(?: is| i use| i pay in| i prefer)?|meine w[aä]hrung|mi moneda|(?:a )?minha moeda|ma (?:monnaie|devise)",
    "preference": r"(?:all )?(?:of )?my (?:preferences?|tastes?|likes(?: and dislikes)?|dislikes|diet|habits)|what i (?:like|prefer|eat|don't like)|alle? meine vorlieben|meine vorlieben|mis preferencias|(?:as )?minhas prefer[eê]ncias|mes pr[eé]f[eé]rences",
    "person": r"(?:all )?(?:of )?my (?:people|family|friends|contacts|relatives)|the people i(?:'ve)? (?:named|mentioned|know)",
    "place": r"(?:all )?(?:of )?my places|the places i(?:'ve)? (?:named|mentioned|go to)",
}  # fmt: skip
_LOOSE_FORGET = rf"(?:{_FORGET}|vergiss(?: bitte)?,?|l[oö]sche?(?: bitte)?|olvida|borra|esquece|esque[cç]a|apaga|apague|oublie|oubliez|supprime|efface)"
_BY_KIND: list[tuple[ProfileKind, re.Pattern[str]]] = [
    (
        kind,
        re.compile(
            rf"{_LOOSE_FORGET} (?:what i (?:said|told you) about )?(?:{words})", re.IGNORECASE
        ),
    )
    for kind, words in _KINDS.items()
]
_ABOUT = re.compile(
    rf"{_FORGET} (?:what i (?:said|told you) about |who |where |what )?my (?P<about>(?:{RELATION})|(?:{PLACE}))s?(?:'s name| is(?: called)?|'s)?(?: (?P<v>[^\W\d_][\w'-]*))?",
    re.IGNORECASE,
)
_FORGETS = re.compile(
    r"(?:you (?:can|may) |please )*(?:forget|vergiss|olvida|esque|oublie|don't remember|stop remembering)",
    re.IGNORECASE,
)
_TOLD = re.compile(_FORGETS.pattern + r"\w*,? (?:that|what|dass|que|qu')\b", re.IGNORECASE)
_THAT = re.compile(
    rf"(?:{_FORGET}|vergiss(?: bitte)?,?|olvida|esquece|esque[cç]a|oublie)(?: that| what i said:| dass| que| qu'|:)? ?"
    r"(?P<v>(?:i|i'm|i am|im|my|we|ich|mein|meine|vivo|soy|me|mi|moro|sou|gosto|prefiro|eu|je|j'|mon|ma)\b.+)",
    re.IGNORECASE,
)
_NO_LONGER: list[tuple[ProfileKind, re.Pattern[str]]] = [
    ("name", re.compile(r"(?:(?:please )?(?:stop calling|don't call|do not call|never call) me|my name (?:is not|isn't|is no longer)|(?:i'm|i am) (?:not|no longer) called) (?P<v>.+)", re.IGNORECASE)),
    ("home", re.compile(rf"(?:i|we) (?:no longer|don't|do not|dont) (?:live|reside) (?:in|at) (?P<v>.+?){_AGAIN}", re.IGNORECASE)),
    ("home", re.compile(rf"{IM} (?:no longer|not) (?:living|based) (?:in|at) (?P<v>.+?){_AGAIN}", re.IGNORECASE)),
    ("home", re.compile(r"(?:i|we)(?:'ve| have)? moved (?:away from|out of) (?P<v>.+)", re.IGNORECASE)),
    ("home_airport", re.compile(rf"my (?:home )?airport (?:is not|isn't|is no longer) (?P<v>.+?){_AGAIN}", re.IGNORECASE)),
    ("home_airport", re.compile(rf"(?P<v>.+?) (?:is not|isn't|is no longer) my (?:home )?airport{_AGAIN}", re.IGNORECASE)),
    ("currency", re.compile(rf"(?:don't|do not|stop|never) (?:show|showing|give|giving|use|using)(?: me)?(?: prices)?(?: in)? (?P<v>.+?){_AGAIN}", re.IGNORECASE)),
    ("language", re.compile(rf"(?:don't|do not|stop|never) (?:answer|answering|reply|replying|speak|speaking|write|writing|talk|talking)(?: to me| me)?(?: in)? (?P<v>.+?){_AGAIN}", re.IGNORECASE)),
    ("zone", re.compile(rf"my time ?zone (?:is not|isn't|is no longer) (?P<v>.+?){_AGAIN}", re.IGNORECASE)),
]  # fmt: skip
_TASTE = [
    re.compile(rf"{IM} (?:no longer|not)(?: an?)? (?P<v>{DIET}){_AGAIN}", re.IGNORECASE),
    re.compile(rf"{IM} (?:no longer|not) allergic to (?P<v>.+?){_AGAIN}", re.IGNORECASE),
    re.compile(r"i no longer (?:prefer|like|love|hate|dislike|eat|drink|want|enjoy) (?P<v>.+)", re.IGNORECASE),
    re.compile(r"i (?:don't|do not|dont) (?:prefer|like|love|hate|dislike|enjoy) (?P<v>.+?) (?:anymore|any more|any longer)", re.IGNORECASE),
    re.compile(r"i (?:don't|do not|dont) (?:prefer|hate|dislike) (?P<v>.+)", re.IGNORECASE),
]  # fmt: skip


def forgets(clause: str, read: Reader) -> Forget | None:
    """What a clause takes back; `read` tells what "that I …" once taught."""
    if MARK in clause:
        return None
    return _asked(clause, read) or _no_longer(clause)


def _asked(clause: str, read: Reader) -> Forget | None:
    """Outright: "forget where I live"."""
    said = clause[:MOST_CHARACTERS]
    if _ALL.fullmatch(clause):
        return Forget(None, said, "forget-all")
    for asked, pattern in _BY_KIND:
        if pattern.fullmatch(clause):
            return Forget(asked, said, "forget-kind")
    if one := _ABOUT.fullmatch(clause):
        is_person = re.fullmatch(RELATION, one["about"], re.IGNORECASE) is not None
        kind: ProfileKind = "person" if is_person else "place"
        about, who = related(one["about"]), tidy(one["v"] or "")
        return Forget(kind, said, "forget-about", who, about)
    that = _THAT.fullmatch(clause)
    return _that(that["v"], said, read) if that else None


def _no_longer(clause: str) -> Forget | None:
    """By saying that it is so no longer: "I'm not vegetarian any more"."""
    said = clause[:MOST_CHARACTERS]
    for kind, pattern in _NO_LONGER:
        if (match := pattern.fullmatch(clause)) and (value := value_of(kind, match["v"])):
            return Forget(kind, said, "no-longer", value.text)
    for pattern in _TASTE:
        if match := pattern.fullmatch(clause):
            return Forget("preference", said, "no-longer", tidy(match["v"]))
    return None


def _that(rest: str, said: str, read: Reader) -> Forget | None:
    """To forget that I'm vegetarian takes back what "I'm vegetarian" said."""
    if learn := read(rest):
        return Forget(learn.kind, said, "forget-that", learn.value, learn.about)
    words = re.sub(
        r"^(?:i'm|i am|i|my|we)\s+(?:have |am |need |want |is )?",
        "",
        tidy(rest),
        flags=re.IGNORECASE,
    )
    if one := re.fullmatch(
        rf"(?:have |has )?(?:an? )?(?P<about>{RELATION})(?: .*)?", words, re.IGNORECASE
    ):
        return Forget("person", said, "forget-that", "", related(one["about"]))
    # "Forget my reminder" is about something else.
    of_mine = re.match(r"(?:my|mein|meine|mi|mon|ma)\b", rest, re.IGNORECASE)
    told = (_TOLD if of_mine else _FORGETS).match(said) and len(words) > 2
    return Forget("preference", said, "forget-that", words) if told else None
