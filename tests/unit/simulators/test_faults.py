import pytest
from starlette.requests import Request

from simulators.faults import Fault, Faults, cut


def test_a_fault_strikes_as_often_as_asked() -> None:
    faults = Faults()
    faults.add(Fault("twilio", status=500, count=2))

    taken = [faults.take("twilio") for _ in range(3)]

    assert [fault and fault.status for fault in taken] == [500, 500, None]


def test_faults_come_in_the_order_they_were_added() -> None:
    faults = Faults()
    faults.add(Fault("gemini", status=429))
    faults.add(Fault("gemini", status=503))

    assert [faults.take("gemini").status, faults.take("gemini").status] == [429, 503]


def test_one_vendors_fault_spares_the_others() -> None:
    faults = Faults()
    faults.add(Fault("serpapi", status=500))

    assert faults.take("twilio") is None
    assert faults.waiting() == [Fault("serpapi", status=500)]


def test_clearing_forgets_what_was_asked_for() -> None:
    faults = Faults()
    faults.add(Fault("twilio", status=500))
    faults.clear()

    assert faults.take("twilio") is None


async def test_a_server_that_cannot_cut_says_so() -> None:
    with pytest.raises(RuntimeError, match="cannot cut"):
        await cut(Request({"type": "http"}))
