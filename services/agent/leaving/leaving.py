"""Whether a user asks to be forgotten altogether, and what that leads to. By rule, never by a model.

It is asked back once; only a yes to that very question does it (docs/policy.md, P15).
"""

# ruff: noqa: E501, RUF001 - a pattern is read in one line; people type dashes

import re
from collections.abc import Sequence
from uuid import UUID

from contracts.conversation import (
    ForgettingAsked,
    ForgettingConfirmed,
    MessageReceived,
    ReplyReady,
)
from contracts.event import Event
from contracts.recorded import Recorded
from services.agent.judging import facts, proposals
from services.agent.memory.profile.clauses import clauses, sentences
from services.agent.memory.profile.own_words import own_words
from services.agent.memory.profile.phrases.polish import bare, is_request
from services.agent.state import Conversation

QUESTION = (
    "You ask me to forget you altogether. If you say yes, I destroy everything that I hold of you: "
    "our whole conversation, your number, what you told me about yourself, pictures, reminders and "
    "price watches. Reminders and watches end: you will hear of none of them again.\n\n"
    "**This cannot be undone.** If you want a copy first, ask the people who run me for an export."
    "\n\n"
    "Reply **yes** to be forgotten. Anything else, and all stays as it is."
)
GOODBYE = (
    "Goodbye. With this message everything that I hold of you is being destroyed. "
    "Should you write to me again, we meet for the first time."
)

_RID = r"(?:forget|delete|erase|remove|wipe|destroy|purge|get rid of)"
_ALL = r"(?:everything|anything|whatever|all(?: of (?:it|that))?|all (?:the )?(?:data|information|things))"
_OF_ME = r"(?:of mine|about me|on me|(?:that )?(?:you(?:'ve| have)? (?:know|knew|got|have|hold|stored?|saved?|keep|kept|collected|learned)(?: (?:about|of|on) me)?))"
_DATA = r"(?:personal |private |stored |user )?(?:data|account|records?|user|account data)"
_MINE = rf"(?:all )?(?:of )?my (?:whole |entire )?{_DATA}(?:,? (?:and|&) (?:all )?(?:of )?(?:my )?(?:{_DATA}|messages|information|conversations?|chats?|history|reminders))*"
_FROM = r"(?: from (?:your|the|this) (?:systems?|memory|servers?|records?|databases?|service))?"
_WHOLLY = r"(?:,? (?:completely|entirely|altogether|totally|fully|wholly|for good|for ever|forever|permanently|irrevocably|at once|immediately|right now|right away))*"
_ENGLISH = (
    rf"{_RID} me{_FROM}",
    rf"{_RID} (?:me|{_ALL}(?: {_OF_ME})?) and {_MINE}{_FROM}",
    rf"{_RID} {_MINE}{_FROM}",
    rf"{_RID} (?:everything|all data|all information) (?:of mine|(?:that )?you (?:have|hold|store|stored|saved) (?:of|on) me){_FROM}",
    rf"{_RID} me and (?:everything|all)(?: {_OF_ME})?",
    r"(?:close|cancel|terminate) my account(?: and (?:delete|erase) (?:all )?(?:of )?my data)?",
    r"(?:i(?:'d like| would like| want| wish| demand|'d love))(?: you)? to (?:be (?:completely |entirely )?(?:forgotten|deleted|erased)|be removed)"
    + _FROM,
    rf"(?:i(?:'d like| would like| want| wish| demand)) (?:to have )?{_MINE} (?:to be )?(?:deleted|erased|removed|destroyed){_FROM}",
    r"(?:i (?:want to |hereby )?(?:exercise|invoke|claim|use) )?my right to (?:be forgotten|erasure)",
)
_OTHERS = (
    # German
    r"vergiss mich(?: (?:ganz|komplett|vollst[aä]ndig|bitte|f[uü]r immer))*",
    r"(?:l(?:[oö]|oe)sche?|entferne?|vernichte)(?: bitte)? (?:mich|(?:alle )?meine (?:pers[oö]nlichen )?daten|mein (?:konto|account)|alles von mir|alles,? was du (?:von|[uü]ber) mich? (?:wei(?:ß|ss)t|hast|gespeichert hast),? und (?:mein konto|meine daten|mich))(?: und (?:(?:alle )?meine (?:pers[oö]nlichen )?daten|mein (?:konto|account)))?(?: (?:ganz|komplett|vollst[aä]ndig|f[uü]r immer|unwiderruflich))*",
    r"(?:meine daten|mein konto) l[oö]schen|ich (?:m[oö]chte|will) (?:ganz |vollst[aä]ndig )?(?:vergessen|gel[oö]scht) werden",
    # Spanish
    r"olv[ií]da(?:me|te de m[ií])(?: (?:por completo|para siempre|del todo|completamente))*",
    r"(?:borra|b[oó]rra|elimina|suprime)(?:me)? (?:todos mis datos|mis datos|mi cuenta|toda mi informaci[oó]n|todo lo m[ií]o)(?: y (?:todos )?(?:mis datos|mi cuenta))?(?: (?:por completo|para siempre))*",
    r"quiero (?:que me olvides|ser olvidad[oa]|borrar (?:todos )?mis datos|eliminar mi cuenta)",
    # Portuguese
    r"(?:esquece-me|esque[cç]a-me|me esque[cç]a|me esquece|esquece de mim)(?: (?:por completo|para sempre|completamente))*",
    r"(?:apaga|apague|elimina|elimine|exclui|exclua|deleta|delete)(?: (?:todos )?(?:os )?meus dados| (?:a )?minha conta| tudo o que é meu)(?: e (?:todos )?(?:os )?(?:meus dados|a minha conta|minha conta))?(?: (?:por completo|para sempre))*",
    r"quero (?:ser esquecid[oa]|que me esque[cç]as?|apagar (?:todos )?(?:os )?meus dados|(?:apagar|excluir|eliminar) (?:a )?minha conta)",
    # French
    r"oublie(?:z)?-moi(?: (?:compl[eè]tement|enti[eè]rement|pour toujours|d[eé]finitivement))*",
    r"(?:supprime|supprimez|efface|effacez|d[eé]truis) (?:toutes )?(?:mes donn[eé]es(?: personnelles)?|mon compte)(?: et (?:toutes )?(?:mes donn[eé]es|mon compte))?(?: (?:compl[eè]tement|pour toujours|d[eé]finitivement))*",
    r"je (?:veux|voudrais|souhaite) (?:[eê]tre oubli[eé]e?|que tu m'oublies|supprimer (?:toutes )?(?:mes donn[eé]es|mon compte))",
)
_ASKS = re.compile(
    "|".join([*(f"{pattern}{_WHOLLY}" for pattern in _ENGLISH), *_OTHERS]), re.IGNORECASE
)
_WONDERS = re.compile(r"\W*will you\b(?! please)", re.IGNORECASE)
LONGEST_YES = 300
"""Characters of a yes that says again what is to be done; a longer one says more than that."""
_YES = re.compile(r"^\W*(?P<yes>[^\W\d_]+)[\s,.!:;–-]+(?P<rest>.+)$", re.DOTALL)


def asks(text: str) -> bool:
    """In the writer's own words, outright; not for a part, and not of somebody else's text."""
    own = own_words(text)
    whole = ((one.rstrip(" ?!.…;"), one.endswith("?")) for one in sentences(own))
    parts = ((one.text, one.asks) for one in clauses(own))
    return any(_is_asked(one, question=question) for one, question in (*whole, *parts))


def _is_asked(said: str, *, question: bool) -> bool:
    wants = _ASKS.fullmatch(bare(said)) is not None
    return wants and (not question or (is_request(said) and not _WONDERS.match(said)))


def confirms(covered: Sequence[Recorded[MessageReceived]], shown_at: int | None) -> bool:
    """As any yes; or one that says so again: "yes, delete all my data"."""
    if facts.confirms(covered, shown_at):
        return True
    return (
        shown_at is not None
        and bool(covered)
        and all(one.version > shown_at for one in covered)
        and all(one.event.kind == "text" and _says_yes_again(one.event.text) for one in covered)
    )


def _says_yes_again(text: str) -> bool:
    found = _YES.match(text) if len(text) <= LONGEST_YES else None
    return (
        found is not None
        and proposals.is_affirmative(found["yes"])
        and _is_asked(found["rest"].strip(" \t\n.!…"), question=False)
    )


def decided(
    turn: UUID, state: Conversation, covered: Sequence[Recorded[MessageReceived]]
) -> list[Event]:
    """What a turn's first step decides without the model; nothing for any other message."""
    newest = covered[-1].event.message_sid if covered else None
    if state.asked_to_forget and confirms(covered, state.asked_at):
        return [ForgettingConfirmed(turn=turn), _said(turn, GOODBYE, newest)]
    typed = [one.event.text for one in covered if one.event.kind in {"text", "button"}]
    if any(map(asks, typed)):
        return [ForgettingAsked(turn=turn), _said(turn, QUESTION, newest)]
    return []


def _said(turn: UUID, text: str, in_reply_to: str | None) -> ReplyReady:
    return ReplyReady(turn=turn, kind="answer", text=text, in_reply_to=in_reply_to)
