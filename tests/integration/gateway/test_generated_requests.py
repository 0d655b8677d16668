"""Signed requests that schemathesis makes of the gateway's own schema: right and wrong ones."""

import asyncio
import os
from collections import Counter

import pytest
import requests
import schemathesis
from fastapi import FastAPI
from hypothesis import HealthCheck, given, settings
from schemathesis import Case, GenerationMode
from yarl import URL

from services.gateway.channels.intake import Intake
from services.gateway.channels.links import CallbackLinks
from services.gateway.webhooks import Webhooks
from taskflow.process.service import Runtime
from tests.contract.simulators.twilio.world import ACCOUNT
from tests.integration.gateway.conftest import House
from tests.integration.gateway.test_fuzzing import signature
from tests.support.eventually import eventually

pytestmark = pytest.mark.integration
SAMPLE, WHOLE = 60, 2_500
"""Of each mode of each webhook."""
CASES = WHOLE if "FUZZ" in os.environ else SAMPLE
OPERATIONS = ("/webhook", "/webhook/status")


def schema_of(house: House, runtime: Runtime) -> schemathesis.BaseSchema:
    """As the app declares it, which shows it to nobody."""
    callbacks = CallbackLinks(house.settings.master_keys, house.url)
    intake = Intake(runtime.log, runtime.vault, runtime.folds)
    app = FastAPI()
    app.include_router(Webhooks(house.settings, intake, None, callbacks).router())  # type: ignore[arg-type]
    return schemathesis.openapi.from_dict(app.openapi())


async def post(house: House, case: Case, sid: str, callback: str) -> int:
    """Signed as Twilio would, a status at the address that we gave out for the message `sid`."""
    is_status = case.path.endswith("status")
    url = callback if is_status else house.url + case.path
    if case.meta.generation.mode is GenerationMode.POSITIVE and isinstance(case.body, dict):
        case.body |= {"AccountSid": ACCOUNT, **({"MessageSid": sid} if is_status else {})}
    prepared = requests.Request(**case.as_transport_kwargs(base_url=house.url)).prepare()
    body = prepared.body or b""
    sent = body.encode() if isinstance(body, str) else body
    headers = {**prepared.headers, "X-Twilio-Signature": signature(url, sent)}
    async with house.http.post(URL(url, encoded=True), data=sent, headers=headers) as answer:
        text = await answer.text()
        assert answer.status < 500, (case.path, sent[:300], text)
        assert len(text) < 400
        return answer.status


@pytest.mark.parametrize("mode", list(GenerationMode), ids=lambda mode: mode.value)
@pytest.mark.parametrize("path", OPERATIONS)
@pytest.mark.timeout(900)
async def test_whatever_the_schema_says_or_forbids_is_answered(
    house: House, runtime: Runtime, path: str, mode: GenerationMode
) -> None:
    loop, seen = asyncio.get_running_loop(), Counter[int]()
    reply = (await house.say("ticks")).event_id
    (sent,) = await eventually(lambda: house.events("reply.sent"))
    sid = sent.event.message_ref
    callbacks = CallbackLinks(house.settings.master_keys, house.url)
    callback = callbacks.url(await house.user(), reply, 0, 1)
    cases = schema_of(house, runtime)[path]["POST"].as_strategy(generation_mode=mode)
    checks = list(HealthCheck)

    @settings(max_examples=CASES, deadline=None, suppress_health_check=checks, database=None)
    @given(cases)
    def answered(case: Case) -> None:
        sending = asyncio.run_coroutine_threadsafe(post(house, case, sid, callback), loop)
        seen[sending.result(30)] += 1

    await asyncio.to_thread(answered)

    assert sum(seen.values()) >= CASES / 2
    right = mode is GenerationMode.POSITIVE
    assert seen.keys() & ({200, 204} if right else {400, 403, 415}), seen
    assert not seen.keys() & {404, 405}, "they reached the webhook"
