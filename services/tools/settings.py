"""What the tools service needs to know."""

from pydantic import Field, SecretStr

from taskflow.settings import RuntimeSettings


class ToolsSettings(RuntimeSettings):
    serpapi_api_key: SecretStr = Field(examples=["(from serpapi.com/manage-api-key)"])
    serpapi_url: str | None = Field(default=None, examples=["http://127.0.0.1:8100/serpapi"])
    """None means SerpApi."""
    serpapi_threads: int = Field(default=16, ge=1, le=128)
    """The vendor's client blocks: this many searches at once."""
    tools_workers: int = Field(default=64, ge=1)
