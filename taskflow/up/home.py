"""TASKFLOW_HOME: one owner at a time, its keys, and how others find what runs from it."""

import base64
import json
import os
import secrets
import shutil
from collections.abc import Generator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from pydantic import SecretStr, TypeAdapter, ValidationError

from taskflow.embedded.lock import DirectoryLock
from taskflow.embedded.privileges import PRIVATE
from taskflow.errors import Configuration
from taskflow.process.settings import KEY_BYTES, MasterKey

RUN_ENV = "run.env"
"""Read by the operator's commands while this home runs."""


@dataclass(frozen=True, slots=True)
class SimulatedAccounts:
    """What the simulators ask for; made up once, so that a second run is the same customer."""

    twilio_account_sid: str
    twilio_auth_token: str
    gemini_api_key: str
    serpapi_api_key: str


class Home:
    def __init__(self, path: Path) -> None:
        self.path = path.absolute()

    @contextmanager
    def opened(self) -> Generator[None]:
        """Raises Configuration when another `up` has it, or it cannot be used."""
        with ExitStack() as stack:
            try:
                self.path.mkdir(mode=PRIVATE, parents=True, exist_ok=True)
                # Also one that an earlier release, or a person, left open.
                self.path.chmod(PRIVATE)
                taken = f"TaskFlow runs already from {self.path}"
                stack.enter_context(DirectoryLock(self.path / "lock", taken))
                self._forget_run()
                for folder in (self.logs, self.ready):
                    folder.mkdir(mode=PRIVATE, exist_ok=True)
            except OSError as error:
                raise Configuration(f"TASKFLOW_HOME cannot be used: {error}") from None
            stack.callback(self._forget_run)
            yield

    @property
    def shown(self) -> Path:
        """Short, for people."""
        here = Path.cwd()
        return self.path.relative_to(here) if self.path.is_relative_to(here) else self.path

    @property
    def logs(self) -> Path:
        return self.path / "logs"

    @property
    def ready(self) -> Path:
        """Each service touches a file here when it is ready."""
        return self.path / "ready"

    def master_key(self) -> str:
        """Raises Configuration when the file holds something else: a new key would lose the old."""
        file = self.path / "master.key"
        if not file.exists():
            write_private(file, base64.b64encode(secrets.token_bytes(KEY_BYTES)).decode())
        key = file.read_text(encoding="utf-8", errors="replace").strip()
        try:
            TypeAdapter[SecretStr](MasterKey).validate_python(key)
        except ValidationError:
            raise Configuration(
                f"{file} is damaged: bring it back from a backup, nothing sealed opens without it"
            ) from None
        return key

    def simulated_accounts(self) -> SimulatedAccounts:
        file = self.path / "simulated.json"
        with suppress(FileNotFoundError, ValueError, TypeError):
            return SimulatedAccounts(**json.loads(file.read_text(encoding="utf-8")))
        accounts = SimulatedAccounts(
            twilio_account_sid="AC" + secrets.token_hex(16),
            twilio_auth_token=secrets.token_hex(16),
            gemini_api_key=secrets.token_hex(16),
            serpapi_api_key=secrets.token_hex(32),
        )
        write_private(file, json.dumps(asdict(accounts)))
        return accounts

    def remember_run(self, env: Mapping[str, str]) -> None:
        """For `taskflow show` and its like in another terminal."""
        lines = [f"{name}='{_quoted(value)}'\n" for name, value in sorted(env.items())]
        write_private(self.path / RUN_ENV, "".join(lines))

    def _forget_run(self) -> None:
        (self.path / RUN_ENV).unlink(missing_ok=True)
        shutil.rmtree(self.ready, ignore_errors=True)


def write_private(file: Path, text: str) -> None:
    """Whole or not at all, and for its owner only."""
    unfinished = file.with_name(f"{file.name}.unfinished")
    unfinished.unlink(missing_ok=True)
    descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as out:
        out.write(text)
        out.flush()
        os.fsync(out.fileno())
    unfinished.replace(file)


def _quoted(value: str) -> str:
    return value.replace("\\", "\\\\").replace("'", "\\'")
