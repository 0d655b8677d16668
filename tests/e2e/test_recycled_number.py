"""A number that goes to somebody else, as both of them live it: on the phone page, in a browser."""

import asyncio
from collections.abc import Callable, Generator
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

import asyncpg
import pytest
from playwright.sync_api import Page, expect
from typer.testing import CliRunner

from taskflow.cli import main
from tests.support.house import LOOKS_OFTEN, adds_person, phone_page, running, shot
from tests.support.stack import Stack, wait_until

pytestmark = pytest.mark.e2e

PHONE, ADAS_ID, BENS_ID = "+491713920077", "DE.ada1", "DE.ben2"
SHOE = "trail-shoe"
WAIT_MS = 40_000
T = TypeVar("T")
OF_ADA = ("Adalind", "Coimbra", "parrot", SHOE)


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Generator[Stack]:
    with running(tmp_path_factory.mktemp("stack"), LOOKS_OFTEN) as stack:
        yield stack


@pytest.fixture(scope="module")
def page(stack: Stack) -> Generator[Page]:
    with phone_page(stack) as page:
        yield page


def heard(page: Page) -> list[str]:
    return page.locator("#messages .bubble:not(.mine)").all_inner_texts()


def answer(page: Page, text: str, *wanted: str) -> str:
    """Says something, and waits for the answer that has these words."""
    before = len(heard(page))
    page.fill("#text", text)
    page.click("#send")
    reply = page.locator("#messages .bubble:not(.mine)").nth(before)
    expect(reply).to_be_visible(timeout=WAIT_MS)
    for words in wanted:
        expect(reply).to_contain_text(words, timeout=WAIT_MS)
    return reply.inner_text()


def sent_to(stack: Stack, address: str, words: str) -> list[dict[str, Any]]:
    return [one for one in stack.accepted(address) if words in one["body"]]


def sql(stack: Stack, query: str) -> list[Any]:
    async def ask() -> list[Any]:
        connection = await asyncpg.connect(stack.postgres.dsn)
        try:
            return await connection.fetch(query)
        finally:
            await connection.close()

    return elsewhere(lambda: asyncio.run(ask()))


def taskflow(stack: Stack, *arguments: str) -> str:
    def run() -> str:
        return CliRunner().invoke(main.app, arguments, env={**stack.env, "COLUMNS": "200"}).output

    return elsewhere(run)


def elsewhere(work: Callable[[], T]) -> T:
    """In a thread: the browser's own loop runs in this one."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(work).result()


@pytest.mark.long
def test_the_new_owner_of_a_number_meets_nothing_of_the_former_one(
    stack: Stack, page: Page
) -> None:
    link = f"{stack.sim}/shop/p/{SHOE}"
    adds_person(page, "Ada", PHONE, ADAS_ID)
    answer(page, "I live in Coimbra, call me Adalind", "Coimbra")
    answer(page, f"tell me when {link} drops below 70", "70")
    answer(page, "remind me in 15 seconds to feed the parrot", "parrot")
    answer(page, "please forget me", "Reply yes")
    shot(page, "before")

    adds_person(page, "Ben", PHONE, BENS_ID)
    expect(page.locator("#messages .bubble")).to_have_count(0)
    answer(page, "yes")
    told = answer(page, "what do you know about me?")
    assert not [words for words in OF_ADA if words in told]
    answer(page, "list my reminders", "no reminders")
    answer(page, "what have you got running for me?")

    fed = "feed the parrot"
    wait_until(lambda: bool(sent_to(stack, ADAS_ID, fed)), 40, lambda: f"{stack.accepted(ADAS_ID)}")
    stack.post(f"{stack.sim}/_sim/shop/price", {"product": SHOE, "price": "65.00"})
    wait_until(lambda: bool(sent_to(stack, ADAS_ID, "📉")), 40, lambda: "no alert at Ada's id")
    assert [one["status"] for one in sent_to(stack, ADAS_ID, fed)] != ["failed"]

    answer(page, "stop it")
    answer(page, "forget me", "Reply yes")
    answer(page, "yes", "Goodbye")
    shot(page, "after")
    mine = "\n".join(page.locator("#messages .bubble").all_inner_texts())
    assert not [words for words in OF_ADA if words in mine]
    since = "what do you know about me?"
    shown = [one for one in stack.get(f"{stack.sim}/_sim/gemini/shown") if since in one]
    assert shown
    assert not [words for words in OF_ADA for one in shown if words in one]

    wait_until(
        lambda: [row["gone"] for row in sql(stack, FORGOTTEN)] == [False, True],
        40,
        lambda: f"{sql(stack, FORGOTTEN)}",
    )
    page.click(f"#people [data-user='{ADAS_ID}']")
    assert fed in "\n".join(heard(page))
    shot(page, "hers")


FORGOTTEN = """
select forgotten_at is not null as gone from vault_people order by created_at
"""


def test_a_known_person_with_a_new_phone_is_answered_there(stack: Stack) -> None:
    old, new, id_ = "+491713920078", "+491713920079", "DE.dora3"
    stack.say(old, "call me Dora", external_user_id=id_)
    stack.await_replies(old, 1)
    stack.say(old, "remind me in 8 seconds to water the plants", external_user_id=id_)
    stack.await_replies(old, 2)
    stack.say(new, "what do you know about me?", external_user_id=id_)
    stack.await_replies(new, 2)
    assert "Dora" in stack.replies(new)[0]
    assert "water the plants" in "\n".join(stack.replies(new))
    assert len(stack.replies(old)) == 2


@pytest.mark.long
def test_what_is_due_to_nobodys_address_is_held_and_told_to_operators(stack: Stack) -> None:
    number = "+491713920080"
    stack.say(number, "remind me in 20 seconds to lock the door", external_user_id="")
    stack.await_replies(number, 1)
    stack.say("+491713920081", "hello", external_user_id="DE.emil4")
    stack.await_replies("+491713920081", 1)
    stack.say(number, "what do you know about me?", external_user_id="DE.emil4")
    wait_until(
        lambda: "address_lost" in taskflow(stack, "dlq", "list"),
        90,
        lambda: taskflow(stack, "dlq", "list"),
    )
    assert len(sent_to(stack, number, "lock the door")) == 1, "the receipt, to who asked for it"
    assert "dead letter" in taskflow(stack, "doctor")
    assert sent_to(stack, "DE.emil4", "lock the door") == []
