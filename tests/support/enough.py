"""When a page in the browser has been read far enough, for tests that say so beforehand."""

from services.tools.pages.page import Page


async def at_once(_: Page) -> bool:
    return True


async def never(_: Page) -> bool:
    return False
