"""The moment that is meant: the model reads what was said, and this knows the calendar. Pure.

Days are counted from the message, on the clocks of the zone that was named, or of the user's own.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from services.scheduler.meant import LAST_DAY, MeantRule, as_meant, week_starts
from services.scheduler.recurrence import check_rule, instant, next_local
from services.scheduler.when import days, repeats, time_of_day, zone_names
from services.scheduler.when.arguments import Unit, When
from services.scheduler.when.before import as_before
from services.scheduler.when.days import Chosen, Today
from services.scheduler.when.resolved import Resolved, on_the_wall
from services.scheduler.when.time_of_day import TimeOfDay
from services.scheduler.when.unclear import Malformed, UnclearTime
from taskflow import zones

_END_OF_DAY = "T235959"
_STEPS: Mapping[Unit, timedelta] = {"minute": timedelta(minutes=1), "hour": timedelta(hours=1)}
_WHEN = "Ask the user when."
_TIME = "Ask the user at what time."


def resolve(asked: When, home: str, written_at: datetime, now: datetime) -> Resolved:
    """`home` is the user's zone; they wrote at `written_at`, and it is done `now`.

    Raises UnclearTime, Malformed, UnusableRule: each says what to do.
    """
    zone = zone_names.named(asked.zone, written_at) if asked.zone else home
    if asked.at or asked.rrule:
        return as_before(asked, zone, written_at, now)
    there = written_at.astimezone(zones.of(zone)).replace(tzinfo=None)
    asking = _Resolver(asked, home, zone, written_at, now, there)
    unit = repeats.unit_of(asked)
    return asking.repeated(unit) if unit else asking.once()


@dataclass(frozen=True, slots=True)
class _Start:
    """From where on it happens."""

    local: datetime
    zone: str
    day: date | None = None
    """That was named: the rule's own day, which may lie after `local`."""
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Resolver:
    asked: When
    home: str
    zone: str
    written_at: datetime
    now: datetime
    there: datetime
    """The message's time on the zone's clocks."""

    def once(self) -> Resolved:
        start = self._start(None)
        if instant(start.local, start.zone) > self.written_at:
            return Resolved(start.local, start.zone, notes=[*start.notes, *_of_clocks(start)])
        raise UnclearTime(
            f"{days.in_words(start.local.date())}, {start.local:%H:%M} is past: it is "
            f"{self.there:%A %H:%M} in {self.zone} now. Ask the user which time ahead they mean."
        )

    def repeated(self, unit: Unit) -> Resolved:
        start = self._start(unit)
        day = start.day or start.local.date()
        parts = repeats.rule_of(self.asked, unit, day, day_said=start.day is not None)
        interval = {"INTERVAL": str(self.asked.every)} if self._is_spaced() else {}
        # Days, weeks, months and years are counted from the next one that fits.
        every = self._first(start, parts | (interval if unit in repeats.WITHIN_A_DAY else {}))
        parts |= interval | self._end(every)
        kept = self._kept(every, parts)
        notes = [*start.notes, *([LAST_DAY] if kept.on_last_days else [])]
        left_out = self._left_out(every)
        first = next_local(every.isoformat(), start.zone, kept.rule, self.now, left_out)
        if first is None:
            raise UnclearTime(f"It ends before it begins. {_WHEN}")
        clocks = _of_clocks(_Start(first, start.zone))
        return Resolved(first, start.zone, kept.rule, left_out, [*notes, *clocks])

    def _left_out(self, first: datetime) -> list[date]:
        said = self.asked.except_on or ()
        return sorted({days.coming(calendar_date, first.date()) for calendar_date in said})

    def _first(self, start: _Start, parts: dict[str, str]) -> datetime:
        """That lies ahead."""
        rule = self._kept(start.local, parts).rule
        local = start.local.isoformat()
        first = next_local(local, start.zone, rule, max(self.now, self._just_before(start)))
        assert first is not None, "checked: it happens, and has no end yet"
        return first

    def _just_before(self, start: _Start) -> datetime:
        return instant(start.local, start.zone) - timedelta(seconds=1)

    def _kept(self, first: datetime, parts: dict[str, str]) -> MeantRule:
        rule = ";".join(f"{name}={value}" for name, value in parts.items())
        kept = as_meant(first.isoformat(), rule, self.home)
        check_rule(first.isoformat(), kept.rule)
        return kept

    def _end(self, first: datetime) -> dict[str, str]:
        if self.asked.count:
            return {"COUNT": str(self.asked.count)}
        if self.asked.until is None:
            return {}
        last = days.coming(self.asked.until, first.date())
        if last < first.date():
            raise UnclearTime(
                f"The first one is on {days.in_words(first.date())}, after its end on "
                f"{days.in_words(last)}. Ask the user which days they mean."
            )
        return {"UNTIL": f"{last:%Y%m%d}{_END_OF_DAY}"}

    def _start(self, unit: Unit | None) -> _Start:
        chosen = days.chosen(self.asked, Today(self.there.date(), week_starts(self.home)))
        clock = time_of_day.of(self.asked)
        elapsed = timedelta(hours=self.asked.in_hours or 0, minutes=self.asked.in_minutes or 0)
        if elapsed:
            if clock or self.asked.day or self.asked.date:
                raise Malformed("Give a time of day, or hours and minutes from now, not both.")
            return self._after(chosen, elapsed)
        if clock:
            return self._at(chosen, clock, unit)
        if chosen and self._is_counted() and unit is None:
            return self._after(chosen, elapsed)
        if unit in repeats.WITHIN_A_DAY and chosen is None:
            return self._after(None, _STEPS[unit] * (self.asked.every or 1))
        raise UnclearTime(_TIME if chosen or unit else _WHEN)

    def _is_spaced(self) -> bool:
        return self.asked.every is not None and self.asked.every > 1

    def _is_counted(self) -> bool:
        return bool(self.asked.in_days or self.asked.in_weeks or self.asked.in_months)

    def _after(self, chosen: Chosen | None, elapsed: timedelta) -> _Start:
        """So long after the message; in days, at its time of day."""
        if chosen is None:
            moment = max(self.written_at + elapsed, self.now)
        else:
            local = datetime.combine(chosen.day, self.there.time().replace(second=0))
            moment = instant(local.replace(microsecond=0), self.zone) + elapsed
        notes = (chosen.note,) if chosen and chosen.note else ()
        return _Start(*on_the_wall(moment, self.zone), notes=notes)

    def _at(self, chosen: Chosen | None, clock: TimeOfDay, unit: Unit | None) -> _Start:
        if chosen is None:
            local = datetime.combine(self.there.date(), clock.time)
            if instant(local, self.zone) <= self.written_at:
                local += timedelta(days=1)
            return _Start(local, self.zone)
        if clock.ends_the_day and unit:
            raise Malformed("What repeats at midnight is at 00:00, of the day that begins.")
        day = self._day(chosen, clock, unit)
        local = datetime.combine(day, clock.time) + timedelta(days=clock.ends_the_day)
        notes = (chosen.note,) if chosen.note else ()
        if (unit, _parts(self.asked.date)) in {("month", 1), ("year", 2)} and not self._is_spaced():
            # A shorter month, or a year without the day, may come before that date.
            local = datetime.combine(self.there.date(), clock.time)
        return _Start(local, self.zone, day, notes)

    def _day(self, chosen: Chosen, clock: TimeOfDay, unit: Unit | None) -> date:
        if clock.after_midnight:
            if self.asked.day == "today":
                return chosen.day + timedelta(days=1)
            eve, next_day = chosen.day - timedelta(days=1), chosen.day + timedelta(days=1)
            raise UnclearTime(
                f"Ask the user which night they mean: from {eve:%A} to {chosen.day:%A}, or from "
                f"{chosen.day:%A} to {next_day:%A}."
            )
        if not chosen.or_today:
            return chosen.day
        today = self.there.date()
        if unit == "week":
            return today
        if instant(datetime.combine(today, clock.time), self.zone) <= self.written_at:
            return chosen.day
        raise UnclearTime(
            f"Today is {today:%A}. Ask the user whether they mean today or "
            f"{days.in_words(chosen.day)}."
        )


def _parts(said: str | None) -> int:
    return len(said.split("-")) if said else 0


def _of_clocks(start: _Start) -> list[str]:
    """What a clock change does to it."""
    due_at = instant(start.local, start.zone)
    shown = due_at.astimezone(zones.of(start.zone))
    if shown.replace(tzinfo=None) != start.local:
        return [f"The clocks skip {start.local:%H:%M} that day: it comes at {shown:%H:%M}."]
    if shown.replace(fold=1).utcoffset() != shown.utcoffset():
        return [f"The clocks show {start.local:%H:%M} twice that day: it comes the first time."]
    return []
