"""How quiet hours are asked for and told."""

from taskflow.tooling import Argument, Value, Wording

SET_ARGUMENTS = (
    Argument(name="begin", evidence="time", shown="from {value}"),
    Argument(name="end", evidence="time", shown="until {value}"),
    Argument(name="off", shown="off: {value}"),
)
SET = Wording(
    parts=[
        [
            "Quiet hours from {begins} until {ends}",
            "No quiet hours any more",
        ],
        ["{city}", ""],
    ],
    values=[
        Value(name="begins", path="begins"),
        Value(name="ends", path="ends"),
        Value(name="city", path="city"),
    ],
)
