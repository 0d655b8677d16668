"""The models that the simulator pretends to be."""

from simulators.gemini.errors import not_found

_INPUT_TOKENS, _OUTPUT_TOKENS = 1_048_576, 65_536
# Google's list of November 2026.
_STABLE = (
    "gemini-4-argon",
    "gemini-3.8-flash",
    "gemini-3.7-flash",
    "gemini-3.6-flash",
    "gemini-3.5-flash",
    "gemini-3.5-flash-lite",
    "gemini-3.1-flash-lite",
)
_PREVIEW = ("gemini-3.1-pro-preview", "gemini-3-flash-preview")
# Aliases exist only on v1beta.
_ALIASES = {
    "gemini-flash-latest": "gemini-3.8-flash",
    "gemini-pro-latest": "gemini-4-argon",
    "gemini-flash-lite-latest": "gemini-3.5-flash-lite",
}


def resolve(model: str, version: str) -> str:
    """The model that answers; raises `GoogleError` 404 for names that this version has not."""
    if model in _STABLE or (version == "v1beta" and model in _PREVIEW):
        return model
    if version == "v1beta" and model in _ALIASES:
        return _ALIASES[model]
    raise not_found(model, version)


def takes_minimal_thinking(model: str) -> bool:
    return model.endswith("flash-lite")


def describe(model: str) -> dict[str, object]:
    return {
        "name": f"models/{model}",
        "version": model.removeprefix("gemini-").split("-")[0],
        "displayName": model.replace("-", " ").title(),
        "description": "Simulated: rules instead of a model.",
        "inputTokenLimit": _INPUT_TOKENS,
        "outputTokenLimit": _OUTPUT_TOKENS,
        "supportedGenerationMethods": ["generateContent", "countTokens"],
        "temperature": 1,
        "topP": 0.95,
        "topK": 64,
        "maxTemperature": 2,
        "thinking": True,
    }


def listed(version: str) -> list[dict[str, object]]:
    names = (*_STABLE, *_PREVIEW) if version == "v1beta" else _STABLE
    return [describe(name) for name in names]
