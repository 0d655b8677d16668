"""`taskflow verify-log`: whether every row of the log is still what was appended."""

import json as jsonlib
import re
from dataclasses import asdict

from rich.progress import MofNCompleteColumn

from taskflow.cli.operator import owner
from taskflow.cli.output import echo, echo_document, echo_json
from taskflow.cli.progress import progress
from taskflow.errors import Configuration
from taskflow.log.archive.verifying import Verifier
from taskflow.log.hash_chain import ChainFinding, Head

_HEAD = re.compile(r"(\d{1,18})-(\d{1,18})-([0-9a-f]{64})")
_KNOWN = """
select exists (select from events where stream = $1)
    or exists (select from archived_streams where stream = $1)
"""


def head(text: str) -> Head:
    """As an earlier run printed it."""
    if found := _HEAD.fullmatch(text.strip()):
        return Head(int(found[1]), int(found[2]), found[3])
    raise Configuration(
        "--head wants what an earlier run printed, <transaction>-<position>-<64 hex digits>, "
        f"not {text!r}"
    )


async def verify_log(*, stream: str | None, since: str | None, json: bool) -> bool:
    """Prints each finding; whether there was none."""
    kept = head(since) if since else None
    if kept and stream:
        raise Configuration("--head speaks of the whole log: leave out --stream")
    async with owner(read_only=True) as (connection, settings):
        if stream and not await connection.fetchval(_KNOWN, stream):
            raise Configuration(f"there is no stream {stream!r} in the log or its archives")
        at = (kept.transaction_id, kept.position) if kept else None
        with progress(MofNCompleteColumn()) as shown:
            bar = shown.add_task("verifying", total=None)
            verifier = Verifier(
                connection,
                settings.archive_folder,
                stream=stream,
                at=at,
                progress=lambda count: shown.update(bar, advance=count),
            )
            if not stream:
                shown.update(bar, total=await verifier.estimate())
            async for finding in verifier.findings():
                (echo_document if json else echo)(_line(finding, json=json))
    same = kept is None or verifier.head_then() == kept
    _end(verifier, kept, same=same, whole=stream is None, json=json)
    return verifier.counts.findings == 0 and same


def _line(finding: ChainFinding, *, json: bool) -> str:
    if json:
        return jsonlib.dumps(asdict(finding) | {"event_id": _id(finding)})
    where = f"{finding.stream} version {finding.version}"
    if finding.position is not None:
        where += f", position {finding.position}, event {finding.event_id}"
    return f"{where}: {finding.says}"


def _id(finding: ChainFinding) -> str | None:
    return str(finding.event_id) if finding.event_id else None


def _end(verifier: Verifier, kept: Head | None, *, same: bool, whole: bool, json: bool) -> None:
    counts, now = verifier.counts, str(verifier.head())
    if json:
        end = asdict(counts) | ({"head": now} if whole else {})
        echo_json(end | ({"as_kept": same} if kept else {}))
        return
    archived = f", {counts.archived:,} of them archived" if counts.archived else ""
    streams = "1 stream" if counts.streams == 1 else f"{counts.streams:,} streams"
    echo(f"{counts.events:,} events in {streams}{archived}")
    if counts.before_the_chain:
        echo(f"{counts.before_the_chain:,} events before the chain: not covered by a hash")
    wrong = f"{counts.findings} places where the log is not what was appended"
    echo(wrong if counts.findings else "every hash follows from the one before it")
    if whole:
        echo(f"head {now}")
    if kept:
        says = "as they were when" if same else "NOT as they were when"
        echo(f"up to position {kept.position} the heads are {says} that head was kept")
