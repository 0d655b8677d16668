"""What the buttons under a reminder say: free-form and in its template, the same."""

from collections.abc import Mapping

from contracts.buttons import Answer
from taskflow.words.message import Message

ANSWERS: Mapping[Answer, Message] = {
    "done": Message("Done", "button"),
    "hour": Message("Snooze 1 h", "button"),
    "tomorrow": Message("Tomorrow", "button"),
}
