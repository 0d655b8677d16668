"""What the presses of a turn mean, as far as the conversation tells. Pure.

What a button says is for its reader: it stands for its payload, whatever its label is.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from contracts import buttons
from contracts.buttons import ANSWERS, OF_REMINDERS, Press
from contracts.conversation import MessageReceived
from contracts.recorded import Recorded
from services.agent import undo
from services.agent.state import Conversation

Covered = Sequence[Recorded[MessageReceived]]


@dataclass(frozen=True, slots=True)
class Pressed:
    """A button under a reminder, and the message that brought it."""

    press: Press
    message: Recorded[MessageReceived]


def presses(covered: Covered) -> list[Press] | None:
    """One for each message; None where one of them is no press."""
    found = [buttons.read(recorded.event.pressed) for recorded in covered]
    pressed = [press for press in found if press is not None]
    return pressed if pressed and len(pressed) == len(found) else None


def is_all(covered: Covered, *means: str) -> bool:
    found = presses(covered)
    return found is not None and all(press.means in means for press in found)


def open_questions(state: Conversation) -> set[UUID]:
    """By which a button may answer our last words."""
    forgetting = {state.forgetting} if state.asked_to_forget and state.forgetting else set[UUID]()
    return {proposal.proposed for proposal in state.asked} | forgetting


def says_no(state: Conversation, covered: Covered) -> bool:
    """Whether all of them answer, and one of them says no to what is asked."""
    found = presses(covered) or ()
    open_now = open_questions(state)
    return is_all(covered, *ANSWERS) and any(
        press.means == "no" and press.names in open_now for press in found
    )


def is_to_nothing(state: Conversation, covered: Covered) -> bool:
    """Whether all of them answer, and none of them what is asked."""
    open_now = open_questions(state)
    return is_all(covered, *ANSWERS) and not any(
        press.names in open_now for press in presses(covered) or ()
    )


def takes_back(state: Conversation, covered: Covered) -> bool:
    """Whether all of them take back what our newest reply with receipts told."""
    offer = state.undoable
    return (
        offer is not None
        and is_all(covered, "undo")
        and all(press.names == offer.reply for press in presses(covered) or ())
        and not undo.is_dead(state, covered)
    )


def of_reminders(covered: Covered) -> list[Pressed]:
    """The last word on each reminder, in the order of those words."""
    found: dict[object, Pressed] = {}
    for recorded in covered:
        press = buttons.read(recorded.event.pressed)
        if press is not None and press.means in OF_REMINDERS:
            about = press.names or recorded.event.quotes
            found.pop(about, None)
            found[about] = Pressed(press, recorded)
    return list(found.values())
