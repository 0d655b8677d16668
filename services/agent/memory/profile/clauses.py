"""A message's sentences and their clauses: each rule reads one clause from end to end."""

# ruff: noqa: E501, RUF001 - a pattern is read in one line; people type dashes

import re
from collections.abc import Iterator
from dataclasses import dataclass

from services.agent.memory.profile.words import MARK

LONGEST = 240
"""Characters of a clause that can say something: twice what a fact may hold. Checked before rules."""
_SENTENCE = re.compile(
    r"(?:\b(?:St|Mr|Mrs|Ms|Dr|Mt|Ft|Prof|Sr|Sra|Hr|Fr|No)\.|\b[A-Z]\.(?=\s?[A-Z])|\.(?=\S)|[^.!?…\n;])+"
    r"[.!?…;]*"
)
_STARTS = (
    r"(?:(?:please|also|actually|btw|now|then|just|bitte|auch|por favor|s'il te pla[iî]t)[\s,]+)*"
    r"(?:i|i'm|i've|i'd|im|my|we|we're|you can|call me|show|prices?|answer|reply|respond|speak|talk|write"
    r"|forget|delete|remove|erase|remember|don't|do not|use|set|change|switch|update|stop|from now on"
    r"|prefer|live in|work (?:at|for)|speak|love|hate|he|she|they|what|what's|whats|how|when|where|which|who|is|isn't|can|could|would|will|find|search|look|book"
    r"|remind|tell|give|send|check|watch|this is|that's"
    r"|ich|mein|meine|nenn|nenne|antworte|sprich|zeig|zeige|preise|vergiss|l[oö]sche|merk"
    r"|me llamo|ll[aá]mame|mi|mis|vivo|soy|prefiero|resp[oó]ndeme|responde|olvida|borra|recuerda"
    r"|no me gusta|me gusta|hablo|trabajo"
    r"|chamo-me|me chamo|chama-me|me chama|meu|minha|o meu|a minha|o meu nome|moro|sou|prefiro"
    r"|n[aã]o gosto|gosto|esquece|esque[cç]a|apaga|lembra|falo|eu"
    r"|je|j'|j'habite|mon|ma|appelle-moi|appelez-moi|r[eé]ponds|oublie|n'oublie|affiche|parle)\b"
)
_CLAUSE = re.compile(
    r"(?<!\s)(?:\s*[,:–—]\s*|\s+-\s+|\s+)(?:(?:and|but|so|&|\+|und|aber|y|pero|e|mas|et|mais)\s+)++(?="
    + _STARTS
    + ")"
    r"|(?<!\s)\s*(?:,|–|—|\s-)\s+(?=" + _STARTS + ")",
    re.IGNORECASE,
)
_SPOILS = re.compile(
    r"\b(?:if(?! (?:possible|you (?:can|like|want|please)))|what if|suppose|supposing|imagine|pretend\w*"
    r"|assum\w+|let's say|hypothetical\w*|say that|said|says|saying|wrote|writes|asked|asks|claim(?:s|ed)?"
    r"|told|tells|heard|quot\w+|translat\w+|rewrite|rephrase|paraphrase|proofread|remind|tell (?!me)"
    r"|write (?!to me|me)|send (?!me)|draft|e-?mail|text|message|joke|story|lyrics?|role.?play|example"
    r"|wenn|falls|stell dir vor|angenommen|sagte|sagt|[uü]bersetz\w*|erinner\w*"
    r"|imagina|sup[oó]n|dijo|dice|traduce\w*|recu[eé]rdame|supon\w*|disse|diz|traduz\w*|lembra-me"
    r"|lembre-me|imagine|suppos\w+|a dit|dit que|traduis\w*|rappelle\w*)\b"
    r"|(?:^|[,\s])(?:si|se) (?:yo|eu|fuera|fosse|tu|vous|vives|viv[ií]|j)",
    re.IGNORECASE,
)
_TASK = re.compile(
    r"^\W*(?:(?:please|can you|could you|would you|pls|help me)[\s,]+)*"
    r"(?:translat\w+|proofread|rephrase|paraphrase|summari[sz]e|rewrite|spell ?check|correct (?:this|my)"
    r"|(?:write|draft|compose|make up|tell)(?: me| us)? (?:an?|the|some) (?:e-?mail|message|letter|poem|story"
    r"|text|bio|reply|joke|song|sms|tweet|post|speech|profile)|pretend|imagine|role.?play|let's play|act as"
    r"|in this story|[uü]bersetze?|schreib\w* (?:mir )?eine|stell dir vor|traduce|traduz|traduis|[eé]cris"
    r"|escribe|escreve|here(?:'s| is) (?:the|a|an|what)|the (?:page|site|shop|article|email) says"
    r"|(?:he|she|they|\w+) (?:said|wrote|says|writes)\s*:?\s*$)",
    re.IGNORECASE,
)
_OF_ME = re.compile(r"(?:i|i'm|we|my name)\b", re.IGNORECASE)
_VERB = re.compile(r"(?:prefer|live in|work (?:at|for)|speak|love|hate)\b", re.IGNORECASE)
"""The subject that "I'm vegetarian and prefer …" does not repeat."""
_POLITE = re.compile(
    r"(?<![\s,])[\s,]+(?:ok|okay|please|pls|thanks|thank you|bitte|gracias|obrigad[oa]|merci)\s*\?+\s*$",
    re.IGNORECASE,
)
_TAGS = re.compile(
    r"(?<![\s,])[\s,]+(?:right|correct|is that (?:right|correct|true)|is it(?: true)?|isn't (?:it|that so)|don't i|do i|am i"
    r"|aren't i|yes|no|true|or|eh|oder|nicht wahr|verdad|n[aã]o [eé]|n'est-ce pas)\s*\?+\s*$",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Clause:
    text: str
    asks: bool
    """It stands at the end of a question."""
    first: bool
    """In its message."""


def sentences(own: str) -> Iterator[str]:
    """Those that mean what they say; a text that is to be worked on is nobody's word."""
    for found in _SENTENCE.finditer(own):
        sentence = found.group().strip()
        if _TASK.match(sentence):
            return
        if sentence:
            yield sentence


def clauses(own: str) -> Iterator[Clause]:
    first = True
    for sentence in sentences(own):
        for clause in _meant(sentence):
            yield Clause(clause[0], clause[1], first)
            first = False


def _meant(sentence: str) -> Iterator[tuple[str, bool]]:
    if sentence.endswith("?"):
        if _TAGS.search(sentence):
            return
        sentence = _POLITE.sub(".", sentence)
    asked = sentence.rstrip(" .!").endswith("?")
    parts = [part for part in _CLAUSE.split(sentence) if part]
    for place, part in enumerate(parts):
        text = part.strip(" .!?…;,:–—-\t\n")
        if place and _OF_ME.match(parts[0]) and _VERB.match(text):
            text = f"I {text}"
        if text and text != MARK and len(text) <= LONGEST:
            yield text, asked and place == len(parts) - 1
        if _SPOILS.search(part):
            return
