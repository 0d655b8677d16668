from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest
from twilio.http.async_http_client import AsyncTwilioHttpClient
from twilio.rest import Client

from simulators.settings import SimulatorSettings
from tests.contract.simulators.twilio.world import (
    ACCOUNT,
    TOKEN,
    Application,
    World,
    serve_application,
    serve_simulator,
)


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    app = Application()
    async with serve_application(app):
        settings = SimulatorSettings.load(
            _env_file=None,
            taskflow_home=tmp_path,
            twilio_account_sid=ACCOUNT,
            twilio_auth_token=TOKEN,
            taskflow_sim_webhook_url=f"{app.url}/webhook",
            public_url="https://bot.example.com",
        )
        async with serve_simulator(settings) as url, aiohttp.ClientSession() as http:
            sdk = AsyncTwilioHttpClient()
            client = Client(ACCOUNT, TOKEN, http_client=sdk)
            client.api.base_url = client.messaging.base_url = f"{url}/twilio"
            yield World(url, http, client, app, settings)
            await sdk.close()
