"""The page at /: what a person wants to know first, without a script or an outside asset."""

from html import escape
from typing import Any

_STYLE = """
body{font:16px/1.5 system-ui,sans-serif;margin:0;background:#f5f6f7;color:#1c1e21}
main{max-width:46rem;margin:2rem auto;padding:0 1rem}
h1{font-size:1.4rem}h1 span{padding:.1rem .6rem;border-radius:1rem;color:#fff;font-size:.9rem}
.ok{background:#1a7f37}.degraded{background:#9a6700}.down{background:#cf222e}
table{width:100%;border-collapse:collapse;background:#fff;border-radius:.5rem;overflow:hidden}
td,th{padding:.5rem .8rem;text-align:left;border-bottom:1px solid #e6e8eb}th{font-weight:600}
.warn{background:#fff3cd;padding:.6rem .8rem;border-radius:.5rem}a{color:#0b5ed7}
@media(prefers-color-scheme:dark){body{background:#111418;color:#e6e8eb}table{background:#1c2127}
td,th{border-color:#2c333b}.warn{background:#4d3c00}a{color:#6ea8fe}}
"""


def rendered(state: dict[str, Any]) -> str:
    rows = [_dependency(name, told) for name, told in state["dependencies"].items()]
    rows += [_service(name, told) for name, told in state["services"].items()]
    figures = [
        ("Last event", state.get("last_event") or "none yet"),
        ("Events the relay has not published", state.get("relay_lag", "?")),
        ("Oldest open move", _seconds(state.get("oldest_move_s"))),
        ("Dead letters", state.get("dead_letters", "?")),
        ("Version", state["version"]),
        ("Up for", _seconds(state["uptime_s"])),
    ]
    told = "".join(f"<tr><td>{escape(n)}</td><td>{escape(str(v))}</td></tr>" for n, v in figures)
    unsafe = (
        ""
        if state["signatures_checked"]
        else "<p class=warn>Signatures are not checked: anybody can write in anybody's name.</p>"
    )
    status = escape(state["status"])
    return f"""<!doctype html><html lang=en><head><meta charset=utf-8>
<meta name=viewport content="width=device-width,initial-scale=1">
<meta http-equiv=refresh content=5><title>TaskFlow: {status}</title><style>{_STYLE}</style></head>
<body><main><h1>TaskFlow <span class="{status}">{status}</span></h1>{unsafe}
<table><tr><th>Part</th><th>State</th></tr>{"".join(rows)}</table><h2>Figures</h2>
<table>{told}</table>
<p><a href="/health">health</a> · <a href="/ready">ready</a> · <a href="/metrics">metrics</a></p>
</main></body></html>"""


def _dependency(name: str, told: dict[str, Any]) -> str:
    detail = f"{told['latency_ms']} ms" if "latency_ms" in told else told.get("error", "connected")
    return _row(name, ok=told["ok"], detail=str(detail))


def _service(name: str, told: dict[str, Any]) -> str:
    detail = f"{told['instances']} x {told['version']}, seen {told['seen_s']} s ago"
    return _row(name, ok=told["ok"], detail=detail)


def _row(name: str, *, ok: bool, detail: str) -> str:
    mark = "✅" if ok else "❌"
    return f"<tr><td>{escape(name)}</td><td>{mark} {escape(detail)}</td></tr>"


def _seconds(value: float | None) -> str:
    if value is None:
        return "none"
    if value < 120:
        return f"{value:.0f} s"
    return f"{value / 60:.0f} min" if value < 7200 else f"{value / 3600:.1f} h"
