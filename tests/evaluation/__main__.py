"""`make evaluate`: 1 where a scripted run does not reach what it has to."""

import argparse
import asyncio
import os
import sys
from base64 import b64encode
from pathlib import Path

from rich.console import Console

from services.agent.asking.gemini import Gemini
from services.agent.settings import AgentSettings
from tests.evaluation.cases import cases
from tests.evaluation.real import Repeated, repeated
from tests.evaluation.report import show, write
from tests.evaluation.running import Run
from tests.evaluation.suites import SUITES, results

KEYS = ("GEMINI_API_KEY", "GOOGLE_API_KEY")
PAGE = Path("evaluation.html")
NOWHERE = {
    "database_url": "postgresql://nobody@127.0.0.1:9/none",
    "nats_url": "nats://127.0.0.1:9",
    "taskflow_master_key": b64encode(bytes(32)).decode(),
}
"""The agent's settings want these, and nothing here has a use for them."""


def main() -> int:
    asked = _asked()
    console = Console(width=None if sys.stdout.isatty() else 200)
    scripted = [] if asked.only_real else asyncio.run(results(SUITES))
    real = None
    if any(os.environ.get(name) for name in KEYS):
        real = asyncio.run(_real(asked.model, asked.times, asked.only, console))
    else:
        console.print(f"No real model: neither {' nor '.join(KEYS)} is set.")
    holds = show(scripted, real, console)
    write(scripted, real, asked.page)
    console.print(f"In full: {asked.page}")
    return 0 if holds else 1


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make evaluate", description=__doc__)
    parser.add_argument("--model", help="of Gemini; the agent's own, if it is left out")
    parser.add_argument("--times", type=int, default=3, help="how often each case is tried")
    parser.add_argument("--only", default="", help="the beginning of the cases' ids")
    parser.add_argument("--only-real", action="store_true", help="without the scripted models")
    parser.add_argument("--page", type=Path, default=PAGE, help="where the report is written")
    return parser.parse_args()


async def _real(model: str | None, times: int, only: str, console: Console) -> Repeated:
    chosen = {"gemini_model": model} if model else {}
    gemini = Gemini(AgentSettings.load(**NOWHERE, **chosen))
    those = [case for case in cases() if case.conversation.id.startswith(only)]

    def told(run: Run) -> None:
        console.print(f"{'ok' if run.passed else 'NOT'}  {run.case.conversation.id}", markup=False)

    try:
        return await repeated(those, gemini, times, told)
    finally:
        await gemini.close()


if __name__ == "__main__":
    sys.exit(main())
