"""How what was noted and forgotten of a user is told, and asked for."""

from taskflow.tooling import Argument, Value, Wording

REMEMBER_ARGUMENTS = (
    Argument(name="kind"),
    Argument(name="value", shown="{value}"),
    Argument(name="about"),
)
CORRECT_ARGUMENTS = (
    Argument(name="which", evidence="choice", shown="{value}"),
    Argument(name="value", shown="{value}"),
)
FORGET_ARGUMENTS = (Argument(name="which", evidence="choice", shown="{value}"),)
_FACTS = [Value(name="facts", path="told")]
"""In the user's language already: a kind is a word of the catalogue, a value is as it is named."""
NOTED = Wording(parts=[["Noted: {facts}"]], values=_FACTS)
FORGOTTEN = Wording(parts=[["Forgotten: {facts}"]], values=_FACTS)
