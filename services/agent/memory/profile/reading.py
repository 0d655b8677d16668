"""What a message says about its writer. Pure, and never by a model: `read(text)`."""

# ruff: noqa: E501, SIM905 - a pattern is read in one line, a list of words as words

import re

from services.agent.memory.profile.clauses import Clause, clauses
from services.agent.memory.profile.own_words import own_words
from services.agent.memory.profile.phrases import english, french, german, portuguese, spanish
from services.agent.memory.profile.phrases.correcting import corrects
from services.agent.memory.profile.phrases.forgetting import forgets
from services.agent.memory.profile.phrases.polish import bare, is_request
from services.agent.memory.profile.phrases.rules import Rule, first
from services.agent.memory.profile.statements import Learn, Statement
from services.agent.memory.profile.values.values import value_of
from services.agent.memory.profile.words import MARK, MOST_CHARACTERS, tidy

MOST_STATEMENTS = 20
"""Of one message."""

_RULES: list[Rule] = [
    *english.RULES, *german.RULES, *spanish.RULES, *portuguese.RULES, *french.RULES,
]  # fmt: skip
_REMEMBER = re.compile(
    r"(?:don't forget|do not forget|never forget|remember|keep in mind|bear in mind|note|make a note|take note|save"
    r"|know|merk(?:e)? dir|vergiss nicht|recuerda|ten en cuenta|lembra-te|lembre-se|lembra|não esqueças|não esqueça"
    r"|souviens-toi|retiens|n'oublie pas|n'oubliez pas)(?: please| bitte)?"
    r"(?:\s*[:,]|(?:,)? that| this:?| dass| de que| que| qu')*\s+(?P<v>.+)",
    re.IGNORECASE | re.DOTALL,
)
_OF_ONESELF = re.compile(
    r"(?:i|i'm|i am|i've|i'd|my|we|we're|our|ich|mein|meine|yo|mi|mis|eu|o meu|a minha|meu|minha|je|j'|mon|ma|mes)\b",
    re.IGNORECASE,
)
_IMPERATIVES = frozenset(
    """
    call-me address-me answer-in set-language in-language prices-in quote-in use-currency
    set-currency set-airport use-airport set-home set-name set-zone use-zone
    """.split()
)
"""What a question may ask for: "can you call me Ada?"."""


def read(text: str) -> list[Statement]:
    """In the order in which they were said. Empty for most messages."""
    found: list[Statement] = []
    for clause in clauses(own_words(text)):
        statement = _statement(clause)
        if statement is not None:
            found.append(statement)
    return found[:MOST_STATEMENTS]


def _statement(clause: Clause) -> Statement | None:
    words = bare(clause.text)
    if not words or (clause.asks and not is_request(clause.text)):
        return None
    if remember := _REMEMBER.fullmatch(words):
        return _remembered(remember["v"])
    if forgotten := forgets(words, learned):
        return forgotten
    learn = learned(words)
    if learn is not None:
        return learn if not clause.asks or learn.rule in _IMPERATIVES else None
    return None if clause.asks else corrects(clause.text)


def learned(words: str) -> Learn | None:
    return None if words == MARK else first(_RULES, words)


def _remembered(said: str) -> Learn | None:
    """Asked to remember, we do, also what no rule knows: in the writer's own words."""
    words = bare(said)
    if learn := learned(words):
        return learn
    if not _OF_ONESELF.match(words):
        return None
    value = value_of("preference", tidy(words))
    if value is None:
        return None
    return Learn("preference", value.text, words[:MOST_CHARACTERS], "remember")
