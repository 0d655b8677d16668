"""The tests' entrance: script the next answers, read what the model was asked."""

from collections import deque
from typing import Self

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field, model_validator

from simulators.context import SimContext
from simulators.gemini.state import Script, ScriptedAnswer, state_of


class ScriptOrder(BaseModel):
    model_config = ConfigDict(extra="forbid")

    user: str | None = None
    """E.164; the next requests that carry this user's message get the answers."""
    match: str | None = Field(default=None, min_length=1)
    """Instead of a user: requests whose last user text holds this."""
    answers: list[ScriptedAnswer] = Field(min_length=1)

    @model_validator(mode="after")
    def _names_one_addressee(self) -> Self:
        if (self.user is None) == (self.match is None):
            raise ValueError("give either user or match")
        return self


def build_side_door(context: SimContext) -> APIRouter:
    """Mount without prefix; its paths begin with /_sim/gemini."""
    state = state_of(context)
    router = APIRouter(prefix="/_sim/gemini")

    @router.post("/script")
    async def script(order: ScriptOrder) -> dict[str, object]:
        user = order.user.removeprefix("whatsapp:") if order.user else None
        state.scripts.append(Script(user, order.match, deque(order.answers)))
        return {"waiting": sum(len(waiting.answers) for waiting in state.scripts)}

    @router.get("/requests")
    async def requests(user: str | None = None) -> dict[str, object]:
        return state.report(user)

    @router.get("/shown")
    async def shown() -> list[str]:
        return list(state.shown)

    _ = (script, requests, shown)
    return router
