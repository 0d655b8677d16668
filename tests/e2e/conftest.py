"""One stack of real processes a test module; tests use users of their own."""

import itertools
from collections.abc import Generator, Iterator

import pytest
from playwright.sync_api import Page

from tests.support.house import adds_person, phone_page, running
from tests.support.stack import Stack


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Generator[Stack]:
    with running(tmp_path_factory.mktemp("stack")) as stack:
        yield stack
        assert stack.refused() == []


@pytest.fixture(scope="module")
def browser_page(stack: Stack) -> Generator[Page]:
    """One for all people of a module."""
    with phone_page(stack) as page:
        yield page


@pytest.fixture(scope="module")
def numbers(request: pytest.FixtureRequest) -> Iterator[int]:
    """From the first one that a module names on, without their plus."""
    return itertools.count(request.module.FIRST_NUMBER)


@pytest.fixture
def user(browser_page: Page, numbers: Iterator[int]) -> str:
    """The number of a new person, whose chat is open."""
    number = f"+{next(numbers)}"
    adds_person(browser_page, f"Ada {number[-4:]}", number)
    return number


@pytest.fixture
def page(browser_page: Page, user: str) -> Page:
    return browser_page
