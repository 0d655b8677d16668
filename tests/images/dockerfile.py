"""deploy/Dockerfile, read: its stages, and what each target is told when it runs."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).parents[2]
DOCKERFILE = ROOT / "deploy" / "Dockerfile"
IGNORE = ROOT / ".dockerignore"
TARGETS = ("gateway", "agent", "tools", "scheduler", "browser", "simulators", "migrate")


@dataclass(frozen=True, slots=True)
class Instruction:
    name: str
    text: str

    @property
    def words(self) -> list[str]:
        """Without flags; an array as it is written."""
        if self.text.startswith("["):
            return json.loads(self.text)
        return [word for word in self.text.split() if not word.startswith("--")]

    def flag(self, name: str) -> str | None:
        found = re.search(rf"--{name}=(\S+)", self.text)
        return found[1] if found else None


@dataclass(slots=True)
class Stage:
    name: str
    base: str
    """Another stage, or an image."""
    instructions: list[Instruction] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Dockerfile:
    arguments: Mapping[str, str]
    """Before the first FROM."""
    stages: Mapping[str, Stage]

    def chain(self, name: str) -> list[Stage]:
        """A stage after those that it is made from."""
        stage = self.stages[name]
        return [*(self.chain(stage.base) if stage.base in self.stages else []), stage]

    def image(self, name: str) -> str:
        """What a stage is made from in the end, its argument filled in."""
        base = self.chain(name)[0].base
        return re.sub(r"\$\{?(\w+)\}?", lambda found: self.arguments[found[1]], base)

    def all(self, name: str, instruction: str) -> list[Instruction]:
        stages = self.chain(name)
        return [one for stage in stages for one in stage.instructions if one.name == instruction]

    def last(self, name: str, instruction: str) -> Instruction | None:
        """Docker's rule for all that is told once."""
        return next(reversed(self.all(name, instruction)), None)

    def environment(self, name: str) -> dict[str, str]:
        pairs = (re.findall(r'(\w+)=("[^"]*"|\S+)', one.text) for one in self.all(name, "ENV"))
        return {key: value.strip('"') for each in pairs for key, value in each}

    def command(self, name: str) -> list[str]:
        """ENTRYPOINT and CMD; a CMD that an ENTRYPOINT below it does not know of is not one."""
        entry, command = self.last(name, "ENTRYPOINT"), self.last(name, "CMD")
        return [*(entry.words if entry else []), *(command.words if command else [])]

    def ports(self, name: str) -> set[int]:
        return {int(word) for one in self.all(name, "EXPOSE") for word in one.words}

    def health(self, name: str) -> list[str] | None:
        """None where there is none, or NONE."""
        told = self.last(name, "HEALTHCHECK")
        _, found, command = told.text.partition("CMD ") if told else ("", "", "")
        return json.loads(command) if found else None


def read(text: str | None = None) -> Dockerfile:
    arguments: dict[str, str] = {}
    stages: dict[str, Stage] = {}
    stage: Stage | None = None
    for one in _instructions(text or DOCKERFILE.read_text(encoding="utf-8")):
        if one.name == "FROM":
            base, name = one.words[0], one.words[-1]
            stage = stages[name] = Stage(name, base)
        elif stage is not None:
            stage.instructions.append(one)
        elif one.name == "ARG":
            name, _, value = one.text.partition("=")
            arguments[name] = value
    return Dockerfile(arguments, stages)


def _instructions(text: str) -> Iterator[Instruction]:
    lines = (line for line in text.splitlines() if not line.lstrip().startswith("#"))
    whole = re.sub(r"\\\s*\n", " ", "\n".join(lines))
    for line in filter(None, map(str.strip, whole.splitlines())):
        name, _, rest = line.partition(" ")
        yield Instruction(name.upper(), re.sub(r"\s+", " ", rest).strip())
