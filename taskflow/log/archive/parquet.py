"""Events as Parquet: one row group is read at a time, so memory does not grow with the file."""

import hashlib
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any, cast
from uuid import UUID

from taskflow.log.hash_chain import StoredRow, canonical

ROWS_A_GROUP = 10_000
"""A stream's row groups are read whole: some 10 MB and 30 ms each; the index names each one."""
COLUMNS = (
    "position",
    "transaction_id",
    "event_id",
    "stream",
    "version",
    "type",
    "schema_version",
    "user_id",
    "payload",
    "cause",
    "correlation",
    "trace",
    "recorded_at",
    "hash",
)
_IDS = ("event_id", "user_id", "cause", "correlation")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


@cache
def _arrow() -> tuple[Any, Any, Any]:
    """Pyarrow takes a third of a second and 60 MB: only whoever reads an archive pays for it."""
    import pyarrow as pa  # noqa: PLC0415
    import pyarrow.parquet as pq  # noqa: PLC0415

    id_ = pa.binary(16)
    types: dict[str, Any] = {
        "position": pa.int64(),
        "transaction_id": pa.int64(),
        "event_id": id_,
        "stream": pa.string(),
        "version": pa.int32(),
        "type": pa.string(),
        "schema_version": pa.int32(),
        "user_id": id_,
        "payload": pa.string(),
        "cause": id_,
        "correlation": id_,
        "trace": pa.string(),
        "recorded_at": pa.timestamp("us", tz="UTC"),
        "hash": pa.binary(32),
    }
    return pa, pq, pa.schema([(name, types[name]) for name in COLUMNS])


class Writer:
    """One file; each call of `write` makes one row group."""

    def __init__(self, path: Path) -> None:
        self._pa, pq, self._schema = _arrow()
        # Ids, hashes and sealed payloads are random: a dictionary of them only costs.
        self._writer = pq.ParquetWriter(
            path,
            self._schema,
            compression="zstd",
            use_dictionary=["stream", "type", "user_id", "trace"],
            write_statistics=["position", "transaction_id", "recorded_at"],
        )

    def write(self, rows: Sequence[StoredRow]) -> None:
        columns: dict[str, list[Any]] = {name: [row[name] for row in rows] for name in COLUMNS}
        for name in _IDS:
            columns[name] = [value and value.bytes for value in columns[name]]
        columns["recorded_at"] = [(at - _EPOCH) // _MICROSECOND for at in columns["recorded_at"]]
        self._writer.write_table(self._pa.table(columns, schema=self._schema))

    def close(self) -> None:
        self._writer.close()


def groups(path: Path) -> int:
    return cast("int", _arrow()[1].ParquetFile(path).num_row_groups)


def read_group(path: Path, group: int) -> list[dict[str, Any]]:
    """Rows as the database gives them, `hash` included."""
    pa, pq, _ = _arrow()
    with pq.ParquetFile(path) as file:
        table = file.read_row_group(group, use_threads=False)
    columns: dict[str, list[Any]] = {
        name: (
            table.column(name).cast(pa.int64()) if name == "recorded_at" else table.column(name)
        ).to_pylist()
        for name in COLUMNS
    }
    for name in _IDS:
        columns[name] = [value and UUID(bytes=value) for value in columns[name]]
    columns["recorded_at"] = [_EPOCH + at * _MICROSECOND for at in columns["recorded_at"]]
    return [
        dict(zip(COLUMNS, values, strict=True)) for values in zip(*columns.values(), strict=True)
    ]


def read(path: Path) -> Iterator[list[dict[str, Any]]]:
    for group in range(groups(path)):
        yield read_group(path, group)


class RowDigest:
    """A digest of rows in their order, whatever holds them: database and file must agree."""

    def __init__(self) -> None:
        self._sha, self.rows = hashlib.sha256(), 0

    def add(self, rows: Sequence[StoredRow]) -> None:
        self.rows += len(rows)
        for row in rows:
            head = row["hash"] or b""
            place = f"{row['position']}\n{row['transaction_id']}\n{len(head)}\n"
            self._sha.update(place.encode() + head + canonical(row))

    def digest(self) -> str:
        return self._sha.hexdigest()


def file_digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
