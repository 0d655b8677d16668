"""What the agent needs to know."""

from datetime import timedelta
from typing import Literal

from pydantic import AliasChoices, Field, SecretStr

from taskflow.process.settings import RuntimeSettings

Answers = Literal["call", "validated", "text"]
"""Always by a call; by calls that fit their schemas, or by text; as the model likes."""


class AgentSettings(RuntimeSettings):
    gemini_api_key: SecretStr = Field(
        validation_alias=AliasChoices("GEMINI_API_KEY", "GOOGLE_API_KEY"),
        examples=["(from aistudio.google.com)"],
    )
    gemini_api_url: str | None = Field(default=None, examples=["http://127.0.0.1:8100/gemini"])
    """None means Google."""
    gemini_model: str = "gemini-3.8-flash"
    gemini_small_model: str = "gemini-3.5-flash-lite"
    """For small questions; the cheapest there is."""
    truth_look: bool = True
    """Whether a second model reads a reply for changes that nobody made (ADR 54)."""
    model_timeout: timedelta = timedelta(seconds=30)
    """For one call to the model."""
    model_answers: Answers = "call"
    """How the model answers (ADR 54)."""
    agent_quiet_seconds: float = 1.0
    """How long a user must be silent before their burst is answered."""
    agent_workers: int = 1_000
    """Turns open at once in one process: nearly all of them wait for the model."""
