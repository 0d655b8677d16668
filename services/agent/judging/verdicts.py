"""What is known before a model's calls are judged, and what may come of each. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from contracts import slots
from contracts.conversation import ModelAnswered, Usage, WishJudged
from services.agent.judging.addresses import KnownAddresses
from services.agent.judging.evidence.own_words import OwnWords
from services.agent.judging.evidence.wishes import Wish
from services.agent.judging.private import PrivateFact

Why = Literal["untrusted", "ungrounded", "always", "many", "zone"]


@dataclass(frozen=True, slots=True)
class Asked:
    """A call as the model made it."""

    tool: str
    arguments: Any
    """Without `said`."""
    said: Any = None
    """The words of the user's that ask for it, as the model names them."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """What the witness said of a call."""

    asks: bool | None
    """Whether the user's words ask for it; None: no answer came."""
    model: str | None = None
    prompt_version: str | None = None
    usage: Usage = field(default_factory=Usage)
    took_ms: int = 0


@dataclass(frozen=True, slots=True)
class Standing:
    """What is known before an answer is judged."""

    typed: OwnWords = field(default_factory=OwnWords)
    """What the user typed, as far as a change may rest on it."""
    judged: Mapping[str, Judgement] = field(default_factory=dict[str, Judgement])
    """By fingerprint, what the witness said."""
    sent_back: frozenset[str] = frozenset()
    """Tools of which a call was refused in this turn already."""
    confirmed: frozenset[str] = frozenset()
    """Fingerprints that the user said yes to, and that were not used yet."""
    written: Sequence[str] = ()
    """Fingerprints of this turn's calls that change something, in order."""
    proposed: frozenset[str] = frozenset()
    """Fingerprints of this turn's proposals."""
    now: Sequence[str] = ()
    """This turn's messages alone."""
    outside: bool = False
    """Whether strangers' text came in with a result or an alert, or with a summary of them."""
    known: KnownAddresses = field(default_factory=KnownAddresses)
    """Addresses that stand in the conversation."""
    private: Sequence[PrivateFact] = ()
    """What the user told of themselves, and no search is told unasked."""
    searches: int = 0
    """Calls of this turn that asked somebody outside."""
    loose: frozenset[str] = frozenset()
    """Fingerprints of this answer's calls whose value code does not find in the user's words."""
    zone_guess: str | None = None
    """The user's zone, where it is a guess among several that they were not asked about yet."""

    @property
    def strangers(self) -> bool:
        """Whether strangers' text stands anywhere in what the model was shown."""
        return self.outside or self.typed.quotes


@dataclass(frozen=True, slots=True)
class Grounds:
    """What a change rests on."""

    fingerprint: str
    by: Literal["words", "witness", "yes"]
    wish: Wish | None = None
    """None: it was shown to them, and they said yes."""
    judgement: Judgement | None = None
    """The witness's; None where nobody need be asked, or nobody was yet."""

    @property
    def suffice(self) -> bool:
        return self.by != "witness" or (self.judgement is not None and self.judgement.asks is True)


@dataclass(frozen=True, slots=True)
class Allowed:
    grounds: Grounds | None = None
    """None: it changes nothing."""


@dataclass(frozen=True, slots=True)
class Confirm:
    """It is shown to the user, and done when they say yes."""

    why: Why
    fingerprint: str
    error: str
    zone: str | None = None
    """The guess of the user's zone that is shown beside it."""
    grounds: Grounds | None = None
    """What did not suffice."""


@dataclass(frozen=True, slots=True)
class RefusedCall:
    error: str


Verdict = Allowed | Confirm | RefusedCall


@dataclass(frozen=True, slots=True)
class WitnessWanted:
    """A call that the witness is to be asked about, with the words that it rests on."""

    fingerprint: str
    call: Asked
    wish: Wish


def recorded(
    grounds: Grounds | None, answer: ModelAnswered, tool: str, place: int, standing: Standing
) -> list[WishJudged]:
    """As it stands beside the call, which is the answer's at this place; a look-up has none."""
    if grounds is None:
        return []
    judgement = grounds.judgement or Judgement(asks=True)
    wish = grounds.wish
    return [
        WishJudged(
            turn=answer.turn,
            step=answer.step,
            call=slots.event_id(slots.step(answer.turn, answer.step), place),
            tool=tool,
            fingerprint=grounds.fingerprint,
            words=wish.texts if wish else list(standing.now),
            messages=wish.messages if wish else list(standing.typed.now),
            by=grounds.by,
            asks=judgement.asks,
            model=judgement.model,
            prompt_version=judgement.prompt_version,
            usage=judgement.usage,
            took_ms=judgement.took_ms,
        )
    ]
