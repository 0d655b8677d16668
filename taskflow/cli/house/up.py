"""`taskflow up`, as a person types it."""

from taskflow.up.misspelt import hints
from taskflow.up.screen import Screen
from taskflow.up.settings import ENV_FILE, UpSettings
from taskflow.up.supervisor import House


def up() -> None:
    """Start everything on this machine; Ctrl-C stops all of it."""
    with Screen() as screen:
        for hint in hints(ENV_FILE):
            screen.say(hint, "yellow")
        House(UpSettings.read(), screen).run()
