"""What `taskflow chat` sends, as typed, bounded models; whatever does not fit is refused."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from taskflow.privacy.terminal_pass import LONGEST, NAME

Name = Annotated[str, StringConstraints(pattern=NAME)]


class _Asked(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    name: Name


class SayForm(_Asked):
    """A line that was typed; the same reference again is the same message."""

    ref: Annotated[str, StringConstraints(pattern=r"^TM[0-9a-f]{32}$")]
    text: str = Field(min_length=1, max_length=LONGEST)


class LookForm(_Asked):
    conversation: Annotated[str, StringConstraints(max_length=60)] | None = None
    after: int = Field(default=0, ge=0, lt=2**31)
