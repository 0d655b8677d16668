"""What lies in an archive's folder, told by the file beside it."""

from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from taskflow.errors import Retryable
from taskflow.log.archive.parquet import file_digest

MANIFEST = "manifest.json"
EVENTS = "events.parquet"


class ArchiveUnreadable(Retryable):
    """Events that are needed lie in an archive that is not there, or not as it was written."""

    code = "archive_unreadable"


class LogPlace(BaseModel):
    """Where a row stands in commit order."""

    model_config = ConfigDict(frozen=True)

    transaction_id: int
    position: int

    @property
    def key(self) -> tuple[int, int]:
        return (self.transaction_id, self.position)


class Manifest(BaseModel):
    model_config = ConfigDict(frozen=True)

    format: int = 1
    name: str
    """Of the partition, and of this folder."""
    release: str
    migration: str
    """The last migration of the database that it was written from."""
    from_position: int | None
    """The partition's bounds: from this one, up to and without the next."""
    to_position: int
    events: int
    streams: int
    before_the_chain: int
    """Events that are older than the hash chain."""
    first: LogPlace
    last: LogPlace
    recorded_from: str
    recorded_to: str
    row_groups: list[LogPlace]
    """The last row of each."""
    heads: str
    """One hash over the last hash of each stream in this archive, as `verify-log` makes it."""
    content_sha256: str
    """Of the rows, whatever file holds them."""
    file: str = EVENTS
    bytes: int
    sha256: str
    """Of the file."""

    def save(self, folder: Path) -> None:
        (folder / MANIFEST).write_text(self.model_dump_json(indent=2) + "\n")


def load(root: Path | None, name: str) -> Manifest:
    """Raises ArchiveUnreadable, which names the folder and the mend."""
    if root is None:
        raise ArchiveUnreadable(f"events of archive {name} are needed: set TASKFLOW_ARCHIVE")
    try:
        return Manifest.model_validate_json((root / name / MANIFEST).read_bytes())
    except FileNotFoundError:
        raise ArchiveUnreadable(
            f"{root / name / MANIFEST} is not there: bring archive {name} back, "
            "or set TASKFLOW_ARCHIVE to the folder that holds it"
        ) from None
    except (OSError, ValidationError) as error:
        raise ArchiveUnreadable(
            f"{root / name / MANIFEST} cannot be read ({type(error).__name__}): "
            f"bring back a good copy of archive {name}"
        ) from error


def checked(root: Path | None, name: str, sha256: str) -> tuple[Path, Manifest]:
    """The file and what it holds, after its bytes were read once. Raises ArchiveUnreadable."""
    manifest = load(root, name)
    assert root is not None, "load refuses it"
    path = root / name / manifest.file
    try:
        found = file_digest(path)
    except OSError as error:
        raise ArchiveUnreadable(
            f"{path} cannot be read ({type(error).__name__}): bring back a copy of archive {name}"
        ) from error
    if found != sha256:
        raise ArchiveUnreadable(
            f"{path} is not the file that was archived (sha256 {found[:12]}…, "
            f"not {sha256[:12]}…): bring back a good copy of it"
        )
    return path, manifest
