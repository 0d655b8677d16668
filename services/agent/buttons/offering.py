"""Which buttons stand under a reply: those of a question, else undo, else what the model suggests.

Several things to choose from are a list in place of suggestions; a reply may have one beside a
question. A place that the model names goes with any of them (places.py). Pure. A payload names an
event of the log: the question's, or the reply's own. Which id an event of an append will have is
known before it is appended (contracts/slots.py).
"""

import unicodedata
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from contracts import buttons, slots
from contracts.conversation import (
    Button,
    Choice,
    Choices,
    ForgettingAsked,
    ModelAnswered,
    ReplyReady,
)
from contracts.event import Event
from contracts.places import Location
from contracts.profile import ProfileForgotten, ProfileLearned
from services.agent import decider
from services.agent.buttons import places
from services.agent.judging import addresses, hygiene, receipts
from services.agent.judging.addresses import KnownAddresses
from services.agent.judging.answer_parts import REPLY, Option, SpokenWords, taken_apart
from services.agent.judging.answers import Circumstances
from services.agent.judging.receipts import Receipt
from services.agent.state import Conversation
from taskflow.words.labels import length, shortened
from taskflow.words.languages import LANGUAGES
from taskflow.words.message import Message
from taskflow.words.typed import OF_CONSENT, TYPED

SINCE = 4
"""The first rules by which replies have buttons (contracts/conversation.py)."""
_YES, _NO = Message("Yes", "button"), Message("No", "button")
_UNDO = Message("Undo", "button")
_CHOOSE = Message("Choose", "button")


@dataclass(frozen=True, slots=True)
class ButtonOffer:
    """What the model would have stand under its reply, as far as it may."""

    suggestions: Sequence[str] = ()
    choices: Choices | None = None
    location: Location | None = None


NOTHING = ButtonOffer()


def under(
    events: Sequence[Event],
    state: Conversation,
    reply_receipts: Sequence[Receipt],
    offer: ButtonOffer = NOTHING,
) -> list[Event]:
    """The same events; the reply that ends the turn among them has its buttons, or its list.

    `reply_receipts` are receipts that may stand in it.
    """
    if state.rules < SINCE or state.turn is None:
        return list(events)
    slot = decider.current_slot(state)
    of_conversation = [event for event in events if not _is_of_profile(event)]
    ids = {id(event): slots.event_id(slot, n) for n, event in enumerate(of_conversation)}
    forgetting = next(
        (ids[id(event)] for event in events if isinstance(event, ForgettingAsked)), None
    )

    def offered(reply: ReplyReady) -> ReplyReady:
        given = (
            _of_question(forgetting or _shown(reply, state), state.language)
            or _of_undo(reply, ids[id(reply)], reply_receipts, state.language)
            or _of_words(reply, offer)
        )
        may = offer if reply.kind == "answer" else NOTHING
        shown = {"choices": may.choices, "location": may.location}
        return reply.model_copy(update={"buttons": given or reply.buttons, **shown})

    return [
        offered(event) if isinstance(event, ReplyReady) and event.turn == state.turn else event
        for event in events
    ]


def beside(
    events: Sequence[Event],
    answer: ModelAnswered,
    state: Conversation,
    given: Circumstances,
    owed: Sequence[Receipt],
) -> list[Event]:
    """As `under`, of what follows from the model's answer, which may offer something."""
    slot = decider.current_slot(state)
    reply_receipts = [*owed, *receipts.beside(events, slot, given.offered, given.language)]
    words = taken_apart(answer.content).words
    tools = [*given.offered, REPLY]
    if words is None:
        return under(events, state, reply_receipts)
    offer = offered_by(words, tools, given.instructions, given.language)
    location = places.named(words.place, given.results)
    return under(events, state, reply_receipts, replace(offer, location=location))


def _shown(reply: ReplyReady, state: Conversation) -> UUID | None:
    """One yes is for all that stands under a reply: its button names the first of them."""
    is_shown = bool(state.proposed) and reply.kind == "answer"
    return state.proposed[0].proposed if is_shown else None


def _of_question(question: UUID | None, language: str) -> list[Button]:
    if question is None:
        return []
    return [
        _button(buttons.payload("yes", question), _YES.said(language)),
        _button(buttons.payload("no", question), _NO.said(language)),
    ]


def _of_undo(
    reply: ReplyReady, own: UUID, reply_receipts: Sequence[Receipt], language: str
) -> list[Button]:
    facts = set(reply.receipts)
    if not any(receipt.can_be_undone and facts & set(receipt.facts) for receipt in reply_receipts):
        return []
    return [_button(buttons.payload("undo", own), _UNDO.said(language))]


def _of_words(reply: ReplyReady, offer: ButtonOffer) -> list[Button]:
    words = offer.suggestions if reply.kind == "answer" and not offer.choices else ()
    return [_button(buttons.suggestion(n), label) for n, label in enumerate(words, start=1)]


def offered_by(
    words: SpokenWords, tools: Collection[str], instructions: str, language: str
) -> ButtonOffer:
    """Of one thing there is nothing to choose."""
    items = choices(words.options, tools, instructions)
    if len(items) > 1:
        return ButtonOffer(choices=Choices(label=_CHOOSE.said(language), items=items))
    return ButtonOffer(suggested(words.suggestions, tools, instructions, language))


def suggested(
    suggestions: Sequence[str], tools: Collection[str], instructions: str, language: str
) -> list[str]:
    """Those of the model's that may stand on a button."""
    ours = {message.said(language).casefold() for message in (_YES, _NO, _UNDO)}
    good = {
        suggestion.casefold(): suggestion
        for suggestion in suggestions
        if suggestion.casefold() not in ours
        and _fits(suggestion, buttons.LONGEST_LABEL, tools, instructions)
    }
    return list(good.values())[: buttons.MOST]


def choices(options: Sequence[Option], tools: Collection[str], instructions: str) -> list[Choice]:
    """Those that may stand in a list. A title that is too long goes on in its description."""
    longest, most = buttons.LONGEST_TITLE, buttons.LONGEST_DESCRIPTION
    good: dict[str, Option] = {}
    for option in options:
        title, more = shortened(option.title, longest), option.description
        more = shortened(more or (option.title if title != option.title else ""), most)
        if _fits(title, longest, tools, instructions):
            is_fit = _fits(more, most, tools, instructions)
            good.setdefault(title.casefold(), Option(title, more if is_fit else ""))
    return [
        Choice(
            payload=buttons.suggestion(n),
            title=option.title,
            description=option.description or None,
        )
        for n, option in enumerate(list(good.values())[: buttons.MOST_CHOICES], start=1)
    ]


def _fits(text: str, most: int, tools: Collection[str], instructions: str) -> bool:
    """It is short and seen whole, is no word that code obeys, and names no address."""
    return (
        0 < length(text) <= most
        and not any(
            unicodedata.category(character)[0] in "CZ" and character != " " for character in text
        )
        and not hygiene.leaks(text, tools, instructions)
        and not any(typed.is_said(text, LANGUAGES) for typed in (*TYPED, *OF_CONSENT))
        and receipts.unmarked(text) == text
        and addresses.checked(text, KnownAddresses()) == text
    )


def _button(payload: str, label: str) -> Button:
    return Button(payload=payload, label=label)


def _is_of_profile(event: Event) -> bool:
    """It stands in a stream of its own, behind the others."""
    return isinstance(event, ProfileLearned | ProfileForgotten)
