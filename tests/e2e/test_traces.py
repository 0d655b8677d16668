"""What the spans of each kind of turn tell: one trace, whole, by the conventions, no word."""

import asyncio
import itertools
import re
import signal
import threading
from collections.abc import Generator, Sequence

import asyncpg
import pytest

from taskflow.telemetry.exporting import ALLOWED
from tests.support.house import running
from tests.support.otlp import Receiver, receiver
from tests.support.proxy import Proxy
from tests.support.spans import Told, printed, told
from tests.support.stack import Stack, wait_until

pytestmark = pytest.mark.e2e

CANARY = "zebrafinch"
MODEL = "generate_content gemini-3.8-flash"
POST = "POST /2010-04-01/Accounts/{AccountSid}/Messages.json"
RECEIVED, REQUESTED, FINISHED, READY = (
    f"process taskflow.events.{type_}"
    for type_ in ("message.received", "tool.requested", "tool.finished", "reply.ready")
)
MESSAGING = {"messaging.system", "messaging.operation.name", "messaging.operation.type"}
CONVENTIONS = (
    # (kind, name, attributes that it must have)
    ("SERVER", r"POST /webhook(/status)?", {"http.request.method", "http.route"}),
    ("CLIENT", r"append_events", {"db.system.name", "db.stored_procedure.name"}),
    ("PRODUCER", r"send taskflow(\.events\.[a-z_.]+)?", MESSAGING),
    (
        "CONSUMER",
        r"process taskflow\.events\.[a-z_.]+",
        {*MESSAGING, "messaging.consumer.group.name", "messaging.message.id"},
    ),
    ("CLIENT", r"request taskflow\.ask\.[a-z_]+", MESSAGING),
    ("CONSUMER", r"process taskflow\.ask\.[a-z_]+", MESSAGING),
    ("INTERNAL", r"wait for (burst|media)", set()),
    ("INTERNAL", r"invoke_agent taskflow", {"gen_ai.operation.name", "gen_ai.agent.name"}),
    (
        "CLIENT",
        r"generate_content [a-z0-9.-]+",
        {"gen_ai.operation.name", "gen_ai.provider.name", "gen_ai.request.model"},
    ),
    ("INTERNAL", r"execute_tool [a-z_]+", {"gen_ai.tool.name", "gen_ai.tool.call.id"}),
    ("CLIENT", r"(GET|POST|DELETE) /[\w/{}.-]+", {"http.request.method", "url.template"}),
    ("PRODUCER", r"fire reminder", {"taskflow.late_s"}),
)
_numbers = itertools.count(15554000001)


@pytest.fixture(scope="module")
def collector() -> Generator[Receiver]:
    with receiver() as opened:
        yield opened


@pytest.fixture(scope="module")
def hop(collector: Receiver) -> Generator[Proxy]:
    """Between the services and the collector."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    hop = Proxy.before(collector.server.server_address)
    asyncio.run_coroutine_threadsafe(hop.start(), loop).result()
    yield hop
    asyncio.run_coroutine_threadsafe(hop.stop(), loop).result()
    loop.call_soon_threadsafe(loop.stop)
    thread.join()
    loop.close()


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory, hop: Proxy) -> Generator[Stack]:
    env = {
        "OTEL_EXPORTER_OTLP_ENDPOINT": f"http://127.0.0.1:{hop.port}",
        "OTEL_BSP_SCHEDULE_DELAY": "100",
    }
    with running(tmp_path_factory.mktemp("traced"), env) as stack:
        first = f"+{next(_numbers)}"
        stack.say(first, "hello")
        stack.await_replies(first, 1)  # Whoever comes first waits for what is loaded once.
        yield stack


@pytest.fixture
def user() -> str:
    return f"+{next(_numbers)}"


def said(stack: Stack, user: str, *bodies: str) -> list[str]:
    """Writes these; the trace of each message."""
    for body in bodies:
        # The simulated model knows users by what they wrote.
        stack.say(user, f"{body} {CANARY} {user[-3:]}", profile_name=CANARY)
    return asyncio.run(_newest(stack, len(bodies)))


async def _newest(stack: Stack, count: int) -> list[str]:
    connection = await asyncpg.connect(stack.postgres.dsn)
    rows = await connection.fetch(
        "select trace from events where type = 'message.received' order by position desc limit $1",
        count,
    )
    await connection.close()
    return [row["trace"].split("-")[1] for row in reversed(rows)]


def whole(collector: Receiver, trace: str, *names: str, beside: int = 0) -> list[Told]:
    """The trace's spans, once there are all of these names and nobody's parent is missing."""

    def spans() -> list[Told]:
        return [one for one in told(collector) if one.trace == trace]

    def complete() -> bool:
        found = spans()
        there = [one.name for one in found]
        enough = all(there.count(name) >= names.count(name) for name in names)
        return enough and not orphans(found)

    wait_until(complete, 20, lambda: f"wanted {names} in\n{printed(spans())}")
    found = spans()
    assert [one.name for one in found if not one.parent] == ["POST /webhook"], printed(found)
    return found


def orphans(spans: Sequence[Told]) -> list[Told]:
    ids = {one.id for one in spans}
    return [one for one in spans if one.parent and one.parent not in ids]


def named(spans: Sequence[Told], name: str) -> list[Told]:
    return [one for one in spans if one.name == name]


def received(spans: Sequence[Told]) -> list[Told]:
    """The agent's deliveries of a message; the gateway has one of its own."""
    return [one for one in named(spans, RECEIVED) if one.service == "agent"]


def above(spans: Sequence[Told], span: Told) -> list[str]:
    """The names from a span's parent up to the root."""
    by_id = {one.id: one for one in spans}
    names: list[str] = []
    while span.parent:
        span = by_id[span.parent]
        names.append(span.name)
    return names


def test_a_text(stack: Stack, collector: Receiver, user: str) -> None:
    stack.script(user, {"text": f"Hello, {CANARY}."})
    (trace,) = said(stack, user, "hello")
    spans = whole(
        collector, trace, RECEIVED, RECEIVED, POST, "POST /webhook/status", "wait for burst"
    )

    (model,) = named(spans, MODEL)
    agent = ["invoke_agent taskflow", RECEIVED, "append_events", "POST /webhook"]
    assert above(spans, model) == agent
    assert model.attributes["gen_ai.usage.input_tokens"] > 0
    assert model.attributes["gen_ai.response.finish_reasons"] == ["STOP"]
    (post,) = named(spans, POST)
    assert above(spans, post) == [READY, "append_events", *agent]
    assert post.attributes["taskflow.outcome"] == "accepted"
    assert above(spans, named(spans, "POST /webhook/status")[0])[0] == READY
    (sent,) = named(spans, "send taskflow.events.message.received")
    assert above(spans, sent) == ["append_events", "POST /webhook"]
    services = {(one.name, one.service) for one in spans}
    assert {(RECEIVED, "agent"), (RECEIVED, "gateway"), (READY, "gateway")} <= services
    assert not any(one.failed for one in spans)


def test_a_tool(stack: Stack, collector: Receiver, user: str) -> None:
    call = {"name": "search_web", "args": {"query": f"what is a {CANARY}"}}
    stack.script(user, {"calls": [call]}, {"text": "A bird."})
    (trace,) = said(stack, user, "what is it")
    spans = whole(collector, trace, "GET /search", FINISHED, POST)

    (search,) = named(spans, "GET /search")
    assert above(spans, search)[:3] == ["execute_tool search_web", REQUESTED, "append_events"]
    assert search.attributes["server.address"] == "127.0.0.1"
    first, second = named(spans, MODEL)
    assert above(spans, second)[1] == FINISHED
    assert above(spans, second).count("invoke_agent taskflow") == 2
    assert first.attributes["gen_ai.response.finish_reasons"]


def test_tools_at_once(stack: Stack, collector: Receiver, user: str) -> None:
    calls = [{"name": "search_web", "args": {"query": f"{n} {CANARY}"}} for n in range(3)]
    stack.script(user, {"calls": calls}, {"text": "Three birds."})
    (trace,) = said(stack, user, "look at three")
    spans = whole(collector, trace, *["execute_tool search_web"] * 3, *[MODEL] * 2, POST)

    assert len({one.parent for one in named(spans, REQUESTED)}) == 1, "siblings of one append"
    assert len(named(spans, POST)) == 1


def test_a_burst_is_one_turn_linked_to_each_of_its_messages(
    stack: Stack, collector: Receiver, user: str
) -> None:
    stack.script(user, {"text": "Both."})
    traces = said(stack, user, "one", "two")
    stack.await_replies(user, 1)

    def answering() -> list[Told]:
        return [
            one for one in named(told(collector), "invoke_agent taskflow") if one.trace in traces
        ]

    wait_until(lambda: len(answering()) == 1, 20)
    (agent,) = answering()
    (other,) = set(traces) - {agent.trace}
    assert other in {trace for trace, _ in agent.links}
    whole(collector, agent.trace, POST)
    assert POST not in {one.name for one in whole(collector, other, "append_events")}


def test_what_is_tried_again_is_seen(stack: Stack, collector: Receiver, user: str) -> None:
    stack.script(user, {"status": 503}, {"text": "At last."})
    stack.fault("twilio", status=429, count=1)
    (trace,) = said(stack, user, "hello")
    spans = whole(collector, trace, MODEL, MODEL, POST, POST)

    tries = named(spans, MODEL)
    assert [one.failed for one in tries] == [True, False]
    assert [one.attributes["taskflow.attempt"] for one in tries] == [1, 2]
    assert tries[0].attributes["error.type"] == "ServerError"
    posts = named(spans, POST)
    assert [one.attributes["taskflow.outcome"] for one in posts] == ["notnow", "accepted"]
    assert [one.attributes["taskflow.attempt"] for one in posts] == [1, 2]


def test_a_redelivery(stack: Stack, collector: Receiver, user: str) -> None:
    stack.kill("agent", 15)
    stack.start("agent", TASKFLOW_FAILPOINTS="bus.ack.before=raise@1")
    stack.script(user, {"text": "Once."})
    (trace,) = said(stack, user, "hello")
    spans = whole(collector, trace, RECEIVED, RECEIVED, RECEIVED, POST)

    first, second = received(spans)
    assert first.parent == second.parent
    assert (first.attributes["error.type"], first.failed) == ("Injected", True)
    assert second.attributes["taskflow.delivery"] == 2
    assert len(named(spans, MODEL)) == 1


def test_a_crash_and_what_goes_on(stack: Stack, collector: Receiver, user: str) -> None:
    stack.script(user, {"text": "Never said.", "delay_ms": 20_000}, {"text": "Here."})
    (trace,) = said(stack, user, "hello")
    wait_until(lambda: len(stack.model_calls(user)) == 1, 20)
    stack.kill("agent")
    stack.start("agent")
    spans = whole(collector, trace, RECEIVED, RECEIVED, MODEL, POST)

    (again,) = received(spans)
    assert again.attributes["taskflow.delivery"] == 2, "the first died with its process"
    assert above(spans, named(spans, POST)[0])[-1] == "POST /webhook"


def test_a_reminder_fires_in_a_trace_of_its_own(
    stack: Stack, collector: Receiver, user: str
) -> None:
    (trace,) = said(stack, user, "remind me in 5 seconds to feed the")
    stack.await_replies(user, 2, seconds=90)  # where it had passed already: the next minute
    origin = whole(collector, trace, "execute_tool set_reminder", POST)

    def fired() -> list[Told]:
        return [
            one
            for one in named(told(collector), "fire reminder")
            if trace in {linked for linked, _ in one.links}
        ]

    wait_until(lambda: len(fired()) == 1, 20)
    (fire,) = fired()
    assert fire.parent == ""
    assert fire.trace != trace
    assert fire.links[0][1] in {one.id for one in named(origin, "append_events")}
    own = [one for one in told(collector) if one.trace == fire.trace]
    wait_until(lambda: POST in {one.name for one in told(collector) if one.trace == fire.trace}, 20)
    assert not orphans(own)


def test_a_failure(stack: Stack, collector: Receiver, user: str) -> None:
    call = {"name": "search_web", "args": {"query": CANARY}}
    stack.script(user, {"calls": [call]}, *[{"status": 503}] * 3)
    stack.fault("serpapi", status=401, count=2)
    (trace,) = said(stack, user, "hello")
    spans = whole(collector, trace, *[MODEL] * 4, POST)

    (tool,) = named(spans, "execute_tool search_web")
    assert (tool.failed, tool.attributes["error.type"]) == (True, "unavailable")
    assert [one.failed for one in named(spans, MODEL)] == [False, True, True, True]


@pytest.mark.long
@pytest.mark.parametrize("how", ["deaf", "away"])
def test_a_collector_that_is_not_there_costs_spans_and_no_message(
    stack: Stack, collector: Receiver, hop: Proxy, user: str, how: str
) -> None:
    lost = dropped(stack)
    hop.black_hole, hop.refusing = how == "deaf", how == "away"
    hop.cut()
    stack.script(user, {"text": "As ever."}, {"text": "And again."})
    said(stack, user, "hello")
    assert stack.await_replies(user, 1) == ["As ever."]
    wait_until(lambda: dropped(stack) > lost, 30)
    if how == "deaf":
        # It does not wait for a collector to the end of its patience when it is told to go.
        stack.kill("gateway", signal.SIGTERM)
        stack.start("gateway")
    hop.heal()
    hop.cut()
    (trace,) = said(stack, user, "and now")
    whole(collector, trace, POST)


def dropped(stack: Stack) -> float:
    name = "taskflow_spans_dropped_total"
    lines = stack.text(f"{stack.gateway_inner}/metrics").splitlines()
    return sum(float(line.split()[-1]) for line in lines if line.startswith(name))


def test_every_span_of_all_this_is_by_the_conventions_and_says_nothing(
    stack: Stack, collector: Receiver
) -> None:
    spans = told(collector)
    assert len(spans) > 100

    assert [one for one in spans if not set(one.attributes) <= ALLOWED] == []
    assert sorted({(one.kind, one.name) for one in spans if not _by_convention(one)}) == []
    for _, body in list(collector.received):
        for secret in (CANARY, "15554000", stack.env["GEMINI_API_KEY"], stack.token):
            assert secret.encode() not in body


def _by_convention(span: Told) -> bool:
    return any(
        kind == span.kind and re.fullmatch(name, span.name) and wanted <= set(span.attributes)
        for kind, name, wanted in CONVENTIONS
    )
