"""Which buttons stand under a reply: those of a question, else undo, else what the model suggests.

Pure. A payload names an event of the log: the question's, or the reply's own. Which id an event of
an append will have is known before it is appended (contracts/slots.py).
"""

import unicodedata
from collections.abc import Collection, Sequence
from uuid import UUID

from contracts import buttons, slots
from contracts.conversation import Button, ForgettingAsked, ModelAnswered, ReplyReady
from contracts.event import Event
from contracts.profile import ProfileForgotten, ProfileLearned
from services.agent import decider
from services.agent.judging import addresses, hygiene, receipts
from services.agent.judging.addresses import Known
from services.agent.judging.answer_parts import REPLY, taken_apart
from services.agent.judging.answers import Circumstances
from services.agent.judging.receipts import Receipt
from services.agent.state import Conversation
from taskflow.words.languages import LANGUAGES
from taskflow.words.message import Message
from taskflow.words.typed import OF_CONSENT, TYPED

SINCE = 4
"""The first rules by which replies have buttons (contracts/conversation.py)."""
_YES, _NO = Message("Yes", "button"), Message("No", "button")
_UNDO = Message("Undo", "button")


def under(
    events: Sequence[Event],
    state: Conversation,
    told: Sequence[Receipt],
    suggestions: Sequence[str] = (),
) -> list[Event]:
    """The same events; the reply that ends the turn among them has its buttons.

    `told` are receipts that may stand in it; `suggestions` are good ones.
    """
    if state.rules < SINCE or state.turn is None:
        return list(events)
    slot = decider.current_slot(state)
    of_conversation = [one for one in events if not _is_of_profile(one)]
    ids = {id(one): slots.event_id(slot, n) for n, one in enumerate(of_conversation)}
    forgetting = next((ids[id(one)] for one in events if isinstance(one, ForgettingAsked)), None)
    return [
        one.model_copy(update={"buttons": given})
        if isinstance(one, ReplyReady)
        and one.turn == state.turn
        and (
            given := _of_question(forgetting or _shown(one, state), state.language)
            or _of_undo(one, ids[id(one)], told, state.language)
            or _of_words(one, suggestions)
        )
        else one
        for one in events
    ]


def beside(
    events: Sequence[Event],
    answer: ModelAnswered,
    state: Conversation,
    given: Circumstances,
    owed: Sequence[Receipt],
) -> list[Event]:
    """As `under`, of what follows from the model's answer, which may suggest some."""
    slot = decider.current_slot(state)
    told = [*owed, *receipts.beside(events, slot, given.offered, given.language)]
    words = taken_apart(answer.content).words
    tools = [*given.offered, REPLY]
    good = suggested(words.suggestions, tools, given.instructions, given.language) if words else []
    return under(events, state, told, good)


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


def _of_undo(reply: ReplyReady, own: UUID, told: Sequence[Receipt], language: str) -> list[Button]:
    facts = set(reply.receipts)
    if not any(one.can_be_undone and facts & set(one.facts) for one in told):
        return []
    return [_button(buttons.payload("undo", own), _UNDO.said(language))]


def _of_words(reply: ReplyReady, suggestions: Sequence[str]) -> list[Button]:
    words = suggestions if reply.kind == "answer" else ()
    return [_button(buttons.suggestion(n), one) for n, one in enumerate(words, start=1)]


def suggested(
    suggestions: Sequence[str], tools: Collection[str], instructions: str, language: str
) -> list[str]:
    """Those of the model's that may stand on a button."""
    ours = {one.said(language).casefold() for one in (_YES, _NO, _UNDO)}
    good = {
        one.casefold(): one
        for one in suggestions
        if one.casefold() not in ours and _is_harmless(one, tools, instructions)
    }
    return list(good.values())[: buttons.MOST]


def _is_harmless(text: str, tools: Collection[str], instructions: str) -> bool:
    """It fits, is seen whole, is no word that code obeys, and names no address."""
    return (
        0 < len(text.encode("utf-16-le", "surrogatepass")) // 2 <= buttons.LONGEST_LABEL
        and not any(unicodedata.category(one)[0] in "CZ" and one != " " for one in text)
        and not hygiene.leaks(text, tools, instructions)
        and not any(typed.is_said(text, LANGUAGES) for typed in (*TYPED, *OF_CONSENT))
        and receipts.unmarked(text) == text
        and addresses.checked(text, Known()) == text
    )


def _button(payload: str, label: str) -> Button:
    return Button(payload=payload, label=label)


def _is_of_profile(event: Event) -> bool:
    """It stands in a stream of its own, behind the others."""
    return isinstance(event, ProfileLearned | ProfileForgotten)
