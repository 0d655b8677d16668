"""What the request tells about the user, below the line with the time."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from pydantic import TypeAdapter, ValidationError

from simulators.gemini.answers import PlannedCall
from simulators.gemini.wire import GenerateRequest, JsonObject

_KIND = r"[a-z][a-z_]*(?: [a-z_]+)*+"
_FACT = rf"(?P<kind>{_KIND})(?:\s*\((?P<whom>[^)]*)\))?:\s+(?P<value>.+)"
_LISTED = re.compile(rf"- {_FACT}")
_ONE = re.compile(_FACT)
_NEXT = re.compile(rf";\s+(?={_KIND}(?:\s*\([^);]*\))?:\s)")
_CONFIRMED = re.compile(
    r"Confirmed by the user just now\b[^{]*: (?P<tool>[a-z]\w*) (?P<args>\{.*\})"
)
_WAITING = re.compile(r"Waiting for the user's zone\b[^{]*: (?P<tool>[a-z]\w*) (?P<args>\{.*\})")
_ARGUMENTS = TypeAdapter(JsonObject)
_SENTENCES = {
    "name": "your name is {}",
    "home": "you live in {}",
    "zone": "your time zone is {}",
    "language": "your language is {}",
    "home airport": "your home airport is {}",
    "currency": "your currency is {}",
    "preference": "you prefer {}",
    "quiet hours": "your quiet hours are {}",
}


@dataclass(frozen=True)
class SpokenFact:
    kind: str
    value: str
    whom: str | None = None
    """Whom or what a person or a place is to the user."""

    def sentence(self) -> str:
        if self.kind in _SENTENCES:
            return _SENTENCES[self.kind].format(self.value)
        return f"your {self.whom} is {self.value}" if self.whom else f"{self.kind}: {self.value}"


@dataclass(frozen=True)
class AboutThemselves:
    facts: tuple[SpokenFact, ...] = ()
    noted: tuple[SpokenFact, ...] = ()
    forgotten: tuple[SpokenFact, ...] = ()
    confirmed: tuple[PlannedCall, ...] = ()
    """Calls that the user has just said yes to."""
    waiting: tuple[PlannedCall, ...] = ()
    """Calls that waited for the zone that the user has just told."""

    def of(self, kind: str) -> str | None:
        """The newest value of that kind."""
        return next((fact.value for fact in reversed(self.facts) if fact.kind == kind), None)


def read_about(request: GenerateRequest) -> AboutThemselves:
    """Only what stands in the current turn's own block: people may write such lines as well."""
    spoken = request.contents[request.spoken_start()] if request.contents else None
    text = (spoken.parts[0].text or "") if spoken and spoken.parts else ""
    if not text.startswith("Now:"):
        return AboutThemselves()
    lines = text.splitlines()[1:]
    return AboutThemselves(
        facts=tuple(_fact(match) for line in lines if (match := _LISTED.fullmatch(line))),
        noted=tuple(_after("Noted just now:", lines)),
        forgotten=tuple(_after("Forgotten just now:", lines)),
        confirmed=tuple(_calls(_CONFIRMED, lines)),
        waiting=tuple(_calls(_WAITING, lines)),
    )


def _after(heading: str, lines: list[str]) -> Iterator[SpokenFact]:
    for line in lines:
        if line.startswith(heading):
            for sentence in _NEXT.split(line.removeprefix(heading).strip()):
                if match := _ONE.fullmatch(sentence.strip(" .;")):
                    yield _fact(match)


def _calls(pattern: re.Pattern[str], lines: list[str]) -> Iterator[PlannedCall]:
    for line in lines:
        if match := pattern.fullmatch(line):
            try:
                yield PlannedCall(match["tool"], _ARGUMENTS.validate_json(match["args"]))
            except ValidationError:
                continue


def _fact(match: re.Match[str]) -> SpokenFact:
    return SpokenFact(
        match["kind"].replace("_", " ").strip(), match["value"].strip(), match["whom"]
    )
