"""Cuts the power of PostgreSQL's and NATS's disks under load, and counts what was lost.

python -m tests.chaos.power_cut --cuts 200 [--seed 1] [--only postgres|nats] [--prove]
"""

import argparse
import json
import logging
import sys
from pathlib import Path

import structlog

from taskflow import clock
from tests.chaos import sandbox
from tests.chaos.cuts import Cuts, Progress
from tests.chaos.nats_cut import ANY, DELETED, NONE, NatsCuts, without_sync
from tests.chaos.postgres_cut import PostgresCuts, without_fsync
from tests.chaos.verdict import Verdict, table

KINDS = {"postgres": without_fsync, "nats": without_sync}
"""With the control of each."""
CONTROL_TRIES = 5


def main() -> None:
    asked = _arguments()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    for noisy in ("nats", "asyncio"):  # connections that a cut killed say so once more
        logging.getLogger(noisy).setLevel(logging.CRITICAL)
    try:
        sandbox.enter("tests.chaos.power_cut", sys.argv[1:])
        verdicts = [_run(kind, asked) for kind in KINDS if asked.only in {None, kind}]
    except sandbox.Impossible as reason:
        print(f"skipped: {reason}")
        return
    print(table(verdicts))
    for verdict in verdicts:
        for finding in verdict.findings:
            print(f"{verdict.name}, seed {verdict.seed}, {finding}")
    if asked.json:
        told = {verdict.name: verdict.as_json() for verdict in verdicts}
        asked.json.write_text(json.dumps(told, indent=2) + "\n", encoding="utf-8")
    if asked.prove:
        blind = [verdict.name for verdict in verdicts if not verdict.lost]
        sys.exit(f"the check is blind: it saw no loss in {', '.join(blind)}" if blind else 0)
    sys.exit(0 if all(verdict.good for verdict in verdicts) else 1)


def _run(kind: str, asked: argparse.Namespace) -> Verdict:
    began = clock.monotonic()

    def progress(verdict: Verdict) -> None:
        verdict.seconds = clock.monotonic() - began
        print(
            f"\r{kind}: {verdict.cuts}/{asked.cuts} cuts, {verdict.acknowledged} acknowledged, "
            f"{verdict.lost} lost, {verdict.wrong} wrong, {verdict.seconds:.0f} s",
            end="",
            file=sys.stderr,
            flush=True,
        )

    if asked.prove:
        verdict = _control(kind, asked, progress)
    else:
        with sandbox.work_folder(asked.folder) as folder:
            verdict = _cuts(kind, folder, asked, asked.seed).run(asked.cuts, progress)
    progress(verdict)
    print(file=sys.stderr)
    return verdict


def _control(kind: str, asked: argparse.Namespace, progress: Progress) -> Verdict:
    """Anew with another seed where the server was ruined: the check is to see single events go."""
    for seed in range(asked.seed, asked.seed + CONTROL_TRIES):
        with sandbox.work_folder(asked.folder) as folder, KINDS[kind]():
            verdict = _cuts(kind, folder, asked, seed).run(asked.cuts, progress, settled=True)
        if verdict.lost:
            break
    return verdict


def _cuts(kind: str, folder: Path, asked: argparse.Namespace, seed: int) -> Cuts:
    if kind == "postgres":
        return PostgresCuts(folder, seed)
    return NatsCuts(folder, seed, NONE if asked.prove else asked.damage)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make power-cut", description=__doc__)
    parser.add_argument("--cuts", type=int, default=20, help="of each server")
    parser.add_argument("--seed", type=int, default=1, help="moments, events and damage")
    parser.add_argument("--only", choices=list(KINDS))
    parser.add_argument(
        "--prove", action="store_true", help="the control: without fsync, losses must be found"
    )
    parser.add_argument(
        "--damage",
        choices=[NONE, DELETED, ANY],
        default=ANY,
        help="to the bus's store at one cut in ten; any: deleted, or bytes flipped",
    )
    parser.add_argument("--json", type=Path, help="write the figures there")
    parser.add_argument("--folder", type=Path, help="for the disks' images; default: in memory")
    return parser.parse_args()


if __name__ == "__main__":
    main()
