"""What the gateway shows of the whole house: to people, to machines, to Prometheus."""

import json
import os
import time
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from importlib.metadata import version
from typing import Any

import asyncpg
import pytest
from playwright.async_api import Page, async_playwright, expect

from services.gateway.web.status_page import rendered
from taskflow.health.diagnosis import Diagnosis, HealthSign
from taskflow.health.facts import Dependency, HealthReading
from taskflow.process import chromium
from taskflow.process.service import Runtime
from tests.integration.gateway.conftest import NUMBER, House
from tests.support.servers import PostgresServer

pytestmark = pytest.mark.integration
TOLD_MS = 10_000
_BEATS = """
insert into service_instances (instance, service, version, host, pid, seen_at)
select gen_random_uuid(), service, '0.1.0', 'host', 1, now() + interval '1 hour'
  from unnest(array['agent', 'tools', 'scheduler']) as service
"""


@pytest.fixture
async def others(database: str, runtime: Runtime) -> AsyncGenerator[asyncpg.Connection]:
    """The other three services, of whom only their signs of life are seen here."""
    connection = await asyncpg.connect(database)
    await connection.execute(_BEATS)
    yield connection
    await connection.close()


async def get(house: House, path: str) -> tuple[int, str]:
    async with house.http.get(house.url + path) as answer:
        return answer.status, await answer.text()


async def health(house: House) -> tuple[int, dict[str, Any]]:
    async with house.http.get(f"{house.url}/health") as answer:
        return answer.status, await answer.json()


async def test_pages_tell_how_it_stands(house: House, others: asyncpg.Connection) -> None:
    status, told = await health(house)

    assert (status, told["status"], told["headline"]) == (200, "ok", "All is well")
    assert told["version"] == version("taskflow")
    assert told["uptime_s"] < 60
    assert all(told["dependencies"][name]["latency_ms"] >= 0 for name in ("postgres", "nats"))
    assert told["services"]["agent"]["says"].startswith("1 instance, 0.1.0, up")
    assert set(told["consumers"]) == {"gateway", "agent", "tools", "scheduler"}
    assert told["relay"].keys() == {"events", "oldest_s"}
    assert told["last_message_s"] < 60
    page = (await get(house, "/"))[1]
    assert "All is well" in page
    assert 'href="/health"' in page
    assert "Last message" in page
    assert "://" not in page, "no asset and no link that nobody configured"
    assert NUMBER not in page + str(told)
    assert (await get(house, "/live"))[0] == 200
    assert '"postgres":{"ok":true' in (await get(house, "/ready"))[1]
    status, told = await get(house, "/webhook")
    assert (status, json.loads(told)) == (
        200,
        {
            "taskflow": "Twilio's webhook: POST signed messages here",
            "url": f"{house.url}/webhook",
        },
    )


async def test_a_service_that_falls_silent_is_told_in_words(
    house: House, others: asyncpg.Connection
) -> None:
    await others.execute(
        "update service_instances set seen_at = now() - interval '8 s' where service = 'tools'"
    )
    status, told = await health(house)

    assert (status, told["status"]) == (200, "degraded")
    assert not told["services"]["tools"]["ok"]
    assert "tools: nobody has been seen for 8 s" in (await get(house, "/"))[1]


async def test_without_postgresql_the_pages_still_answer_in_time(
    house: House, others: asyncpg.Connection, postgres: PostgresServer
) -> None:
    postgres.stop()
    try:
        began = time.monotonic()
        status, told = await health(house)
        page_status, page = await get(house, "/")
        async with house.http.get(f"{house.inner}/metrics/targets") as answer:
            targets_status = answer.status
        took = time.monotonic() - began
    finally:
        postgres.start()

    assert took < 9, "three answers, each within three seconds"
    assert (status, told["status"]) == (503, "down")
    assert told["dependencies"]["postgres"]["error"]
    assert "dead_letters" not in told, "what is not known is not told as nothing"
    assert page_status == 200
    assert "PostgreSQL is away: no message can be taken" in page
    # Prometheus keeps what it knew.
    assert targets_status == 503


async def test_targets_are_told_as_prometheus_asks_for_them(house: House, runtime: Runtime) -> None:
    async with house.http.get(f"{house.inner}/metrics/targets") as answer:
        assert answer.content_type == "application/json"
        (target,) = await answer.json()

    assert target == {
        "targets": [house.inner.removeprefix("http://")],
        "labels": {
            "service": "gateway",
            "instance": str(runtime.instance),
            "version": version("taskflow"),
        },
    }


def test_the_page_links_to_what_there_is_and_writes_text_as_text() -> None:
    up = Dependency(ok=True, latency_ms=1)
    bad = HealthSign("<b>tools</b>", "bad", "a & b", "run `taskflow run tools`")
    page = rendered(
        HealthReading(up, up),
        Diagnosis("degraded", bad.says, [bad], [], []),
        links={"phone": "http://127.0.0.1:8100/", "traces": "http://127.0.0.1:16686/"},
        version="0.1.0",
        signatures_checked=False,
    )

    assert '<a href="http://127.0.0.1:16686/">traces</a>' in page
    assert '<a href="http://127.0.0.1:8100/">phone</a>' in page
    assert "&lt;b&gt;tools&lt;/b&gt;" in page
    assert "run <code>taskflow run tools</code>" in page
    assert "Signatures are not checked" in page


@asynccontextmanager
async def opened(url: str) -> AsyncGenerator[Page]:
    program = chromium.find()
    if program is None:
        pytest.skip("no Chromium here: `taskflow browser` sets one up")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=program, chromium_sandbox=os.geteuid() != 0
        )
        page = await browser.new_page()
        await page.goto(url)
        yield page
        await browser.close()


async def test_an_open_page_renews_itself_and_says_when_the_gateway_is_gone(house: House) -> None:
    async with house.start(), opened(house.url) as page:
        await expect(page.locator("h1")).to_contain_text("nobody is there")
        async with asyncpg.create_pool(house.settings.dsn, min_size=1, max_size=1) as pool:
            await pool.execute(_BEATS)
        await expect(page.locator("h1")).to_contain_text("All is well", timeout=TOLD_MS)

        await page.route("**/*", lambda route: route.abort())
        gone = page.locator("#stale")
        await expect(gone).to_contain_text("The gateway has not answered for", timeout=TOLD_MS)
        assert "does not answer" in await page.title()
        await page.unroute("**/*")
        await expect(gone).to_be_hidden(timeout=TOLD_MS)
