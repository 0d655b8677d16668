"""How requests are read: one way, or not at all."""

import pytest

from services.tools.egress import targets
from services.tools.egress.refused import EgressRefused
from services.tools.egress.targets import is_inside, of_authority, of_url
from services.tools.settings import ToolsSettings
from taskflow.errors import Configuration
from tests.conftest import runtime_settings

SHOP = "http://127.0.0.1:8100/shop/"


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("https://example.com/", "scheme"),
        ("ftp://example.com/", "scheme"),
        ("/etc/passwd", "scheme"),
        ("http://user@example.com/", "userinfo"),
        ("http://example.com@127.0.0.1/", "userinfo"),
        ("http:///", "host"),
        ("http://exa mple.com/", "malformed"),
        ("http://example.com/\r\nHost: x", "malformed"),
        ("http://example.com\\@127.0.0.1/", "malformed"),
        ("http://\uff11\uff12\uff17.0.0.1/", "malformed"),
        ("http://127。0。0。1/", "malformed"),
        ("http://example.com:99999/", "malformed"),
        ("http://127.1/", "host"),
        ("http://2130706433/", "host"),
        ("http://0x7f000001/", "host"),
        ("http://0x7f.0.0.1/", "host"),
        ("http://0177.0.0.1/", "host"),
        ("http://127.0.0.01/", "host"),
        ("http://example.0x/", "host"),
        ("http://example..com/", "host"),
        ("http://example.com../", "host"),
        ("http://-example.com/", "host"),
        ("http://%31%32%37.0.0.1/", "host"),
        ("http://[fe80::1%25eth0]/", "host"),
        ("http://[::1/", "malformed"),
        (f"http://example.com/{'a' * 9000}", "malformed"),
    ],
)
def test_what_two_could_read_in_two_ways_is_refused(url: str, reason: str) -> None:
    with pytest.raises(EgressRefused) as refused:
        of_url(url)
    assert refused.value.reason == reason


def test_a_url_is_read_into_its_parts() -> None:
    target = of_url("http://Example.COM.:80/a?b=c")
    assert (target.host, target.port, target.path) == ("example.com", 80, "/a?b=c")
    assert target.authority == "example.com"
    assert of_url("http://[::1]:81/").authority == "[::1]:81"


@pytest.mark.parametrize("said", ["x", "x:", ":80", "a@b:80", "x:999999", "http://x:80", "[::1]"])
def test_connect_names_a_host_and_a_port(said: str) -> None:
    with pytest.raises(EgressRefused):
        of_authority(said)


@pytest.mark.parametrize(
    "name",
    [
        "localhost",
        "a.localhost",
        "printer.local",
        "metadata.google.internal",
        "router.lan",
        "kubernetes",
        "api.default.svc",
        "x.home.arpa",
        "metadata.tencentyun.com",
    ],
)
def test_names_of_the_inside_are_known_by_their_ending(name: str) -> None:
    assert is_inside(name)
    assert not is_inside("shop.example.com")


@pytest.mark.parametrize("path", ["", "/", "/x", "/x?a=/../..", "/a%20b", "/..x"])
def test_what_begins_as_allowed_is_allowed(path: str) -> None:
    (shop,) = targets.allowed(SHOP)
    assert shop.holds(of_url(SHOP.rstrip("/") + path))


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:8100/",
        "http://127.0.0.1:8100/shopping",
        "http://127.0.0.1:8100/robots.txt/x",
        "http://127.0.0.1:8100/shop/../_sim/",
        "http://127.0.0.1:8100/shop/%2e%2e/_sim/",
        "http://127.0.0.1:8100/shop/%252e%252e/_sim/",
        "http://127.0.0.1:8100/shop/..%2f_sim/",
        "http://127.0.0.1:8100/shop/..%5c_sim/",
        "http://127.0.0.1:8100/shop//evil",
        "http://127.0.0.1:8100//shop/",
        "http://127.0.0.1:8101/shop/",
        "http://127.0.0.1/shop/",
        "http://[::ffff:127.0.0.1]:8100/shop/",
        "http://localhost:8100/shop/",
    ],
)
def test_what_only_looks_allowed_is_not(url: str) -> None:
    (shop,) = targets.allowed(SHOP)
    assert not shop.holds(of_url(url))


@pytest.mark.parametrize("said", ["https://x.lan/", "x.lan/shop", "http://a@x.lan/", "http://x/?a"])
def test_a_wrong_prefix_stops_the_start(said: str) -> None:
    with pytest.raises(Configuration, match="TASKFLOW_EGRESS_ALLOW"):
        targets.allowed(f"{SHOP},{said}")


@pytest.mark.parametrize(
    "said", [SHOP, "http://localhost/", "http://[::1]:9/", "http://[::ffff:127.0.0.1]/"]
)
def test_production_opens_no_loopback(said: str, tmp_path) -> None:
    given = {
        **runtime_settings("postgresql://x", "nats://x", tmp_path),
        "serpapi_api_key": "x",
        "taskflow_egress_allow": f"http://shop.lan/,{said}",
    }
    assert len(ToolsSettings.load(_env_file=None, **given).egress_allow()) == 2
    with pytest.raises(Configuration, match="TASKFLOW_PRODUCTION"):
        ToolsSettings.load(_env_file=None, taskflow_production=True, **given).egress_allow()
