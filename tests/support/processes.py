"""Whether a process that we may not wait for has ended."""

import psutil


def has_ended(pid: int) -> bool:
    """Also while its new parent has not yet taken note."""
    try:
        return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True
