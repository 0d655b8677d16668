"""Between a person who writes in another language and the brain, which reads English alone.

The request is read as if it had been written in English, what the brain says is told in the
person's language, and where a call quotes them it quotes what they really wrote.
"""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, replace

from pydantic import JsonValue

from simulators.gemini.answers import Decision, PlannedCall
from simulators.gemini.brain import media, planner
from simulators.gemini.brain.about import read_about
from simulators.gemini.brain.links import find_links
from simulators.gemini.brain.outcomes import outcomes_of
from simulators.gemini.brain.replies import profile
from simulators.gemini.tongues.arabic import ARABIC
from simulators.gemini.tongues.german import GERMAN
from simulators.gemini.tongues.hindi import HINDI
from simulators.gemini.tongues.japanese import JAPANESE
from simulators.gemini.tongues.portuguese import PORTUGUESE
from simulators.gemini.tongues.spanish import SPANISH
from simulators.gemini.tongues.telling import tell
from simulators.gemini.tongues.tongue import Tongue
from simulators.gemini.wire import (
    LONGEST_SAID,
    Content,
    GenerateRequest,
    JsonObject,
    Part,
    plain,
)

TONGUES = (GERMAN, SPANISH, PORTUGUESE, HINDI, ARABIC, JAPANESE)
_SCRIPTS: Mapping[str, Tongue] = {
    "ARABIC": ARABIC,
    "DEVANAGARI": HINDI,
    "HIRAGANA": JAPANESE,
    "KATAKANA": JAPANESE,
}
"""By the first word of their letters' Unicode names: of these languages one suffices here."""


@dataclass(frozen=True)
class HeardRequest:
    """A request as the brain reads it."""

    tongue: Tongue
    request: GenerateRequest
    originals: Mapping[str, str]
    """What was written, by what it was read as."""


def decide(request: GenerateRequest) -> Decision:
    if (said := media.said(request)) is not None:
        return Decision(text=f"{_language_of(said)}\n{said}" if said else "und\n-")
    heard = hear(request)
    if heard is None:
        return planner.decide(request)
    return _translated(planner.decide(heard.request), heard)


def hear(request: GenerateRequest) -> HeardRequest | None:
    """None where the newest message is in none of the languages."""
    originals: dict[str, str] = {}
    contents: list[Content] = []
    spoken: Tongue | None = None
    for content in request.contents:
        if content.role == "model":
            contents.append(_of_the_model(content))
        elif content.responses() or not content.spoken():
            contents.append(content)
        else:
            spoken = _spoken_in(content, spoken, contents)
            contents.append(_in_english(content, spoken, originals) if spoken else content)
    if spoken is None:
        return None
    return HeardRequest(spoken, request.model_copy(update={"contents": contents}), originals)


def _language_of(said: str) -> str:
    known = (tongue for tongue in TONGUES if tongue.english(said) is not None)
    tongue = next(known, None) or _by_script(said)
    return tongue.code if tongue else "en"


def _spoken_in(content: Content, before: Tongue | None, earlier: list[Content]) -> Tongue | None:
    """The language of a message; that of the one before it where it could be in any."""
    for text in content.spoken():
        said = text[:LONGEST_SAID]
        for tongue in TONGUES:
            if tongue.english(said) is not None:
                return tongue
        if scripted := _by_script(said):
            return scripted
        is_answer = before and (before.timed(said) or _is_asked(before, earlier))
        if before and (is_answer or not _has_words(said)):
            return before
    return None


def _by_script(text: str) -> Tongue | None:
    for letter in text:
        if letter.isalpha() and not letter.isascii():
            tongue = _SCRIPTS.get(unicodedata.name(letter, "").partition(" ")[0])
            if tongue:
                return tongue
    return None


def _has_words(text: str) -> bool:
    for link in find_links(text):
        text = text.replace(link, " ")
    return any(letter.isalpha() for letter in text)


def _is_asked(tongue: Tongue, earlier: list[Content]) -> bool:
    """Whether the model's last words, which are in English here, ask something of ours."""
    last = next((content.text() for content in reversed(earlier) if content.role == "model"), "")
    return any(english in last for english in tongue.said if english.endswith("?"))


def _in_english(content: Content, tongue: Tongue, originals: dict[str, str]) -> Content:
    own = content.spoken()

    def read(part: Part) -> Part:
        if part.text is None or (whole := plain(part.text)) not in own:
            return part
        said = whole[:LONGEST_SAID]
        english = tongue.english(said) or tongue.timed(said)
        if english is None:
            return part
        originals[english] = whole
        return part.model_copy(update={"text": english})

    return content.model_copy(update={"parts": [read(part) for part in content.parts]})


def _of_the_model(content: Content) -> Content:
    """Questions that were told in another language, as the brain knows them."""
    return content.model_copy(
        update={
            "parts": [
                part.model_copy(update={"text": _back(part.text)}) if part.text else part
                for part in content.parts
            ]
        }
    )


def _back(text: str) -> str:
    for tongue in TONGUES:
        for english, translation in tongue.said.items():
            text = text.replace(translation, english)
    return text


def _translated(decision: Decision, heard: HeardRequest) -> Decision:
    text = _in_tongue(decision.text, heard) if decision.text else decision.text
    return replace(decision, text=text, calls=tuple(_call(call, heard) for call in decision.calls))


def _call(call: PlannedCall, heard: HeardRequest) -> PlannedCall:
    args: JsonObject = dict(call.args)
    said = args.get("said")
    if isinstance(said, list):
        args["said"] = [_original(wish, heard) for wish in said]
    text = args.get("text")
    if call.name == "reply" and isinstance(text, str):
        args |= {"text": _in_tongue(text, heard), "language": heard.tongue.code}
    return PlannedCall(call.name, args)


def _original(said: JsonValue, heard: HeardRequest) -> JsonValue:
    if not isinstance(said, str):
        return said
    whole = heard.originals.get(said)
    found = (was for english, was in heard.originals.items() if said.strip(" .!?") in english)
    return whole or next(found, said)


def _in_tongue(english: str, heard: HeardRequest) -> str:
    tongue = heard.tongue
    if outcomes := outcomes_of(heard.request):
        lines = [line for outcome in outcomes if (line := tell(outcome, tongue, english))]
        return "\n\n".join(dict.fromkeys(lines)) or english
    parts = english.split("\n\n")
    if all(part in tongue.said for part in parts):
        return "\n\n".join(tongue.said[part] for part in parts)
    if english.startswith(("Hi!", "I can:")):
        return tongue.templates["greeting"]
    facts = read_about(heard.request).facts
    if facts and english.startswith(profile.KNOWN):
        return "\n".join([tongue.templates["known"], *(f"- {fact.value}" for fact in facts)])
    return tongue.templates["lost"] if english.startswith("I am not sure") else english
