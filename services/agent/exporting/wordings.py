"""How a file of somebody's data is asked for and told."""

from taskflow.tooling import Value, Wording

SENT = Wording(
    parts=[["All that I hold of you, as a file"], ["{lacks}", ""]],
    values=[Value(name="lacks", path="lacks")],
)
