"""Stand-ins for Jaeger: a program as `taskflow up` starts it, and its query API with one trace."""

import json
import sys
import threading
from collections.abc import Generator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

ANSWER = Path(__file__).with_name("jaeger.json")
"""What a real one answered of a flight's trace (`python -m tests.jaeger.verify --answer`)."""
HELP = "Jaeger backend v2\\n  --config --config=file:/path/to/first   Locations"
HELP_OF_V1 = "Jaeger all-in-one distribution\\n  --config-file string   Configuration file"

_PROGRAM = """#!{python}
import sys
if "--help" in sys.argv:
    print("{help}")
    sys.exit({help_code})
{then}
"""
SERVES = """
import http.server, yaml
class Ready(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200 if self.path == "/status" else 404)
        self.end_headers()
    def log_message(self, *_): pass
told = yaml.safe_load(open(sys.argv[sys.argv.index("--config") + 1]))
host, port = told["extensions"]["healthcheckv2"]["http"]["endpoint"].split(":")
http.server.HTTPServer((host, int(port)), Ready).serve_forever()
"""
DIES = "sys.exit('listen tcp: address already in use')"
HANGS = "import signal; signal.pause()"


def program(path: Path, then: str = SERVES, help_: str = HELP, help_code: int = 0) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    said = {"python": sys.executable, "help": help_, "help_code": help_code, "then": then}
    path.write_text(_PROGRAM.format(**said))
    path.chmod(0o755)
    return path


@contextmanager
def query_server(answer: bytes = ANSWER.read_bytes()) -> Generator[str]:
    """Knows the trace of `answer` and no other, and says so as Jaeger does."""
    trace = _trace_of(answer)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            known = self.path == f"/api/v3/traces/{trace}"
            body = answer if known else b'{"error":{"httpCode":404,"message":"No traces found"}}'
            self.send_response(200 if known else 404)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *arguments: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _trace_of(answer: bytes) -> str:
    try:
        (group, *_) = json.loads(answer)["result"]["resourceSpans"]
    except (ValueError, KeyError, TypeError):
        return "0" * 32
    return group["scopeSpans"][0]["spans"][0]["traceId"]
