"""How the changes of watches are asked for and told."""

from taskflow.tooling import Argument, Value, Wording

SET_ARGUMENTS = (
    Argument(name="url", evidence="address", shown="{value}"),
    Argument(name="below", evidence="number", shown="below {value}"),
    Argument(name="drop_percent", evidence="number", shown="down by {value}%"),
)
SET = Wording(
    parts=[["Watch {number}: {goal}", "Watch: {goal}"], ["until {until}", ""], ["{url}"]],
    values=[
        Value(name="number", path="number", kind="number"),
        Value(name="goal", path="goal"),
        Value(name="until", path="until"),
        Value(name="url", path="url", kind="url"),
    ],
)
STOP_ARGUMENTS = (Argument(name="which", evidence="choice", shown="{value}"),)
STOPPED = Wording(
    parts=[["Watch {number} stopped: {title}"]],
    values=[
        Value(name="number", path="stopped.number", kind="number"),
        Value(name="title", path="stopped.title"),
    ],
)
