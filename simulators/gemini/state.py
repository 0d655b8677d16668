"""What the Gemini simulator remembers: scripted answers and a log of what it was asked."""

from collections import deque
from collections.abc import Collection
from dataclasses import asdict, dataclass, field
from typing import Literal, Self
from weakref import WeakKeyDictionary

from pydantic import BaseModel, ConfigDict, Field, JsonValue, model_validator

from simulators.context import SimContext
from simulators.phone.store import Phone

# A long test run, not a history.
_SHOWN_LIMIT = 20
_LOG_LIMIT = 5_000
# How far back in a chat the message of a running turn may lie.
_RECENT = 20


class ScriptedCall(BaseModel):
    model_config = ConfigDict(extra="forbid")

    name: str
    args: dict[str, JsonValue] = Field(default_factory=dict)


class ScriptedAnswer(BaseModel):
    """The exact next answer: text and/or calls, a raw response, an error, or a bare finish."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    text: str | None = None
    calls: list[ScriptedCall] = Field(default_factory=list[ScriptedCall])
    response: dict[str, JsonValue] | None = None
    status: int | None = Field(default=None, ge=400, le=599)
    body: dict[str, JsonValue] | str | None = None
    """The whole body of an error; a string goes out as HTML."""
    retry_delay_s: float | None = Field(default=None, ge=0)
    finish_reason: str | None = None
    delay_ms: int = Field(default=0, ge=0)

    @model_validator(mode="after")
    def _says_one_thing(self) -> Self:
        spoken = self.text is not None or bool(self.calls) or self.finish_reason is not None
        if spoken + (self.response is not None) + (self.status is not None) != 1:
            raise ValueError(
                "give one of: text, calls and finish_reason (together if you like), response, "
                "status"
            )
        if self.status is None and (self.body is not None or self.retry_delay_s is not None):
            raise ValueError("body and retry_delay_s belong to a status")
        return self


@dataclass
class Script:
    """Answers that wait for the requests of one user, or for those that hold a substring."""

    user: str | None
    match: str | None
    answers: deque[ScriptedAnswer]

    def fits(self, last_user_text: str, speakers: Collection[str]) -> bool:
        if self.user is not None:
            return self.user in speakers
        return bool(self.match) and self.match in last_user_text


Answered = Literal["text", "calls", "empty", "raw", "error", "refused"]


@dataclass(frozen=True)
class ModelCall:
    """One request that reached the model's endpoint."""

    at: str
    model: str
    user: str | None
    """Whose latest message stands in the request; the wire itself carries no user."""
    last_user_text: str
    step: int
    """0 for a turn's first question, n after n rounds of tool results."""
    status: int
    answer: Answered
    calls: list[str]
    scripted: bool
    response_id: str | None = None

    @property
    def paid(self) -> bool:
        return self.status == 200


@dataclass
class GeminiState:
    scripts: list[Script] = field(default_factory=list[Script])
    log: deque[ModelCall] = field(default_factory=lambda: deque[ModelCall](maxlen=_LOG_LIMIT))
    shown: deque[str] = field(default_factory=lambda: deque[str](maxlen=_SHOWN_LIMIT))
    """The newest requests as JSON: what the model was shown."""
    served: int = 0

    def take(self, last_user_text: str, phone: Phone) -> ScriptedAnswer | None:
        """The oldest answer queued for this request; it is spent."""
        speaking = speakers(last_user_text, phone)
        for script in self.scripts:
            if script.answers and script.fits(last_user_text, speaking):
                answer = script.answers.popleft()
                self.scripts = [waiting for waiting in self.scripts if waiting.answers]
                return answer
        return None

    def report(self, user: str | None) -> dict[str, object]:
        """The oracle for "was the model paid twice"."""
        asked = [call for call in self.log if user is None or call.user == user]
        return {
            "count": len(asked),
            "paid": sum(call.paid for call in asked),
            "requests": [asdict(call) for call in asked],
        }

    def reset(self) -> None:
        self.scripts.clear()
        self.log.clear()
        self.shown.clear()


def speakers(last_user_text: str, phone: Phone) -> list[str]:
    """Whose message the request most likely carries; several if they wrote the same.

    A whole line beats a part of one, a user's latest message beats an earlier one (which a
    request still carries when its user wrote again during the turn), the longer the better.
    """
    lines = f"\n{last_user_text}\n"
    best: tuple[bool, bool, int] = (False, False, 0)
    found: list[str] = []
    for user in phone.users():
        latest = phone.last_body(user)
        said = [m.body for m in phone.chat(user)[-_RECENT:] if m.direction == "inbound" and m.body]
        scores = [
            (f"\n{body}\n" in lines, body == latest, len(body))
            for body in said
            if body in last_user_text
        ]
        if not scores or (score := max(scores)) < best:
            continue
        found = [*found, user] if score == best else [user]
        best = score
    return found


_STATES: WeakKeyDictionary[Phone, GeminiState] = WeakKeyDictionary()


def state_of(context: SimContext) -> GeminiState:
    """The router and the side door of a context share it; `context.reset()` empties it."""
    state = _STATES.get(context.phone)
    if state is None:
        state = _STATES[context.phone] = GeminiState()
        context.resets.append(state.reset)
    return state
