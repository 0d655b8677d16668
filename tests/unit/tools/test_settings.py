"""Where the browser is, and where it finds the egress proxy."""

import socket
from typing import Any

import pytest

from services.tools.egress.proxy import Proxy
from services.tools.egress.wall import Wall
from services.tools.settings import ToolsSettings
from taskflow.errors import Configuration


def settings(**given: Any) -> ToolsSettings:
    told = {"serpapi_api_key": "k", "taskflow_master_key": "A" * 43 + "="}
    told |= {"database_url": "postgresql://x@y/z", "nats_url": "nats://x:1"}
    return ToolsSettings.load(_env_file=None, **told, **given)


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("ws://browser:3000/", "10.1.2.3"),
        ("wss://browser.example/a/path", "::1"),
        ("ws://127.0.0.1:3000/", "127.0.0.1"),
        ("ws://localhost:3000/", "127.0.0.1"),
        (None, "127.0.0.1"),
    ],
)
def test_a_browser_is_told_an_address_that_it_can_reach(url: str | None, host: str) -> None:
    assert settings(taskflow_browser_url=url, taskflow_egress_host=host).browser_url() == url


def test_a_browser_elsewhere_cannot_reach_loopback() -> None:
    with pytest.raises(Configuration, match="set TASKFLOW_EGRESS_HOST to this machine's own"):
        settings(taskflow_browser_url="ws://browser:3000/").browser_url()


@pytest.mark.parametrize("url", ["http://browser:3000", "browser:3000", "ws://", "ws://a b/"])
def test_what_is_no_websocket_address_is_refused(url: str) -> None:
    with pytest.raises(Configuration, match="TASKFLOW_BROWSER_URL"):
        settings(taskflow_browser_url=url)


async def test_the_proxy_listens_where_it_is_told() -> None:
    async with Proxy(Wall(), host="127.0.0.2") as proxy:
        assert proxy.url.startswith("http://127.0.0.2:")
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(Configuration, match=f"127.0.0.1:{port}.*TASKFLOW_EGRESS_PORT"):
            async with Proxy(Wall(), port=port):
                pass
