from taskflow.embedded.ports import free_port


def test_no_port_is_given_twice() -> None:
    """Whoever asks for several gets them before any of them is taken."""
    given = [free_port() for _ in range(1000)]
    assert len(set(given)) == len(given)
