"""A token bucket that all replicas share: one row in PostgreSQL, by its clock.

Whoever asks while a statement is under way is asked for by the next one: a busy process takes many
tokens at once, an idle one has no wait.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import asyncpg

from taskflow.limits.rates import Rate
from taskflow.postgres.database import UNAVAILABLE, DatabaseUnavailable

BORROWED = timedelta(seconds=10)
"""How far ahead of the rate the urgent are promised a token; behind that they come back."""

# The function is in 0025_token_buckets.sql.
_TAKE = """
select at, urgent_at, urgent_given, patient_at, patient_given, back_at
  from take_tokens($1, $2, $3, $4, $5, $6)
"""


@dataclass(frozen=True, slots=True)
class Token:
    """Taken; it is good after so many seconds."""

    after: float


@dataclass(frozen=True, slots=True)
class ComeBack:
    """None was taken; ask again after so many seconds."""

    after: float


Turn = Token | ComeBack
_Asking = list["asyncio.Future[Turn]"]


@dataclass(slots=True)
class Bucket:
    pool: asyncpg.Pool
    key: str
    rate: Rate
    _urgent: _Asking = field(default_factory=list["asyncio.Future[Turn]"], init=False)
    _patient: _Asking = field(default_factory=list["asyncio.Future[Turn]"], init=False)
    _taking: asyncio.Task[None] | None = field(default=None, init=False)

    async def take(self, *, urgent: bool) -> Turn:
        """The urgent go before the patient, whichever process asks; those get one in ten at least.

        Raises DatabaseUnavailable: nothing may go then.
        """
        asked: asyncio.Future[Turn] = asyncio.get_running_loop().create_future()
        (self._urgent if urgent else self._patient).append(asked)
        if self._taking is None:
            self._taking = asyncio.create_task(self._take(), name="taking tokens")
        return await asked

    async def _take(self) -> None:
        try:
            while self._urgent or self._patient:
                urgent, self._urgent = _still_there(self._urgent), []
                patient, self._patient = _still_there(self._patient), []
                try:
                    turns = await self._turns(len(urgent), len(patient))
                except UNAVAILABLE as error:
                    unavailable = DatabaseUnavailable(
                        f"no token of {self.key}: {type(error).__name__}"
                    )
                    _fail([*urgent, *patient], unavailable)
                except Exception as error:  # noqa: BLE001 - whoever asked is told, and asks again
                    _fail([*urgent, *patient], error)
                else:
                    _answer([*urgent, *patient], turns)
        finally:
            self._taking = None

    async def _turns(self, urgent: int, patient: int) -> list[Turn]:
        """Of the urgent, then of the patient."""
        if not urgent + patient:
            return []
        rate = self.rate
        asked = (self.key, rate.every, rate.burst, BORROWED, urgent, patient)
        row: Any = await self.pool.fetchrow(_TAKE, *asked)
        ours, theirs, at = row["urgent_given"], row["patient_given"], row["at"]
        away = urgent - ours + patient - theirs
        back = list(map(ComeBack, self._apart(row["back_at"], away, at)))
        return [
            *map(Token, self._apart(row["urgent_at"], ours, at)),
            *back[: urgent - ours],
            *map(Token, self._apart(row["patient_at"], theirs, at)),
            *back[urgent - ours :],
        ]

    def _apart(self, first: datetime, number: int, at: datetime) -> list[float]:
        """Seconds until each."""
        each = ((first - at + n * self.rate.every).total_seconds() for n in range(number))
        return [max(seconds, 0.0) for seconds in each]


def _still_there(asking: _Asking) -> _Asking:
    return [future for future in asking if not future.done()]


def _answer(asking: _Asking, turns: Sequence[Turn]) -> None:
    for future, turn in zip(asking, turns, strict=True):
        if not future.done():
            future.set_result(turn)


def _fail(asking: _Asking, error: Exception) -> None:
    for future in asking:
        if not future.done():
            future.set_exception(error)
