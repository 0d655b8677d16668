"""What `taskflow chat` prints: directions stay apart, and nothing acts on the terminal."""

import pytest

from taskflow.cli.people import chat


def test_isolates_stay_and_whatever_acts_is_written_out(capsys: pytest.CaptureFixture[str]) -> None:
    hostile = "\x1b[2J\x07\u202eabc\u200b"
    text = f"\u2067\u05e9\u05dc\u05d5\u05dd\u2069 and\n\u2068x\u2069 {hostile}"
    chat._show([{"text": text, "picture": None}, {"text": "", "picture": "http://t/media/1"}])
    shown = capsys.readouterr().out
    assert shown.startswith("\u2067\u05e9\u05dc\u05d5\u05dd\u2069 and\n\u2068x\u2069 ")
    assert r"\x1b[2J\x07\u202eabc\u200b" in shown
    assert shown.endswith("\n\nhttp://t/media/1\n")
