import json

from simulators.faults import Fault
from simulators.twilio.errors import TwilioError


def test_a_refusal_has_twilios_four_fields() -> None:
    response = TwilioError(21211, "whatsapp:1").response()

    assert response.status_code == 400
    assert json.loads(response.body) == {
        "code": 21211,
        "message": "Invalid 'To' Phone Number: whatsapp:1",
        "more_info": "https://www.twilio.com/docs/errors/21211",
        "status": 400,
    }


def test_a_fault_becomes_the_refusal_of_its_status() -> None:
    slow_down = TwilioError.of(Fault("twilio", status=429, retry_after=3)).response()

    assert json.loads(slow_down.body)["code"] == 20429
    assert slow_down.headers["Retry-After"] == "3"
    assert TwilioError.of(Fault("twilio", status=503)).code == 20503
    assert TwilioError.of(Fault("twilio", status=502)).code == 20502


def test_a_fault_may_name_its_own_code() -> None:
    error = TwilioError.of(Fault("twilio", status=429, code=63038))

    assert (error.status, error.code) == (429, 63038)
