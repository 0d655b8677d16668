"""What the tunnels' programs print is found in their output, and nowhere else."""

import pytest

from taskflow.cli.connecting.tunnel import quick_tunnel, started_tunnel

A_TUNNEL = "https://calm-river-1234.trycloudflare.com"


@pytest.mark.parametrize(
    ("line", "url"),
    [
        (f"2026-11-29T10:00:00Z INF |  {A_TUNNEL}          |", A_TUNNEL),
        (f"INF |  {A_TUNNEL} |\r\n", A_TUNNEL),
        ("INF |  Your quick Tunnel has been created! Visit it at (it may take a while):  |", None),
        # As it fails: Cloudflare's own API is no tunnel.
        ('ERR failed: Post "https://api.trycloudflare.com/tunnel": dial tcp', None),
        ("INF |  https://evil.example/?.trycloudflare.com  |", None),
        ("INF |  https://evil.example/.trycloudflare.com  |", None),
        ("INF |  https://[.trycloudflare.com  |", None),
        ("|" * 4096, None),
        ("", None),
    ],
)
def test_cloudflared_frames_its_address(line: str, url: str | None) -> None:
    assert quick_tunnel(line) == url


@pytest.mark.parametrize(
    ("line", "url"),
    [
        (
            '{"lvl":"info","msg":"started tunnel","url":"https://ab12.ngrok-free.app"}',
            "https://ab12.ngrok-free.app",
        ),
        ('{"msg":"join connections","url":"https://ab12.ngrok-free.app"}', None),
        ('{"msg":"started tunnel","url":"tcp://0.tcp.ngrok.io:1"}', None),
        ('{"msg":"started tunnel","url":"https://ab12.ngrok-free.app/path"}', None),
        ('{"msg":"started tunnel","url":7}', None),
        ('{"msg":"started tunnel"}', None),
        ("[" * 4096, None),
        ("not JSON", None),
        ("7", None),
    ],
)
def test_ngrok_tells_its_address_in_json(line: str, url: str | None) -> None:
    assert started_tunnel(line) == url
