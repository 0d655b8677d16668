"""Python runs this at the start of every child of the suite: see `own_ports`."""

try:
    from tests.support import own_ports
except ImportError:  # of another tree, as an older release is
    pass
else:
    own_ports.install_in_a_child()
