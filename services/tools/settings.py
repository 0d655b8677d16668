"""What the tools service needs to know."""

from typing import Annotated
from urllib.parse import urlsplit

from pydantic import Field, SecretStr

from services.tools.egress import targets
from services.tools.egress.proxy import LOOPBACK
from services.tools.egress.targets import AllowedTarget
from taskflow.errors import Configuration
from taskflow.process.settings import RuntimeSettings


class ToolsSettings(RuntimeSettings):
    serpapi_api_key: SecretStr = Field(examples=["(from serpapi.com/manage-api-key)"])
    serpapi_url: str | None = Field(default=None, examples=["http://127.0.0.1:8100/serpapi"])
    """None means SerpApi."""
    serpapi_threads: int = Field(default=16, ge=1, le=128)
    """The vendor's client blocks: this many searches at once."""
    taskflow_egress_allow: str = Field(default="", examples=["http://shop.example.lan:8080/shop/"])
    """What may be read though it is not public: beginnings of plain http addresses, by commas."""
    taskflow_chromium: str | None = Field(default=None, examples=["/usr/bin/chromium"])
    """A path, or a name on PATH; None looks for Playwright's own, then for the system's."""
    taskflow_browser_url: Annotated[str, Field(pattern=r"^wss?://[^/\s]+(/\S*)?$")] | None = Field(
        default=None, examples=["ws://browser:3000/"]
    )
    """A Playwright server, of this Playwright's version; None starts Chromium here."""
    taskflow_egress_host: str = LOOPBACK
    """An address of this machine: where the egress proxy listens, and what a browser is told."""
    taskflow_egress_port: int = Field(default=0, ge=0, le=65535)
    """0: any free one."""
    tools_workers: int = Field(default=64, ge=1)

    def egress_allow(self) -> tuple[AllowedTarget, ...]:
        """Raises Configuration for what is wrong, and for this machine itself in production."""
        allowed = targets.allowed(self.taskflow_egress_allow)
        if self.taskflow_production and any(
            allowed_target.is_loopback for allowed_target in allowed
        ):
            raise Configuration(
                "TASKFLOW_EGRESS_ALLOW opens this machine itself to every page's address; "
                "take the loopback address out of it, or unset TASKFLOW_PRODUCTION"
            )
        return allowed

    def browser_url(self) -> str | None:
        """Raises Configuration for a browser elsewhere that could not reach the egress proxy."""
        url = self.taskflow_browser_url
        if url is None:
            return None
        here = urlsplit(url).hostname in {LOOPBACK, "localhost", "::1"}
        if self.taskflow_egress_host == LOOPBACK and not here:
            raise Configuration(
                "TASKFLOW_BROWSER_URL names a browser elsewhere, which cannot reach the egress "
                f"proxy on {LOOPBACK}; set TASKFLOW_EGRESS_HOST to this machine's own address"
            )
        return url
