"""What a reader of the document must know first: how to consume, and what may change."""

from datetime import timedelta
from pathlib import Path

from taskflow.bus import bus, topology

_TEXT = Path(__file__).with_suffix(".md")


def text() -> str:
    return _TEXT.read_text(encoding="utf-8").format(
        ack_wait=topology.ACK_WAIT_SECONDS,
        delays=", ".join(f"{delay:.0f}" for delay in bus.DELAYS),
        duplicates=topology.DUPLICATE_WINDOW_SECONDS,
        stream=topology.STREAM,
        kept=timedelta(seconds=topology.KEPT_SECONDS) / timedelta(days=1),
    )
