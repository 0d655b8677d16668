"""`taskflow up`, as a person types it."""

from taskflow.up.screen import Screen
from taskflow.up.settings import UpSettings
from taskflow.up.supervisor import House


def up() -> None:
    """Start everything on this machine; Ctrl-C stops all of it."""
    with Screen() as screen:
        House(UpSettings.read(), screen).run()
