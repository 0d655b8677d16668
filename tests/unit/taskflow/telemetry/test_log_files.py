"""Lines out of log files: all of them, once, in order of time, whatever became of the files."""

from pathlib import Path
from typing import Any

import orjson
import pytest

from taskflow.telemetry.log_files import LogFiles


def line(second: int, said: str, **facts: Any) -> bytes:
    return orjson.dumps({"timestamp": f"2026-03-01T10:00:{second:02}Z", "event": said, **facts})


def write(file: Path, *lines: bytes) -> None:
    with file.open("ab") as opened:
        opened.writelines(one + b"\n" for one in lines)


def everything(_facts: dict[str, Any]) -> bool:
    return True


@pytest.fixture
def files(tmp_path: Path) -> LogFiles:
    return LogFiles(tmp_path)


def said(files: LogFiles) -> list[str]:
    return [one.facts["event"] for one in files.new(everything)]


def test_lines_of_all_services_and_of_rotated_files_come_in_order_of_time(files: LogFiles) -> None:
    write(files.folder / "agent.jsonl", line(5, "e"))
    write(files.folder / "agent.jsonl.1", line(3, "c"))
    write(files.folder / "agent.jsonl.5", line(1, "a"))
    write(files.folder / "tools.jsonl", line(2, "b"), line(4, "d"))
    write(files.folder / "notes.txt", line(0, "not a log"))
    assert said(files) == ["a", "b", "c", "d", "e"]
    assert len(files.files) == 4


def test_a_zone_does_not_change_the_order(files: LogFiles) -> None:
    east = orjson.dumps({"timestamp": "2026-03-01T11:00:01+01:00", "event": "first"})
    write(files.folder / "agent.jsonl", line(2, "second"), east)
    assert said(files) == ["first", "second"]


def test_each_line_is_read_once_however_often_its_file_rotates(files: LogFiles) -> None:
    now = files.folder / "agent.jsonl"
    write(now, line(1, "a"), line(2, "b"))
    assert said(files) == ["a", "b"]
    assert said(files) == []
    write(now, line(3, "c"))
    now.replace(files.folder / "agent.jsonl.1")
    write(now, line(4, "d"))
    assert said(files) == ["c", "d"]
    (files.folder / "agent.jsonl.1").replace(files.folder / "agent.jsonl.2")
    now.replace(files.folder / "agent.jsonl.1")
    assert said(files) == []
    files.again()
    assert said(files) == ["a", "b", "c", "d"]
    assert files.read == 4


def test_a_line_that_is_being_written_waits_for_its_end(files: LogFiles) -> None:
    file = files.folder / "agent.jsonl"
    whole = line(2, "b")
    file.write_bytes(line(1, "a") + b"\n" + whole[:10])
    assert said(files) == ["a"]
    write(file, whole[10:])
    assert said(files) == ["b"]


def test_what_is_no_line_of_ours_is_passed_over(files: LogFiles) -> None:
    write(
        files.folder / "agent.jsonl",
        b'{"timestamp": "2026-03-01T10:0',
        b"\x00\x00\x00\xff",
        b"",
        b"[1, 2]",
        b"7",
        b'{"event": "no time"}',
        b'{"event": "no time", "timestamp": "soon"}',
        b'{"event": "no time", "timestamp": 7}',
        b'{"event": "no zone", "timestamp": "2026-03-01T10:00:00"}',
        line(1, "a"),
        line(0, "zoned"),
    )
    assert said(files) == ["zoned", "a"]


def test_only_what_is_wanted_is_kept_and_all_is_counted(files: LogFiles) -> None:
    write(files.folder / "agent.jsonl", *(line(n, f"e{n}", n=n) for n in range(10)))
    found = files.new(lambda facts: facts["n"] % 4 == 0)
    assert [one.facts["n"] for one in found] == [0, 4, 8]
    assert found[0].raw == line(0, "e0", n=0)
    assert files.read == 10


def test_a_file_that_was_cut_is_read_from_its_beginning(files: LogFiles) -> None:
    file = files.folder / "agent.jsonl"
    write(file, line(1, "a"), line(2, "b"))
    assert said(files) == ["a", "b"]
    file.write_bytes(line(3, "c") + b"\n")
    assert said(files) == ["c"]
