"""A reply without what the first one to somebody says of us, wherever a test asks for the rest."""

from functools import cache

from services.gateway.saying.formatting import for_whatsapp
from taskflow.words.introduction import introduction
from taskflow.words.languages import LANGUAGES


@cache
def _introductions() -> tuple[str, ...]:
    written = [introduction(language) for language in LANGUAGES]
    return (*written, *(for_whatsapp(one) for one in written))


def spoken(text: str) -> str:
    """As Markdown or as WhatsApp shows it."""
    for one in _introductions():
        if text.endswith(f"\n\n{one}"):
            return text.removesuffix(f"\n\n{one}")
    return text
