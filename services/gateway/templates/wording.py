"""What the templates say in each language, and how a reply's text goes into one. Pure."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

from babel import Locale
from babel.core import get_global

from contracts.buttons import Answer, payload
from contracts.conversation import Button
from contracts.templates import Purpose
from services.gateway.saying.formatting import for_whatsapp
from services.gateway.saying.parts import beginning, length
from taskflow.words.answers import ANSWERS
from taskflow.words.languages import LANGUAGES
from taskflow.words.message import Message

VARIABLE = "{{1}}"
MOST = 1024
"""UTF-16 units of a template with its variables (WhatsApp)."""
BETWEEN_LINES = " · "
"""A variable takes no line break."""

_SAYS: Mapping[Purpose, Message] = {
    "reminder": Message(
        "You asked me to remind you of this:\n{text}\nWrite back if I can do anything else."
    ),
    "alert": Message(
        "There is news on what I watch for you:\n{text}\nWrite back if I can do anything else."
    ),
}
_SAMPLES: Mapping[Purpose, Message] = {
    "reminder": Message("⏰ Call the dentist"),
    "alert": Message("📉 The headphones cost less now"),
}
"""For whoever reviews them."""


@dataclass(frozen=True, slots=True)
class Declared:
    """One that this release has words for."""

    purpose: Purpose
    language: str

    @property
    def body(self) -> str:
        return _SAYS[self.purpose].said(self.language, text=VARIABLE)

    @property
    def sample(self) -> str:
        return _SAMPLES[self.purpose].said(self.language)

    @property
    def buttons(self) -> list[Button]:
        """They name no event: who presses one quotes its message."""
        answers: Mapping[Answer, Message] = ANSWERS if self.purpose == "reminder" else {}
        return [
            Button(payload=payload(answer), label=label.said(self.language))
            for answer, label in answers.items()
        ]

    @property
    def labels(self) -> list[str]:
        return [button.label for button in self.buttons]

    @property
    def name(self) -> str:
        """Of its wording, too: a name that was rejected is never taken again."""
        words = "\n".join([self.body, *self.labels])
        mark = hashlib.sha256(words.encode()).hexdigest()[:8]
        return f"taskflow_{self.purpose}_{code_of(self.language).lower()}_{mark}"


DECLARED = tuple(
    Declared(purpose, language) for purpose in ("reminder", "alert") for language in LANGUAGES
)


def code_of(language: str) -> str:
    """As WhatsApp names it: `de`, and with its country where one of ours names more, `pt_BR`."""
    tag = language.replace("-", "_")
    if "_" not in tag:
        return tag
    likely: Mapping[str, str] = get_global("likely_subtags")
    locale = Locale.parse(likely.get(tag, tag))
    if not locale.territory:
        locale = Locale.parse(likely[locale.language])
    return f"{locale.language}_{locale.territory}"


def variable(text: str, body: str) -> str:
    """A reply's text on one line, as much of it as goes into the body; never empty."""
    lines = (" ".join(line.split()) for line in for_whatsapp(text).splitlines())
    line = BETWEEN_LINES.join(line for line in lines if line)
    return beginning(line, MOST - length(body)) or "…"
