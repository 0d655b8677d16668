"""`make measure`: how well this reads what nobody here wrote. 1 where a figure is not reached."""

import sys

from rich.console import Console

from tests.measure.measures import measured, show

if __name__ == "__main__":
    wide = None if sys.stdout.isatty() else 140
    sys.exit(0 if show(measured(), Console(width=wide)) else 1)
