"""What a yes to "is it 15:42 where you are?" tells: the zone that was asked about. Pure.

Any other answer is the model's to read: it notes a zone as it notes every fact.
"""

from collections.abc import Sequence

from contracts.conversation import MessageReceived
from contracts.profile import ProfileLearned
from contracts.recorded import Recorded
from services.agent.judging import facts
from services.agent.memory.profile.words import MOST_CHARACTERS
from services.agent.state import Conversation

CONFIRMED = "zone-confirmed"
"""The one rule by which code itself learns something of a user."""


def learned_of(
    state: Conversation, covered: Sequence[Recorded[MessageReceived]]
) -> ProfileLearned | None:
    """None where our last words asked about no zone. `covered` are opened."""
    asked, proposed = state.asked_zone, [proposal.proposed for proposal in state.asked]
    if asked is None or not facts.confirms(covered, state.asked_at, state.languages, proposed):
        return None
    newest = covered[-1]
    said = newest.event.text[:MOST_CHARACTERS]
    return ProfileLearned(
        kind="zone", value=asked, said=said, source=newest.event_id, rule=CONFIRMED
    )
