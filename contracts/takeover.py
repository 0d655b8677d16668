"""An operator speaks instead of the bot: from when, what they say, and until when."""

from typing import ClassVar, Literal
from uuid import UUID

from pydantic import Field

from contracts.event import Event, event

LONGEST_NAME = 80
"""Characters of an operator's name."""


@event
class ConversationTakenOver(Event):
    """A person of the team has the word; the bot says nothing until it is handed back.

    It takes the slot of the turn's next move, so the turn is over with it.
    """

    type: ClassVar = "conversation.taken_over"

    by: str = Field(min_length=1, max_length=LONGEST_NAME)
    turn: UUID | None = None
    """The one that it ends; None: none was open."""


@event
class OperatorSaid(Event):
    """A line of theirs; the `reply.ready` beside it has the words.

    It settles every message that its writer had seen: none of them is answered by the bot.
    """

    type: ClassVar = "operator.said"

    takeover: UUID
    seen: int = Field(ge=0)
    """The version of the conversation up to which its writer saw it."""


@event
class ConversationHandedBack(Event):
    """The bot has the word again, and answers what no line settled."""

    type: ClassVar = "conversation.handed_back"

    takeover: UUID
    why: Literal["operator", "idle"]
    """`idle`: they said nothing for so long that nobody need wait for them any more."""
