"""Token counts that are plausible and add up."""

import hashlib
import json

from simulators.gemini.wire import GenerateRequest, Part

# Rules of thumb that Google gives: four characters, an image tile, a second of 24 kbit/s Opus.
_CHARS_PER_TOKEN, _IMAGE_TOKENS = 4, 258
_AUDIO_TOKENS_PER_SECOND, _BYTES_PER_SECOND = 32, 3_000
_THOUGHTS = {"MINIMAL": 0, "LOW": 24, "MEDIUM": 96, "HIGH": 384, "XHIGH": 768}


def of_text(text: str) -> int:
    return -(-len(text) // _CHARS_PER_TOKEN)


def of_part(part: Part) -> int:
    if blob := part.inline_data:
        if blob.mime_type.startswith("image/"):
            return _IMAGE_TOKENS
        seconds = -(-len(blob.data) * 3 // 4 // _BYTES_PER_SECOND)
        return max(1, seconds) * _AUDIO_TOKENS_PER_SECOND
    if part.file_data:
        return _IMAGE_TOKENS
    if part.text is not None:
        return of_text(part.text)
    structured = part.model_dump(exclude={"thought_signature", "thought"}, exclude_none=True)
    return of_text(json.dumps(structured))


def of_prompt(request: GenerateRequest) -> int:
    spoken = sum(of_part(part) for part in request.all_parts())
    tools = sum(
        of_text(d.name + d.description + json.dumps(d.json_schema))
        for d in request.declarations().values()
    )
    return spoken + tools


def of_thoughts(request: GenerateRequest) -> int:
    """More for higher levels, a little different for each request, the same for the same one."""
    level = request.generation_config.thinking_config.thinking_level or "MEDIUM"
    base = _THOUGHTS.get(level, _THOUGHTS["MEDIUM"])
    spread = hashlib.sha256(request.last_user_text().encode()).digest()[0]
    return base + base * spread // 512


def usage(prompt: int, candidates: int, thoughts: int) -> dict[str, object]:
    return {
        "promptTokenCount": prompt,
        "candidatesTokenCount": candidates,
        "thoughtsTokenCount": thoughts,
        "totalTokenCount": prompt + candidates + thoughts,
        "promptTokensDetails": [{"modality": "TEXT", "tokenCount": prompt}],
    }
