"""What a yes to "is it 15:42 where you are?" tells: the zone that was asked about. Pure.

Any other answer is the model's to read: it notes a zone as it notes every fact.
"""

from collections.abc import Collection, Sequence
from uuid import UUID

from contracts.conversation import MessageReceived
from contracts.profile import ProfileLearned
from contracts.recorded import Recorded
from services.agent.judging import facts
from services.agent.memory.profile.words import MOST_CHARACTERS

CONFIRMED = "zone-confirmed"
"""The one rule by which code itself learns something of a user."""


def learned_of(
    asked: str | None,
    covered: Sequence[Recorded[MessageReceived]],
    shown_at: int | None,
    languages: Sequence[str],
    proposed: Collection[UUID] = (),
) -> ProfileLearned | None:
    """`asked` is the zone that our last words asked about, if any; `covered` are opened."""
    if asked is None or not facts.confirms(covered, shown_at, languages, proposed):
        return None
    newest = covered[-1]
    said = newest.event.text[:MOST_CHARACTERS]
    return ProfileLearned(
        kind="zone", value=asked, said=said, source=newest.event_id, rule=CONFIRMED
    )
