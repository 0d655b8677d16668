"""The buttons of a template on the phone's page, in a real browser."""

import os

import pytest
from playwright.async_api import async_playwright, expect

from taskflow.process import chromium
from tests.contract.simulators.twilio.templates import (
    approved,
    list_picker,
    made,
    quick_reply,
)
from tests.contract.simulators.twilio.test_content_sending import outcome, send
from tests.contract.simulators.twilio.world import SDK_IS_BEHIND_AIOHTTP
from tests.support.eventually import eventually

pytestmark = SDK_IS_BEHIND_AIOHTTP

SHOTS = os.environ.get("TASKFLOW_SHOTS")
"""A directory: a picture of the page is left there, to be looked at."""


async def test_a_button_under_a_template_is_pressed_on_the_page(world) -> None:
    program = chromium.find()
    if program is None:
        pytest.skip("no Chromium here: `taskflow browser` sets one up")
    sid = await send(world, await approved(world, quick_reply()), {"1": "a walk"})
    await outcome(world, sid)

    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=program, chromium_sandbox=os.geteuid() != 0
        )
        page = await browser.new_page(viewport={"width": 1180, "height": 760})
        await page.goto(f"{world.url}/#%2B15551230001")
        answers = page.locator(f'[data-sid="{sid}"] .choices')
        await expect(answers.get_by_role("button")).to_have_text(["Done", "Later"])
        await answers.get_by_role("button", name="Done").click()
        await expect(page.locator("#messages .mine")).to_contain_text("Done")
        await expect(answers.get_by_role("button")).to_have_count(2)
        if SHOTS:
            await page.screenshot(path=f"{SHOTS}/buttons.png")
        await browser.close()

    await eventually(world.app.inbound)
    [tap] = world.app.inbound()
    assert (tap.params["ButtonPayload"], tap.params["Body"]) == ("done-a walk", "Done")
    assert tap.params["OriginalRepliedMessageSid"] == sid


@pytest.mark.parametrize("width", [390, 1280])
async def test_a_list_opens_and_one_of_it_is_picked(world, width) -> None:
    program = chromium.find()
    if program is None:
        pytest.skip("no Chromium here: `taskflow browser` sets one up")
    await world.write("hi")
    sid = await send(world, await made(world, list_picker()), {"1": "warm and dry"})
    await outcome(world, sid)

    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=program, chromium_sandbox=os.geteuid() != 0
        )
        page = await browser.new_page(viewport={"width": width, "height": 760})
        await page.goto(f"{world.url}/#%2B15551230001")
        opener = page.locator(f'[data-sid="{sid}"] .choices').get_by_role("button")
        await expect(opener).to_have_text("Choose")
        await opener.click()
        picks = page.get_by_role("dialog", name="Choose")
        await expect(picks.get_by_role("listitem")).to_have_text(["Lisbonwarm and dry", "Oslo"])
        if SHOTS:
            await page.screenshot(path=f"{SHOTS}/list-{width}.png")
        await picks.get_by_role("button", name="Cancel").click()
        await expect(picks).to_be_hidden()
        await opener.click()
        await picks.get_by_role("button", name="Oslo").click()
        await expect(picks).to_be_hidden()
        await expect(page.locator("#messages .mine").last).to_contain_text("Oslo")
        await browser.close()

    await eventually(lambda: len(world.app.inbound()) == 2)
    assert world.app.inbound()[-1].params["ListId"] == "words-2"
