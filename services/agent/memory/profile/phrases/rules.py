"""A rule reads one clause, from its first word to its last, or leaves it alone."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from contracts.profile import ProfileKind
from services.agent.memory.profile.statements import Learn
from services.agent.memory.profile.values import names
from services.agent.memory.profile.values.values import value_of
from services.agent.memory.profile.words import MOST_CHARACTERS, plain


@dataclass(frozen=True, slots=True)
class Rule:
    name: str
    kind: ProfileKind
    pattern: re.Pattern[str]
    """Group `v` holds the value; `about` whom or what it is to the user."""
    form: str = "{v}"
    about: str | None = None
    only: bool = False
    weak: bool = False
    surely: bool = False
    """The words could hold anything else: only what is surely a name will do."""

    def read(self, clause: str) -> Learn | None:
        match = self.pattern.fullmatch(clause)
        if match is None:
            return None
        groups = match.groupdict()
        if self.surely and not names.surely(groups["v"]):
            return None
        value = value_of(self.kind, groups["v"])
        if value is None:
            return None
        filled = self.form.format(v=value.text, **{k: v for k, v in groups.items() if k != "v"})
        about = groups.get("about") or self.about
        return Learn(
            self.kind,
            filled[:MOST_CHARACTERS].strip(),
            said=clause[:MOST_CHARACTERS],
            rule=self.name,
            about=related(about) if about else None,
            zone=value.zone,
            only=self.only,
            weak=self.weak,
        )


def rules(kind: ProfileKind, *patterns: tuple[str, str], **also: object) -> list[Rule]:
    """Several phrasings of one kind: (name, pattern)."""
    return [
        Rule(name, kind, re.compile(pattern, re.IGNORECASE), **also)  # pyright: ignore[reportArgumentType] - the same keywords for all
        for name, pattern in patterns
    ]


def first(known: Sequence[Rule], clause: str) -> Learn | None:
    return next((learn for rule in known if (learn := rule.read(clause))), None)


_RELATED = {
    "mum": "mother", "mom": "mother", "mummy": "mother", "mommy": "mother", "mama": "mother",
    "dad": "father", "daddy": "father", "papa": "father", "hubby": "husband",
    "schwester": "sister", "bruder": "brother", "mutter": "mother", "vater": "father",
    "frau": "wife", "mann": "husband", "tochter": "daughter", "sohn": "son", "chef": "boss",
    "hermana": "sister", "hermano": "brother", "madre": "mother", "padre": "father",
    "esposa": "wife", "mujer": "wife", "marido": "husband", "esposo": "husband", "hija": "daughter",
    "hijo": "son", "irma": "sister", "irmao": "brother", "mae": "mother", "pai": "father",
    "mulher": "wife", "filha": "daughter", "filho": "son", "soeur": "sister", "frere": "brother",
    "mere": "mother", "pere": "father", "femme": "wife", "mari": "husband", "fille": "daughter",
    "fils": "son", "freund": "friend", "freundin": "friend", "amigo": "friend", "amiga": "friend",
    "ami": "friend", "amie": "friend", "fitnessstudio": "gym", "buro": "office",
    "oficina": "office",
    "gimnasio": "gym", "escritorio": "office", "ginasio": "gym", "bureau": "office",
    "workplace": "work", "trabajo": "work", "trabalho": "work", "favorite": "favourite",
}  # fmt: skip


def related(said: str) -> str:
    """One word for one relation, whoever says it."""
    words = plain(said).replace("œ", "oe").split()
    return " ".join(_RELATED.get(word, word) for word in words)
