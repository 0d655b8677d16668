"""What a search of the web brought."""

from urllib.parse import urlsplit

from simulators.gemini.brain.outcomes import Outcome
from simulators.gemini.brain.replies.plain import ready_text
from simulators.gemini.wire import JsonObject

_MOST = 3


def tell_found(outcome: Outcome) -> str:
    """Places, else an answer with its source; else pages as links."""
    if spots := outcome.items("places"):
        return "\n".join(["These places I found:", *map(_place, spots[:_MOST])])
    pages = outcome.items("pages", "results", "organic_results")
    answer = outcome.get("answer")
    if isinstance(answer, dict) and answer.get("text"):
        return _answer(answer)
    if isinstance(answer, str):
        return "\n".join([f"**{answer}**", *_listed(pages[:1])])
    if pages:
        return "\n".join(["This is what the web says:", *_listed(pages[:_MOST])])
    return ready_text(outcome) or "The web search found nothing for that."


def _place(place: JsonObject) -> str:
    facts = (place.get(key) for key in ("address", "hours"))
    return ", ".join([f"- **{place.get('name')}**", *(str(value) for value in facts if value)])


def _answer(answer: JsonObject) -> str:
    link = answer.get("link")
    text = str(answer["text"]).strip()
    said = f"**{text}**" if "\n" not in text else text
    return f"{said}\nSource: [{urlsplit(str(link)).hostname}]({link})" if link else said


def _listed(pages: list[JsonObject]) -> list[str]:
    lines: list[str] = []
    for page in pages:
        title, link, snippet = page.get("title"), page.get("link"), page.get("snippet")
        linked = f"[{title}]({link})" if link else str(title)
        lines.append(f"- {linked}: {snippet}" if snippet else f"- {linked}")
    return lines
