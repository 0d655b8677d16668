"""How an append finds its slot, for the models of window, takeover and buttons."""


def put_in(log, slot, batch, is_stale=False):
    """The slot first (Exists), then the gates (Conflict): (log, was it appended)."""
    if is_stale or any(e[1] == slot for e in log):
        return log, False
    return log + tuple(
        (t, slot if n == 0 else (*slot, n), d) for n, (t, d) in enumerate(batch)
    ), True
