"""`taskflow rewrap-keys`: how many there were, and where the rotation stands."""

from taskflow.cli.operator import operator
from taskflow.cli.output import echo
from taskflow.cli.progress import progress
from taskflow.errors import Configuration
from taskflow.privacy.rewrapping import rewrap
from taskflow.privacy.sealing import UnopenableSeal


async def rewrap_keys() -> None:
    """Raises Configuration for users whom no key at hand opens."""
    seen = moved = 0
    async with operator() as me:
        try:
            with progress() as shown:
                bar = shown.add_task("rewrapping", total=None)
                async for changed in rewrap(me.pool, me.master):
                    seen, moved = seen + 1, moved + changed
                    shown.update(bar, description=f"rewrapping: {seen} users")
        except UnopenableSeal as error:
            raise Configuration(
                f"after {seen} users, one is opened neither by TASKFLOW_MASTER_KEY nor by "
                "TASKFLOW_MASTER_KEY_SECONDARY: set the key that they were wrapped with as the "
                "second, and run this again"
            ) from error
    echo(f"{moved} of {seen} users rewrapped; all {seen} are TASKFLOW_MASTER_KEY's now")
