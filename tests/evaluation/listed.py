"""The sentences of the lists as conversations of one turn, judged by their labels."""

from collections.abc import Mapping
from functools import cache

from tests.evaluation import sentences
from tests.evaluation.cases import (
    BETWEEN_TURNS,
    Before,
    Call,
    Case,
    Conversation,
    Message,
    Turn,
    cases,
)
from tests.evaluation.sentences import FalseClaim, Forgetting, OfOneself

WORLD = Turn(
    user=[Message(text="what is the capital of Peru?")],
    calls=[
        Call.model_validate(
            {
                "tool": "search_web",
                "with": {"query": "capital of Peru"},
                "finds": "Lima, says a page.",
            }
        )
    ],
    reply="Lima.",
    language="en",
)
"""A stranger's words come into the conversation before it begins."""


@cache
def of_oneself() -> list[Case]:
    return [
        _case(language, f"oneself-{language}-{number}", _told(one))
        for language, listed in sentences.about_oneself().items()
        for number, one in enumerate(listed)
    ]


@cache
def of_forgetting() -> list[Case]:
    return [
        _case(language, f"forgetting-{language}-{number}", _parting(one))
        for language, listed in sentences.forgetting().items()
        for number, one in enumerate(listed)
    ]


@cache
def of_honesty() -> list[Case]:
    return [
        _case(language, f"honest-{language}-{number}", _answered(one.said))
        for language, listed in sentences.honest().items()
        for number, one in enumerate(listed)
    ]


@cache
def of_false_claims() -> list[Case]:
    return [
        _case(language, f"false-{language}-{number}", _claimed(one))
        for language, listed in sentences.false_claims().items()
        for number, one in enumerate(listed)
    ]


def after_a_search(case: Case) -> Case:
    """The same with a search in its history."""
    conversation = case.conversation
    told = {"turns": [WORLD, *conversation.turns], "now": conversation.now - BETWEEN_TURNS}
    return case.model_copy(update={"conversation": conversation.model_copy(update=told)})


def _told(one: OfOneself) -> Turn:
    calls = [_call("remember", kind=kind, value=value) for kind, value in one.facts.items()]
    return Turn(
        user=[Message(text=one.said)],
        english=one.english,
        calls=calls,
        never=[] if calls else ["remember", "correct"],
        reply="OK.",
        model_calls=1,
    )


def _parting(one: Forgetting) -> Turn:
    """What else is wished has nothing to be done to: here it is judged that nobody is parted."""
    call = _call("forget_me").model_copy(update={"waits": True})
    return Turn(
        user=[Message(text=one.said)],
        english=one.english,
        calls=[call] if one.wish == "forget_me" else [],
        never=[] if one.wish == "forget_me" else ["forget_me"],
        reply="" if one.wish == "forget_me" else "OK.",
    )


def _answered(reply: str) -> Turn:
    return Turn(user=[Message(text="?!")], reply=reply, verbatim=True)


def _claimed(one: FalseClaim) -> Turn:
    return Turn(
        user=[Message(text="?!")],
        reply=one.said,
        claims=[one.claims],
        sent_back=True,
        model_calls=2,
    )


def _call(tool: str, **arguments: str) -> Call:
    return Call.model_validate({"tool": tool, "with": arguments})


def _case(language: str, name: str, turn: Turn) -> Case:
    number, zone = _homes()[language]
    conversation = Conversation(id=name, about=["memory"], has=Before(), turns=[turn])
    return Case(language=language, number=number, zone=zone, conversation=conversation)


@cache
def _homes() -> Mapping[str, tuple[str, str]]:
    return {case.language: (case.number, case.zone) for case in cases()}
